"""Prove that the record holds."""

import json
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from webapp.services import checkpoint
from webapp.transaction import writing

group = AppGroup("audit", help="The record of who did what.")
heads_file = click.option(
    "--heads", type=click.Path(path_type=Path), help="The file of heads; by default the one under var/."
)


@group.command("verify", help="Check every hash chain against itself and every checkpoint; exit code 1 on a fault.")
@click.option("--json", "as_json", is_flag=True, help="Print the faults as JSON.")
@heads_file
def verify(as_json: bool, heads: Path | None) -> None:
    faults = checkpoint.every_fault(heads or _file())
    if as_json:
        keys = ("machine", "case", "sequence", "fault")
        click.echo(json.dumps([dict(zip(keys, row, strict=True)) for row in faults]))
    elif faults:
        for machine, case, sequence, fault in faults:
            click.echo(f"{machine} {case}, entry {sequence}: {fault}")
    else:
        click.echo("Every chain holds.")
    sys.exit(1 if faults else 0)


@group.command("checkpoint", help="Keep where every chain stands now, in the database and in a file outside it.")
@heads_file
def take(heads: Path | None) -> None:
    file = heads or _file()
    with writing():
        taken = checkpoint.write(file)
    if taken is None:
        click.echo("No chain has grown since the last checkpoint.")
    else:
        click.echo(f"Checkpoint {taken.id}, {taken.digest}, in {file}")


def _file() -> Path:
    return checkpoint.file_in(current_app.config["SETTINGS"].var)
