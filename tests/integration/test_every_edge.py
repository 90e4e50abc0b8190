"""Every edge of every machine, fired through the one door on a real database, and every fact of it broken there.

The town (tests/factories/everywhere.py) is made once for each database; what a test does to it is undone.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import breaking, people
from tests.prove import invariants, strolls
from tests.prove.ground import Ground, ground
from tests.support.database import KINDS
from tests.support.expected import asked
from webapp import clock
from webapp.errors import Refused
from webapp.extensions import db
from webapp.models.people import Person
from webapp.models.record import AuditEntry, AuditEvent, Deadline, OutboxRow
from webapp.notifications.audience import TOLD
from webapp.policy import SYSTEM
from webapp.services import audit
from webapp.services.advance import advance
from workflows import guards
from workflows.definition import Definition, Move
from workflows.definitions import ALL, APPLICATION
from workflows.vocabulary import DeadlineKind, Machine, State, Trigger

K, M, S, T = DeadlineKind, Machine, State, Trigger
EDGES = [(definition, move) for definition in ALL for move in definition.moves]
# What cannot be broken alone in rows: with a schedule that does not add up, no document says what the rows say.
TOGETHER = {(T.ISSUE, "tranches_do_not_add_up"): ["tranches_do_not_add_up", "document_outdated"]}
FACTS = [(definition, move, code) for definition, move in EDGES for code in asked(definition, move)]

# What is due in the state that was reached: its kind, and after how many days where the table counts them.
DUE: dict[tuple[Machine, State], tuple[DeadlineKind, int | None]] = {
    (M.APPLICATION, S.RESERVE): (K.RESERVE, 180),
    (M.APPLICATION, S.REJECTED): (K.APPEAL, 42),
    (M.APPLICATION, S.INELIGIBLE): (K.APPEAL, 42),
    (M.APPLICATION, S.CLARIFICATION): (K.ANSWER, None),
    (M.AGREEMENT, S.ISSUED): (K.SIGNATURE, 60),
    (M.REPORT, S.RETURNED): (K.REPORT, None),
    (M.ACTION, S.OPEN): (K.ACTION, None),
    (M.OBLIGATION, S.OPEN): (K.OBLIGATION, None),
}
# Moves that another move makes with it, in the same transaction.
WITH_IT: dict[tuple[Machine, Trigger, State], list[tuple[Machine, Trigger]]] = {
    (M.APPLICATION, T.WITHDRAW, S.CONTRACTING): [(M.AGREEMENT, T.VOID)],
    (M.APPLICATION, T.TERMINATE, S.SIGNED): [(M.AGREEMENT, T.END)],
    (M.APPLICATION, T.TERMINATE, S.MONITORING): [(M.AGREEMENT, T.END)],
    (M.APPLICATION, T.TERMINATE, S.SUSPENDED): [(M.AGREEMENT, T.END)],
    (M.APPLICATION, T.CLOSE, S.CLOSING): [(M.AGREEMENT, T.END)],
    (M.AGREEMENT, T.ENTER_INTO_FORCE, S.ISSUED): [(M.APPLICATION, T.CONCLUDE)],
}


@pytest.fixture(scope="module", params=KINDS)
def place(request: pytest.FixtureRequest, test_home: Path, worker_name: str) -> Iterator[Ground]:
    made = ground(request.param, test_home, worker_name)
    yield made
    made.installation.disconnect()
    made.installation.database.remove()


def name(value: object) -> str:
    if isinstance(value, Definition):
        return value.machine.value
    return f"{value.trigger}-{value.source}-{value.dest}" if isinstance(value, Move) else str(value)


def moved() -> list[tuple[int, Machine, int, Trigger]]:
    link = AuditEntry
    query = db.select(link.id, link.machine, link.case_id, link.trigger).where(link.event == AuditEvent.MOVED)
    return [tuple(row) for row in db.session.execute(query.order_by(link.id))]


def open_rows(case: Any) -> list[Deadline]:
    query = db.select(Deadline).where(Deadline.machine == case.__machine__, Deadline.case_id == case.id)
    return list(db.session.scalars(query.where(Deadline.closed_at.is_(None))))


@pytest.mark.parametrize(("definition", "move"), EDGES, ids=name)
def test_every_edge_fires_on_a_database(place: Ground, definition: Definition, move: Move) -> None:
    """State, one entry in a chain that holds, what is due, and what is announced."""
    with place.standing(definition.machine, move) as case:
        who, before, revision = place.ready(case, move), moved(), case.revision
        entry = advance(case, move.trigger, who, reason="Because")
        db.session.flush()
        db.session.expire_all()
        assert (case.state, case.revision) == (move.dest, revision + 1)
        assert (entry.from_state, entry.to_state, entry.actor_id) == (move.source, move.dest, who.person_id or None)
        first, *others = moved()[len(before) :]
        assert first == (entry.id, definition.machine, case.id, move.trigger)
        beside = [(machine, trigger) for _entry, machine, _case, trigger in others]
        assert beside == WITH_IT.get((definition.machine, move.trigger, move.source), [])
        assert audit.broken_links() == []
        due = DUE.get((definition.machine, move.dest))
        rows = open_rows(case)
        assert [row.kind for row in rows] == ([due[0]] if due else [])
        if due and due[1]:
            assert rows[0].due_on == clock.today(rows[0].time_zone) + timedelta(days=due[1])
            assert rows[0].trigger is definition.spec(move.dest).on_deadline
        told = db.session.scalar(db.select(OutboxRow.payload).where(OutboxRow.key == f"move-{entry.id}"))
        assert told == ({"entry_id": entry.id} if (definition.machine, move.trigger) in TOLD else None)


@pytest.mark.parametrize(("definition", "move", "code"), FACTS, ids=name)
def test_each_broken_row_is_refused_with_exactly_its_code(
    place: Ground, definition: Definition, move: Move, code: str
) -> None:
    """Who could make the move a moment ago cannot, for this reason alone; and nothing is left of the attempt."""
    who = place.maker(definition.machine, move)
    with place.standing(
        definition.machine, move, prepared=code not in breaking.UNPREPARED, days=breaking.LATE.get(code, 0)
    ) as case:
        breaking.BREAKS[code](case, who)
        db.session.flush()
        db.session.expire_all()
        before, revision = len(moved()), case.revision
        if who is not SYSTEM:
            who = people.acting(db.session.get_one(Person, who.person_id))
        with pytest.raises(Refused) as refused:
            advance(case, move.trigger, who, reason="Because")
        codes = [blocker.code for blocker in refused.value.refusal.blockers]
        assert codes == TOGETHER.get((move.trigger, code), [code])
        db.session.expire_all()
        assert (case.state, case.revision, len(moved())) == (move.source, revision, before)


def test_there_is_a_break_for_every_fact() -> None:
    assert {code for _definition, _move, code in FACTS} == set(breaking.BREAKS)


RECONSIDER = APPLICATION.edges(S.RESERVE, T.RECONSIDER)[0]
UNSEEN = (invariants.without_record, invariants.altered_record, invariants.open_for_ever, invariants.untold)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mutant", UNSEEN, ids=lambda mutant: mutant.__name__)
def test_an_edge_that_is_made_badly_is_noticed(place: Ground, mutant: invariants.Mutant) -> None:
    with mutant(), pytest.raises((AssertionError, ValueError)):
        test_every_edge_fires_on_a_database(place, APPLICATION, RECONSIDER)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_guard_that_no_row_is_asked_for_is_noticed(place: Ground) -> None:
    place.maker(M.APPLICATION, RECONSIDER)
    with invariants.dropped(M.APPLICATION, guards.envelope_has_room_again), pytest.raises(pytest.fail.Exception):
        test_each_broken_row_is_refused_with_exactly_its_code(place, APPLICATION, RECONSIDER, "envelope_short")


# --- walks (G2) -----------------------------------------------------------------------------------------------------


def test_random_walks_over_the_product_keep_everything_together(place: Ground) -> None:
    """A sample; the whole of it, and the floor under what it reaches, is for `make prove`."""
    came = strolls.run(place, walks=12)
    assert came.problems == [] and came.refusals > 20
    assert len(came.edges) >= 35, came.missed()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)  # the mutants are of the product, not of a database
@pytest.mark.parametrize("mutant", invariants.MUTANTS, ids=lambda mutant: mutant.__name__)
def test_walks_over_the_product_notice(place: Ground, mutant: invariants.Mutant) -> None:
    with mutant():
        assert strolls.notices(place) != []
