"""Every check names tests that exist; docs/proofs.md is printed from that list."""

from tests.prove.checks import CHECKS, ROOT, Check, missing, table


def test_every_named_test_exists() -> None:
    assert missing() == []


def test_a_test_that_was_renamed_is_noticed() -> None:
    gone = Check("1", "what is gone", ("unit/test_engine.py::test_of_yesterday", "unit/test_nothing.py::test_at_all"))
    assert missing([*CHECKS, gone]) == ["unit/test_engine.py::test_of_yesterday", "unit/test_nothing.py::test_at_all"]


def test_the_page_shows_the_table_of_today() -> None:
    assert table() in (ROOT / "docs" / "proofs.md").read_text("utf-8")
