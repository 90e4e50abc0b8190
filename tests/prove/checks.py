"""Which test shows which check: the twelve of the engine, and the goals of reliability.

docs/proofs.md prints this table; a test of ours notices a test that was renamed or deleted.
"""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Check(NamedTuple):
    """A check in a few words, and the tests (`file::function`, below tests/) that show it."""

    name: str
    what: str
    tests: tuple[str, ...]


def _unit(file: str, *names: str) -> tuple[str, ...]:
    return tuple(f"unit/test_{file}.py::{name}" for name in names)


def _whole(file: str, *names: str) -> tuple[str, ...]:
    return tuple(f"integration/test_{file}.py::{name}" for name in names)


CHECKS: tuple[Check, ...] = (
    Check(
        "1", "each kind of broken definition stops the start, by name",
        (*_unit("verify", "test_a_broken_definition_is_refused_by_name"),
         *_unit("versions", "test_a_guard_that_can_never_matter_is_named", "test_a_guard_of_another_machine_is_named"),
         *_whole("machines", "test_a_broken_machine_ends_the_examination_with_one", "test_what_has_no_words_is_named"),
         *_whole("advance", "test_every_effect_has_a_handler")),
    ),
    Check(
        "2", "every edge fires, each broken fact is refused with exactly its code, every other role is refused",
        (*_whole("every_edge", "test_every_edge_fires_on_a_database",
                 "test_each_broken_row_is_refused_with_exactly_its_code", "test_there_is_a_break_for_every_fact",
                 "test_an_edge_that_is_made_badly_is_noticed", "test_a_guard_that_no_row_is_asked_for_is_noticed"),
         *_unit("engine", "test_every_edge_fires_and_leads_where_the_table_says",
                "test_each_broken_fact_is_refused_with_exactly_its_code",
                "test_every_guard_has_its_expectation_and_every_expectation_its_guard",
                "test_a_guard_that_was_removed_is_noticed", "test_no_other_role_makes_the_move"),
         *_unit("golden_owners", "test_the_tables_name_the_owners_that_were_agreed",
                "test_no_move_is_missing_from_the_golden_table")),
    ),
    Check(
        "3", "what is offered and what can be fired agree, for every state and role, with each fact broken",
        (*_unit("engine", "test_what_is_offered_and_what_can_be_fired_agree",
                "test_an_offer_that_is_judged_for_somebody_else_is_noticed"),
         *_whole("machines", "test_what_is_explained_is_what_can_be_done"),
         *_whole("matrix_api", "test_programs_are_told_what_their_people_are_told"),
         *_whole("facts_of_many", "test_many_have_the_facts_that_each_has_alone")),
    ),
    Check(
        "4", "32 at once: one winner, 31 readable refusals, no lock error, on both databases",
        (*_whole("advance", "test_thirty_two_at_once_have_one_winner_and_readable_refusals",
                 "test_the_race_notices_a_door_without_its_lock"),
         *_whole("proofs", "test_thirty_two_at_once_have_one_winner", "test_a_race_without_locks_is_noticed")),
    ),
    Check(
        "5", "an effect that raises leaves no state, entry or outbox row",
        _whole("advance", "test_an_effect_that_fails_leaves_nothing_behind"),
    ),
    Check(
        "6", "the same request twice is one entry; a stale revision is a conflict",
        _whole("advance", "test_the_same_request_twice_is_done_once", "test_a_requests_number_serves_one_move",
               "test_a_stale_revision_is_a_conflict"),
    ),
    Check(
        "7", "an edited, deleted, truncated or replaced entry is found, and a deleted case by the checkpoint",
        (*_whole("advance", "test_the_record_cannot_be_changed_with_sql", "test_a_changed_record_is_found"),
         *_whole("proofs", "test_every_attack_on_the_record_is_found",
                 "test_the_chains_alone_miss_what_the_checkpoint_finds")),
    ),
    Check(
        "8", "a worker killed ten times loses no job, and each effect in the database happens once",
        (*_whole("proofs", "test_a_killed_worker_loses_no_job_and_repeats_no_effect",
                 "test_kills_notice_a_careless_worker", "test_a_killed_worker_does_each_file_of_a_batch_once",
                 "test_kills_notice_a_batch_that_is_recorded_apart"),
         *_whole("batches", "test_a_worker_that_dies_leaves_nothing_half_and_the_next_one_goes_on",
                 "test_the_planted_mutant_that_records_apart_is_noticed")),
    ),
    Check(
        "9", "at most one open deadline for a case and kind",
        (*_whole("deadlines_of_cases", "test_a_second_open_deadline_of_a_kind_is_refused_by_the_database",
                 "test_leaving_the_state_closes_its_deadline"),
         *_whole("every_edge", "test_random_walks_over_the_product_keep_everything_together")),
    ),
    Check(
        "10", "who recommended does not approve, even with both roles",
        (*_whole("decisions", "test_who_worked_on_the_file_does_not_confirm",
                 "test_the_manager_of_the_file_does_not_confirm_what_somebody_else_recommended"),
         *_whole("batches", "test_who_recommended_many_confirms_none")),
    ),
    Check(
        "11", "a hundred rows of actions in a constant number of statements (times: docs/benchmarks.md)",
        (*_whole("facts_of_many", "test_forty_files_cost_the_statements_of_two"),
         *_whole("batches", "test_two_hundred_rows_cost_the_statements_of_two")),
    ),
    Check(
        "12", "a case of an older version still moves, what is unmapped is listed, the picture is the table",
        (*_whole("versions_on_cases", "test_each_case_goes_by_the_rules_it_began_with",
                 "test_what_is_unmapped_or_lands_nowhere_is_refused",
                 "test_cases_without_rules_are_found_and_the_worker_does_not_start"),
         *_unit("versions", "test_no_published_version_has_changed", "test_the_digest_tells_another_topology"),
         *_unit("diagram", "test_every_state_has_one_box_and_every_move_is_drawn_or_told",
                "test_the_handbook_is_what_the_tables_say")),
    ),
    Check(
        "G2", "random walks keep money, signatures, record, due dates and chains together, and go nearly everywhere",
        (*_whole("proofs", "test_random_walks_over_the_tables_go_everywhere_and_find_nothing",
                 "test_walks_notice_a_guard_that_was_dropped", "test_walks_notice_a_table_that_answers_otherwise"),
         *_whole("every_edge", "test_random_walks_over_the_product_keep_everything_together",
                 "test_walks_over_the_product_notice")),
    ),
    Check(
        "G3", "kill −9 loses no acknowledged commit and halves no transition",
        _whole("proofs", "test_no_kill_loses_or_halves_a_transition", "test_kills_notice_a_split_transaction"),
    ),
    Check(
        "G3b", "every commit reaches the disk",
        _whole("proofs", "test_every_commit_reaches_the_disk", "test_the_count_notices_commits_that_are_not_synced"),
    ),
    Check(
        "G3c", "I/O error, full disk, lost connection, PostgreSQL killed: a clean page, nothing lost",
        _whole("proofs", "test_a_faulty_disk_is_a_clean_page_and_loses_nothing",
               "test_a_lost_connection_is_a_clean_page_and_loses_nothing", "test_a_swallowed_commit_is_noticed",
               "test_a_killed_server_is_a_clean_page_and_loses_nothing",
               "test_what_a_killed_server_acknowledged_is_there", "test_a_pool_that_trusts_its_connections_is_noticed",
               "test_a_server_that_is_away_is_said_so_and_missed_no_longer_than_it_is",
               "test_the_worker_outlives_the_server"),
    ),
    Check(
        "G4", "32 ways at once on sign, confirm and move: one winner, no error",
        _whole("proofs", "test_thirty_two_at_once_have_one_winner", "test_a_race_without_locks_is_noticed"),
    ),
    Check(
        "G5", "every attack on the record is found, heads stand outside the database",
        (*_whole("proofs", "test_every_attack_on_the_record_is_found",
                 "test_the_chains_alone_miss_what_the_checkpoint_finds"),
         *_whole("checkpoint", "test_verify_asks_chains_and_heads", "test_the_heads_cannot_be_changed_with_sql")),
    ),
)  # fmt: skip


def missing(checks: Iterable[Check] = CHECKS) -> list[str]:
    """Tests that are named here and do not exist."""
    named = {test for check in checks for test in check.tests}
    return sorted(test for test in named if test.partition("::")[2] not in _tests(test.partition("::")[0]))


@cache
def _tests(file: str) -> frozenset[str]:
    path = ROOT / "tests" / file
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def table() -> str:
    """As Markdown, for docs/proofs.md."""
    lines = ["| Check | What | Tests |", "| --- | --- | --- |"]
    for check in CHECKS:
        files: dict[str, list[str]] = {}
        for test in check.tests:
            file, _sign, name = test.partition("::")
            files.setdefault(file, []).append(name.removeprefix("test_").replace("_", " "))
        shown = "; ".join(f"`{file}`: {', '.join(names)}" for file, names in files.items())
        lines.append(f"| {check.name} | {check.what} | {shown} |")
    return "\n".join(lines)
