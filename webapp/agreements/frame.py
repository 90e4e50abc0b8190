"""The case's frame with the agreement's tab lit on every page under it."""

from dataclasses import replace
from typing import Any

from flask import url_for

from webapp import caseframe
from webapp.agreements import queries, seen
from webapp.agreements.forms import DraftForm
from webapp.models.application import Application
from webapp.policy import Principal


def frame(application: Application, who: Principal) -> dict[str, Any]:
    """What `case.html` needs; one statement."""
    shared = caseframe.frame(application, who)
    here = url_for("agreements.show", application_id=application.id)
    return shared | {"tabs": [replace(tab, current=tab.href == here) for tab in shared["tabs"]]}


def theirs(
    application: Application, form: DraftForm, stored: seen.Stored, key: str, value: str | None = None
) -> dict[str, Any]:
    """The form, and where somebody else saved meanwhile what is stored now and who did it."""
    if not form.overtaken:
        return {"form": form}
    currency = application.call.plan.programme.currency
    saved = queries.last_saved(application, key, value)
    return {"form": form, "stored": seen.in_words(stored, currency), "saved": saved}
