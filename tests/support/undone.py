"""A test that begins and commits as the product does, and leaves nothing behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from flask import Flask

from webapp.extensions import db


@contextmanager
def undone(app: Flask) -> Iterator[None]:
    """Everything inside happens in one transaction of the database, which is rolled back at the end.

    What the product begins is a savepoint: its commit keeps it until the end of the block, its rollback undoes it.
    """
    with app.app_context():
        engines = cast(dict[str | None, Any], db.engines)  # what every session is bound to
        engine = engines[None]
        db.session.remove()
        with engine.connect().execution_options(writes=True) as connection:
            outer = connection.begin()
            db.session.configure(join_transaction_mode="create_savepoint")
            engines[None] = connection
            try:
                yield
            finally:
                db.session.remove()
                engines[None] = engine
                db.session.configure(join_transaction_mode="conditional_savepoint")
                outer.rollback()
