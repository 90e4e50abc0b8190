"""What must hold after each step of a walk, read from the database; and mutants of the product that break it."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from tests.prove.walks import ACTIVE, without
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Signature, Tranche
from webapp.models.application import Application
from webapp.models.programme import CountryPlan
from webapp.models.record import AuditEntry, AuditEvent, Deadline
from webapp.models.types import Case
from webapp.policy import Principal
from webapp.services import advance as door
from webapp.services import audit, deadlines
from webapp.services.due import due_of
from webapp.services.effects import HANDLERS, Moved
from webapp.services.versions import CASES
from workflows import guards
from workflows import versions as known
from workflows.definition import Guard
from workflows.definitions import BY_VERSION, CURRENT
from workflows.vocabulary import Effect, Machine, Role, State

Mutant = Callable[[], AbstractContextManager[None]]
Key = tuple[Machine, int]
Stood = tuple[int, State, int]  # revision, state, version
BOUND = (State.ISSUED, State.IN_FORCE, State.ENDED)


@dataclass
class Seen:
    """What stood in the database after the step before: the newest entry, and each case's revision and state."""

    newest: int
    cases: dict[Key, Stood]
    new: list[AuditEntry] = field(default_factory=list)  # the moves of the last step

    @classmethod
    def now(cls) -> "Seen":
        return cls(db.session.scalar(sa.select(sa.func.max(AuditEntry.id))) or 0, _cases())

    @staticmethod
    def whole_chains() -> Iterator[str]:
        """Every chain of the database, at the end of a walk."""
        yield from (f"the record: {link}" for link in audit.broken_links())


def _cases() -> dict[Key, Stood]:
    """Of every case: its revision, its state, and the version it goes by."""
    return {
        (machine, number): (revision, state, version)
        for machine, kind in CASES.items()
        for number, revision, state, version in db.session.execute(
            sa.select(kind.id, kind.revision, kind.state, kind.definition_version)
        )
    }


def broken(seen: Seen, *, refused: bool) -> Iterator[str]:
    """What does not hold after one step; `seen` then knows what stands there now."""
    entries = list(db.session.scalars(sa.select(AuditEntry).where(AuditEntry.id > seen.newest).order_by(AuditEntry.id)))
    before, seen.cases = seen.cases, _cases()
    seen.new = [entry for entry in entries if entry.event is AuditEvent.MOVED]
    seen.newest = entries[-1].id if entries else seen.newest
    yield from _record(before, seen, Counter((entry.machine, entry.case_id) for entry in entries))
    if refused and entries:
        yield "what was refused left an entry"
    yield from _links(entries)
    changed = {key for key, value in seen.cases.items() if before.get(key) != value}
    yield from _versions(seen.cases, changed)
    yield from _agreements()
    yield from _files()
    yield from _money()
    yield from _deadlines(changed)


def _record(before: dict[Key, Stood], seen: Seen, entries: Counter[Key]) -> Iterator[str]:
    """One entry for each move, which says where it went; and no other change of a case without an entry."""
    for key, (revision, state, _version) in seen.cases.items():
        began, stood, _ = before.get(key, (1, None, 0))
        moves = [entry for entry in seen.new if (entry.machine, entry.case_id) == key]
        if not len(moves) <= revision - began <= entries[key]:
            yield f"{key[0]} {key[1]}: {revision - began} changes, {len(moves)} entries of moves"
        elif stood is not None and state is not (moves[-1].to_state if moves else stood):
            yield f"{key[0]} {key[1]} is {state}, its record says otherwise"


def _links(entries: list[AuditEntry]) -> Iterator[str]:
    """Each new link follows the one before it, and its content is what was hashed."""
    for entry in entries:
        link = sa.select(AuditEntry).where(AuditEntry.machine == entry.machine, AuditEntry.case_id == entry.case_id)
        before = db.session.scalar(link.where(AuditEntry.sequence == entry.sequence - 1))
        follows = entry.previous_hash == (before.hash if before else audit.GENESIS)
        if not follows or (before is None) != (entry.sequence == 1) or audit.digest(entry) != entry.hash:
            yield f"entry {entry.sequence} of {entry.machine} {entry.case_id} does not hold"


def _versions(cases: dict[Key, Stood], changed: set[Key]) -> Iterator[str]:
    """A case stands in a state that the version it goes by knows."""
    stored = [(key[0], cases[key][2], cases[key][1]) for key in sorted(changed)]
    yield from (f"unknown: {what}" for what in known.unknown(stored))


def _agreements() -> Iterator[str]:
    """Nothing in force unsigned; tranches that add up to the grant, which is all that will ever be paid."""
    row = Agreement
    planned = sa.select(sa.func.sum(Tranche.amount)).where(Tranche.agreement_id == row.id).scalar_subquery()
    signed = sa.select(sa.func.count(Signature.id)).where(Signature.document_id == row.issued_document_id)
    parties = sa.select(sa.func.count(AgreementParty.id)).where(AgreementParty.agreement_id == row.id)
    query = sa.select(row.id, row.state, row.grant, planned, signed.scalar_subquery(), parties.scalar_subquery())
    for number, state, grant, amount, given, needed in db.session.execute(query.where(row.state.in_(BOUND))):
        if amount != grant:
            yield f"tranches of agreement {number} add up to {amount}, not to {grant}"
        if state is not State.ISSUED and given != needed:
            yield f"agreement {number} is {state} and signed by {given} of {needed}"


