"""Every proof at its full size, and docs/proofs.md with what came of it: `python -m tests.prove`.

PROVE_SIZE (1 by default) is the share of the full size, for trying the program out; the page is then left alone.
"""

import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.prove import (
    attacks,
    batches,
    checks,
    faults,
    invariants,
    kills,
    outages,
    races,
    strolls,
    syncs,
    walks,
    workers,
)
from tests.prove.ground import ground
from tests.prove.house import House, build
from tests.support import postgres
from tests.support.database import KINDS
from webapp import clock
from workflows.definition import name_of
from workflows.definitions import CURRENT

PAGE = Path(__file__).parents[2] / "docs" / "proofs.md"
SIZE = float(os.environ.get("PROVE_SIZE", "1"))
REACHED = 80  # edges at least that the walks over the product make, on each database; over the tables: all
Mutant = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Row:
    """One proof: what was tried, what was found, and whether its mutant was."""

    goal: str
    tried: str
    problems: list[str]
    seconds: float
    mutants: str = "–"
    caught: bool = True

    @property
    def holds(self) -> bool:
        return self.caught and not self.problems


def main() -> int:
    begun = time.monotonic()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="jumelage-proofs-") as name:
        home = Path(name)
        try:
            on_sqlite = build("sqlite", home, "proofs")
            on_postgresql = build("postgresql", home, "proofs")
            for row in _rows(on_sqlite, on_postgresql, home):
                rows.append(row)
                print(
                    f"{'holds ' if row.holds else 'BROKEN'} {row.goal}: {row.tried} ({row.seconds:.0f} s)", flush=True
                )
                for problem in row.problems[:10]:
                    print(f"         {problem}")
            on_postgresql.installation.disconnect()
        finally:
            postgres.stop_server(home)
    if SIZE == 1:
        _write(rows, time.monotonic() - begun)
    return 0 if all(row.holds for row in rows) else 1


def _rows(on_sqlite: House, on_postgresql: House, home: Path) -> Iterator[Row]:
    yield _engine_walks(_share(10_000))
    for kind in KINDS:
        yield _product_walks(kind, home, _share(300))
    yield _kills(on_sqlite, _share(1000))
    yield _workers(on_sqlite, _share(1000))
    yield _batches(on_sqlite, _share(20))
    yield _syncs(on_sqlite, _share(200))
    yield _faults(on_sqlite, on_postgresql)
    yield _outages(home, _share(30))
    for house in (on_sqlite, on_postgresql):
        yield _races(house, _share(50))
    for house in (on_sqlite, on_postgresql):
        yield _attacks(house)


def _engine_walks(number: int) -> Row:
    with _watch() as seconds:
        came = walks.engine(number)
    caught = [
        bool(walks.engine(2000, walks.without(CURRENT[machine], guard), judged=False).problems)
        for machine, guard in walks.MUTANTS
    ]
    tried = f"{number:,} walks × 20 steps over the tables of all machines, {came.moves:,} moves"
    tried += f", reached {len(came.reached)} of {len(walks.EDGES)} edges"
    names = ", ".join(name_of(guard) for _machine, guard in walks.MUTANTS)
    found = [*came.problems, *_too_few(len(came.reached), len(walks.EDGES))]
    return Row("G2 walks", tried, found, seconds[0], f"dropped guards ({names})", all(caught))


def _product_walks(kind: str, home: Path, number: int) -> Row:
    made = ground(kind, home, "proofs")
    try:
        with _watch() as seconds:
            came = strolls.run(made, number)
        caught = [_caught(mutant, lambda: strolls.notices(made)) for mutant in invariants.MUTANTS]
    finally:
        made.installation.disconnect()
        made.installation.database.remove()
    on = "SQLite" if kind == "sqlite" else "PostgreSQL"
    tried = f"{came.walks:,} walks × 20 steps over the product on {on}, {came.moves:,} moves"
    tried += f", {came.refusals:,} refusals, reached {len(came.edges)} of {len(walks.EDGES)} edges"
    names = ", ".join(mutant.__name__.replace("_", " ") for mutant in invariants.MUTANTS)
    found = [*came.problems, *_too_few(len(came.edges), REACHED)]
    return Row("G2 walks", tried, found, seconds[0], names, all(caught))


def _too_few(reached: int, floor: int) -> list[str]:
    """A walk that goes nowhere finds nothing: the floor counts at full size."""
    return [f"reached {reached} edges, {floor} at least are asked for"] if SIZE == 1 and reached < floor else []


def _kills(house: House, number: int) -> Row:
    with _watch() as seconds:
        came = kills.transitions(house, number)
    tried = (
        f"{came.kills:,} × kill −9, {came.in_flight:,} of them inside a transition; {came.acknowledged:,} acknowledged"
        " commits, none lost, nothing half applied"
    )
    caught = _caught(kills.split_transaction, lambda: kills.transitions(house, 50).problems)
    return Row("G3 kills", tried, came.problems, seconds[0], "a commit between state and record", caught)


def _workers(house: House, jobs: int) -> Row:
    with _watch() as seconds:
        found = workers.run(house, jobs, kills=10)
    caught = [
        _caught(mutant, lambda: workers.run(house, 60, kills=10)) for mutant in (workers.apart, workers.too_early)
    ]
    tried = f"the worker killed 10 × over {jobs:,} jobs: none lost, each effect in the database once"
    return Row("G3 worker", tried, found, seconds[0], "acknowledged apart, acknowledged too early", all(caught))


