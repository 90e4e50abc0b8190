"""Following the way that is told, step by step and by the right people, leads where it says: through the product."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask

from tests.factories import agreements as ag
from tests.factories import assessing as s
from tests.factories import monitoring as m
from tests.factories import people
from tests.support.database import KINDS
from webapp.agreements import use_cases as agreeing
from webapp.demo import load as demonstration
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import Review
from webapp.models.monitoring import Audit, Obligation, Opinion, Report
from webapp.models.people import Organisation, Person
from webapp.models.record import AuditEntry, AuditEvent
from webapp.models.types import Case
from webapp.monitoring import use_cases as monitoring
from webapp.policy import Principal
from webapp.services import explain, scope
from webapp.services.advance import advance, definition_of
from webapp.services.facts import current_agreement
from webapp.transaction import writing
from webapp.transfer import storage
from workflows.vocabulary import Machine, Role, State, Trigger

T = Trigger
on_sqlite = pytest.mark.parametrize("installation", KINDS[:1], indirect=True)  # the plays are long
Told = tuple[Trigger, frozenset[str]]


def in_order(way: explain.Way) -> Iterator[explain.Step]:
    for step in way.steps:
        for part in step.parts:
            yield from in_order(part)
        yield step


def follow(
    case: Callable[[], Case], target: State, who: Callable[[], Principal], do: dict[Trigger, Callable[[], None]]
) -> list[Told]:
    """Do what the answer says comes first, ask again, until it is there; returns each step with what was missing."""
    taken: list[Told] = []
    while case().state is not target:
        way = explain.way_to(case(), target, who())
        assert way is not None, taken
        first = next(in_order(way))
        assert first.now
        codes = frozenset(reason.blocker.code for reason in first.missing)
        assert len(taken) < 30, taken
        taken.append((first.move.trigger, codes))
        do[first.move.trigger]()
        db.session.rollback()  # what others committed meanwhile counts
    return taken


def moves_of(number: int) -> list[Trigger | None]:
    query = db.select(AuditEntry.trigger).where(
        AuditEntry.machine == Machine.APPLICATION, AuditEntry.case_id == number, AuditEntry.event == AuditEvent.MOVED
    )
    return list(db.session.scalars(query.order_by(AuditEntry.sequence)))


def main_moves(way: explain.Way | None) -> list[Trigger]:
    assert way is not None
    return [step.move.trigger for step in way.steps]


# --- from submission to signature ----------------------------------------------------------------------------------


def with_checklist(file: s.File) -> None:
    s.check_all(file)
    file.go(T.PASS_ELIGIBILITY, "manager")


def with_baseline(file: s.File) -> None:
    s.score_baselines(file)
    file.go(T.SEND_TO_REVIEW, "assessor")


def next_review(file: s.File) -> None:
    asked = db.session.scalars(db.select(Review).where(Review.state == State.ASSIGNED).order_by(Review.id)).first()
    assert asked is not None
    name = next(name for name in ("ralga", "ralga2", "vng", "vng2", "lead") if file.id(name) == asked.reviewer_id)
    s.write_review(file, name, 4)


def with_mandate(file: s.File) -> None:
    s.recommended(file)
    s.confirmed(file, Role.PROGRAMME_MANAGER, "second")


def as_contract(file: s.File) -> ag.File:
    """The same file as the factory of agreements knows it."""
    rooms, operator = file.rooms, file.application.call.plan.programme.operator
    lead, partner = (db.session.get_one(Organisation, number) for number in (rooms.lead, rooms.partner))
    signs = {lead.id: "signatory", partner.id: "partner_signatory", operator.id: "director"}
    named = {number: file.person(name) for number, name in signs.items()}
    return ag.File(
        file.application, lead, partner, operator, file.person("manager"), file.person("director"), named, {}
    )


def start_contracting(file: s.File) -> None:
    with writing():
        ag.contracting(as_contract(file))


def write_and_issue(file: s.File) -> None:
    with writing():
        contract = as_contract(file)
        for party in contract.agreement.parties:
            person = contract.signs[party.organisation_id]
            agreeing.set_party(
                party, person.id, "legal representative", "Decision of the council", date(2026, 1, 12), "B-1",
                contract.as_manager(),
            )  # fmt: skip
    with writing():
        contract = as_contract(file)
        agreeing.generate(contract.agreement, contract.as_manager(), storage(), demonstration=False)
    with writing():
        contract = as_contract(file)
        ag.checked(contract, storage())
        agreeing.issue(contract.agreement, contract.as_manager())


def next_signature(file: s.File) -> None:
    agreement = current_agreement(file.application)
    assert agreement is not None and agreement.issued_document is not None
    signed = {signature.party_id for signature in agreement.issued_document.signatures}
    person = next(p.signatory_id for p in agreement.parties if p.id not in signed)
    with writing():
        ag.signed_by(as_contract(file), db.session.get_one(Person, person), storage())


def test_from_submission_to_signature(app: Flask) -> None:
    with app.app_context():
        file = s.submitted()
        with writing():  # who receives the partner's notices
            partner = db.session.get_one(Organisation, file.rooms.partner)
            people.grant(people.person("Partner's officer"), Role.APPLICANT_EDITOR, organisation=partner)
        told = main_moves(explain.way_to(file.application, State.SIGNED, file.who("manager")))
        taken = follow(
            lambda: file.application,
            State.SIGNED,
            lambda: file.who("manager"),
            {
                T.START_ELIGIBILITY: lambda: file.go(T.START_ELIGIBILITY, "manager"),
                T.PASS_ELIGIBILITY: lambda: with_checklist(file),
                T.SEND_TO_REVIEW: lambda: with_baseline(file),
                T.SUBMIT_REVIEW: lambda: next_review(file),
                T.SEND_TO_DECISION: lambda: file.go(T.SEND_TO_DECISION, "lead"),
                T.APPROVE: lambda: with_mandate(file),
                T.START_CONTRACTING: lambda: start_contracting(file),
                T.ISSUE: lambda: write_and_issue(file),
                T.ENTER_INTO_FORCE: lambda: next_signature(file),
            },
        )
        unread = frozenset({"conflict_unanswered", "criteria_unscored", "advice_missing"})
        unsigned = frozenset({"signatures_open"})
        assert taken == [
            (T.START_ELIGIBILITY, frozenset()),
            (T.PASS_ELIGIBILITY, frozenset({"rules_unchecked"})),
            (T.SEND_TO_REVIEW, frozenset({"baseline_incomplete"})),
            (T.SUBMIT_REVIEW, unread),
            (T.SUBMIT_REVIEW, unread),
            (T.SEND_TO_DECISION, frozenset()),
            (T.APPROVE, frozenset({"not_recommended", "not_a_fresh_confirmer"})),  # who checked it, asks
            (T.START_CONTRACTING, frozenset({"instrument_open"})),
            (T.ISSUE, frozenset({"agreement_gaps", "document_outdated", "version_unchecked"})),
            (T.ENTER_INTO_FORCE, unsigned),
            (T.ENTER_INTO_FORCE, unsigned),
            (T.ENTER_INTO_FORCE, unsigned),
        ]
        assert moves_of(file.number)[1:] == told  # the first is the submission


# --- from signature to the end -------------------------------------------------------------------------------------


def test_from_signature_to_the_end(app: Flask) -> None:
    file = m.signed_file(app, days=250)
    with app.app_context():

        def report(trigger: Trigger) -> None:
            wanted = State.DUE if trigger is T.SUBMIT_REPORT else State.SUBMITTED
            number = db.session.scalars(db.select(Report.id).where(Report.state == wanted).order_by(Report.id)).all()[
                -1
            ]
            if trigger is T.SUBMIT_REPORT:
                m.write(file, number)
            m.move(file, "editor" if trigger is T.SUBMIT_REPORT else "manager", Report, number, trigger)

        def obligation(trigger: Trigger) -> None:
            wanted = State.OPEN if trigger is T.DELIVER else State.DELIVERED
            number = db.session.scalars(db.select(Obligation.id).where(Obligation.state == wanted)).all()[0]
            if trigger is T.DELIVER:
                m.prove(file, Obligation, number, by="partner editor")
            m.move(file, "partner editor" if trigger is T.DELIVER else "manager", Obligation, number, trigger)

        def close() -> None:
            audit = db.session.scalars(db.select(Audit)).one()
            if audit.opinion is None:
                name = next(name for name, number in file.who.items() if number == audit.auditor_id)
                with writing():
                    monitoring.give_opinion(
                        file.application(), Opinion.UNQUALIFIED, "Sound", m.NOTHING, file.principal(name)
                    )
            with writing():
                advance(file.application(), T.CLOSE, file.principal("director"))

        def start() -> None:
            m.set_up(file)
            m.move(file, "manager", Application, file.file, T.START_MONITORING)

        told = main_moves(explain.way_to(file.application(), State.CLOSED, file.principal("manager")))
        taken = follow(
            file.application,
            State.CLOSED,
            lambda: file.principal("manager"),
            {
                T.START_MONITORING: start,
                T.SUBMIT_REPORT: lambda: report(T.SUBMIT_REPORT),
                T.ACCEPT_REPORT: lambda: report(T.ACCEPT_REPORT),
                T.START_CLOSING: lambda: m.move(file, "manager", Application, file.file, T.START_CLOSING),
                T.DELIVER: lambda: obligation(T.DELIVER),
                T.CONFIRM_DELIVERY: lambda: obligation(T.CONFIRM_DELIVERY),
                T.CLOSE: close,
            },
        )
        assert taken[0] == (T.START_MONITORING, frozenset({"committee_undecided", "focal_points_missing"}))
        assert taken[-1] == (T.CLOSE, frozenset({"audit_open"}))
        assert {trigger for trigger, _codes in taken} == {
            T.START_MONITORING, T.SUBMIT_REPORT, T.ACCEPT_REPORT, T.START_CLOSING, T.DELIVER, T.CONFIRM_DELIVERY,
            T.CLOSE,
        }  # fmt: skip
        assert moves_of(file.file) == told


# --- the demonstration ---------------------------------------------------------------------------------------------


@on_sqlite
def test_every_state_that_a_file_of_the_demonstration_is_offered_has_its_way(app: Flask) -> None:
    with app.app_context():
        demonstration.load(app)
        manager = db.session.scalars(db.select(Person).where(Person.email == "manager@jumelage.example")).one()
        who = scope.principal(manager)
        for file in db.session.scalars(db.select(Application)).all():
            look = explain.Outlook(file, who)
            others = {spec.name for spec in definition_of(file).states} - {file.state}
            assert {state for state in others if look.way_to(state)} == set(look.targets), file.reference
        contracting = db.session.scalars(db.select(Application).where(Application.state == State.CONTRACTING)).one()
        way = explain.way_to(contracting, State.SIGNED, who)
        assert way is not None
        told = [(step.move.trigger, {r.blocker.code for r in step.missing}) for step in in_order(way)]
        assert told == [
            (T.ISSUE, {"version_unchecked", "objections_open"}),
            (T.ENTER_INTO_FORCE, {"signatures_open"}),
            (T.CONCLUDE, {"agreement_not_in_force"}),
        ]
        assert all(reason.who for step in in_order(way) for reason in step.missing)
