"""The background worker: deadlines and outbox, until TERM."""

import signal

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp import jobs
from webapp.services import versions


@click.command("worker", help="Send mail, write letters and fire deadlines, until stopped (TERM or Ctrl-C).")
@click.option("--once", is_flag=True, help="Do what is open now, then end.")
@with_appcontext
def command(once: bool) -> None:
    try:
        versions.require_known()
    except versions.UnknownVersion as unknown:
        raise click.ClickException(str(unknown)) from unknown
    if once:
        click.echo(f"{jobs.begin(current_app._get_current_object())} done")  # type: ignore[attr-defined]
        return
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    jobs.run(current_app._get_current_object(), lambda: stopping)  # type: ignore[attr-defined]
