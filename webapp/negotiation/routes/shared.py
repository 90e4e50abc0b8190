"""The blueprint, and what the pages of a negotiation share."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from webapp import caseframe
from webapp.auth.access import actor
from webapp.documents.wordtext import Article
from webapp.errors import Invalid, NotFound
from webapp.models.agreement import Agreement, Document
from webapp.models.application import Application
from webapp.policy import Action, Principal
from webapp.services import scope
from webapp.services.contract import versions
from webapp.services.contract.current import current
from webapp.transfer import storage

blueprint = Blueprint(
    "negotiation",
    "webapp.negotiation",
    template_folder="templates",
    url_prefix="/applications/<int:application_id>/agreement",
)
Answer = Response | str | tuple[str, int]
SHOWN = 12  # digits of a hash that people compare


def frame(application: Application, who: Principal) -> dict[str, Any]:
    """What `case.html` needs; every page here belongs to the tab of the agreement."""
    shared = caseframe.frame(application, who)
    here = url_for("agreements.show", application_id=application.id)
    tabs = [replace(tab, current=tab.href == here) for tab in shared["tabs"]]
    return shared | {"tabs": tabs, "prefix": SHOWN}


def opened(application_id: int, action: Action = Action.VIEW_AGREEMENT) -> tuple[Application, Agreement]:
    """The file and its agreement, for somebody who may do this to it; not found while there is none."""
    application = scope.open_file(actor(), application_id, action)
    agreement = current(application)
    if agreement is None:
        raise NotFound(f"application {application_id} has no agreement")
    return application, agreement


def version_of(agreement: Agreement, number: int | None) -> Document:
    """The version with this number; None asks for the newest."""
    if number is None:
        return agreement.documents[-1]
    found = next((document for document in agreement.documents if document.number == number), None)
    if found is None:
        raise NotFound(f"version {number}")
    return found


def number_in(key: str) -> int | None:
    """The version that the address names; None when it names none, not found when it cannot be a number."""
    text = request.args.get(key, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise NotFound(f"version {text!r}")
    return int(text)


def articles(document: Document) -> tuple[Article, ...]:
    """What the stored file of a version says. Raises `versions.UnreadableError`."""
    return versions.read(document, storage())


@blueprint.errorhandler(versions.UnreadableError)
def unreadable(_error: versions.UnreadableError) -> tuple[str, int]:
    """The page shows the file or nothing."""
    happened = _("The stored file is no longer the one that was written, so its text is not shown.")
    arguments = request.view_args or {}
    link = url_for("agreements.show", application_id=arguments["application_id"])
    return render_template("errors/409.html", what_happened=happened, link=link), 409


def accepted(form: FlaskForm, act: Callable[[], object]) -> bool:
    """Validate and act; what the use case refuses stands at its field."""
    if not form.validate():
        return False
    try:
        act()
    except Invalid as invalid:
        field = form[invalid.field] if invalid.field in form else next(iter(form))
        field.errors = [*field.errors, invalid.message]
        return False
    return True


def to(endpoint: str, application: Application, anchor: str = "", **values: Any) -> Response:
    address = url_for(f"negotiation.{endpoint}", application_id=application.id, _anchor=anchor or None, **values)
    return redirect(address, 303)
