"""The case's frame with the agreement's tab lit on every page under it."""

from dataclasses import replace
from typing import Any

from flask import url_for

from webapp import caseframe
from webapp.models.application import Application
from webapp.policy import Principal


def frame(application: Application, who: Principal) -> dict[str, Any]:
    """What `case.html` needs; one statement."""
    shared = caseframe.frame(application, who)
    here = url_for("agreements.show", application_id=application.id)
    return shared | {"tabs": [replace(tab, current=tab.href == here) for tab in shared["tabs"]]}
