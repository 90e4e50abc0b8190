"""The blueprint that the views of this feature share, and the way a form becomes a change."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response
from wtforms import Form

from webapp.errors import Invalid, Overtaken
from webapp.models.application import Application

blueprint = Blueprint("agreements", __name__, template_folder="templates", url_prefix="/applications")


def tried(form: Form, change: Callable[[], object]) -> bool:
    """Make the change; a refusal goes to its field, and a form that was overtaken is marked as such."""
    try:
        change()
    except Overtaken as overtaken:
        form.seen.data, form.overtaken = overtaken.now, True  # type: ignore[attr-defined]
        return False
    except Invalid as invalid:
        field = form[invalid.field] if invalid.field in form else next(iter(form))
        field.errors = [*field.errors, invalid.message]
        return False
    return True


def without_token(form: Any) -> dict[str, Any]:
    return {name: value for name, value in form.data.items() if name != "csrf_token"}


def home(application: Application) -> Response:
    return redirect(url_for("agreements.show", application_id=application.id), 303)
