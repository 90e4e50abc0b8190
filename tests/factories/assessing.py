"""A submitted file with everybody who assesses, reviews, decides and judges it; and the way through those stages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import applications, people
from webapp.assessments import use_cases as assessing
from webapp.decisions import use_cases as deciding
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import Advice, Baseline, EligibilityCheck, Review, RuleCode, Verdict
from webapp.models.people import Organisation, Person
from webapp.policy import SYSTEM, Principal
from webapp.reviews import use_cases as reviewing
from webapp.services.advance import advance
from webapp.transaction import writing
from workflows import scoring
from workflows.vocabulary import Role, State, Trigger

OFFICE = {
    "second": Role.PROGRAMME_MANAGER, "third": Role.PROGRAMME_MANAGER, "finance": Role.FINANCE_OFFICER,
    "director": Role.DIRECTOR, "assessor": Role.ASSESSOR, "judge": Role.PANEL_MEMBER, "judge2": Role.PANEL_MEMBER,
    "judge3": Role.PANEL_MEMBER,
}  # fmt: skip
ASSOCIATIONS = {"ralga": "RALGA", "ralga2": "RALGA", "vng": "VNG", "vng2": "VNG"}
TITLES = {
    "second": "Second manager", "third": "Third manager", "finance": "Finance officer", "director": "Director",
    "assessor": "Assessor", "judge": "First judge", "judge2": "Second judge", "judge3": "Third judge",
    "ralga": "RALGA officer", "ralga2": "RALGA newcomer", "vng": "VNG officer", "vng2": "VNG newcomer",
    "lead": "Lead reviewer",
}  # fmt: skip


@dataclass(frozen=True)
class File:
    """One file and its people by name; `rooms` has the applicants and the file's manager."""

    number: int
    rooms: applications.Setting
    ids: dict[str, int]

    def person(self, name: str) -> Person:
        number = self.ids[name] if name in self.ids else getattr(self.rooms, name)
        return db.session.get_one(Person, number)

    def who(self, name: str) -> Principal:
        return SYSTEM if name == "system" else people.acting(self.person(name))

    def id(self, name: str) -> int:
        return self.person(name).id

    @property
    def application(self) -> Application:
        return db.session.get_one(Application, self.number)

    def go(self, trigger: Trigger, name: str, reason: str = "") -> None:
        """One move in a transaction of its own."""
        with writing():
            advance(self.application, trigger, self.who(name), reason=reason)


def submitted(ceiling: int = 250_000, requested: int = 18_000, title: str = "") -> File:
    """A submitted application and one person for every role around it."""
    rooms = applications.setting(ceiling=ceiling)
    ids: dict[str, int] = {}
    with writing():
        for name, role in OFFICE.items():
            ids[name] = people.grant(people.person(TITLES[name]), role, programme_id=rooms.programme).id
        for name, association in ASSOCIATIONS.items():
            ids[name] = people.grant(people.person(TITLES[name]), Role.LGA_OFFICER, organisation=_named(association)).id
        ids["lead"] = people.grant(people.person(TITLES["lead"]), Role.LEAD_REVIEWER, organisation=_named("RALGA")).id
    return File(another(rooms, requested, title), rooms, ids)


def another(rooms: applications.Setting, requested: int = 18_000, title: str = "") -> int:
    """One more submitted application of the same two municipalities in the same call."""
    number = applications.complete(rooms)
    with writing():
        application = db.session.get_one(Application, number)
        line = applications.line(rooms, requested=Decimal(requested))
        applications.use_cases.save_section(
            application, applications.Section.BUDGET, {"lines": [line]}, rooms.who("editor")
        )
        application.title = title or application.title
        for name in ("signatory", "partner_signatory"):
            applications.use_cases.sign_off(application, rooms.who(name))
    with writing():
        advance(db.session.get_one(Application, number), Trigger.SUBMIT, rooms.who("signatory"))
    return number


def _named(name: str) -> Organisation:
    return db.session.scalars(db.select(Organisation).where(Organisation.name == name)).one()


# --- stages -----------------------------------------------------------------------------------------


def in_eligibility(**options: int) -> File:
    file = submitted(**options)
    file.go(Trigger.START_ELIGIBILITY, "manager")
    return file


def check_all(file: File, failing: RuleCode | None = None) -> None:
    """Every rule gets its verdict; one may fail."""
    with writing():
        for check in db.session.scalars(
            db.select(EligibilityCheck).where(EligibilityCheck.application_id == file.number)
        ).all():
            passed = Verdict.PASS if check.mandatory else Verdict.NOT_APPLICABLE
            verdict = Verdict.FAIL if check.rule is failing else passed
            assessing.check_rule(file.application, check.rule, verdict, f"Seen: {check.rule}", file.who("manager"))


