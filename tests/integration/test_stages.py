"""A part lives with its file: for each part, state of the file and role, the offers and the policy agree."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.factories import assessing as make
from tests.factories import monitoring as m
from webapp import clock, policy
from webapp.applications import use_cases as applying
from webapp.errors import Refused
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application, Section
from webapp.models.assessment import Review
from webapp.models.monitoring import CorrectiveAction, Obligation, Report
from webapp.models.people import Person
from webapp.models.types import Case
from webapp.monitoring import use_cases
from webapp.policy import Action, FileScope, Grant, Principal
from webapp.services.advance import actor_on, advance
from webapp.services.facts import facts_of
from webapp.services.scope import file_scope
from webapp.transaction import writing
from workflows import engine
from workflows.definitions import CURRENT
from workflows.stages import STAGES
from workflows.vocabulary import Machine, Role, State, Trigger

R, T = Role, Trigger
STATES = [spec.name for spec in CURRENT[Machine.APPLICATION].states]
ELSEWHERE = frozenset({"case_not_in_review", "case_not_running", "case_not_in_contracting"})
# What the policy calls each move of a part; a report is judged by the move alone, the policy has no word for it.
CALLED: dict[Trigger, Action | None] = {
    T.SUBMIT_REVIEW: Action.REVIEW, T.RECUSE: Action.REVIEW,
    T.ISSUE: Action.PREPARE_AGREEMENT, T.REDRAFT: Action.PREPARE_AGREEMENT, T.DECLINE: Action.SIGN,
    T.SUBMIT_REPORT: Action.WRITE_REPORT, T.RETURN_REPORT: None, T.ACCEPT_REPORT: None,
    T.MARK_DONE: Action.WORK_ON_ACTION, T.REOPEN: Action.WORK_ON_ACTION, T.VERIFY: Action.WORK_ON_ACTION,
    T.CLOSE_ACTION: Action.WORK_ON_ACTION, T.DELIVER: Action.MANAGE_OBLIGATIONS, T.REDO: Action.MANAGE_OBLIGATIONS,
    T.CONFIRM_DELIVERY: Action.MANAGE_OBLIGATIONS, T.WAIVE: Action.MANAGE_OBLIGATIONS,
}  # fmt: skip


def called(trigger: Trigger, role: Role) -> Action | None:
    """A manager takes a reviewer off the file, where a reviewer steps back."""
    return Action.ASSIGN_REVIEWER if (trigger, role) == (T.RECUSE, R.PROGRAMME_MANAGER) else CALLED[trigger]


def holding(role: Role, room: FileScope, lead: int) -> Principal:
    """Somebody with this one role, in the scope in which it counts on this file."""
    if role in policy.MUNICIPAL:
        grant = Grant(role, organisation_id=lead)
    elif role in policy.ASSOCIATION:
        grant = Grant(role, organisation_id=room.plan_lga_id)
    elif role in policy.OFFICE or role is R.PANEL_MEMBER:
        grant = Grant(role, programme_id=room.programme_id)
    else:
        grant = Grant(role, application_id=room.application_id)
    return Principal(1_000_000, role.value, (grant,))


@pytest.fixture
def follow(app: Flask) -> Iterator[m.Follow]:
    followed = m.monitored(app)
    with app.app_context():
        yield followed
        db.session.remove()


def parts(follow: m.Follow) -> list[Case]:
    """One part of each kind, of one file."""
    _finding, action = m.action(follow)
    application = follow.application()
    reviewer = db.session.get_one(Person, follow.who["reviewer"])
    review = Review(application=application, round=1, reviewer=reviewer, lga_id=application.call.plan.lga_id)
    db.session.add(review)
    db.session.flush()
    return [
        review,
        follow.get(Agreement, follow.agreement),
        follow.get(Report, m.reports(follow)[0]),
        follow.get(CorrectiveAction, action),
        follow.get(Obligation, m.obligations(follow)[0]),
    ]


def test_what_is_offered_and_what_the_policy_says_agree(follow: m.Follow) -> None:
    """The states are put there, whether or not they come together in the product; nothing is written."""
    met: dict[Trigger, set[bool]] = {}
    known = parts(follow)
    with db.session.no_autoflush:
        for part in known:
            for state in STATES:
                for trigger, lets in _compared(part, state, follow.lead):
                    met.setdefault(trigger, set()).add(lets)
    db.session.rollback()
    moves = [move for part in known for move in CURRENT[part.__machine__].moves if move.by != {R.SYSTEM}]
    assert met == {move.trigger: {True, False} for move in moves}, (
        "each move is met where it can be made, and elsewhere"
    )


def _compared(part: Any, state: State, lead: int) -> Iterator[tuple[Trigger, bool]]:
    """Every move of the part in each of its states, for each role, while its file stands in `state`."""
    machine, application = part.__machine__, part.application
    application.state, application.return_state = state, State.REVIEW
    room = file_scope(application)
    for spec in CURRENT[machine].states:
        part.state = spec.name
        facts = facts_of(part)
        for role in set(Role) - {R.SYSTEM}:
            who = holding(role, room, lead)
            for offer in engine.offers(CURRENT[machine], part.state, actor_on(part, who), facts):
                if not offer.mine:
                    continue
                trigger = offer.move.trigger
                lets = not {blocker.code for blocker in offer.blockers} & ELSEWHERE
                action = called(trigger, role)
                says = policy.may(who, action, room) if action else state in STAGES[machine]
                if machine is Machine.AGREEMENT and state is State.APPROVED:
                    says = False  # what is prepared there is the choice of the kind: no agreement is drafted yet
                assert lets is says, (machine, part.state, trigger, state, role)
                yield trigger, lets


def terminated(follow: m.Follow) -> None:
    follow.run("director", lambda f, who: use_cases.give_notice(f.application(), "Nothing happens", who) and None)
    with clock.at(clock.now() + timedelta(days=70)):
        m.move(follow, "director", Application, follow.file, T.TERMINATE, "Nothing happened")


def test_a_project_that_is_over_stays_as_it_stands(app: Flask, follow: m.Follow) -> None:
    _finding, action = m.action(follow)
    m.prove(follow, CorrectiveAction, action)
    report, obligation = m.reports(follow)[0], m.obligations(follow)[0]
    m.write(follow, report)
    m.move(follow, "editor", Report, report, T.SUBMIT_REPORT)
    terminated(follow)
    refused: list[tuple[str, Any, int, Trigger]] = [
        ("editor", CorrectiveAction, action, T.MARK_DONE),
        ("manager", Report, report, T.ACCEPT_REPORT),
        ("manager", Report, report, T.RETURN_REPORT),
        ("partner editor", Obligation, obligation, T.DELIVER),
        ("manager", Obligation, obligation, T.WAIVE),
    ]
    for name, model, number, trigger in refused:
        with pytest.raises(Refused, match="case_not_running"):
            m.move(follow, name, model, number, trigger, "Once more")
    for name, address in (
        ("editor", f"/actions/{action}"),
        ("manager", f"/reports/{report}"),
        ("partner editor", f"/obligations/{obligation}"),
    ):
        visitor = make.Visitor(app.test_client(), db.session.get_one(Person, follow.who[name]))
        page = visitor.get(address)
        assert page.status_code == 200
        assert "/move/" not in page.text
        assert "not yet" not in page.text


def test_nobody_steps_back_from_a_review_while_a_question_is_answered(app: Flask) -> None:
    """Nobody would be asked instead; it can be done when the file is back."""
    with app.app_context():
        file = make.in_review()
        question = ("Whose land is it?", [Section.BUDGET], clock.today() + timedelta(days=10))
        with writing():
            applying.ask_clarification(file.application, *question, file.who("ralga"))
        for name in ("ralga", "manager"):
            with pytest.raises(Refused, match="case_not_in_review"), writing():
                advance(make.review_of(file, "ralga"), T.RECUSE, file.who(name), reason="On leave")
            db.session.remove()
