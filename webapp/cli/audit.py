"""Prove that the record holds."""

import json
import sys

import click
from flask.cli import AppGroup

from webapp.services import audit

group = AppGroup("audit", help="The record of who did what.")


@group.command("verify", help="Check every hash chain; exit code 1 when one does not hold.")
@click.option("--json", "as_json", is_flag=True, help="Print the broken links as JSON.")
def verify(as_json: bool) -> None:
    broken = audit.broken_links()
    if as_json:
        keys = ("machine", "case", "sequence", "fault")
        click.echo(json.dumps([dict(zip(keys, row, strict=True)) for row in broken]))
    elif broken:
        for machine, case, sequence, fault in broken:
            click.echo(f"{machine} {case}, entry {sequence}: {fault}")
    else:
        click.echo("Every chain holds.")
    sys.exit(1 if broken else 0)
