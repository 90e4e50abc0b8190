"""Raising a finding, and opening what must be done about it."""

from typing import Any

from flask import flash
from flask_babel import gettext as _

from webapp import policy, wording
from webapp.auth.access import actor, signed_in
from webapp.models.application import Application
from webapp.models.monitoring import Finding
from webapp.monitoring import forms, queries, use_cases
from webapp.monitoring.routes.shared import FILE, Answer, Page, accepted, blueprint, form_page, to_tab
from webapp.policy import Action
from webapp.services import scope


@blueprint.get(f"{FILE}/findings/new")
@signed_in
def new_finding(application_id: int) -> Page:
    who = actor()
    application = scope.open_file(who, application_id, Action.RAISE_FINDING)
    form = _finding_form(application, formdata=None)
    return form_page("finding", application, who, form)


@blueprint.post(f"{FILE}/findings/new")
@signed_in
def new_finding_post(application_id: int) -> Page | Answer:
    who = actor()
    application = scope.open_file(who, application_id, Action.RAISE_FINDING)
    form = _finding_form(application)
    if not accepted(form, lambda: use_cases.raise_finding(application, form.data, who)):
        return form_page("finding", application, who, form)
    flash(_("The finding is raised. Open a corrective action for it."), "success")
    return to_tab(application, "findings")


def _finding_form(application: Application, **kwargs: Any) -> forms.FindingForm:
    reports = [
        (r.id, _("%(kind)s %(number)s", kind=wording.label(r.report_kind), number=r.number))
        for r in queries.overview(application).all("report")
    ]
    return forms.FindingForm(reports, **kwargs)


@blueprint.get("/findings/<int:finding_id>/actions/new")
@signed_in
def new_action(finding_id: int) -> Page:
    who = actor()
    finding = queries.load(Finding, finding_id)
    policy.require(who, Action.RAISE_FINDING, scope.file_scope(finding.application))
    form = _action_form(finding.application, formdata=None)
    return form_page("new_action", finding.application, who, form, finding=finding)


@blueprint.post("/findings/<int:finding_id>/actions/new")
@signed_in
def new_action_post(finding_id: int) -> Page | Answer:
    who = actor()
    finding = queries.load(Finding, finding_id)
    policy.require(who, Action.RAISE_FINDING, scope.file_scope(finding.application))
    form = _action_form(finding.application)
    if not accepted(form, lambda: use_cases.open_action(finding, form.data, who)):
        return form_page("new_action", finding.application, who, form, finding=finding)
    flash(_("The corrective action is open."), "success")
    return to_tab(finding.application, "findings")


def _action_form(application: Application, **kwargs: Any) -> forms.ActionForm:
    form = forms.ActionForm(**kwargs)
    parties = {p.organisation_id: p.organisation.name for p in application.parties}
    form.owner_organisation_id.choices = list(parties.items())
    people = [(str(person.id), person.name) for person in queries.people_of(parties)]
    form.owner_id.choices = [("", _("Nobody in particular")), *people]
    return form
