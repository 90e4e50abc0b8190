"""G2 over the product: random people ask for random moves and use cases, legal and illegal, on a database."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from tests.prove import races
from tests.prove.house import House, acting, agreement, application
from tests.prove.walks import ACTIVE, without
from webapp.agreements import use_cases as contracts
from webapp.agreements.signing import Superseded, Tampered
from webapp.assessments import use_cases as assessments
from webapp.decisions import use_cases as decisions
from webapp.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from webapp.extensions import db
from webapp.models.agreement import Agreement, Signature
from webapp.models.application import Application
from webapp.models.assessment import RuleCode, Verdict
from webapp.models.people import Person
from webapp.models.programme import CountryPlan
from webapp.models.record import AuditEntry, AuditEvent, Deadline
from webapp.models.types import Case
from webapp.policy import SYSTEM, Principal
from webapp.services import advance as door
from webapp.services import audit
from webapp.services.due import due_of
from webapp.services.facts import current_agreement
from webapp.services.versions import CASES
from workflows import guards
from workflows.definitions import BY_VERSION, CURRENT
from workflows.vocabulary import Machine, Role, State

Mutant = Callable[[], AbstractContextManager[None]]
Counted = dict[tuple[Machine, int], tuple[int, int]]  # by case: revision, entries of moves
NO = (Refused, Conflict, Invalid, Forbidden, NotFound, Superseded, Tampered)
BOUND = (State.ISSUED, State.IN_FORCE, State.ENDED)


@dataclass
class Strolled:
    """What came of it."""

    walks: int = 0
    steps: int = 0
    moves: int = 0
    refusals: int = 0
    problems: list[str] = field(default_factory=list)


def run(house: House, walks: int, steps: int = 20, seed: int = 1) -> Strolled:
    """This many walks, each in the world as it was made; ends with the first that shows something."""
    came = Strolled()
    for number in range(walks):
        app = house.fresh()
        dice = random.Random(seed * 1_000_003 + number)
        with app.app_context():
            people = [house.who(number) for number in db.session.scalars(sa.select(Person.id).order_by(Person.id))]
            before = _counted()
            db.session.remove()
        came.walks += 1
        after = before
        for step in range(steps):
            came.steps += 1
            problems = _step(house, dice, [*people, SYSTEM, SYSTEM], came)
            with app.app_context():
                after = _counted()
                problems += _broken(house, before, after)
                db.session.remove()
            if problems:
                came.problems = [f"walk {number + 1}, step {step + 1}: {problem}" for problem in problems]
                return came
        came.moves += sum(moves for _revision, moves in after.values())
        came.moves -= sum(moves for _revision, moves in before.values())
    return came


def _step(house: House, dice: random.Random, people: list[Principal], came: Strolled) -> list[str]:
    """One wish of one person; a refusal is an answer, anything else that is raised is a fault."""
    wish = dice.choice(WISHES)
    try:
        with acting(house.app):
            if dice.random() < 0.4:
                _ready_move(house, dice, people)
            else:
                wish(house, dice, dice.choice(people))
    except NO:
        came.refusals += 1
    except Exception as error:  # noqa: BLE001 - whatever it is, the walk has found it
        return [f"{wish.__name__}: {type(error).__name__}: {str(error)[:200]}"]
    return []


def _some_case(house: House, dice: random.Random) -> Case:
    """Often one of the files that stand ready, else any row of any machine."""
    ready = (application(house.deciding), application(house.submitted), agreement(house.agreement))
    if dice.random() < 0.6:
        return dice.choice((*ready, ready[2].application))
    rows = db.session.scalars(sa.select(CASES[dice.choice(list(CASES))])).all()
    return dice.choice(rows) if rows else ready[0]


def _any_move(house: House, dice: random.Random, who: Principal) -> None:
    case = _some_case(house, dice)
    trigger = dice.choice(door.definition_of(case).moves).trigger
    door.advance(case, trigger, who, reason=dice.choice(("", "Because")))


def _ready_move(house: House, dice: random.Random, people: list[Principal]) -> None:
    """A move that somebody can make now; nobody may find one."""
    case = _some_case(house, dice)
    for who in dice.sample(people, 16):
        ready = [offer.move.trigger for offer in door.offers(case, who) if offer.ready]
        if ready:
            door.advance(case, dice.choice(ready), who, reason="Because")
            return


def _confirm(house: House, dice: random.Random, who: Principal) -> None:
    role = dice.choice((Role.PROGRAMME_MANAGER, Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR))
    decisions.confirm(application(house.deciding), role, who)


def _recommend(house: House, dice: random.Random, who: Principal) -> None:
    outcome = dice.choice(tuple(decisions.TRIGGERS))
    decisions.recommend(application(house.deciding), outcome, Decimal(dice.randint(1, 18_000)), "", "Reasons", who)


def _sign(house: House, dice: random.Random, who: Principal) -> None:
    races.sign(house, house.who(house.director) if dice.random() < 0.3 else who)


def _tranches(house: House, dice: random.Random, who: Principal) -> None:
    draft = agreement(house.agreement)
    first = Decimal(dice.randint(1, int(draft.grant)))
    rows = [
        {"amount": amount, "condition": "In time", "due_on": draft.starts_on, "is_balance": last}
        for amount, last in ((first, False), (draft.grant - first, True))
        if amount
    ]
    contracts.set_tranches(draft, rows, who)


def _check(house: House, dice: random.Random, who: Principal) -> None:
    verdict = dice.choice((Verdict.PASS, Verdict.FAIL))
    assessments.check_rule(application(house.submitted), dice.choice(list(RuleCode)), verdict, "Seen", who)


WISHES = (_any_move, _any_move, _confirm, _recommend, _sign, _tranches, _check)


# --- what must hold after each step -----------------------------------------------------------------------------------


def _broken(house: House, before: Counted, after: Counted) -> list[str]:
    return [
        *_one_entry_per_change(before, after),
        *_agreements(),
        *_files(house),
        *_money(),
        *_deadlines(),
        *(str(link) for link in audit.broken_links()),
    ]


def _counted() -> Counted:
    """Of every case: its revision and how many moves its record holds."""
    query = sa.select(AuditEntry.machine, AuditEntry.case_id, sa.func.count()).where(
        AuditEntry.event == AuditEvent.MOVED
    )
    moves = {(m, c): n for m, c, n in db.session.execute(query.group_by(AuditEntry.machine, AuditEntry.case_id))}
    revisions = {
        (machine, number): revision
        for machine, kind in CASES.items()
        for number, revision in db.session.execute(sa.select(kind.id, kind.revision))
    }
    return {key: (revision, moves.get(key, 0)) for key, revision in revisions.items()}


def _one_entry_per_change(before: Counted, after: Counted) -> Iterator[str]:
    for key, (revision, moves) in after.items():
        began, recorded = before.get(key, (1, 0))
        if revision - began != moves - recorded:
            yield f"{key[0]} {key[1]}: {revision - began} changes, {moves - recorded} entries"


def _agreements() -> Iterator[str]:
    """Nothing in force unsigned; tranches that add up to the grant."""
    for row in db.session.scalars(sa.select(Agreement).where(Agreement.state.in_(BOUND))):
        if sum(tranche.amount for tranche in row.tranches) != row.grant:
            yield f"tranches of agreement {row.id} do not add up to {row.grant}"
        signed = sa.select(sa.func.count(Signature.id)).where(Signature.document_id == row.issued_document_id)
        if row.state is not State.ISSUED and db.session.scalar(signed) != len(row.parties):
            yield f"agreement {row.id} is {row.state} and not signed by all"


def _files(house: House) -> Iterator[str]:
    """Nothing active without an agreement in force; the running files of the house were placed without one."""
    active = sa.select(Application).where(Application.state.in_(ACTIVE), Application.id.not_in(house.running))
    for row in db.session.scalars(active):
        bound = current_agreement(row)
        if bound is None or bound.state is not State.IN_FORCE:
            yield f"file {row.id} is {row.state}, its agreement {bound and bound.state}"


def _money() -> Iterator[str]:
    """A plan holds what its files hold, and never more than its envelope."""
    for plan in db.session.scalars(sa.select(CountryPlan)):
        files = db.session.scalars(sa.select(Application).where(Application.call_id.in_([c.id for c in plan.calls])))
        held = [(row.amount_reserved, row.amount_committed) for row in files]
        if (sum(r for r, _c in held), sum(c for _r, c in held)) != (plan.reserved, plan.committed):
            yield f"plan {plan.id} holds {plan.reserved} and {plan.committed}, its files {held}"
        if plan.reserved + plan.committed > plan.envelope:
            yield f"plan {plan.id} holds more than its envelope"


def _deadlines() -> Iterator[str]:
    """At most one open per case and kind, and none of a state that was left."""
    seen: set[tuple[Any, ...]] = set()
    for row in db.session.scalars(sa.select(Deadline).where(Deadline.closed_at.is_(None))):
        key = (row.machine, row.case_id, row.kind)
        case = db.session.get_one(CASES[row.machine], row.case_id)
        expected = due_of(case)
        if key in seen or expected is None or (expected.kind, expected.trigger) != (row.kind, row.trigger):
            yield f"deadline {row.kind} of {row.machine} {row.case_id}, which is {case.state}"
        seen.add(key)


# --- planted mutants --------------------------------------------------------------------------------------------------


@contextmanager
def unsigned() -> Iterator[None]:
    """The guard that asks for all signatures is dropped."""
    mutant = without(CURRENT[Machine.AGREEMENT], guards.everyone_signed)
    with patch.dict(BY_VERSION, {(mutant.machine, mutant.version): mutant}):
        yield


@contextmanager
def without_record() -> Iterator[None]:
    """A move writes no entry into the record."""
    record = audit.record

    def forget(case: Case, actor: Principal, role: Role, event: AuditEvent, **more: Any) -> AuditEntry:
        event = AuditEvent.EDITED if event is AuditEvent.MOVED else event
        return record(case, actor, role, event, **more | {"trigger": None})

    with patch.object(audit, "record", forget):
        yield