def _files() -> Iterator[str]:
    """Nothing active without an agreement in force, and the grant of that agreement is what is committed."""
    of = sa.select(Agreement.application_id, Agreement.state, Agreement.grant).where(Agreement.state != State.VOIDED)
    bound = {number: (state, grant) for number, state, grant in db.session.execute(of.order_by(Agreement.id))}
    file = Application
    query = sa.select(file.id, file.state, file.amount_reserved, file.amount_committed)
    for number, state, reserved, committed in db.session.execute(query.where(file.state.in_(ACTIVE))):
        stands, grant = bound.get(number, (None, None))
        if stands is not State.IN_FORCE:
            yield f"file {number} is {state}, its agreement {stands}"
        elif (reserved, committed) != (Decimal(0), grant):
            yield f"file {number} holds {reserved} and {committed} for {grant}"


def _money() -> Iterator[str]:
    """A plan holds what its files hold, and never more than its envelope; the plans no more than the programme has."""
    held = {
        plan: (reserved, committed)
        for plan, reserved, committed in db.session.execute(
            sa.text(
                "SELECT c.plan_id, sum(a.amount_reserved), sum(a.amount_committed)"
                " FROM application a JOIN call c ON c.id = a.call_id GROUP BY c.plan_id"
            )
        )
    }
    for plan in db.session.scalars(sa.select(CountryPlan)):
        reserved, committed = (Decimal(value) / 100 for value in held.get(plan.id, (0, 0)))
        if (reserved, committed) != (plan.reserved, plan.committed):
            yield f"plan {plan.id} holds {plan.reserved} and {plan.committed}, its files {reserved} and {committed}"
        if plan.reserved + plan.committed > plan.envelope:
            yield f"plan {plan.id} holds more than its envelope"


def _deadlines(changed: set[Key]) -> Iterator[str]:
    """At most one open per case and kind; and of what has just changed none of a state that was left."""
    row = Deadline
    query = sa.select(row.machine, row.case_id, row.kind, row.trigger).where(row.closed_at.is_(None))
    seen: set[tuple[Any, ...]] = set()
    for machine, number, kind, trigger in db.session.execute(query):
        if (machine, number, kind) in seen:
            yield f"two open dates of {kind} for {machine} {number}"
        seen.add((machine, number, kind))
        if (machine, number) in changed:
            case = db.session.get_one(CASES[machine], number)
            expected = due_of(case)
            if expected is None or (expected.kind, expected.trigger) != (kind, trigger):
                yield f"deadline {kind} of {machine} {number}, which is {case.state}"


# --- planted mutants --------------------------------------------------------------------------------------------------


def dropped(machine: Machine, guard: Guard) -> AbstractContextManager[Any]:
    """The product goes by a table without this guard."""
    mutant = without(CURRENT[machine], guard)
    return patch.dict(BY_VERSION, {(mutant.machine, mutant.version): mutant})


@contextmanager
def unsigned() -> Iterator[None]:
    """The guard that asks for all signatures is dropped."""
    with dropped(Machine.AGREEMENT, guards.everyone_signed):
        yield


@contextmanager
def unbound() -> Iterator[None]:
    """The guard that asks for an agreement in force is dropped, and no effect looks for one."""
    quiet = patch.dict(HANDLERS, {Effect.COMMIT_FUNDS: lambda moved: None})
    with dropped(Machine.APPLICATION, guards.agreement_in_force), quiet:
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


@contextmanager
def kept_refusals() -> Iterator[None]:
    """What was refused is committed all the same."""

    @contextmanager
    def careless() -> Iterator[None]:
        try:
            yield
        finally:
            db.session.commit()

    with patch("tests.prove.strolls.writing", careless):
        yield


@contextmanager
def altered_record() -> Iterator[None]:
    """What is stored is not what was hashed."""
    append = audit._append

    def alter(entry: AuditEntry) -> AuditEntry:
        entry.reason += "."
        return append(entry)

    with patch.object(audit, "_append", alter):
        yield


@contextmanager
def kept_money() -> Iterator[None]:
    """A file that ends gives nothing back to its plan."""

    def forget(moved: Moved) -> None:
        case: Any = moved.case
        case.amount_reserved = case.amount_committed = Decimal(0)

    with patch.dict(HANDLERS, {Effect.RELEASE_FUNDS: forget}):
        yield


@contextmanager
def open_for_ever() -> Iterator[None]:
    """What was due in the state that is left stays open."""
    with patch.object(deadlines, "_close", lambda *_what: None):
        yield


@contextmanager
def untold() -> Iterator[None]:
    """Nobody is told of a move."""
    with patch.object(door.announce, "after", lambda _entry: None):
        yield


@contextmanager
def astray() -> Iterator[None]:
    """A move takes the case to a version that nobody knows."""
    stamp = door.announce.after

    def lose(entry: AuditEntry) -> None:
        stamp(entry)
        db.session.get_one(CASES[entry.machine], entry.case_id).definition_version = 9

    with patch.object(door.announce, "after", lose):
        yield


@contextmanager
def silently() -> Iterator[None]:
    """An effect sets a state past the one door."""
    release = HANDLERS[Effect.RELEASE_FUNDS]

    def end(moved: Moved) -> None:
        release(moved)
        case: Any = moved.case
        case.state = State.TERMINATED

    with patch.dict(HANDLERS, {Effect.RELEASE_FUNDS: end}):
        yield


MUTANTS: tuple[Mutant, ...] = (
    unsigned, unbound, without_record, kept_refusals, altered_record, kept_money, open_for_ever, astray, silently,
)  # fmt: skip
