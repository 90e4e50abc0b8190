"""The memorandum in English: the text that the other languages follow paragraph by paragraph."""

from __future__ import annotations

from contract_templates.authoring.blocks import Items, Para, Section, Table
from contract_templates.authoring.shared import ENGLISH, SPECIAL_TERMS, TRANCHES
from contract_templates.authoring.texts import MemorandumText

KEY_TERMS = Table(
    "Key terms of the memorandum", ("Term", "Agreed"),
    (("Project", "{{ project }}"),
     ("Programme and funder", "{{ programme }}, financed by {{ funder }} ({{ funder_reference }})"),
     ("Contribution", "At most **{{ grant }}** ({{ grant_words }})"),
     ("Own share", "{{ own_share }}; total cost {{ total_cost }}"),
     ("Period", "Last signature, at the earliest {{ starts }}, to {{ ends }}"),
     ("Reports", "{% for report in reports %}{{ report.kind }}: {{ report.due }}{% if not loop.last %}; {% endif %}"
                 "{% endfor %}"),
     ("Law, language", "{{ law }}; {{ language }}{% if second_language %} (prevails) and {{ second_language }}"
                       "{% endif %}"),
     ("Days", "Calendar days in the time zone {{ terms.time_zone }}"),
     SPECIAL_TERMS),
    (3.8, 12.8), row_heads=True)

COSTS = Table(
    "Budget lines: who pays whom", ("Line", "Paid by → to", "Cost", "Own share", "Contribution"),
    (("{{ line.number }} {{ line.title }}\n{{ line.category }}", "{{ line.payer }} → {{ line.payee }}",
      "{{ line.cost }}", "{{ line.own }}", "{{ line.grant }}"),),
    (4.7, 4.0, 2.7, 2.5, 2.7), each="lines as line",
    total=("Total", "", "{{ total_cost }}", "{{ own_share }}", "{{ grant }}"), numbers=(2, 3, 4))

