"""Checkpoints: the commands, the daily job, the two places they are kept in; the attacks are in test_proofs.py."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import programmes
from webapp import clock
from webapp.extensions import db
from webapp.jobs import keep_heads
from webapp.models.checkpoint import Checkpoint, Head
from webapp.services import checkpoint
from webapp.transaction import writing


@pytest.fixture
def heads(app: Flask) -> Path:
    """The file of an installation in which something has happened."""
    file = checkpoint.file_in(app.config["SETTINGS"].var)
    file.unlink(missing_ok=True)
    with app.app_context():
        programmes.rooms()
        db.session.remove()
    return file


def test_the_command_writes_both_places_and_once(app: Flask, heads: Path) -> None:
    commands = app.test_cli_runner()
    assert "Checkpoint 1, " in commands.invoke(args=["audit", "checkpoint"]).output
    assert "No chain has grown" in commands.invoke(args=["audit", "checkpoint"]).output
    (line,) = heads.read_text().splitlines()
    with app.app_context():
        kept = [(h.machine.value, h.case_id, h.sequence, h.hash) for h in db.session.scalars(sa.select(Head))]
    assert [tuple(head) for head in json.loads(line)["heads"]] == kept


def test_verify_asks_chains_and_heads(app: Flask, heads: Path) -> None:
    commands = app.test_cli_runner()
    commands.invoke(args=["audit", "checkpoint"])
    good = commands.invoke(args=["audit", "verify"])
    assert (good.exit_code, good.output) == (0, "Every chain holds.\n")
    heads.unlink()
    bad = commands.invoke(args=["audit", "verify"])
    assert (bad.exit_code, bad.output) == (1, "checkpoint 1, entry 0: audit-heads.jsonl does not hold it\n")
    faults = json.loads(commands.invoke(args=["audit", "verify", "--json"]).output)
    assert faults == [
        {"machine": "checkpoint", "case": 1, "sequence": 0, "fault": "audit-heads.jsonl does not hold it"}
    ]


def test_the_job_writes_once_a_day_and_only_what_grew(app: Flask, heads: Path) -> None:
    with app.app_context():
        assert (keep_heads(app), keep_heads(app)) == (1, 0)
        with clock.at(clock.now() + timedelta(days=1, minutes=1)):
            assert keep_heads(app) == 0  # nothing has happened since
            with writing():
                assert checkpoint.write(heads) is None
    assert len(heads.read_text().splitlines()) == 1


def test_a_line_torn_by_a_crash_is_no_alarm_and_is_followed(app: Flask, heads: Path) -> None:
    heads.write_bytes(b'{"at":"2026-11-2')
    with app.app_context():
        with writing():
            assert checkpoint.write(heads) is not None
        assert checkpoint.every_fault(heads) == []
    assert len(heads.read_text().splitlines()) == 2


def test_the_heads_cannot_be_changed_with_sql(app: Flask, heads: Path) -> None:
    with app.app_context(), writing():
        checkpoint.write(heads)
    for table in (Checkpoint, Head):
        for attack in (sa.update(table).values(id=table.id + 1), sa.delete(table)):
            with app.app_context(), pytest.raises(sa.exc.DBAPIError, match="append-only"), writing():
                db.session.execute(attack)