def in_baseline(**options: int) -> File:
    file = in_eligibility(**options)
    check_all(file)
    file.go(Trigger.PASS_ELIGIBILITY, "manager")
    return file


def score_baselines(file: File, score: int = 3) -> None:
    """Every item of both municipalities gets this score."""
    rows = [
        {"item": item, "score": score, "evidence": f"Seen: {item}", "observed_on": date(2026, 1, 5)}
        for item in scoring.BASELINE_ITEMS
    ]
    with writing():
        for baseline in db.session.scalars(db.select(Baseline).where(Baseline.application_id == file.number)).all():
            assessing.score_items(baseline, rows, file.who("assessor"))


def in_review(**options: int) -> File:
    file = in_baseline(**options)
    score_baselines(file)
    file.go(Trigger.SEND_TO_REVIEW, "assessor")
    return file


def review_of(file: File, name: str) -> Review:
    """The review of this person in the current round."""
    mine = (Review.application_id == file.number, Review.reviewer_id == file.id(name))
    return db.session.scalars(db.select(Review).where(*mine, Review.round == file.application.review_round)).one()


def write_review(file: File, name: str, score: int, conditions: str = "") -> None:
    """Declare, give this score (1–5) on each criterion, advise, submit."""
    with writing():
        review = review_of(file, name)
        reviewing.declare(review, True, "", file.who(name))
        scores = dict.fromkeys(scoring.REVIEW_GRID, score)
        comments = {key: f"{file.person(name).name} on {key}" for key in scores}
        advice = Advice.CONDITIONAL if conditions else Advice.FUND if score > 2 else Advice.REJECT
        reviewing.save_scores(review, scores, comments, advice, conditions, "On the whole", file.who(name))
        advance(review, Trigger.SUBMIT_REVIEW, file.who(name))


def reviewed(first: int = 4, second: int = 4, **options: int) -> File:
    file = in_review(**options)
    write_review(file, "ralga", first)
    write_review(file, "vng", second, conditions="Name a second guide." if second > 2 else "")
    return file


def in_decision(first: int = 4, second: int = 4, **options: int) -> File:
    file = reviewed(first, second, **options)
    file.go(Trigger.SEND_TO_DECISION, "lead")
    return file


def recommended(
    file: File, outcome: State = State.APPROVED, amount: int | None = 18_000, name: str = "manager"
) -> None:
    with writing():
        value = None if amount is None else Decimal(amount)
        deciding.recommend(file.application, outcome, value, "Name a guide.", "The reviewers agree.", file.who(name))


def confirmed(file: File, role: Role, name: str) -> None:
    with writing():
        deciding.confirm(file.application, role, file.who(name))


def rejected(**options: int) -> File:
    """Rejected at 40 points, small enough that a second manager alone confirms."""
    file = in_decision(2, 2, **options)
    recommended(file, State.REJECTED, None)
    confirmed(file, Role.PROGRAMME_MANAGER, "second")
    return file


def ineligible() -> File:
    file = in_eligibility()
    check_all(file, failing=RuleCode.ON_THEME)
    with writing():
        assessing.waive_clarification(file.application, "The theme is not one of the plan's.", file.who("manager"))
    file.go(Trigger.FAIL_ELIGIBILITY, "manager")
    return file


def appealed(file: File) -> File:
    file.go(Trigger.FILE_APPEAL, "signatory", "The lease of the site was overlooked.")
    return file


def voted(file: File, name: str, uphold: bool) -> None:
    with writing():
        deciding.vote(file.application, uphold, f"{file.person(name).name} read everything.", file.who(name))


class Visitor:
    """Somebody at a browser; where the test stands in an application context, the browser is an `Outside`."""

    def __init__(self, client: FlaskClient, who: Person) -> None:
        self.client = people.sign_in(client, who)

    def get(self, url: str) -> TestResponse:
        return self.client.get(url)

    def post(self, url: str, data: Mapping[str, object] | None = None) -> TestResponse:
        return self.client.post(url, data=data or {})


def enter(client: FlaskClient, file: File, name: str) -> Visitor:
    return Visitor(client, file.person(name))


def at_most_ten(visitor: Visitor, url: str) -> None:
    """The page comes with ten statements or fewer."""
    visitor.get(url)
    with applications.statements() as seen:
        assert visitor.get(url).status_code == 200
    assert len(seen) <= 10, "\n\n".join(seen)