def _batches(house: House, rounds: int) -> Row:
    with _watch() as seconds:
        found = [problem for seed in range(3, 3 + rounds) for problem in batches.killed(house, 6, seed)]
    caught = _caught(batches.apart, lambda: batches.killed(house, 1, at_commit=3))
    tried = f"a batch whose worker is killed 6 ×, {rounds:,} times: each file done once, with one entry"
    return Row("G3 batch", tried, found, seconds[0], "the row recorded apart from its move", caught)


def _syncs(house: House, commits: int) -> Row:
    with _watch() as seconds:
        found = syncs.run(house, commits)
    caught = bool(syncs.run(house, 10, synchronous=False))
    return Row("G3b syncs", f"{commits:,} commits, each synced (strace)", found, seconds[0], "synchronous=OFF", caught)


def _faults(on_sqlite: House, on_postgresql: House) -> Row:
    with _watch() as seconds:
        found = [
            *faults.full_disk(on_sqlite),
            *faults.refused_writes(on_sqlite),
            *faults.lost_connection(on_postgresql),
        ]
    caught = _caught(faults.swallowed, lambda: faults.refused_writes(on_sqlite))
    tried = "full disk, refused writes, a lost connection: a page in plain words, nothing lost, the next request works"
    return Row("G3c faults", tried, found, seconds[0], "a failed commit taken for a good one", caught)


def _outages(home: Path, rounds: int) -> Row:
    with _watch() as seconds:
        outage = outages.Outage(home, "proofs")
        try:
            found = [problem for _round in range(rounds) for problem in outages.everything(outage)]
            caught = _caught(outages.unasked, lambda: outages.while_away(outage))
        finally:
            outage.remove()
    tried = (
        f"PostgreSQL itself killed (−9) at {len(outages.POINTS)} points of a move, after its commit, between requests"
        f" and under the worker, {rounds:,} × each: 503 in plain words, nothing acknowledged lost, all goes on"
    )
    return Row("G3c outages", tried, found, seconds[0], "a pool that trusts its connections", caught)


def _races(house: House, rounds: int) -> Row:
    with _watch() as seconds:
        found = [problem for name in races.RACES for problem in races.run(house, name, rounds)]
    caught = _caught(races.without_locks, lambda: races.run(house, "confirm", 3))
    tried = f"{', '.join(races.RACES)}: {races.WAYS} ways × {rounds:,} rounds each{_on(house)}, one winner, no error"
    return Row("G4 races", tried, found, seconds[0], "no lock", caught)


def _attacks(house: House) -> Row:
    with _watch() as seconds:
        found = attacks.run(house)
    caught = _caught(attacks.without_checkpoint, lambda: attacks.run(house, [attacks.delete_a_case]))
    tried = f"{len(attacks.ATTACKS)} attacks on the record{_on(house)}, each found"
    return Row("G5 record", tried, found, seconds[0], "verify without the checkpoint", caught)


def _caught(mutant: Mutant, proof: Callable[[], list[str]]) -> bool:
    with mutant():
        return bool(proof())


def _on(house: House) -> str:
    return " on SQLite" if house.installation.database.url.startswith("sqlite") else " on PostgreSQL"


def _share(full: int) -> int:
    return max(2, round(full * SIZE))


@contextmanager
def _watch() -> Iterator[list[float]]:
    taken = [0.0]
    begun = time.monotonic()
    yield taken
    taken[0] = time.monotonic() - begun


def _write(rows: list[Row], seconds: float) -> None:
    lines = [
        f"| {row.goal} | {row.tried} | {'holds' if not row.problems else '**broken**: ' + row.problems[0]} |"
        f" {row.mutants} | {'caught' if row.caught else '**missed**'} | {row.seconds:.0f} |"
        for row in rows
    ]
    PAGE.write_text(
        f"""# Proofs

Made by `make prove` on {clock.today().isoformat()}, \
{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {sys.platform}; the whole \
run took {seconds:.0f} seconds.

| Goal | What was tried | | Planted mutant | | Seconds |
| --- | --- | --- | --- | --- | ---: |
{chr(10).join(lines)}

How to read it (`tests/prove`; a sample of each runs with the tests, `tests/integration/test_proofs.py`):

- Walks over the tables ask the engine alone, for every machine, on a small model of the world; each answer is held
  against what was written by hand (`tests/support/expected.py`), and the world against what must be true of it. Walks
  over the product begin where a case stands in every state, go through `advance` and the use cases, and compare rows,
  record, money, signatures, due dates and versions after every step, the whole chains after every walk.
- "Reached" counts the edges of the tables that were made; a floor below it fails the proof
  (`tests/prove/__main__.py`). Each edge is also fired once, and each of its facts broken once, on both databases with
  the tests (`tests/integration/test_every_edge.py`).
- A kill strikes a child that was forked with everything loaded and makes transitions without a pause; what it had
  acknowledged through a pipe must be there, and state, revision, record and mail of each file must belong together.
- The worker dies at a random statement of its own; its lease has run out when the next one begins.
- "Refused writes" is a limit on the size of the database's log (`RLIMIT_FSIZE`), which SQLite meets as an I/O error.
- The attacker owns the database, drops the triggers and recomputes hashes, and in some attacks changes the table or
  the file of heads as well.
- A server that is killed is one of the proof's own, with all its processes, and is started again on what it left.

## Which test shows which check

1 to 12 are the checks of the engine, G2 to G5 the goals of reliability. The names are tests below `tests/`; that each
of them exists is tested (`tests/architecture/test_checks.py`).

{checks.table()}
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main())
