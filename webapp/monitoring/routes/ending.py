"""Notice of termination, and the auditor's page."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import policy, transfer
from webapp.auth.access import actor, signed_in
from webapp.models.application import Application, AttachedTo
from webapp.models.monitoring import Audit, Opinion
from webapp.monitoring import forms, queries, use_cases
from webapp.monitoring.routes.shared import FILE, Answer, Page, accepted, blueprint, form_page, frame, to_tab
from webapp.policy import Action, Principal
from webapp.services import scope
from webapp.services.facts import current_agreement


@blueprint.get(f"{FILE}/monitoring/notice")
@signed_in
def notice(application_id: int) -> Page:
    who = actor()
    application = scope.open_file(who, application_id, Action.GIVE_NOTICE)
    return _notice_page(application, who, forms.NoticeForm(formdata=None))


@blueprint.post(f"{FILE}/monitoring/notice")
@signed_in
def notice_post(application_id: int) -> Page | Answer:
    who = actor()
    application = scope.open_file(who, application_id, Action.GIVE_NOTICE)
    form = forms.NoticeForm()
    if not accepted(form, lambda: use_cases.give_notice(application, form.grounds.data or "", who)):
        return _notice_page(application, who, form)
    flash(_("Notice is given. A mail goes to everybody concerned."), "success")
    return to_tab(application)


def _notice_page(application: Application, who: Principal, form: forms.NoticeForm) -> Page:
    return form_page("notice", application, who, form, ends_on=use_cases.notice_would_end(application))


@blueprint.post("/notices/<int:notice_id>/withdraw")
@signed_in
def withdraw_notice(notice_id: int) -> Response:
    who = actor()
    row = queries.notice(notice_id)
    application = scope.open_file(who, row.application_id, Action.GIVE_NOTICE)
    use_cases.withdraw_notice(row, who)
    flash(_("The notice is withdrawn. A mail goes to everybody concerned."), "success")
    return to_tab(application)


@blueprint.get(f"{FILE}/audit")
@blueprint.get("/audits/<int:audit_id>")
@signed_in
def audit(application_id: int | None = None, audit_id: int | None = None) -> Page:
    who = actor()
    return _audit_page(_audit(who, application_id, audit_id), who)


@blueprint.post(f"{FILE}/audit")
@blueprint.post("/audits/<int:audit_id>")
@signed_in
def audit_post(application_id: int | None = None, audit_id: int | None = None) -> Page | Answer:
    """One form to give the opinion, one to add a file."""
    who = actor()
    row = _audit(who, application_id, audit_id)
    policy.require(who, Action.GIVE_OPINION, scope.file_scope(row.application))
    if request.form.get("then") == "file":
        upload = forms.FileForm()
        if not accepted(upload, lambda: _add_to_audit(upload, row, who)):
            return _audit_page(row, who, upload=upload)
        flash(_("The file is added."), "success")
        return redirect(url_for("monitoring.audit", audit_id=row.id), 303)
    form = forms.OpinionForm()
    if not accepted(form, lambda: _give_opinion(form, row, who)):
        return _audit_page(row, who, form=form)
    flash(_("The opinion is given. A mail goes to everybody concerned."), "success")
    return redirect(url_for("monitoring.audit", audit_id=row.id), 303)


def _audit(who: Principal, application_id: int | None, audit_id: int | None) -> Audit:
    """By its own number, or by its file's; the same answer for unknown and foreign."""
    row = queries.load(Audit, audit_id) if audit_id is not None else queries.audit_of(application_id or 0)
    policy.require(who, Action.VIEW_MONITORING, scope.file_scope(row.application))
    return row


def _add_to_audit(form: forms.FileForm, row: Audit, who: Principal) -> None:
    use_cases.add_file(row, transfer.receive(form.file.data, who), form.file_title.data or "", who)


def _give_opinion(form: forms.OpinionForm, row: Audit, who: Principal) -> None:
    ineligible: Any = form.ineligible.data
    use_cases.give_opinion(row.application, Opinion(form.opinion.data), form.summary.data or "", ineligible, who)


def _audit_page(
    row: Audit, who: Principal, *, form: forms.OpinionForm | None = None, upload: forms.FileForm | None = None
) -> Page:
    agreement = current_agreement(row.application)
    gives = policy.may(who, Action.GIVE_OPINION, scope.file_scope(row.application)) and row.opinion is None
    page = render_template(
        "monitoring/audit.html",
        **frame(row.application, who),
        audit=row,
        agreement=agreement,
        gives=gives,
        form=form or forms.OpinionForm(formdata=None),
        upload=upload or forms.FileForm(formdata=None),
        files=queries.evidence_of(AttachedTo.AUDIT, row.id, row.application_id),
    )
    return page, 422 if form is not None or upload is not None else 200
