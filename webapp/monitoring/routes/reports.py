"""A report: written as a draft, read by those who follow the project."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import policy, transfer, wording
from webapp.auth.access import actor, signed_in
from webapp.errors import Conflict
from webapp.extensions import db
from webapp.models.application import AttachedTo, BudgetCategory
from webapp.models.monitoring import Report
from webapp.monitoring import forms, queries, use_cases
from webapp.monitoring.routes.shared import Answer, Page, accepted, blueprint, frame, my_offers
from webapp.policy import Action, Principal
from webapp.services import deadlines, scope
from webapp.services.facts import empty_report_sections
from workflows.vocabulary import Trigger

FIELDS_OF = {
    "services": ("services_count", "services_unit"),
    "quality": ("quality_score", "quality_narrative"),
    "satisfaction": ("satisfaction_percent", "satisfaction_respondents", "satisfaction_method"),
}


@blueprint.get("/reports/<int:report_id>")
@signed_in
def report(report_id: int) -> Page:
    who = actor()
    row = queries.load(Report, report_id)
    room = scope.file_scope(row.application)
    policy.require(who, Action.VIEW_MONITORING, room)
    if not (policy.may(who, Action.WRITE_REPORT, room) and row.state in use_cases.WRITABLE):
        return _report_page("report", row, who, offers=my_offers(row, who))
    form = forms.ReportForm(formdata=None, data=_typed(row))
    finance = queries.finance(row)
    if request.args.get("check"):
        _name_what_is_missing(form, row, finance)
    return _report_page("report_form", row, who, form=form, finance=finance)


@blueprint.post("/reports/<int:report_id>")
@signed_in
def report_post(report_id: int) -> Page | Answer:
    who = actor()
    row = queries.load(Report, report_id)
    policy.require(who, Action.WRITE_REPORT, scope.file_scope(row.application))
    form = forms.ReportForm()
    try:
        if not accepted(form, lambda: _save(form, row, who)):
            return _report_page("report_form", row, who, form=form)
    except Conflict:
        db.session.refresh(row)
        form.revision.data = str(row.revision)
        return _report_page("report_form", row, who, form=form, saved=True)
    return _after_saving(row)


def _save(form: forms.ReportForm, row: Report, who: Principal) -> None:
    stored = transfer.receive(form.file.data, who) if form.file.data else None
    values: dict[str, Any] = {name: form[name].data for name in use_cases.REPORT_VALUES}
    for name in ("services_unit", "quality_narrative", "satisfaction_method", "deviations", "lessons"):
        values[name] = values[name] or ""
    values["finance"] = [
        {"category": c, "spent": form[f"spent_{c.value}"].data, "note": form[f"note_{c.value}"].data}
        for c in BudgetCategory
    ]
    expected = forms.number_or_none(form.revision.data)
    use_cases.save_report(row, values, who, expected)
    if stored is not None:
        use_cases.add_file(row, stored, form.file_title.data or "", who)


def _after_saving(row: Report) -> Response:
    if request.form.get("then") != "submit":
        flash(_("The draft is saved."), "success")
        return redirect(url_for("monitoring.report", report_id=row.id), 303)
    if empty_report_sections(row):
        flash(_("The draft is saved. It cannot be submitted yet: see below what is missing."), "warning")
        return redirect(url_for("monitoring.report", report_id=row.id, check=1), 303)
    trigger = Trigger.SUBMIT_REPORT.value
    return redirect(url_for("casefile.move", machine="report", case_id=row.id, trigger=trigger), 303)


def _typed(row: Report) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(row, name) for name in use_cases.REPORT_VALUES}
    for line in row.finance:
        values[f"spent_{line.category.value}"] = line.spent
        values[f"note_{line.category.value}"] = line.note
    return values | {"revision": str(row.revision)}


def _name_what_is_missing(form: forms.ReportForm, row: Report, finance: list[queries.FinanceRow]) -> None:
    """Each section that is not filled, said at its first empty field [S1.10]."""
    spent = tuple(f"spent_{line.category.value}" for line in finance)
    for section in empty_report_sections(row):
        names = FIELDS_OF.get(section) or spent
        name = next((name for name in names if not form[name].data), None)
        if name is not None:
            text = _("%(section)s: fill in this part before you submit.", section=wording.report_section(section))
            form[name].errors = [text]


def _report_page(template: str, row: Report, who: Principal, *, saved: bool = False, **more: Any) -> Page:
    form = more.get("form")
    if "finance" not in more:
        more["finance"] = queries.finance(row)
    page = render_template(
        f"monitoring/{template}.html",
        **frame(row.application, who),
        report=row,
        files=queries.evidence_of(AttachedTo.REPORT, row.id, row.application_id),
        today=use_cases.today(row.application),
        last_on=deadlines.last_on(row, row.due_on),
        writes=form is not None,
        saved=saved,
        **more,
    )
    refused = form is not None and form.errors and request.method == "POST"
    return page, 409 if saved else 422 if refused else 200
