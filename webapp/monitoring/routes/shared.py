"""The blueprint, and what the pages of monitoring share."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from webapp import caseframe, policy
from webapp.errors import Invalid
from webapp.models.application import Application
from webapp.models.types import Case
from webapp.monitoring import use_cases
from webapp.policy import Action, Principal
from workflows.vocabulary import Role, Trigger

blueprint = Blueprint("monitoring", "webapp.monitoring", template_folder="templates")
FILE = "/applications/<int:application_id>"
Page = str | tuple[str, int]
Answer = Response | tuple[str, int]
OVER = "case_not_running"  # nobody can clear it, so there is nothing to wait for
# Steps back stand after the step forward.
BACKWARDS = frozenset({Trigger.RETURN_REPORT, Trigger.REOPEN, Trigger.REDO, Trigger.WAIVE})


def frame(application: Application, who: Principal) -> dict[str, Any]:
    """The case's frame; every page here belongs to the tab of monitoring."""
    context = caseframe.frame(application, who)
    home = url_for("monitoring.show", application_id=application.id)
    context["tabs"] = [replace(tab, current=tab.current or tab.href == home) for tab in context["tabs"]]
    return context


def my_offers(case: Case, who: Principal) -> list[caseframe.OfferRow]:
    """The moves that are this person's to make, forward before back; in a project that is over there are none."""
    mine = [row for row in caseframe.offer_rows(case, who) if row.mine and OVER not in row.codes]
    return sorted(mine, key=lambda row: (bool(row.blockers), row.trigger in BACKWARDS))


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


def form_page(template: str, application: Application, who: Principal, form: FlaskForm, **more: Any) -> Page:
    page = render_template(
        f"monitoring/{template}.html",
        **frame(application, who),
        form=form,
        names={party.organisation_id: party.organisation.name for party in application.parties},
        today=use_cases.today(application),
        **more,
    )
    return page, 422 if form.errors else 200


def to_tab(application: Application, anchor: str = "") -> Response:
    return redirect(url_for("monitoring.show", application_id=application.id, _anchor=anchor or None), 303)


def names_for(who: Principal, room: policy.FileScope) -> frozenset[int]:
    """The municipalities for which this person may name a focal point."""
    if not policy.may(who, Action.NAME_FOCAL_POINT, room):
        return frozenset()
    everywhere = Role.PROGRAMME_MANAGER in policy.roles_on(who, room)
    return room.party_ids if everywhere else room.party_ids & who.organisations(Role.MUNICIPALITY_ADMIN)
