"""A town in which a case stands in every state of every machine, ready to leave it: walked there, not placed."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Flask

from tests.factories import agreements, applications, assessing, monitoring, people, programmes
from tests.factories.agreements import File as Contract
from tests.factories.assessing import File
from webapp import clock
from webapp.agreements import use_cases as contracts
from webapp.applications import use_cases as applying
from webapp.assessments import use_cases as assessments
from webapp.documents import catalogue
from webapp.documents.storage import LocalStorage
from webapp.extensions import db
from webapp.models.agreement import DocumentKind
from webapp.models.application import Application, Section, StoredFile
from webapp.models.assessment import Review, RuleCode
from webapp.models.monitoring import (
    Audit,
    CorrectiveAction,
    FindingSource,
    Obligation,
    Opinion,
    Report,
    Severity,
)
from webapp.models.negotiation import ClauseEffect
from webapp.models.people import Organisation, Person
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.template import DocumentTemplate
from webapp.models.types import Case
from webapp.monitoring import use_cases as following
from webapp.negotiation import use_cases as negotiation
from webapp.policy import SYSTEM, Principal
from webapp.programmes import use_cases as planning
from webapp.services import templates
from webapp.services.advance import advance
from webapp.services.versions import CASES
from webapp.transaction import writing
from workflows.vocabulary import Machine, Role, State, Trigger

M, S, T = Machine, State, Trigger
Place = tuple[Machine, State, str]  # the word tells apart those that stand in the same state


@dataclass
class Town:
    """Numbers of rows, so that they outlive a session."""

    places: dict[Place, int] = field(default_factory=dict)

    def put(self, case: Case, word: str = "") -> None:
        place = (case.__machine__, case.state, word)
        if place in self.places:
            raise ValueError(f"two cases in {place}")
        self.places[place] = case.id

    def case(self, machine: Machine, state: State, word: str = "") -> Any:
        return db.session.get_one(CASES[machine], self.places[machine, state, word])


def town(app: Flask) -> Town:
    """Everything; in transactions of its own, in an application context."""
    storage = app.extensions["jumelage.storage"]
    made = Town()
    _programmes(made)
    _assessed(made)
    _contracted(made, storage)
    _templates(made, storage)
    return made


# --- programme, plan, call ----------------------------------------------------------------------------------------


def _programmes(made: Town) -> None:
    rooms = programmes.rooms(12_000_000)
    with writing():  # the other half of the town has the same names
        db.session.get_one(Programme, rooms.programme).code = "OTHER"
        for place in db.session.scalars(db.select(Organisation)):
            place.name = f"{place.name} of others"
    plans = {"draft": programmes.plan(rooms), "consultation": programmes.plan(rooms), "endorsed": 0, "approved": 0}
    programmes.move(plans["consultation"], T.CONSULT, rooms, "manager")
    plans["endorsed"], plans["approved"] = programmes.endorsed(rooms), programmes.approved(rooms)
    busy = programmes.approved(rooms)
    calls = (programmes.call(rooms, busy, opened=False), programmes.call(rooms, busy))
    with writing():
        director = rooms.who("director")
        new, idle = (
            planning.create_programme(programmes.programme_values(rooms.office, code=code), director)
            for code in ("NEW", "IDLE")
        )
        made.put(new)
        advance(idle, T.OPEN_PROGRAMME, rooms.who("director"))
        made.put(idle)
        for number in plans.values():
            made.put(db.session.get_one(CountryPlan, number))
        for number in calls:
            made.put(db.session.get_one(Call, number))


# --- from the draft to the decision and the appeal ----------------------------------------------------------------


def _assessed(made: Town) -> None:
    first = assessing.submitted()
    rooms = first.rooms

    def another(title: str) -> File:
        return File(assessing.another(rooms, title=title), rooms, first.ids)

    made.put(first.application)
    made.put(db.session.get_one(Application, applications.signed_off(rooms)))
    for word, way in WAYS.items():
        file = another(word)
        way(file)
        made.put(file.application, word if (M.APPLICATION, file.application.state, "") in made.places else "")
    file = another("Asks its reviewers")
    _to_review(file)
    made.put(file.application, "unread")
    review = assessing.review_of(file, "ralga")
    with writing():
        assessing.reviewing.declare(review, True, "", file.who("ralga"))
        scores = dict.fromkeys(assessing.scoring.REVIEW_GRID, 4)
        comments = dict.fromkeys(scores, "Seen")
        assessing.reviewing.save_scores(
            review, scores, comments, assessing.Advice.FUND, "", "On the whole", file.who("ralga")
        )
    made.put(review)


def _to_eligibility(file: File) -> None:
    file.go(T.START_ELIGIBILITY, "manager")
    assessing.check_all(file)


def _to_failure(file: File) -> None:
    file.go(T.START_ELIGIBILITY, "manager")
    assessing.check_all(file, failing=RuleCode.ON_THEME)
    with writing():
        assessments.waive_clarification(file.application, "Not a theme of the plan.", file.who("manager"))


def _to_ineligible(file: File) -> None:
    _to_failure(file)
    file.go(T.FAIL_ELIGIBILITY, "manager")


def _to_baseline(file: File, score: int = 3) -> None:
    _to_eligibility(file)
    file.go(T.PASS_ELIGIBILITY, "manager")
    assessing.score_baselines(file, score)


def _to_low_baseline(file: File) -> None:
    _to_baseline(file, 1)


def _to_hold(file: File) -> None:
    _to_baseline(file, 1)
    file.go(T.HOLD_FOR_CAPACITY, "assessor", "Two items are at one.")


def _to_review(file: File) -> None:
    _to_baseline(file)
    file.go(T.SEND_TO_REVIEW, "assessor")


def _to_reviewed(file: File, score: int = 4) -> None:
    _to_review(file)
    for row in db.session.scalars(db.select(Review).where(Review.application_id == file.number)).all():
        name = next(name for name, number in file.ids.items() if number == row.reviewer_id)
        assessing.write_review(file, name, score)


def _to_decision(file: File, score: int = 4) -> None:
    _to_reviewed(file, score)
    file.go(T.SEND_TO_DECISION, "lead")


def _recommended(file: File, outcome: State, score: int = 4) -> None:
    _to_decision(file, score)
    assessing.recommended(file, outcome, None if outcome is S.REJECTED else 18_000)


def _confirmed(file: File, outcome: State, score: int = 4) -> None:
    _recommended(file, outcome, score)
    assessing.confirmed(file, Role.PROGRAMME_MANAGER, "second")


def _to_question(file: File) -> None:
    file.go(T.START_ELIGIBILITY, "manager")
    ask(file.application, file.who("manager"))


def ask(file: Application, who: Principal) -> None:
    """Ask for a better budget and move to clarification; in a transaction of its own."""
    with writing():
        due_on = clock.today() + timedelta(days=10)
        applying.ask_clarification(file, "Where is the land title?", [Section.PROBLEM], due_on, who)


def answer(file: Application, writer: Principal, *signing: Principal) -> None:
    """Answer what was asked, and have every party sign off; in a transaction of its own."""
    with writing():
        applying.answer_clarification(file, "It is attached.", writer)
        for who in signing:
            applying.sign_off(file, who)


def _to_answer(file: File) -> None:
    _to_question(file)
    answer(file.application, *(file.who(name) for name in ("editor", "signatory", "partner_signatory")))


WAYS: dict[str, Callable[[File], None]] = {
    "eligible": _to_eligibility,
    "failing": _to_failure,
    "ineligible": _to_ineligible,
    "strong": _to_baseline,
    "weak": _to_low_baseline,
    "held": _to_hold,
    "reviewed": _to_reviewed,
    "approve": lambda file: _recommended(file, S.APPROVED),
    "reserve": lambda file: _recommended(file, S.RESERVE),
    "reject": lambda file: _recommended(file, S.REJECTED, 2),
    "reserved": lambda file: _confirmed(file, S.RESERVE),
    "rejected": lambda file: _confirmed(file, S.REJECTED, 2),
    "appealed": lambda file: (_confirmed(file, S.REJECTED, 2), assessing.appealed(file))[0],
    "appealed as ineligible": lambda file: (_to_ineligible(file), assessing.appealed(file))[0],
    "asked": _to_answer,
}


# --- from the award to the end ------------------------------------------------------------------------------------

_letters = itertools.count()


def _contracted(made: Town, storage: LocalStorage) -> None:
    for way in (_just_approved, _drafted, _deviating, _signing, _signed, _reporting, _reported, _suspended, _closing):
        with writing():
            file = agreements.approved(suffix=f" {way.__name__.strip('_')}", months=48)
            way(made, file, storage)


def _just_approved(made: Town, file: Contract, storage: LocalStorage) -> None:
    contracts.choose_instrument(
        file.application, contracts.computed_instrument(file.application), "", file.as_manager()
    )
    made.put(file.application)


def _write(file: Contract, storage: LocalStorage) -> None:
    agreement = agreements.prepared(file)
    for trainee in ("Guide trainer", "Planner"):
        values = {
            "organisation_id": file.partner.id, "trainee": trainee, "training": "Internship",
            "activity": "Workshop for the districts", "due_on": agreement.ends_on - timedelta(days=30),
        }  # fmt: skip
        contracts.add_obligation(agreement, values, file.as_manager())
    contracts.generate(agreement, file.as_manager(), storage, demonstration=False)
    agreements.checked(file, storage)


def _drafted(made: Town, file: Contract, storage: LocalStorage) -> None:
    _write(file, storage)
    made.put(file.application)
    made.put(file.agreement)


def _deviating(made: Town, file: Contract, storage: LocalStorage) -> None:
    """Two special clauses in a draft of their own: a clause that waits stops the issuing."""
    agreement = agreements.prepared(file)
    words = negotiation.Words(None, ClauseEffect.SUPPLEMENTS, "Language", "Talks are in Dutch.")
    waits, stands = (negotiation.propose(agreement, words, file.as_manager()) for _number in range(2))
    negotiation.approve(stands, stands.sha256, people.acting(file.director))
    for clause in (waits, stands):
        made.put(clause)


def _issue(file: Contract, storage: LocalStorage, signing: int) -> None:
    _write(file, storage)
    contracts.issue(file.agreement, file.as_manager())
    for who in file.signatories()[:signing]:
        agreements.signed_by(file, who, storage)


def _signing(made: Town, file: Contract, storage: LocalStorage) -> None:
    """All have signed but the director."""
    _issue(file, storage, 2)
    made.put(file.application, "issued")
    made.put(file.agreement)


def _begin(file: Contract, storage: LocalStorage) -> None:
    """Signed by all, the committee decided, focal points named, an auditor at hand, notice given."""
    _issue(file, storage, 3)
    manager, programme = file.as_manager(), file.application.call.plan.programme_id
    following.decide_committee(file.application, True, "Two municipalities, one budget", file.lead.id, manager)
    for place in (file.lead, file.partner):
        officer = people.person(f"Head of audit, {place.name}")
        people.affiliate(officer, place)
        following.name_focal_point(file.application, place.id, officer.id, manager)
    people.holding(Role.AUDITOR, programme_id=programme)
    following.give_notice(file.application, "The route is not kept in repair.", people.acting(file.director))


def _signed(made: Town, file: Contract, storage: LocalStorage) -> None:
    _begin(file, storage)
    made.put(file.application)
    made.put(file.agreement)


def _run(file: Contract, storage: LocalStorage) -> list[Report]:
    _begin(file, storage)
    advance(file.application, T.START_MONITORING, file.as_manager())
    return _of(file, Report)


def _of(file: Contract, kind: type[Any]) -> list[Any]:
    return list(db.session.scalars(db.select(kind).where(kind.application_id == file.application.id).order_by(kind.id)))


def _reporting(made: Town, file: Contract, storage: LocalStorage) -> None:
    """A report, an action and an obligation in each state."""
    due, submitted, returned, *_rest = _run(file, storage)
    editor, manager = people.acting(file.editors[file.lead.id]), file.as_manager()
    for report in (due, submitted, returned):
        following.save_report(report, monitoring.WHOLE, editor)
    for report in (submitted, returned):
        advance(report, T.SUBMIT_REPORT, editor)
    advance(returned, T.RETURN_REPORT, manager, reason="Say more of the trainees.")
    actions = [_action(file) for _number in range(3)]
    for action in actions[1:]:
        advance(action, T.MARK_DONE, editor)
    advance(actions[2], T.VERIFY, manager)
    owed, delivered, *_waits = _of(file, Obligation)
    for obligation in (owed, delivered):
        following.save_evidence(obligation, "List of those who took part", editor)
    advance(delivered, T.DELIVER, editor)
    for case in (file.application, due, submitted, returned, *actions, owed, delivered):
        made.put(case, "reporting" if isinstance(case, Application) else "")


def _action(file: Contract) -> CorrectiveAction:
    values = {"source": FindingSource.SITE_VISIT, "severity": Severity.HIGH, "text": "Weighbridge not calibrated"}
    finding = following.raise_finding(file.application, values, file.as_manager())
    todo = {
        "description": "Calibrate it", "owner_organisation_id": file.lead.id, "owner_id": None,
        "due_on": clock.today() + timedelta(days=10),
    }  # fmt: skip
    action = following.open_action(finding, todo, file.as_manager())
    following.save_evidence(action, "Certificate 12", people.acting(file.editors[file.lead.id]))
    return action


def _all_reported(file: Contract, storage: LocalStorage) -> None:
    editor = people.acting(file.editors[file.lead.id])
    for report in _run(file, storage):
        following.save_report(report, monitoring.WHOLE, editor)
        advance(report, T.SUBMIT_REPORT, editor)
        advance(report, T.ACCEPT_REPORT, file.as_manager())


def _reported(made: Town, file: Contract, storage: LocalStorage) -> None:
    _all_reported(file, storage)
    made.put(file.application)


def _suspended(made: Town, file: Contract, storage: LocalStorage) -> None:
    _run(file, storage)
    advance(file.application, T.SUSPEND, file.as_manager(), reason="Flood.")
    made.put(file.application)


def _closing(made: Town, file: Contract, storage: LocalStorage) -> None:
    """Nothing stands in the way of the end."""
    editor, manager = people.acting(file.editors[file.lead.id]), file.as_manager()
    _all_reported(file, storage)
    action = _action(file)
    advance(action, T.MARK_DONE, editor)
    for trigger in (T.VERIFY, T.CLOSE_ACTION):
        advance(action, trigger, manager)
    for obligation in _of(file, Obligation):
        following.save_evidence(obligation, "List of those who took part", editor)
        advance(obligation, T.DELIVER, editor)
        advance(obligation, T.CONFIRM_DELIVERY, manager)
    advance(file.application, T.START_CLOSING, manager)
    (audit,) = _of(file, Audit)
    auditor = people.acting(db.session.get_one(Person, audit.auditor_id))
    following.give_opinion(file.application, Opinion.UNQUALIFIED, "In order.", Decimal(0), auditor)
    made.put(file.application)


# --- templates ----------------------------------------------------------------------------------------------------


def _templates(made: Town, storage: LocalStorage) -> None:
    """The letter that Jumelage ships, uploaded for three languages: just previewed, confirmed, in use."""
    with writing():
        file = made.case(M.APPLICATION, S.APPROVED)
        programme = file.call.plan.programme
        uploader = people.acting(people.holding(Role.PROGRAMME_MANAGER, programme_id=programme.id))
        director = people.acting(people.holding(Role.DIRECTOR, programme_id=programme.id))
        word = catalogue.shipped(catalogue.DocumentKind.AWARD)
        rows = [_template(programme, language, uploader, word, storage) for language in ("en", "fr", "nl")]
        for row in rows:
            templates.keep_preview(row.id, templates.Preview(word=word), storage)
        for row in rows[1:]:
            advance(row, T.CONFIRM_PREVIEW, uploader)
        advance(rows[2], T.ACTIVATE_TEMPLATE, director)
        for row in rows:
            made.put(row)


def _template(
    programme: Programme, language: str, uploader: Principal, word: bytes, storage: LocalStorage
) -> DocumentTemplate:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    stored = StoredFile(
        sha256=storage.put(word, kind), size=len(word), content_type=kind, name="award.docx", created_at=clock.now(),
        created_by_id=uploader.person_id,
    )  # fmt: skip
    row = DocumentTemplate(
        programme_id=programme.id, kind=DocumentKind.AWARD, language=language, number=1, file=stored,
        uploaded_by_id=uploader.person_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def everybody() -> list[Principal]:
    """All people of the town as they are now, and the system."""
    rows = db.session.scalars(db.select(Person).order_by(Person.id))
    return [*(people.acting(row) for row in rows), SYSTEM]


def placed_call(of: Programme | CountryPlan, drafter: int) -> Call:
    """An open call of this plan, or of a new plan of this programme."""
    today = clock.today()
    if isinstance(of, Programme):
        lga = db.session.scalars(db.select(CountryPlan.lga_id)).first()
        of = CountryPlan(
            programme_id=of.id, title="Plan", country="RW", envelope=Decimal(1), lga_id=lga, drafted_by_id=drafter,
            starts_on=of.starts_on, ends_on=of.ends_on, state=S.APPROVED,
        )  # fmt: skip
    return Call(
        plan=of, title="Another call", opens_on=today, closes_on=today + timedelta(days=9), floor=Decimal(1),
        ceiling=Decimal(2), state=S.OPEN,
    )  # fmt: skip
