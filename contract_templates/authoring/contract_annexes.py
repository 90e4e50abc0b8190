"""The eleven annexes of the investment contract."""

from __future__ import annotations

from contract_templates.authoring.blocks import Block, Items, Para, Section, Table


def body(text: str, when: str = "") -> Para:
    return Para(text, "Body", when)


def form(caption: str, rows: tuple[str, ...], head: tuple[str, str] = ("Item", "To be filled in")) -> Table:
    """A form: a question per row, room for the answer."""
    return Table(caption, head, tuple((row, "…") for row in rows), (7.6, 9.0), row_heads=True)


FOUR_ITEMS: tuple[Block, ...] = (
    form("Report form: heading", ("Contract and report", "Period", "Prepared by (function), date")),
    Para("The four items", "heading 2"),
    form("Report form: the four items", (
        "1. Number of services delivered, with unit",
        "2. Quality of services, 1 to 5, and why",
        "3. Satisfaction of those served, in %, number asked and method",
        "4. Financial data: use the table of the payment request")),
    Para("Progress and learning", "heading 2"),
    form("Report form: progress", (
        "Activities done and not done, with the reason", "Indicators: value, date, source", "Risks that changed",
        "Knowledge-sharing obligations delivered, with proof", "What each side learned, and what others may read",
        "Deviations and proposed measures")),
)

