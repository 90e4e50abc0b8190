"""The twenty-five articles of the investment contract. An article keeps its number, used or not."""

from __future__ import annotations

from contract_templates.authoring.blocks import Items, Para, Section, Table
from contract_templates.authoring.shared import TRANCHES

NOT_APPLICABLE = "Not applicable."

ARTICLES = (
    Section("award", "Purpose and award", (
        Para("The Programme awards the Grant to the Municipality for the Action “{{ project }}”. The award was decided "
             "on {{ decision_date }} by {{ decided_by }} (decision {{ decision }})."),
        Para("**Aim of the Action**: {{ aim }}"),
        Para("The Action carries out the plan “{{ plan }}”, theme “{{ theme }}”. "
             "{{ funder }} finances the Grant ({{ funder_reference }}) under {{ programme }}."),
        Para("The Municipality must use the Grant only for the Action, as [[description]] describes it. Money used for "
             "anything else is recovered under [[recovery]]."),
        Para("The application {{ application }} of {{ application_date }} forms part of this Contract. It ranks last "
             "under [[final]]."),
        Para("The decision carries these conditions, which the Municipality must meet:", when="conditions"),
        Items(("{{ condition }}",), each="conditions as condition"),
        Para("{% for peer in peers %}{{ peer.name }}{% if not loop.last %} and {% endif %}{% endfor %} signs as "
             "Supporting Municipality. It must carry out the tasks that [[description]] gives it, name a focal point, "
             "and take part in reports and knowledge sharing. If it cannot, it must tell the Programme within "
             "{{ terms.answer_days }} Days; the Programme may then end its part. It receives no part of the Grant and "
             "does not answer for its use.", when="has_peers"),
    )),
    Section("definitions", "Definitions", (
        Para("In this Contract:"),
        Items((
            "**Action**: the project that [[description]] describes.",
            "**Asset**: a thing bought, built or improved with the Grant that lasts longer than the Action.",
            "**Contract**: the key terms, the special terms, these articles, the annexes and the application.",
            "**Day**: a calendar day in the time zone {{ terms.time_zone }}. A period starts on the day after the "
            "event. If it ends on a public holiday or weekend of the Party that must act, it ends on the next working "
            "day.",
            "**Eligible Cost**: a cost that meets [[costs]].",
            "**Grant**: the sum in [[grant]].",
            "**Grant Share**: the part of a cost that the Grant bears, here {{ share }}.",
            "**Municipality**: {{ partner.name }}.",
            "**Party**: each of those who sign.",
            "**Programme**: {{ operator.name }}.",
            "**Spent**: paid, or owed for goods, works or services that were delivered and accepted.",
        )),
        Items(("**Supporting Municipality**: {% for peer in peers %}{{ peer.name }}{% if not loop.last %} and "
               "{% endif %}{% endfor %}.",), when="has_peers"),
        Items(("**Tranche**: a part of the Grant in the table of [[tranches]].",)),
        Items(("**Works**: construction, repair or installation under the Action.",), when="works"),
    )),
    Section("period", "Period", (
        Para("This Contract is in force from the last signature. Costs count from {{ starts }}, or from the last "
             "signature if that is later, to {{ ends }}."),
        Para("The Programme pays the first Tranche only after the Municipality has sent proof of title to the land, "
             "the permits that the Action needs, and the result of the environmental check."),
        Para("If this proof is missing {{ terms.first_payment_months }} months after the last signature, the Programme "
             "may terminate under [[termination]]."),
        Para("The duties in [[assets]], [[reports]], [[recovery]] and [[accounts]] continue after the period until "
             "they are met."),
    )),
    Section("grant", "Grant", (
        Para("The Grant is at most **{{ grant }}** ({{ grant_words }}). This maximum is never raised."),
        Para("The final Grant is the lower of that maximum and {{ share }} of the accepted Eligible Costs. The budget "
             "in [[budget]] estimates total costs of {{ total_cost }}."),
        Para("The Municipality must bear {{ own_share }} ({{ own_share_words }}) itself, as shown in [[budget]]. If it "
             "bears less, the final Grant falls by the same share.", when="has_own_share"),
        Para("The Grant may not produce a profit. Income that the Action makes before its end lowers the Eligible "
             "Costs."),
    )),
    Section("tranches", "Tranches", (
        Para("The Programme must pay the Grant in these Tranches, each within {{ terms.payment_days }} Days after its "
             "condition is met:"),
        TRANCHES,
        Para("Tranches paid before costs are accepted are advances. They are {{ advances_share }} of the Grant here "
             "and may never exceed {{ terms.advance_percent }}%."),
        Para("The Programme pays a further advance in full if at least {{ terms.spent_percent }}% of the Tranche "
             "before it, and all of the earlier ones, are Spent. Otherwise it reduces the further advance:",
             when="has_further_advance"),
        Items(("**Formula**: reduced Tranche = planned Tranche − (Tranche paid − amount Spent).",
               "**Example**: Tranche {{ example.paid_number }} of {{ example.paid }} is paid and {{ example.spent }} "
               "({{ example.spent_share }}) is Spent, less than {{ terms.spent_percent }}%. The unused part is "
               "{{ example.missing }}. Tranche {{ example.next_number }} of {{ example.next }} becomes "
               "{{ example.payable }}."), when="has_further_advance and reduces_by_unused"),
        Items(("**Formula**: reduced Tranche = planned Tranche − ({{ terms.spent_percent }}% of the Tranche paid − "
               "amount Spent).",
               "**Example**: Tranche {{ example.paid_number }} of {{ example.paid }} is paid and {{ example.spent }} "
               "({{ example.spent_share }}) is Spent, less than {{ terms.spent_percent }}%. The gap is "
               "{{ example.missing }}. Tranche {{ example.next_number }} of {{ example.next }} becomes "
               "{{ example.payable }}."), when="has_further_advance and not reduces_by_unused"),
        Para("The sum withheld moves to the balance. It is paid with the balance if the costs are then accepted.",
             when="has_further_advance"),
        Para("The Programme pays in {{ currency }}. The Municipality converts other currencies at {{ "
             "terms.exchange_rate }} and bears exchange losses."),
        Para("Payments go to the account that the Municipality confirmed under [[amendment]]. If the Programme pays "
             "late without a reason under this Contract, it owes interest at {{ terms.late_interest }}. Interest "
             "earned on advances belongs to the Action and must be reported."),
    )),
    Section("costs", "Eligible costs", (
        Para("A cost is eligible if it arose in the period of [[period]], stands in the budget, was needed for the "
             "Action, is recorded in the accounts with proof, and is lawful."),
        Para("These costs are never eligible:"),
        Items(("debt, interest on debt, provisions and losses;", "fines, penalties and costs of disputes;",
               "taxes that can be recovered;", "costs that another grant or funder already pays;",
               "pay of officials for their ordinary work;", "land, unless [[budget]] names it.")),
        Para("An ineligible cost lowers the accepted costs. The final Grant falls by that cost × {{ share }} where the "
             "maximum no longer limits it."),
    )),
    Section("procurement", "Procurement", (
        Para("The Municipality must buy under its national law and under [[procurement_rules]]. If they differ, the "
             "stricter rule applies."),
        Para("It must seek the best value or the lowest price, publish the call, treat bidders equally, not split a "
             "purchase to avoid a threshold, and keep out everyone with a conflict of interest."),
        Para("It must keep minutes of opening, evaluation and award. It needs the Programme’s written consent before "
             "it awards a contract above {{ terms.consent_threshold }}. The Programme answers within {{ "
             "terms.answer_days }} Days; silence is not consent."),
        Para("Contractors have no claim on the Programme. A cost that results from a breach of this article is "
             "ineligible."),
    )),
    Section("works", "Works", (
        Para("Before Works start, the Municipality must send the approved design, the permits and the name of an "
             "independent supervisor. The Programme pays no costs of Works that started before."),
        Para("The Municipality must make the contractor responsible for safety on site, and insured for damage and "
             "liability, from start to taking-over."),
        Para("A variation needs the supervisor’s written approval. If it changes purpose, place or capacity, or "
             "exceeds the budget line, it also needs an amendment under [[amendment]]."),
        Para("At the end the Municipality must take over the Works in writing with the supervisor, and send as-built "
             "drawings within {{ terms.answer_days }} Days. Until then the last advance is held."),
        Para("The contractor must repair defects for {{ terms.defects_months }} months after taking-over. The "
             "Municipality must retain {{ terms.retention_percent }}% of the contract price until then; it answers for "
             "defects that it did not claim."),
    ), when="works", unused=NOT_APPLICABLE),
    Section("assets", "Assets", (
        Para("Title to every Asset vests in the Municipality. It must keep a register with number, date, cost, Grant "
             "Share, place, condition and disposal, as in [[upkeep]]."),
        Para("For {{ terms.asset_years }} years after the final payment, the Municipality must keep each Asset in its "
             "place and for its purpose. It may not sell, pledge or give it away without the Programme’s written "
             "consent."),
        Para("If it does so without consent, or if the purpose ends, it must repay the Grant Share of that Asset’s "
             "cost on the scale in [[upkeep]]."),
        Para("The Municipality must carry out the operation and maintenance plan in [[upkeep]], and count the Assets "
             "every {{ terms.asset_count_years }} years. Lack of upkeep that ends the purpose counts as disposal."),
        Para("For each Asset above {{ terms.transfer_threshold }} that another body will hold, proof of transfer must "
             "come with the final report. Without it the cost is ineligible."),
    )),
    Section("reports", "Reports", (
        Para("The Municipality must report on the form in [[report_form]] and with the payment request in "
             "[[request]]:"),
        Table("Reports", ("Report", "Period", "Due"),
              (("{{ report.kind }}", "{{ report.starts }} to {{ report.ends }}", "{{ report.due }}"),),
              (5.6, 7.2, 3.8), each="reports as report"),
        Para("Each report has four items: number of services; quality of services; satisfaction of those served, with "
             "number asked and method; and financial data for each budget line. A report without one of them is "
             "returned."),
        Para("The final report is due at most {{ terms.report_months }} months after the end of the period."),
        Para("The Programme must accept or return a report with reasons within {{ terms.report_review_days }} Days. "
             "Silence is not acceptance: the Municipality may then ask the Programme’s director, who must decide "
             "within {{ terms.answer_days }} Days."),
        Para("If a report is overdue, the Programme sends a reminder and holds the next Tranche. If it is still "
             "missing {{ terms.cure_days }} Days after the reminder, the Programme may suspend under [[suspension]]."),
    )),
    Section("committee", "Monitoring committee", (
        Para("A monitoring committee follows the Action. {{ reason }}", when="committee"),
        Para("The Programme must decide before monitoring starts whether a monitoring committee follows the Action. It "
             "must give its reason to the Parties in writing. This article applies if there is one.",
             when="not committee_decided"),
        Para("Its members are not in the management of the Action. Each municipality appoints two; the chair rotates "
             "until every municipality has chaired. It meets {{ committee_meetings }} times a year.",
             when="committee or not committee_decided"),
        Para("The committee may see all records of the Action, keeps minutes, reviews reports and proposes measures. "
             "It advises and cannot amend this Contract. The Municipality must answer each proposal within {{ "
             "terms.answer_days }} Days; an open proposal holds the balance.",
             when="committee or not committee_decided"),
        Para("The Parties decided to have no committee. {{ reason }}", when="committee_decided and not committee"),
        Para("The focal points in the key terms watch progress independently and report to mayor and council.",
             when="committee_decided and not committee"),
    )),
    Section("sharing", "Knowledge sharing", (
        Para("Each person in the table was or will be trained under the Action and must pass the knowledge on by the "
             "date shown:"),
        Table("Knowledge-sharing obligations", ("Who", "Training", "Act", "By"),
              (("{{ duty.person }}", "{{ duty.training }}", "{{ duty.act }}", "{{ duty.due }}"),),
              (4.2, 4.0, 5.3, 3.1), each="obligations as duty"),
        Para("If the person leaves, the employing municipality must name a successor within "
             "{{ terms.successor_days }} Days."),
        Para("The Action cannot be closed, and the balance is held, while an obligation is open. The Programme may "
             "waive one with a written reason."),
    ), when="has_training", unused=NOT_APPLICABLE),
    Section("integrity", "Conflict of interest and corruption", (
        Para("Nobody may take part in a decision in which they, their family, their party or their business have an "
             "interest. They must say so and step aside at once."),
        Para("The Parties tolerate no fraud, no corruption, and no sexual or other abuse. A Party must report a "
             "suspicion to {{ reporting_channel }} within {{ terms.suspicion_days }} Days, and protect those who "
             "report."),
        Para("A breach makes the costs concerned ineligible. A serious one is a ground under [[termination]]."),
    )),
    Section("data", "Confidentiality and personal data", (
        Para("Each Party must keep confidential what it receives in confidence. The law on public access prevails."),
        Para("Each Party is controller of the personal data that it holds. It may use them only to carry out, report "
             "on, audit and evaluate the Action, and must delete them when the time in [[accounts]] has passed."),
        Para("It must tell the other Parties about a breach that concerns their data within {{ terms.breach_hours }} "
             "hours, and bears the cost of its own breach."),
        Para("Personal data may go to {{ countries_outside }} only under {{ transfer_tool }}. An instrument that does "
             "not bind needs the regulator’s approval first; a private company needs standard contractual clauses. "
             "Without a transfer tool the Parties exchange only professional contact details.", when="outside_eea"),
    )),
    Section("visibility", "Visibility", (
        Para("The Municipality must name the support in publications and on a board at each Asset: “{{ credit_line "
             "}}”. It must add that the content does not show the opinion of the funder."),
        Para("The Programme may waive this duty in writing where it would endanger people. Otherwise the cost of a "
             "publication without the credit is ineligible."),
    )),
    Section("results", "Results", (
        Para("Results belong to the Party that made them. It grants the Programme, local government associations and "
             "the public a free licence to use, copy and adapt them, naming the author."),
        Para("It must clear the rights of third parties before it delivers a result. It answers for claims if it did "
             "not."),
    )),
    Section("amendment", "Amendment", (
        Para("A change needs an addendum that all Parties sign within the period. A Party must ask for it at least {{ "
             "terms.amendment_months }} months before it takes effect. A later request may be refused for that reason "
             "alone."),
        Para("An addendum cannot raise the Grant, undo the award or harm the equal treatment of applicants."),
        Para("The Municipality may by notice move up to {{ terms.heading_percent }}% of a budget heading, or change an "
             "address or the auditor. A larger move without an addendum is ineligible."),
        Para("A new bank account takes effect only after two officers of the Programme have confirmed it by calling "
             "back a number known before. Until then payments wait, without interest."),
    )),
    Section("assignment", "Assignment", (
        Para("No Party may assign this Contract or a claim under it without the written consent of the others. An "
             "assignment without consent has no effect."),
        Para("If a municipality merges or is divided by law, its legal successor takes its place and must tell the "
             "Programme within {{ terms.answer_days }} Days."),
    )),
    Section("suspension", "Suspension and force majeure", (
        Para("The Programme may suspend the Action or a payment in writing, for a breach, a suspicion backed by facts, "
             "or a danger to people. It must state reason, scope and the date of review. It may hold a payment for {{ "
             "terms.hold_weeks }} weeks at most; then it must pay or decide."),
        Para("A Party that is prevented by an event beyond its control must tell the others at once and limit the "
             "harm. Its duties rest while the event lasts; if it does not tell them, they continue. Elections, a "
             "change of staff or a lack of money are no such event."),
        Para("The period is extended by the time of a suspension that the Municipality did not cause, by an addendum."),
    )),
    Section("termination", "Termination", (
        Para("The Programme may terminate if:"),
        Items(("the Municipality breaches a duty and does not cure it;", "it used the Grant for something else;",
               "it gave false statements or took part in corruption;", "it can no longer carry out the Action;",
               "the funder withdraws the money.")),
        Para("The Programme must first announce its intent with the grounds. The Municipality has {{ "
             "terms.termination_answer_days }} Days to answer and, where possible, to cure. The Programme then decides "
             "in writing, weighs the answer and names the remedy."),
        Para("Against that decision the Municipality may object within {{ terms.remedy_days }} Days after it was sent.",
             when="terms.public_authority"),
        Para("Against that decision the Municipality may appeal to the Programme’s appeal panel within "
             "{{ terms.remedy_days }} Days after it was sent.", when="not terms.public_authority"),
        Para("Each Party may also terminate with {{ terms.notice_months }} months’ written notice and reasons."),
        Para("The Programme pays its share of costs made before the end, and of firm commitments that cannot be "
             "cancelled. The Municipality must send a final account within {{ terms.final_account_months }} months; "
             "costs that come later are not paid."),
    )),
    Section("recovery", "Recovery", (
        Para("The Programme may recover what exceeds the final Grant. It sends the calculation and a date at least "
             "{{ terms.repayment_days }} Days ahead; instalments may be agreed. After that date interest is due at "
             "{{ terms.late_interest }}."),
        Para("It may claim within {{ terms.recovery_years }} years after the final Grant was set or the breach became "
             "known. It may set the claim off against Tranches."),
        Para("The Municipality must return unused money and interest within {{ terms.unused_months }} months after the "
             "period, without being asked."),
    )),
    Section("accounts", "Accounts and audit", (
        Para("The Municipality must keep a separate ledger for the Action and proof of every cost for "
             "{{ terms.record_years }} years after the final payment."),
        Para("The Programme, the funder and the audit courts of their states may inspect the Action, its records and "
             "the Assets, also with contractors. A cost that they cannot check is ineligible."),
        Para("The audit is {{ audit }}, under [[audit]]. While the opinion or an answer to its findings is missing, "
             "the balance is held."),
    )),
    Section("liability", "Liability", (
        Para("Each Party answers for its own acts and for those whom it employs. The Programme is not liable for "
             "Works, Assets, contractors or staff of another Party.", when="works"),
        Para("Each Party answers for its own acts and for those whom it employs. The Programme is not liable for "
             "Assets, contractors or staff of another Party.", when="not works"),
        Para("The Municipality must insure the risks that it can insure. It holds the Programme free from claims of "
             "third parties about the Action, unless the Programme caused them."),
    )),
    Section("law", "Law and disputes", (
        Para("This Contract is under {{ law }}. The powers of each municipality, and the supervision over it, remain "
             "under the law of its own state."),
        Para("The officers named for notices talk first, for at most {{ terms.talks_days }} Days after one Party asks. "
             "The heads of administration then have {{ terms.heads_days }} Days, and a mediator "
             "{{ terms.mediation_days }} Days. After that {{ dispute_forum }} decides."),
        Para("No Party waives an immunity. Appeals under public law stay open."),
    )),
    Section("final", "Final terms", (
        Para("A notice must be in writing to the contact in the key terms. It counts as received on the day of a "
             "confirmed delivery, and at the latest {{ terms.deemed_days }} Days after it was sent by e-mail, unless "
             "an error message came back."),
        Para("This Contract is written in {{ language }}.{% if second_language %} A translation into "
             "{{ second_language }} is for information; the text in {{ language }} prevails.{% endif %}"),
        Para("The Parties may sign electronically at the level shown, and in counterparts of the same file. A deed on "
             "land that must be registered is signed in ink. The Contract is complete when every Party has signed."),
        Para("If parts differ, this order decides: special terms, key terms, articles, [[budget]], [[description]], "
             "other annexes, application. If a term is void, the others stay."),
    )),
)
