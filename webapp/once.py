"""A form is done once: what is sent twice, by a double click or a reload, leads to the result of the first time.

Every form carries its token, made when its page was made. So the same token with the same content, to the same
address, is the same form sent again; the form opened anew, or filled in differently after "back", is another one.
Nothing has to be listed: each POST of somebody signed in is covered, and answers that lead nowhere else are forgotten.
"""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, flash, g, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import delete, select, update

from webapp import clock, transaction
from webapp.errors import Repeated
from webapp.extensions import db, insert_new
from webapp.htmx import hx_redirect
from webapp.models.record import SentForm

BLOCK = 1 << 20
KEPT = timedelta(days=7)  # longer than anybody leaves a page open and sends it again


def init_app(app: Flask) -> None:
    """After the check of the token (site) and the begin of the transaction; before its end, which keeps the row."""
    app.before_request(_begin)
    app.after_request(_end)
    app.register_error_handler(Repeated, _again)


@contextmanager
def paused() -> Iterator[None]:
    """`transaction.paused`, after which the form is claimed anew: the pause has let go of it."""
    with transaction.paused():
        yield
    _claim()


def forget_old() -> int:
    """Forms of long ago; returns how many."""
    old = delete(SentForm).where(SentForm.at < clock.now() - KEPT)
    return len(db.session.scalars(old.returning(SentForm.key)).all())


def _begin() -> None:
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or getattr(view, "access", "public") == "public":
        return
    if request.form.get("csrf_token") and current_user.is_authenticated:
        g.sent_form = _key()
        _claim()


def _claim() -> None:
    """Enter the form; on PostgreSQL a second one waits here until the first is done, on SQLite it waited before."""
    key = g.get("sent_form")
    if key is None:
        return
    values = {"key": key, "location": "", "at": clock.now()}
    enter = insert_new(SentForm, "key").values(values).returning(SentForm.key)
    if db.session.scalar(enter) is None and (led := db.session.scalar(select(SentForm.location).filter_by(key=key))):
        raise Repeated(led)


def _end(response: Response) -> Response:
    """Where it led; what is answered with a page again (a sum checked, a row added) may be asked for once more."""
    key = g.pop("sent_form", None)
    if key is None or response.status_code >= 400:
        return response
    location = response.headers.get("HX-Redirect") or response.location
    row = SentForm.key == key
    if location:
        db.session.execute(update(SentForm).where(row).values(location=location))
    else:
        db.session.execute(delete(SentForm).where(row))
    return response


def _again(repeated: Repeated) -> Response:
    g.pop("sent_form", None)
    flash(_("This form reached us twice. It was kept once; this is where it led."), "info")
    return hx_redirect(repeated.location)


def _key() -> str:
    """Token, address and content as one hash; with a secret, since a form may hold a password."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.new(secret, request.full_path.encode(), hashlib.sha256)
    for name, value in request.form.items(multi=True):
        digest.update(f"\0{len(name)},{len(value)},{name}{value}".encode())
    for name, upload in request.files.items(multi=True):
        digest.update(f"\0{name}\0{upload.filename}\0".encode())
        while block := upload.stream.read(BLOCK):
            digest.update(block)
        upload.stream.seek(0)
    return digest.hexdigest()
