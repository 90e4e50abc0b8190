"""The letters. All say who decided, under which mandate, on what basis, why, from when, and whom to ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from contract_templates.authoring.blocks import Block, Items, Para, Table
from contract_templates.authoring.shared import BANNER, NO_REFERENCES
from contract_templates.authoring.word import Word

ABOUT = Table(
    "What this letter is about", ("About", "Details"),
    (("Project", "{{ project }}, {{ partners }}"),
     ("Application", "{{ application }}, {{ programme }}"),
     ("Decided by", "{{ decided_by }}, on {{ decision_date }}"),
     ("Mandate", "{{ mandate }}"),
     ("Basis", "{{ basis }}")),
    (3.2, 13.4), row_heads=True)


def heading(text: str, when: str = "") -> Para:
    return Para(text, "heading 2", when)


def body(text: str, when: str = "") -> Para:
    return Para(text, "Body", when)


def bullets(text: str, each: str, when: str = "") -> Items:
    return Items((text,), each=each, style="Bullet", when=when)


FACTS: tuple[Block, ...] = (
    heading("Facts", "facts"), bullets("{{ fact }}", "facts as fact"),
    heading("Reasons"), bullets("{{ reason }}", "reasons as reason"),
)

REMEDY: tuple[Block, ...] = (
    heading("How your answer was weighed", "answer_weighed"),
    body("{{ answer_weighed }}", "answer_weighed"),
    heading("If you disagree"),
    Items(("{% if remedy.public_authority %}You may object{% else %}You may appeal{% endif %} in writing to {{ "
           "remedy.addressee }}, {{ remedy.address }}. State the letter’s reference, what you contest and why. You "
           "have {{ remedy.days }} days. Day 1 is {{ remedy_first_day }}, the day after this letter was sent; the last "
           "day is **{{ remedy_last_day }}**, until midnight in the time zone {{ remedy.time_zone }}. One {% if "
           "remedy.public_authority %}objection{% else %}appeal{% endif %} is possible. People who are new to the file "
           "decide on it.",), each="remedies as remedy", style="Body"),
    body("{{ no_remedy }}", "no_remedy"),
)


def letter(title: str, lead: Sequence[Block], rest: Sequence[Block]) -> Callable[[], bytes]:
    """A letter: addressee, what it is about, the decision first, then why and what next, then who signs."""
    def build() -> bytes:
        word = Word(NO_REFERENCES, air=0.85)
        word.running("Letter")
        word.blocks((
            Para("**{{ sender.name }}**", "Address"), Para("{{ sender.seat }}", "Address"),
            Para("Date: {{ dated }}", "Letter Line"), Para("Reference: {{ reference }}", "Address"),
            Para("**{{ addressee.name }}**", "Letter Line"), Para("{{ addressee.attention }}", "Address"),
            Para("{{ addressee.seat }}", "Address"),
        ))
        word.para(title, "Letter Title")
        word.para(BANNER, "Banner", when="demonstration")
        word.blocks((*lead, ABOUT, *rest, *QUESTIONS))
        word.hold(2)
        word.blocks(SIGN_OFF)
        return word.save()
    return build


QUESTIONS: tuple[Block, ...] = (
    heading("Questions"),
    body("Your contact: {{ sender.contact }}, {{ sender.contact_email }}. Please name the reference {{ reference }}."),
)
SIGN_OFF: tuple[Block, ...] = (
    Para("For {{ sender.name }},", "Sign Off"),
    Para("{{ sender.signatory }}", "Signature Name"),
)

EFFECT = body("This decision takes effect on {{ effective }}.")

award = letter("Award of a grant", (
    body("We are pleased to award a grant of at most **{{ grant }}** ({{ grant_words }}) for your project. The period "
         "runs from {{ starts }} to {{ ends }}. The award takes effect on {{ effective }}."),
), (
    *FACTS,
    heading("Conditions"),
    body("There are no conditions beyond the agreement.", "not conditions"),
    body("You must meet these conditions by the dates shown. If one is not met in time, we may withdraw the award.",
         "conditions"),
    Table("Conditions of the award", ("Condition", "By"), (("{{ condition.text }}", "{{ condition.due }}"),),
          (13.0, 3.6), each="conditions as condition", when="conditions"),
    heading("Agreement"),
    body("The agreement is {{ instrument }}. {{ why_instrument }} The award itself gives no right to payment: money "
         "follows only after every party has signed."),
    body("The award **expires on {{ expires }}** unless every party has signed by then. Please tell us in time if that "
         "date is at risk."),
    heading("Next steps", "next_steps"), bullets("{{ step }}", "next_steps as step"),
))

reserve = letter("Place on the reserve list", (
    body("Your application is good enough to be funded, but the money available is used up. It has place **{{ rank "
         "}}** of {{ places }} on the reserve list. The list is valid until **{{ valid_until }}**; after that day the "
         "application lapses, and we will write to you."),
    EFFECT,
), (
    heading("Score"),
    body("The score is {{ score }}; the threshold is {{ threshold }}."),
    *FACTS,
    heading("What happens next"),
    body("If money becomes free, we ask the applicants in the order of the list. A place on the list is no promise of "
         "a grant. Costs that you make before an agreement is signed are not paid."),
    *REMEDY,
))

rejection = letter("Rejection of your application", (
    body("We regret that your application will not be funded. It scored **{{ score }}** of {{ full_score }}; the "
         "threshold is {{ threshold }}. It ranks {{ rank }} of {{ places }}."),
    EFFECT,
), (
    heading("Score and comment per criterion"),
    Table("Score per criterion", ("Criterion", "Score", "Of", "Comment"),
          (("{{ criterion.name }}", "{{ criterion.score }}", "{{ criterion.weight }}", "{{ criterion.comment }}"),),
          (4.6, 1.6, 1.4, 9.0), each="criteria as criterion", total=("Total", "{{ score }}", "{{ full_score }}", ""),
          numbers=(1, 2)),
    *FACTS,
    *REMEDY,
))

ineligible = letter("Your application is not eligible", (
    body("We regret that your application cannot be assessed further: it does not meet a mandatory rule of the call. "
         "This says nothing about its quality."),
    EFFECT,
), (
    heading("Rules that are not met"),
    Table("Rules that are not met", ("Rule", "What shows it", "What we asked", "Your answer"),
          (("{{ rule.rule }}", "{{ rule.evidence }}", "{{ rule.asked }}", "{{ rule.answer }}"),),
          (4.2, 4.2, 4.1, 4.1), each="rules as rule"),
    *FACTS,
    *REMEDY,
))

appeal_outcome = letter("Decision on your appeal", (
    body("Your appeal of {{ appeal_date }} against {{ contested }} is **accepted**. The application returns to "
         "{{ returns_to }}, and people who are new to the file review it again. The new result may be the same or "
         "different.", "accepted"),
    body("Your appeal of {{ appeal_date }} against {{ contested }} is **dismissed**. The decision stands.",
         "not accepted"),
    EFFECT,
), (
    heading("Who decided"),
    body("{{ panel }}"),
    heading("Your grounds and our findings"),
    Table("Grounds and "
          "findings", ("Ground", "Finding of the panel"), (("{{ ground.ground }}", "{{ ground.finding }}"),),
          (6.6, 10.0), each="grounds as ground"),
    *FACTS,
    heading("Next steps", "next_steps"), bullets("{{ step }}", "next_steps as step"),
    heading("If you disagree"),
    body("{{ further_remedy }}"),
))

closing = letter("Closing of the agreement", (
    body("We close {{ agreement }} on {{ effective }}. The final grant is **{{ final_grant }}** "
         "({{ final_grant_words }})."),
    body("Nothing is left to pay or to repay.", "settled"),
    body("We owe you a balance of **{{ balance }}** and must pay it by {{ settle_by "
         "}}.", "not settled and not owes_us"),
    body("You must repay **{{ balance }}** by {{ settle_by }}. Interest under the agreement is due after that date.",
         "owes_us"),
), (
    heading("Final account"),
    Table("Final account", ("Item", "Amount"), (
        ("Costs declared", "{{ declared }}"), ("Ineligible costs", "{{ ineligible }}"),
        ("Accepted costs", "{{ accepted_costs }}"), ("Maximum grant", "{{ maximum }}"),
        ("Final grant: {{ calculation }}", "{{ final_grant }}"), ("Paid so far", "{{ paid }}")),
        (12.6, 4.0), total=("{% if owes_us %}You repay{% else %}We pay{% endif %}", "{{ balance }}"), numbers=(1,)),
    *FACTS,
    heading("Knowledge shared", "obligations"),
    Table("Knowledge-sharing obligations met", ("Who", "Act", "By"),
          (("{{ duty.person }}", "{{ duty.act }}", "{{ duty.due }}"),), (5.0, 8.2, 3.4), each="obligations as duty",
          when="obligations"),
    heading("Duties that continue", "duties"),
    Table("Duties that continue", ("Duty", "Until", "If it is not met"),
          (("{{ duty.duty }}", "{{ duty.until }}", "{{ duty.consequence }}"),), (7.2, 3.4, 6.0), each="duties as duty",
          when="duties"),
    body("{{ thanks }}", "thanks"),
))

BUILDERS = {"award": award, "reserve": reserve, "rejection": rejection, "ineligible": ineligible,
            "appeal_outcome": appeal_outcome, "closing": closing}