ANNEXES = (
    Section("description", "Description of the Action", (
        body("{{ description }}"),
        Para("Activities", "heading 2"),
        Table("Work plan", ("Objective", "Activity and how", "Owner", "By", "Shows in"),
              (("{{ activity.objective }}", "**{{ activity.title }}**\n{{ activity.how }}", "{{ activity.owner }}",
                "{{ activity.due }}", "{{ activity.indicator }}"),),
              (2.9, 4.3, 3.1, 2.8, 3.5), each="activities as activity"),
        body("The owner briefs the teams of all municipalities before an activity starts. The Supporting Municipality "
             "carries out the activities whose owner belongs to it.", when="has_peers"),
        body("The owner briefs the team before an activity starts.", when="not has_peers"),
        body("Before a journey, the municipality that sends people checks the security advice of its government and "
             "insures them. Without both, the cost of the journey is ineligible.", when="has_travel"),
        Para("Learning goals", "heading 2"),
        Table("Learning goals of each side", ("Side", "Wants to learn"), (("{{ goal.party }}", "{{ goal.goal }}"),),
              (5.6, 11.0), each="goals as goal"),
        Para("Sustainable Development Goals", "heading 2"),
        Items(("{{ sdg }}",), each="sdgs as sdg", style="Bullet"),
    ), new_page=True),
    Section("budget", "Budget", (
        Table("Budget", ("Line", "Heading", "Paid by → to", "Cost", "Own share", "Grant"),
              (("{{ line.number }} {{ line.title }}", "{{ line.category }}", "{{ line.payer }} → {{ line.payee }}",
                "{{ line.cost }}", "{{ line.own }}", "{{ line.grant }}"),),
              (3.6, 2.1, 3.0, 2.7, 2.5, 2.7), each="lines as line",
              total=("Total", "", "", "{{ total_cost }}", "{{ own_share }}", "{{ grant }}"), numbers=(3, 4, 5)),
        body("The Grant is {{ share }} of the total cost. Moving money between headings is limited by [[amendment]]."),
    )),
    Section("log_frame", "Log frame", (
        Table("Log frame", ("Level and result", "Indicator", "From → to", "Source", "Assumption"),
              (("**{{ row.level }}**\n{{ row.statement "
                "}}", "{{ row.indicator }}", "{{ row.baseline }} → {{ row.target }}",
                "{{ row.source }}", "{{ row.assumption }}"),),
              (4.3, 3.6, 2.9, 2.8, 3.0), each="log_frame as row"),
        body("Reports use these indicators under [[reports]]."),
    )),
    Section("risks", "Risks", (
        Table("Risk register at signature", ("Risk", "Likelihood", "Impact", "Level", "Mitigation", "Owner"),
              (("{{ risk.kind }}", "{{ risk.likelihood }}", "{{ risk.impact }}", "{{ risk.level }}",
                "{{ risk.mitigation }}", "{{ risk.owner }}"),),
              (3.4, 1.9, 1.5, 1.4, 5.0, 3.4), each="risks as risk", numbers=(1, 2, 3)),
        body("Likelihood and impact run from 1 (low) to 5 (high); the level is their product. The owner updates the "
             "risk with every report."),
    )),
    Section("baseline", "Baseline", (
        Table("Baseline assessment", ("Municipality", "Domain and indicator", "Score", "Evidence", "Assessed"),
              (("{{ score.municipality }}", "**{{ score.domain }}**\n{{ score.indicator }}", "{{ score.score }}",
                "{{ score.evidence }}", "{{ score.assessed }}"),),
              (3.7, 4.1, 1.4, 4.3, 3.1), each="baseline as score", numbers=(2,)),
        body("Scale: 0 none, 1 ad hoc, 2 partial, 3 established, 4 institutionalised."),
    )),
    Section("report_form", "Report form", FOUR_ITEMS, new_page=True),
    Section("request", "Payment request", (
        form("Payment request", ("Contract and Tranche", "Amount requested", "Period of the costs")),
        Para("Costs in the period", "heading 2"),
        Table("Costs for each budget line", ("Line", "Budget", "Spent before", "Spent now", "Left"),
              (("{{ line.number }} {{ line.title }}", "{{ line.cost }}", "…", "…", "…"),),
              (6.0, 2.8, 2.6, 2.6, 2.6), each="lines as line", total=("Total", "{{ total_cost }}", "…", "…", "…"),
              numbers=(1, 2, 3, 4)),
        body("The Municipality declares that these costs are eligible under [[costs]], recorded, proven, and paid by "
             "no other grant. It asks for payment to its confirmed account; the form shows no account number."),
        form("Declaration", ("Signatory (function)", "Place and date", "Signature")),
    ), new_page=True),
    Section("audit", "Audit terms", (
        Para("Scope", "heading 2"),
        body("The audit is {{ audit }}. An auditor who is independent of all Parties and qualified under national law "
             "carries it out. The Municipality appoints the auditor, after the Programme has agreed to the choice."),
        Para("Work", "heading 2"),
        Items(("trace every cost above {{ terms.transfer_threshold }}, and a sample of the others, to proof and bank "
               "statement;", "check eligibility under [[costs]] and purchases under [[procurement]];",
               "see the Assets and compare them with the register;",
               "recompute the final Grant, exchange rates, interest and own share;",
               "ask about fraud and conflicts of interest."), style="Bullet"),
        Para("Result", "heading 2"),
        body("The auditor gives an opinion (unqualified, qualified, adverse, or none with reasons), a list of findings "
             "with amounts, and the ineligible amount. The Municipality may answer each finding within "
             "{{ terms.answer_days }} Days. The Programme decides; the auditor does not."),
    ), new_page=True),
    Section("procurement_rules", "Procurement rules", (
        Table("Thresholds", ("Value without tax", "Procedure at least"),
              (("{{ step.value }}", "{{ step.procedure }}"),), (6.6, 10.0), each="procurement as step"),
        body("For every purchase:"),
        Items((
            "The value of a purchase is the value of the whole need, not of a part.",
            "The call states what is needed, the criteria and their weight, and the last day for bids.",
            "All bidders receive the same information at the same time.",
            "At least three people open and evaluate bids above {{ terms.consent_threshold }}; each signs a "
            "declaration on conflicts of interest.",
            "Minutes name the bids, the scores and the reasons; losers receive the reasons that concern them.",
            "A bidder with a final conviction for fraud or corruption is excluded.",
        ), style="Bullet"),
    )),
    Section("upkeep", "Assets, operation and maintenance", (
        Para("Planned Assets", "heading 2"),
        Table("Planned assets", ("No. and Asset", "Place", "Purpose", "Cost"),
              (("{{ asset.number }} {{ asset.title }}", "{{ asset.place }}", "{{ asset.purpose }}",
                "{{ asset.cost }}"),),
              (4.8, 3.9, 4.9, 3.0), each="assets as "
                                         "asset", total=("Total", "", "", "{{ assets_total }}"), numbers=(3,)),
        Para("Register", "heading 2"),
        body("For each Asset the register shows: number, date of purchase or taking-over, cost, Grant Share in %, "
             "place, condition at the last count, and date, price and buyer on disposal."),
        Para("Operation and maintenance", "heading 2"),
        Table("Operation and maintenance plan", ("Task", "Owner", "How often", "Yearly budget"),
              (("{{ task.task }}", "{{ task.owner }}", "{{ task.frequency }}", "{{ task.yearly }}"),),
              (5.6, 4.6, 3.4, 3.0), each="upkeep as task", total=("Total a year", "", "", "{{ upkeep_total }}"),
              numbers=(3,), together=True),
        body("The Municipality must keep this sum in its budget for {{ terms.asset_years }} years after the final "
             "payment."),
        Para("Repayment on disposal", "heading 2"),
        Table("Share of the grant to be repaid on disposal", ("Disposal in year after final payment",
                                                              "Repayment of the Grant Share"),
              (("{{ step.year }}", "{{ step.percent }}%"),), (8.6, 8.0), each="disposal as step", together=True),
    )),
    Section("addenda", "Addenda", (
        body("There is no addendum at signature. Each signed addendum is added here with its number and date."),
    )),
)
