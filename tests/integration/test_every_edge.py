"""Every edge of every machine, fired through the one door on a real database, and every fact of it broken there.

The town (tests/factories/everywhere.py) is made once for each database; what a test does to it is undone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.factories import breaking, everywhere, people
from tests.factories.everywhere import Town
from tests.support.database import KINDS
from tests.support.expected import asked
from tests.support.installation import install
from tests.support.undone import undone
from webapp import clock, policy
from webapp.errors import Refused
from webapp.extensions import db
from webapp.models.people import Person
from webapp.models.record import AuditEntry, AuditEvent, Deadline, OutboxRow
from webapp.notifications.audience import TOLD
from webapp.policy import SYSTEM, Principal
from webapp.services import audit, scope
from webapp.services.advance import advance, offers
from workflows.definition import Definition, Move
from workflows.definitions import ALL
from workflows.vocabulary import DeadlineKind, Machine, Role, State, Trigger

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


@dataclass
class Ground:
    """A database with the town on it, and its people as they are before anything is broken."""

    app: Flask
    town: Town
    people: list[Principal]

    @contextmanager
    def standing(self, machine: Machine, move: Move, *, prepared: bool = True, days: int = 0) -> Iterator[Any]:
        """The case that makes this edge, with what the move needs beside it, on the day when it can be made."""
        days = days or (breaking.DAYS.get(move.trigger, 0) if prepared else 0)
        with undone(self.app), clock.at(clock.now() + timedelta(days=days)):
            case = self.town.case(*breaking.place_of(machine, move))
            ready = breaking.PREPARED.get(move.trigger)
            if ready and prepared:
                ready(case)
            db.session.flush()
            db.session.expire_all()
            yield case

    def holders(self, case: Any, move: Move) -> list[Principal]:
        room = scope.scope_of(case)
        return [who for who in self.people if policy.roles_on(who, room) & asking(move)]

    def ready(self, case: Any, move: Move) -> Principal:
        """Somebody who can make the move now."""
        stands = set()
        for who in self.holders(case, move):
            offer = next((offer for offer in offers(case, who) if offer.move is move), None)
            if offer is not None and offer.ready:
                return who
            stands |= {blocker.code for blocker in offer.blockers} if offer else {"not offered"}
        raise AssertionError(f"nobody can make {move.trigger} from {move.source}: {stands}")


def asking(move: Move) -> frozenset[Role]:
    """A review's own officer is asked, never the manager, who may take anybody off a file."""
    return move.by - {Role.PROGRAMME_MANAGER} if move.trigger is T.RECUSE else move.by


@pytest.fixture(scope="module", params=KINDS)
def ground(request: pytest.FixtureRequest, test_home: Path, worker_name: str) -> Iterator[Ground]:
    installation = install(request.param, test_home, f"{worker_name}_town")
    app = installation.fresh()
    with app.app_context():
        town = everywhere.town(app)
        everybody = everywhere.everybody()
        db.session.remove()
    yield Ground(app, town, everybody)
    installation.disconnect()
    installation.database.remove()


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
def test_every_edge_fires_on_a_database(ground: Ground, definition: Definition, move: Move) -> None:
    """State, one entry in a chain that holds, what is due, and what is announced."""
    with ground.standing(definition.machine, move) as case:
        who, before, revision = ground.ready(case, move), moved(), case.revision
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
    ground: Ground, definition: Definition, move: Move, code: str
) -> None:
    """Who could make the move a moment ago cannot, for this reason alone; and nothing is left of the attempt."""
    with ground.standing(definition.machine, move) as case:
        who = ground.ready(case, move)
    with ground.standing(
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
        assert (case.state, case.revision, len(moved())) == (move.source, revision, before)


def test_there_is_a_break_for_every_fact() -> None:
    assert {code for _definition, _move, code in FACTS} == set(breaking.BREAKS)
