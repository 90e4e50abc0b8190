"""The committee and the focal points."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from webapp.auth.access import actor, signed_in
from webapp.errors import NotFound
from webapp.models.application import Application
from webapp.monitoring import forms, queries, use_cases
from webapp.monitoring.routes.shared import FILE, Answer, Page, accepted, blueprint, form_page, names_for, to_tab
from webapp.policy import Action, Principal
from webapp.services import scope
from workflows.vocabulary import State


@blueprint.get(f"{FILE}/monitoring/committee")
@signed_in
def committee(application_id: int) -> Page:
    who = actor()
    application = scope.open_file(who, application_id, Action.SET_UP_MONITORING)
    known = queries.overview(application).one("committee")
    data = {"installed": known.word, "reason": known.text, "first_chair_id": known.organisation_id} if known else {}
    return form_page("committee", application, who, _committee_form(application, formdata=None, data=data))


@blueprint.post(f"{FILE}/monitoring/committee")
@signed_in
def committee_post(application_id: int) -> Page | Answer:
    who = actor()
    application = scope.open_file(who, application_id, Action.SET_UP_MONITORING)
    form = _committee_form(application)
    if not accepted(
        form,
        lambda: use_cases.decide_committee(
            application, form.installed.data == "yes", form.reason.data or "", form.first_chair_id.data, who
        ),
    ):
        return form_page("committee", application, who, form)
    flash(_("The decision about the committee is recorded."), "success")
    if application.state is State.CONTRACTING:
        return redirect(url_for("agreements.show", application_id=application.id), 303)
    return to_tab(application, "setting-up")


def _committee_form(application: Application, **kwargs: Any) -> forms.CommitteeForm:
    form = forms.CommitteeForm(**kwargs)
    form.first_chair_id.choices = [(p.organisation_id, p.organisation.name) for p in application.parties]
    return form


@blueprint.get(f"{FILE}/monitoring/focal-points/<int:organisation_id>")
@signed_in
def focal_point(application_id: int, organisation_id: int) -> Page:
    who = actor()
    application = _for_naming(who, application_id, organisation_id)
    form, none_possible = _focal_form(application, organisation_id, formdata=None)
    return form_page(
        "focal_point", application, who, form, organisation_id=organisation_id, none_possible=none_possible
    )


@blueprint.post(f"{FILE}/monitoring/focal-points/<int:organisation_id>")
@signed_in
def focal_point_post(application_id: int, organisation_id: int) -> Page | Answer:
    who = actor()
    application = _for_naming(who, application_id, organisation_id)
    form, none_possible = _focal_form(application, organisation_id)
    if not accepted(
        form, lambda: use_cases.name_focal_point(application, organisation_id, form.person_id.data or 0, who)
    ):
        more = {"organisation_id": organisation_id, "none_possible": none_possible}
        return form_page("focal_point", application, who, form, **more)
    flash(_("The focal point is named."), "success")
    return to_tab(application, "setting-up")


def _for_naming(who: Principal, application_id: int, organisation_id: int) -> Application:
    application = scope.open_file(who, application_id, Action.NAME_FOCAL_POINT)
    if organisation_id not in names_for(who, scope.file_scope(application)):
        raise NotFound(f"organisation {organisation_id}")
    return application


def _focal_form(application: Application, organisation_id: int, **kwargs: Any) -> tuple[forms.FocalPointForm, bool]:
    """Everybody of the municipality; who cannot watch is shown with the reason."""
    form = forms.FocalPointForm(**kwargs)
    form.person_id.choices, possible = [], 0
    for person in queries.people_of([organisation_id]):
        why = use_cases.why_not_focal_point(application, organisation_id, person)
        possible += not why
        shown = {"hint": why, "disabled": True} if why else {"hint": person.job_title}
        form.person_id.choices.append((person.id, person.name, shown))
    return form, not possible
