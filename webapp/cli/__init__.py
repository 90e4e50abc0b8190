"""Commands: `flask --app wsgi demo|worker|audit …`, each with `--help`; lists take `--json`."""

from flask import Flask

from webapp.cli import admin, audit, demo, document, worker, workflow


def init_app(app: Flask) -> None:
    app.cli.add_command(demo.group)
    app.cli.add_command(worker.command)
    app.cli.add_command(audit.group)
    app.cli.add_command(admin.group)
    app.cli.add_command(workflow.group)
    app.cli.add_command(document.group)
