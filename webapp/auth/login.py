"""flask-login, wired to the session rows."""

from flask import Flask, Response, current_app, request, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from werkzeug.wrappers import Response as BaseResponse

from webapp.auth import sessions
from webapp.htmx import hx_redirect, is_htmx

limiter = Limiter(get_remote_address)  # per address; per account the throttle in the database counts
manager = LoginManager()
manager.session_protection = None  # a session is a row that can be ended; an address may change on a phone


def init_app(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    app.config.update(RATELIMIT_STORAGE_URI=settings.rate_limit_storage, RATELIMIT_ENABLED=not settings.testing)
    limiter.init_app(app)
    manager.init_app(app)


@manager.user_loader  # type: ignore[untyped-decorator]
def _load(token: str) -> sessions.SignedIn | None:
    settings = current_app.config["SETTINGS"]
    return sessions.load(token, settings.idle_minutes, settings.session_hours)


@manager.unauthorized_handler  # type: ignore[untyped-decorator]
def _ask_to_sign_in() -> BaseResponse | Response:
    """Where a page was asked for, come back to it; where something was sent, the desk."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" and not is_htmx() else ""
    return hx_redirect(url_for("auth.sign_in", next=wanted or None))
