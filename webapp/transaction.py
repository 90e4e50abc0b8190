"""One request, one transaction: open for writing when the method is unsafe, committed on 2xx–3xx, else rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, request
from sqlalchemy import Executable

from webapp.extensions import db, forget

SAFE = {"GET", "HEAD", "OPTIONS"}


def for_writing() -> None:
    """Begin a fresh write transaction; on SQLite this takes the lock now. Anything read before is read anew."""
    forget()
    db.session.expire_all()
    db.session.connection(execution_options={"writes": True})


@contextmanager
def writing() -> Iterator[None]:
    """A write transaction outside a request: committed at the end, rolled back on any error."""
    for_writing()
    try:
        yield
        db.session.commit()
    except BaseException:
        forget()
        raise


@contextmanager
def paused() -> Iterator[None]:
    """For what takes seconds and asks no database: nothing is locked meanwhile; then a fresh write transaction.

    Whatever was read before must be read anew, and whatever was changed before is gone.
    """
    db.session.rollback()
    try:
        yield
    finally:
        for_writing()


def note(statement: Executable) -> None:
    """Write down that somebody was here. A page that only reads does not commit, so there it is its own transaction.

    Where the request writes already it is part of that: a second writer would wait for the first, which waits for it.
    """
    if db.session.connection().get_execution_options().get("writes"):
        db.session.execute(statement)
        return
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(statement)


def init_app(app: Flask) -> None:
    @app.before_request
    def _open() -> None:
        if request.method not in SAFE and request.endpoint != "static":
            for_writing()

    @app.after_request
    def _settle(response: Response) -> Response:
        if request.method in SAFE or response.status_code >= 400:
            forget()
        else:
            db.session.commit()
        return response
