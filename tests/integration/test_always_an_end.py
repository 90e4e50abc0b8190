"""No file gets stuck: from every state that a real file comes to, people can bring it to an end through `advance`."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import applications as a
from tests.factories import assessing as make
from tests.factories import monitoring as m
from webapp import clock
from webapp.agreements import use_cases as contracts
from webapp.applications import use_cases as applying
from webapp.errors import Refused
from webapp.extensions import db
from webapp.models.application import Application, Section
from webapp.models.monitoring import Audit, AuditKind, CorrectiveAction, Obligation, Opinion, Report
from webapp.models.types import Case
from webapp.monitoring import use_cases
from webapp.policy import SYSTEM, Principal
from webapp.services.advance import advance, definition_of, offers
from webapp.transaction import writing
from workflows.definitions import CURRENT
from workflows.vocabulary import Instrument, Machine, Role, State, Trigger

S, T = State, Trigger
UNDER_WAY = {spec.name for spec in CURRENT[Machine.APPLICATION].states if not spec.is_final}
APPLYING = {
    S.DRAFT, S.SUBMITTED, S.ELIGIBILITY, S.BASELINE, S.CAPACITY_HOLD, S.CLARIFICATION, S.REVIEW, S.DECISION, S.RESERVE,
    S.APPROVED, S.CONTRACTING,
}  # fmt: skip
REFUSED = {S.REJECTED, S.INELIGIBLE, S.APPEAL}
FOLLOWED = {S.SIGNED, S.MONITORING, S.SUSPENDED, S.CLOSING}


class Undone(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """What happens in here is taken back."""
    with pytest.raises(Undone), writing():
        yield
        raise Undone
    db.session.remove()


def test_every_state_that_is_no_end_is_looked_at_here() -> None:
    assert APPLYING | REFUSED | FOLLOWED == UNDER_WAY


# --- until the contract -----------------------------------------------------------------------------


def test_until_the_contract_the_applicants_can_withdraw(app: Flask) -> None:
    """One file through every state before the signature; at each the withdrawal is tried and taken back."""
    with app.app_context():
        came = list(_walked_to_contracting())
        assert set(came) == APPLYING


def _walked_to_contracting() -> Iterator[State]:
    file = make.submitted()
    yield _withdrawn(db.session.get_one(Application, a.draft(file.rooms)), file.who("signatory"))
    for step in (_assessed, _reviewed, _decided):
        for _step in step(file):
            yield _withdrawn(file.application, file.who("signatory"))


def _withdrawn(application: Application, signatory: Principal) -> State:
    number, state = application.id, application.state
    with undone():
        advance(db.session.get_one(Application, number), T.WITHDRAW, signatory, reason="We do it ourselves")
        assert db.session.get_one(Application, number).state is S.WITHDRAWN
    return state


def _assessed(file: make.File) -> Iterator[None]:
    yield
    file.go(T.START_ELIGIBILITY, "manager")
    yield
    make.check_all(file)
    file.go(T.PASS_ELIGIBILITY, "manager")
    yield
    make.score_baselines(file, 1)
    file.go(T.HOLD_FOR_CAPACITY, "assessor", "Finance first")
    yield
    file.go(T.RESUME_BASELINE, "assessor", "They have a plan")
    make.score_baselines(file, 3)


def _reviewed(file: make.File) -> Iterator[None]:
    file.go(T.SEND_TO_REVIEW, "assessor")
    yield
    due = clock.today() + timedelta(days=10)
    with writing():
        applying.ask_clarification(file.application, "Whose land?", [Section.BUDGET], due, file.who("ralga"))
    yield
    with writing():
        applying.answer_clarification(file.application, "Ours.", file.who("editor"))
    with writing():
        for name in ("signatory", "partner_signatory"):
            applying.sign_off(file.application, file.who(name))
    file.go(T.ANSWER_CLARIFICATION, "editor")
    for name in ("ralga", "vng"):
        make.write_review(file, name, 4)


def _decided(file: make.File) -> Iterator[None]:
    file.go(T.SEND_TO_DECISION, "lead")
    yield
    make.recommended(file, S.RESERVE)
    make.confirmed(file, Role.PROGRAMME_MANAGER, "second")
    yield
    file.go(T.RECONSIDER, "manager")
    make.recommended(file, S.APPROVED)
    make.confirmed(file, Role.PROGRAMME_MANAGER, "second")
    yield
    with writing():
        contracts.choose_instrument(file.application, Instrument.MEMORANDUM, "", file.who("manager"))
    file.go(T.START_CONTRACTING, "manager")
    yield


@pytest.mark.parametrize("refused", [make.ineligible, make.rejected])
def test_a_refusal_becomes_final_by_itself_and_an_appeal_is_judged(
    app: Flask, refused: Callable[[], make.File]
) -> None:
    with app.app_context():
        file = refused()
        came = {file.application.state}
        with clock.at(clock.now() + timedelta(days=43)), undone():
            advance(file.application, T.CLOSE_REFUSED, SYSTEM)
            assert file.application.state is S.CLOSED
        came.add(make.appealed(file).application.state)
        for name in ("judge", "judge2"):
            make.voted(file, name, False)
        assert file.application.state is S.CLOSED
        assert len(came) == 2
        assert came < REFUSED


# --- after the signature ----------------------------------------------------------------------------

FORWARD = (
    T.RESUME, T.SUBMIT_REPORT, T.ACCEPT_REPORT, T.MARK_DONE, T.VERIFY, T.CLOSE_ACTION, T.DELIVER, T.CONFIRM_DELIVERY,
    T.START_MONITORING, T.START_CLOSING, T.CLOSE,
)  # fmt: skip
PEOPLE = ("editor", "partner editor", "signatory", "officer", "manager", "director")


def cases(follow: m.Follow) -> list[Case]:
    """The file and everything in it that moves."""
    parts = (Report, CorrectiveAction, Obligation)
    found = [row for part in parts for row in db.session.scalars(select(part).order_by(part.id))]
    return [*found, follow.application()]


def ready(follow: m.Follow, case: Case, among: tuple[Trigger, ...] = tuple(Trigger)) -> list[tuple[Trigger, str]]:
    """What anybody can do with this case now, with one person who can."""
    leaving = [move for move in definition_of(case).leaving(case.state) if move.trigger in among]
    if not leaving:
        return []
    found: dict[Trigger, str] = {}
    for name in PEOPLE:
        for offer in offers(case, follow.principal(name)):
            if offer.ready and offer.move.trigger in among:
                found.setdefault(offer.move.trigger, name)
    return list(found.items())


def finish(follow: m.Follow) -> State:
    """Go forward wherever somebody can, until nobody can: that must be the end."""
    while step := _next_step(follow):
        case, trigger, name = step
        m.move(follow, name, type(case), case.id, trigger, "Because")
        if trigger is T.START_CLOSING:
            _audited(follow)
    return follow.application().state


def _next_step(follow: m.Follow) -> tuple[Case, Trigger, str] | None:
    db.session.remove()
    for case in cases(follow):
        for trigger, name in ready(follow, case, FORWARD):
            return case, trigger, name
    return None


def _audited(follow: m.Follow) -> None:
    def act(f: m.Follow, who: Principal) -> None:
        use_cases.give_opinion(f.application(), Opinion.UNQUALIFIED, "All in order", m.NOTHING, who)

    follow.run("auditor", act)


@pytest.fixture
def follow(app: Flask) -> Iterator[m.Follow]:
    """In monitoring, with two reports that are written, an action and two obligations that are proven."""
    followed = m.monitored(app, days=730)
    _finding, action = m.action(followed)
    m.prove(followed, CorrectiveAction, action)
    for report in m.reports(followed):
        m.write(followed, report)
    for obligation in m.obligations(followed):
        m.prove(followed, Obligation, obligation, by="partner editor")
    with app.app_context():
        yield followed
        db.session.remove()


WAYS = {
    S.DUE: (),
    S.SUBMITTED: (T.SUBMIT_REPORT,),
    S.RETURNED: (T.SUBMIT_REPORT, T.RETURN_REPORT),
    S.ACCEPTED: (T.SUBMIT_REPORT, T.ACCEPT_REPORT),
}


def reported(follow: m.Follow, report: int, state: State) -> None:
    for trigger in WAYS[state]:
        name = "editor" if trigger is T.SUBMIT_REPORT else "manager"
        m.move(follow, name, Report, report, trigger, "Because")


@pytest.mark.parametrize("state", [S.DUE, S.SUBMITTED, S.RETURNED, S.ACCEPTED])
def test_whatever_becomes_of_the_interim_report_the_file_ends(follow: m.Follow, state: State) -> None:
    """The final one is accepted; the closing begins when the other is accepted too, and not before."""
    interim, final = m.reports(follow)
    reported(follow, interim, state)
    reported(follow, final, S.ACCEPTED)
    if state is not S.ACCEPTED:
        with pytest.raises(Refused, match="reports_open"):
            m.move(follow, "manager", Application, follow.file, T.START_CLOSING)
    assert finish(follow) is S.CLOSED


@pytest.mark.parametrize("state", [S.DUE, S.SUBMITTED, S.RETURNED])
def test_a_report_that_is_open_in_the_closing_is_settled_there(follow: m.Follow, state: State) -> None:
    """So stands a file whose closing began before all the reports were asked for."""
    interim, final = m.reports(follow)
    reported(follow, interim, state)
    reported(follow, final, S.ACCEPTED)
    with writing():
        follow.application().state = S.CLOSING
        told = {"requested_at": clock.now(), "delivered_at": clock.now(), "opinion": Opinion.UNQUALIFIED}
        db.session.add(Audit(application_id=follow.file, kind=AuditKind.SIMPLE, **told))
    with pytest.raises(Refused, match="reports_open"):
        m.move(follow, "director", Application, follow.file, T.CLOSE)
    assert finish(follow) is S.CLOSED


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_wherever_people_take_a_project_it_comes_to_an_end(follow: m.Follow, seed: int) -> None:
    """Twenty moves that somebody can make, back and forth, also into a suspension and into the closing."""
    dice = random.Random(seed)
    for _step in range(20):
        db.session.remove()
        case = dice.choice(cases(follow))
        if found := ready(follow, case, tuple(set(Trigger) - {T.CLOSE, T.TERMINATE, T.WAIVE})):
            trigger, name = dice.choice(sorted(found))
            m.move(follow, name, type(case), case.id, trigger, "Because")
    if follow.application().state is S.CLOSING:
        _audited(follow)
    assert finish(follow) is S.CLOSED


@pytest.mark.parametrize("state", [S.SIGNED, S.MONITORING, S.SUSPENDED])
def test_a_project_that_does_not_go_on_is_ended_after_notice(app: Flask, state: State) -> None:
    follow = m.signed_file(app) if state is S.SIGNED else m.monitored(app)
    if state is S.SUSPENDED:
        m.move(follow, "manager", Application, follow.file, T.SUSPEND, "No access")
    with app.app_context():
        follow.run("director", lambda f, who: use_cases.give_notice(f.application(), "Nothing happens", who) and None)
        with clock.at(clock.now() + timedelta(days=70)):
            m.move(follow, "director", Application, follow.file, T.TERMINATE, "Nothing happened")
        db.session.remove()
        assert follow.application().state is S.TERMINATED


def test_what_was_given_back_before_monitoring_does_not_hold_it_up(app: Flask) -> None:
    """Its date ran from then on; to begin it once more was refused by the database."""
    follow = m.set_up(m.signed_file(app))
    obligation = m.obligations(follow)[0]
    m.prove(follow, Obligation, obligation, by="partner editor")
    m.move(follow, "partner editor", Obligation, obligation, T.DELIVER)
    m.move(follow, "manager", Obligation, obligation, T.REDO, "Who was there?")
    m.move(follow, "manager", Application, follow.file, T.START_MONITORING)
    with app.app_context():
        assert follow.application().state is S.MONITORING
