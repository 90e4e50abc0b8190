"""The product, created once per worker and kind of database; every test meets it freshly migrated."""

from dataclasses import dataclass
from pathlib import Path

import flask_migrate
from flask import Flask

from tests.support.database import Database, make_database
from tests.support.settings import settings_for

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@dataclass
class Installation:
    """A created application and the database it is bound to."""

    app: Flask
    database: Database

    def fresh(self) -> Flask:
        """The application on its database as the migrations leave it."""
        self.disconnect()
        self.database.reset()
        return self.app

    def disconnect(self) -> None:
        """Close every pooled connection."""
        from webapp.extensions import db

        with self.app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def install(kind: str, home: Path, worker: str) -> Installation:
    """Create the application on an empty database of this kind, migrate it and keep the result as template."""
    from tests.support import passwords
    from webapp import create_app

    passwords.make_cheap()
    database = make_database(kind, home, worker)
    app = create_app(settings_for(database.url, home / worker / f"{kind}-var"))
    installation = Installation(app, database)
    with app.app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))
    installation.disconnect()
    database.keep_as_template()
    return installation
