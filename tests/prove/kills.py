"""G3: kill −9 while transitions commit, and while the worker drains the outbox."""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from tests.prove.child import Child, Say, alone
from tests.prove.house import House, acting, application
from webapp.extensions import db
from webapp.models.record import AuditEntry
from webapp.policy import Principal
from webapp.services import advance as door
from webapp.services import audit
from workflows.vocabulary import State, Trigger

LONGEST = 12  # transitions' time that a child may work before it is killed
BACK_AND_FORTH = {State.MONITORING: Trigger.SUSPEND, State.SUSPENDED: Trigger.RESUME}
# A file whose state, revision and record do not belong together, or whose move told nobody.
HALF = """
    SELECT 'file ' || a.id || ' is ' || a.state || ' at ' || a.revision || ', its record says ' || e.moves
    FROM application a JOIN (
        SELECT case_id, count(*) moves, max(sequence) last FROM audit_entry WHERE machine = 'application'
        AND event = 'moved' GROUP BY case_id
    ) e ON e.case_id = a.id JOIN audit_entry l ON l.machine = 'application' AND l.case_id = a.id AND l.sequence = e.last
    WHERE a.id IN ({cases}) AND (a.revision <> e.moves + 1 OR a.state <> l.to_state)
    UNION ALL
    SELECT 'file ' || id || ' moved without a record' FROM application a WHERE id IN ({cases}) AND revision > 1
    AND NOT EXISTS (SELECT 1 FROM audit_entry WHERE machine = 'application' AND case_id = a.id)
    UNION ALL
    SELECT 'entry ' || e.id || ' told ' || count(o.id) FROM audit_entry e LEFT JOIN outbox o
    ON o.key = 'move-' || e.id
    WHERE e.machine = 'application' AND e.case_id IN ({cases}) GROUP BY e.id HAVING count(o.id) <> 1
"""


@dataclass
class Killed:
    """What came of it. `in_flight` counts the kills that struck between a begin and its acknowledgement."""

    kills: int = 0
    in_flight: int = 0
    acknowledged: int = 0
    problems: list[str] = field(default_factory=list)


def transitions(house: House, kills: int, seed: int = 1) -> Killed:
    """Fork, let it move files back and forth, kill it, compare what it acknowledged with what is there."""
    dice = random.Random(seed)
    app = house.fresh()
    with app.app_context():
        mover = house.who(house.mover)
    pace = _warm_up(house, mover)
    alone(app)
    known = dict.fromkeys(house.running, 2)
    result = Killed()

    def work(say: Say) -> None:
        mine = random.Random(time.monotonic_ns())
        while True:
            number = mine.choice(house.running)
            say("begin")
            with acting(app):
                file = application(number)
                door.advance(file, BACK_AND_FORTH[file.state], mover, reason="Once more")
                revision = file.revision
            say(f"{number} {revision}")

    for _kill in range(kills):
        with Child(work) as child:
            child.wait_for_a_word()
            time.sleep(dice.uniform(0, LONGEST * pace))
            child.kill()
            heard = child.heard()
        result.kills += 1
        result.in_flight += heard[-1:] == ["begin"]
        for line in heard:
            if line.startswith("error"):
                result.problems.append(line)
            elif line != "begin":
                number, revision = map(int, line.split())
                known[number] = revision
                result.acknowledged += 1
        result.problems += _compare(house, known)
    with app.app_context():
        result.problems += [str(fault) for fault in audit.broken_links()]
        db.session.remove()
    return result


def _warm_up(house: House, mover: Principal) -> float:
    """One move of each file in the parent, so that a child finds everything loaded; seconds that one takes."""
    begun = time.monotonic()
    for number in house.running:
        with acting(house.app):
            door.advance(application(number), Trigger.SUSPEND, mover, reason="Once")
    return (time.monotonic() - begun) / len(house.running)


def _compare(house: House, known: dict[int, int]) -> Iterator[str]:
    with closing(sqlite3.connect(db_file(house))) as connection:
        for number, revision in known.items():
            (there,) = connection.execute("SELECT revision FROM application WHERE id = ?", (number,)).fetchone()
            if there < revision:
                yield f"file {number}: {revision} was acknowledged, {there} is there"
            known[number] = there
        cases = ", ".join(map(str, known))
        yield from (row[0] for row in connection.execute(HALF.format(cases=cases)))


def db_file(house: House) -> str:
    return house.installation.database.url.removeprefix("sqlite:///")


@contextmanager
def split_transaction() -> Iterator[None]:
    """The planted mutant: a commit between the state and its record."""
    record = audit.record

    def commit_first(*given: object, **more: object) -> AuditEntry:
        db.session.commit()
        return record(*given, **more)  # type: ignore[arg-type]

    with patch.object(audit, "record", commit_first):
        yield
