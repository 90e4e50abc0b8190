"""The proofs at the size of a test run, and each of them failing on a planted mutant; whole: `make prove`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.prove import attacks, batches, faults, kills, outages, races, syncs, walks, workers
from tests.prove.house import House, build
from tests.support.database import KINDS
from workflows.definition import Guard
from workflows.definitions import CURRENT
from workflows.vocabulary import Machine, Role, State, Trigger


def _built(kind: str, home: Path, worker: str) -> Iterator[House]:
    made = build(kind, home, f"{worker}_proofs")
    yield made
    made.installation.disconnect()
    made.installation.database.remove()


@pytest.fixture(scope="module")
def on_sqlite(test_home: Path, worker_name: str) -> Iterator[House]:
    """A file that can be killed, traced and filled."""
    yield from _built("sqlite", test_home, worker_name)


@pytest.fixture(scope="module")
def on_postgresql(test_home: Path, worker_name: str) -> Iterator[House]:
    yield from _built("postgresql", test_home, worker_name)


@pytest.fixture(params=KINDS)
def house(request: pytest.FixtureRequest) -> House:
    made: House = request.getfixturevalue(f"on_{request.param}")
    return made


# --- walks over the tables (G2); over the product: test_every_edge.py ------------------------------------------------


def test_random_walks_over_the_tables_go_everywhere_and_find_nothing() -> None:
    came = walks.engine(1000)
    assert came.problems == [] and len(came.reached) >= 80, sorted(walks.EDGES - came.reached)


@pytest.mark.parametrize(("machine", "guard"), walks.MUTANTS)
def test_walks_notice_a_guard_that_was_dropped(machine: Machine, guard: Guard) -> None:
    """By what becomes of the world alone."""
    assert walks.engine(1000, walks.without(CURRENT[machine], guard), judged=False).problems != []


@pytest.mark.parametrize("change", [{"by": frozenset(Role)}, {"dest": State.DRAFT}, {"needs_reason": False}])
def test_walks_notice_a_table_that_answers_otherwise(change: dict[str, object]) -> None:
    table = CURRENT[Machine.PLAN]
    moves = tuple(replace(m, **change) if m.trigger is Trigger.SUPERSEDE else m for m in table.moves)
    assert walks.engine(1000, replace(table, moves=moves)).problems != []


# --- races (G4) and attacks on the record (G5) ----------------------------------------------------------------------


@pytest.mark.parametrize("name", races.RACES)
def test_thirty_two_at_once_have_one_winner(house: House, name: str) -> None:
    assert races.run(house, name, rounds=3) == []


def test_a_race_without_locks_is_noticed(house: House) -> None:
    with races.without_locks():
        assert races.run(house, "confirm", rounds=1) != []


def test_every_attack_on_the_record_is_found(house: House) -> None:
    assert attacks.run(house) == []


def test_the_chains_alone_miss_what_the_checkpoint_finds(house: House) -> None:
    chosen = (attacks.edit, attacks.rewrite_the_tail, attacks.delete_a_case)
    with attacks.without_checkpoint():
        assert attacks.run(house, chosen) == ["not found: rewrite_the_tail", "not found: delete_a_case"]


# --- kills (G3) -----------------------------------------------------------------------------------------------------


def test_no_kill_loses_or_halves_a_transition(on_sqlite: House) -> None:
    came = kills.transitions(on_sqlite, 50)
    assert came.problems == []
    assert came.kills == 50 and came.in_flight > 10 and came.acknowledged > 10


def test_kills_notice_a_split_transaction(on_sqlite: House) -> None:
    with kills.split_transaction():
        assert kills.transitions(on_sqlite, 50).problems != []


def test_a_killed_worker_loses_no_job_and_repeats_no_effect(on_sqlite: House) -> None:
    assert workers.run(on_sqlite, jobs=100, kills=10) == []


@pytest.mark.parametrize("mutant", [workers.apart, workers.too_early])
def test_kills_notice_a_careless_worker(on_sqlite: House, mutant: workers.Mutant) -> None:
    with mutant():
        assert workers.run(on_sqlite, jobs=60, kills=10) != []


def test_a_killed_worker_does_each_file_of_a_batch_once(on_sqlite: House) -> None:
    assert batches.killed(on_sqlite, kills=6) == []


def test_kills_notice_a_batch_that_is_recorded_apart(on_sqlite: House) -> None:
    with batches.apart():
        assert batches.killed(on_sqlite, 1, at_commit=3) != []
    assert batches.killed(on_sqlite, 1, at_commit=3) == []


# --- the disk (G3b, G3c) --------------------------------------------------------------------------------------------


def test_every_commit_reaches_the_disk(on_sqlite: House) -> None:
    assert syncs.run(on_sqlite, commits=10) == []


def test_the_count_notices_commits_that_are_not_synced(on_sqlite: House) -> None:
    found = syncs.run(on_sqlite, commits=10, synchronous=False)
    assert "commit 5 was not synced" in found


@pytest.mark.parametrize("fault", [faults.full_disk, faults.refused_writes])
def test_a_faulty_disk_is_a_clean_page_and_loses_nothing(on_sqlite: House, fault: faults.Fault) -> None:
    assert fault(on_sqlite) == []


def test_a_lost_connection_is_a_clean_page_and_loses_nothing(on_postgresql: House) -> None:
    assert faults.lost_connection(on_postgresql) == []


def test_a_swallowed_commit_is_noticed(on_sqlite: House) -> None:
    with faults.swallowed():
        assert faults.refused_writes(on_sqlite) != []


# --- PostgreSQL itself killed (G3c) ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outage(test_home: Path, worker_name: str) -> Iterator[outages.Outage]:
    made = outages.Outage(test_home, worker_name)
    yield made
    made.remove()


def test_a_killed_server_is_a_clean_page_and_loses_nothing(outage: outages.Outage) -> None:
    assert outages.strike(outage) == []


def test_what_a_killed_server_acknowledged_is_there(outage: outages.Outage) -> None:
    assert outages.after_commit(outage) == []


def test_a_server_that_is_away_is_said_so_and_missed_no_longer_than_it_is(outage: outages.Outage) -> None:
    assert outages.while_away(outage) == []


def test_a_pool_that_trusts_its_connections_is_noticed(outage: outages.Outage) -> None:
    with outages.unasked():
        assert outages.while_away(outage) != []


def test_the_worker_outlives_the_server(outage: outages.Outage) -> None:
    assert outages.worker_waits(outage) == []
