"""Corrective actions and obligations with their evidence, and the files of all evidence."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import policy, transfer
from webapp.auth.access import actor, signed_in
from webapp.errors import Invalid
from webapp.models.application import AttachedTo
from webapp.models.monitoring import Audit, CorrectiveAction, Obligation, Report
from webapp.monitoring import forms, queries, use_cases
from webapp.monitoring.routes.shared import Answer, Page, accepted, blueprint, frame, my_offers
from webapp.policy import Action, Principal
from webapp.services import deadlines, scope


@blueprint.get("/actions/<int:action_id>")
@signed_in
def action(action_id: int) -> Page:
    return _proof_page(queries.load(CorrectiveAction, action_id), actor())


@blueprint.post("/actions/<int:action_id>")
@signed_in
def action_post(action_id: int) -> Page | Answer:
    return _prove(queries.load(CorrectiveAction, action_id), actor(), Action.WORK_ON_ACTION)


@blueprint.get("/obligations/<int:obligation_id>")
@signed_in
def obligation(obligation_id: int) -> Page:
    return _proof_page(queries.load(Obligation, obligation_id), actor())


@blueprint.post("/obligations/<int:obligation_id>")
@signed_in
def obligation_post(obligation_id: int) -> Page | Answer:
    return _prove(queries.load(Obligation, obligation_id), actor(), Action.MANAGE_OBLIGATIONS)


def _proof_page(
    row: CorrectiveAction | Obligation, who: Principal, form: forms.EvidenceForm | None = None
) -> tuple[str, int]:
    room = scope.file_scope(row.application)
    policy.require(who, Action.VIEW_MONITORING, room)
    is_action = isinstance(row, CorrectiveAction)
    page = render_template(
        "monitoring/action.html" if is_action else "monitoring/obligation.html",
        **frame(row.application, who),
        row=row,
        form=form or forms.EvidenceForm(formdata=None, data={"evidence": row.evidence}),
        files=queries.evidence_of(
            AttachedTo.ACTION if is_action else AttachedTo.OBLIGATION, row.id, row.application_id
        ),
        today=use_cases.today(row.application),
        last_on=deadlines.last_on(row, row.due_on),
        proves=use_cases.may_prove(row, who),
        offers=my_offers(row, who),
    )
    return page, 422 if form is not None and form.errors else 200


def _prove(row: CorrectiveAction | Obligation, who: Principal, needed: Action) -> Page | Answer:
    policy.require(who, needed, scope.file_scope(row.application))
    form = forms.EvidenceForm()
    if not accepted(form, lambda: _keep_evidence(form, row, who)):
        return _proof_page(row, who, form)
    flash(_("The evidence is saved."), "success")
    if isinstance(row, CorrectiveAction):
        return redirect(url_for("monitoring.action", action_id=row.id), 303)
    return redirect(url_for("monitoring.obligation", obligation_id=row.id), 303)


def _keep_evidence(form: forms.EvidenceForm, row: CorrectiveAction | Obligation, who: Principal) -> None:
    """Words, a file, or both."""
    stored = transfer.receive(form.file.data, who) if form.file.data else None
    if form.evidence.data or stored is None:
        use_cases.save_evidence(row, form.evidence.data or "", who)
    if stored is not None:
        use_cases.add_file(row, stored, form.file_title.data or "", who)


@blueprint.get("/evidence/<int:attachment_id>")
@signed_in
def evidence(attachment_id: int) -> Response:
    """A piece of evidence, read through the policy of its file."""
    row, application = queries.attachment(attachment_id)
    policy.require(actor(), Action.VIEW_MONITORING, scope.file_scope(application))
    return transfer.send(row.file)


RECORDS: dict[AttachedTo, tuple[type[Any], str]] = {
    AttachedTo.REPORT: (Report, "report"),
    AttachedTo.ACTION: (CorrectiveAction, "action"),
    AttachedTo.OBLIGATION: (Obligation, "obligation"),
    AttachedTo.AUDIT: (Audit, "audit"),
}


@blueprint.post("/evidence/<int:attachment_id>/remove")
@signed_in
def remove_evidence(attachment_id: int) -> Response:
    who = actor()
    row, application = queries.attachment(attachment_id)
    policy.require(who, Action.VIEW_MONITORING, scope.file_scope(application))
    model, name = RECORDS[row.attached_to]
    record = queries.load(model, int(row.subject))
    try:
        use_cases.remove_file(row, record, who)
        flash(_("The file is removed."), "success")
    except Invalid as invalid:
        flash(invalid.message, "error")
    ids: dict[str, Any] = {f"{name}_id": record.id}
    return redirect(url_for(f"monitoring.{name}", **ids), 303)