SECTIONS = (
    Section("background", "Background", (
        Para("The Parties work under the plan “{{ plan }}”, theme “{{ theme }}” ({% for sdg in sdgs %}{{ sdg }}{% if "
             "not loop.last %}; {% endif %}{% endfor %}). They applied together on {{ application_date }} ({{ "
             "application }}). The application was approved on {{ decision_date }} by {{ decided_by }} ({{ decision "
             "}})."),
        Para("The approval carries these conditions:", when="conditions"),
        Items(("{{ condition }}",), each="conditions as condition"),
    )),
    Section("status", "What binds", (
        Para("These sections bind the Parties under {{ law }}: [[costs]], [[report]], [[data]], [[term]] and "
             "[[disputes]]. The other sections state what the Parties intend to do in good faith."),
        Para("In this text the **Programme** is {{ operator.name }}; the **Municipalities** are {{ pair }}; a "
             "**Party** is any of them."),
    )),
    Section("purpose", "Purpose", (
        Para("{{ aim }}"),
        Para("Each side wants to learn:"),
        Items(("{{ goal.party }}: {{ goal.goal }}",), each="goals as goal"),
    )),
    Section("activities", "Activities", (
        Para("The Municipalities intend to carry out these activities. The owner of an activity leads it and briefs "
             "the team of every Municipality before it starts."),
        Table("Activities", ("Activity and how", "Owner", "By", "Shows in"),
              (("**{{ activity.title }}**\n{{ activity.how }}", "{{ activity.owner }}", "{{ activity.due }}",
                "{{ activity.indicator }}"),),
              (5.7, 3.7, 3.1, 4.1), each="activities as activity"),
        Para("Before a journey, the Municipality that sends people must check the security advice of its government "
             "and insure them for illness, accident and liability. Without both, the Programme does not pay for the "
             "journey.", when="has_travel"),
    )),
    Section("people", "People", (
        Para("The key terms name, by function, who receives the notices of each Party and who is focal point. The "
             "focal point watches progress independently, is not part of the project team, and reports to mayor and "
             "council."),
        Para("A Municipality must name a successor within {{ terms.notice_days }} days if one of them leaves."),
        Para("A notice is given in writing, by e-mail to the address in the key terms. It counts as received on the "
             "day after it was sent."),
    )),
    Section("costs", "Costs", (
        Para("The Programme must pay the costs below that are made in the period of the key terms, up to {{ grant }}. "
             "This ceiling never rises. Other costs are borne by the Municipality that makes them."),
        COSTS,
        Para("The Municipalities bear {{ own_share }} themselves, as the table shows.", when="has_own_share"),
        Para("The Programme must pay each tranche within {{ terms.payment_days }} days after its condition is met."),
        TRANCHES,
        Para("The Programme may hold a payment while a condition of the approval is not met.", when="conditions"),
        Para("The contribution pays for exchange of expertise only. It may not pay for equipment, works or other "
             "lasting assets of a Party. The Programme does not pay such costs."),
        Para("The Programme may ask for unused or wrongly used money in writing, with the calculation. The "
             "Municipality must return it within {{ terms.repayment_days }} days."),
    )),
    Section("sharing", "Sharing what was learned", (
        Para("Each person below was trained with the contribution and must pass the knowledge on. The Municipality "
             "that employs the person must name a successor if the person leaves. The project cannot close while an "
             "act is open, unless the Programme waives it with a reason."),
        Table("Knowledge sharing", ("Who", "Training", "Act", "By"),
              (("{{ duty.person }}", "{{ duty.training }}", "{{ duty.act }}", "{{ duty.due }}"),),
              (4.2, 4.0, 5.3, 3.1), each="obligations as duty"),
    ), when="has_training"),
    Section("report", "Report and records", (
        Para("The Municipalities must send the Programme one joint report for each period: {% for report in reports "
             "%}{{ report.kind }} on {{ report.starts }} to {{ report.ends }}, due {{ report.due }}{% if not loop.last "
             "%}; {% endif %}{% endfor %}."),
        Para("A report has four items: the number of services; their quality; the satisfaction of those served, with "
             "number asked and method; and a financial statement for each budget line. It also says what each side "
             "learned."),
        Para("The Programme must answer within {{ terms.report_review_days }} days; silence is not acceptance. If a "
             "report is late, the Programme reminds the Municipalities and holds payment. If it is still missing "
             "{{ terms.cure_days }} days after the reminder, the Programme may end this memorandum."),
        Para("Each Municipality must keep simple accounts and proof of every cost for {{ terms.record_years }} years "
             "after the last payment. The Programme and its funder may see them on request; a cost without proof is "
             "not paid, or is returned."),
    )),
    Section("data", "Personal data", (
        Para("Each Party is responsible for the personal data that it holds. It may use them only to carry out, report "
             "on and check this project: its task in the public interest. It must tell the others about a breach that "
             "concerns them within {{ terms.breach_hours }} hours."),
        Para("Personal data may go to {{ countries_outside }} only under {{ transfer_tool }}. Until it is in force, "
             "the Parties exchange no personal data beyond professional contact details.", when="outside_eea"),
    )),
    Section("visibility", "Visibility and integrity", (
        Para("The Parties name the support in public as follows: “{{ credit_line }}”. They may leave it out where it "
             "would endanger people."),
        Para("Nobody may take part in a decision in which they, their family or their business have an interest. The "
             "Parties tolerate no corruption and no abuse of people. Anyone may report a suspicion to "
             "{{ reporting_channel }}; the Parties protect those who report."),
    )),
    Section("term", "Duration, change, end", (
        Para("This memorandum starts at the last signature, not before {{ starts }}, and ends on {{ ends }}. Duties "
             "on reports, records, data and repayment continue until they are met."),
        Para("It does not start before the council of the {{ council_approval }} has approved "
             "it.", when="council_approval"),
        Para("Every change needs a text signed by all Parties. Equipment, works or other lasting assets cannot be "
             "added: they need a contract of their own."),
        Para("Each Party may end this memorandum with {{ terms.notice_days }} days’ written notice. The Programme then "
             "pays commitments that were made before the notice and cannot be cancelled, within the ceiling."),
    )),
    Section("disputes", "Disputes", (
        Para("The officers named in [[people]] talk first, for at most {{ terms.talks_days }} days. The heads of "
             "administration then have {{ terms.heads_days }} days. After that each Party may go to the court that is "
             "competent under {{ law }}."),
        Para("This memorandum is written in {{ language }}. A translation is for information only.",
             when="not second_language"),
        Para("This memorandum is written in {{ language }} and in {{ second_language }}, side by side. If the two "
             "texts differ, the text in {{ language }} prevails.", when="second_language"),
        Para("Names, titles, goals, activities and conditions stand in the language in which they were written.",
             when="second_language"),
    )),
)

TEXT = MemorandumText(
    ENGLISH, running="Memorandum", title="Memorandum of understanding", key_terms_heading="Key terms",
    key_terms=KEY_TERMS, parties_heading="Parties", sections=SECTIONS, word="section")
