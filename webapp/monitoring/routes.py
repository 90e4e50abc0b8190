"""The pages of monitoring: HTTP only. The moves themselves are made on the case's Final page (`casefile.move`)."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from webapp import caseframe, policy, transfer, wording
from webapp.auth.access import actor, signed_in
from webapp.errors import Conflict, Invalid, NotFound
from webapp.extensions import db
from webapp.models.application import Application, AttachedTo, BudgetCategory
from webapp.models.monitoring import Audit, CorrectiveAction, Finding, Obligation, Opinion, Report
from webapp.monitoring import checklist, forms, queries, use_cases
from webapp.policy import Action, Principal
from webapp.services import scope
from webapp.services.facts import current_agreement, empty_report_sections
from workflows.vocabulary import Role, State, Trigger

blueprint = Blueprint("monitoring", __name__, template_folder="templates")
ID = "int(max=2147483647)"
FILE = f"/applications/<{ID}:application_id>"
Page = str | tuple[str, int]
Answer = Response | tuple[str, int]
BESIDE = (Trigger.SUSPEND, Trigger.RESUME, Trigger.TERMINATE)


# --- the tab --------------------------------------------------------------------------------------


@blueprint.get(f"{FILE}/monitoring")
@signed_in
def show(application_id: int) -> str:
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_MONITORING)
    room = scope.file_scope(application)
    frame = caseframe.frame(application, who)
    found = checklist.offers(application, who)
    return render_template(
        "monitoring/show.html",
        **frame,
        overview=queries.overview(application),
        today=queries.today(application),
        names={party.organisation_id: party.organisation.name for party in application.parties},
        checklists=checklist.checklists(application, found, frame["currency"]),
        beside=[_beside(application, found[t], frame["currency"]) for t in BESIDE if t in found and found[t].mine],
        can=lambda action: policy.may(who, Action(action), room),
        names_for=_names_for(who, room),
        is_auditor=policy.may(who, Action.GIVE_OPINION, room),
    )


def _beside(application: Application, offer: Any, currency: str) -> caseframe.OfferRow:
    """A step off the straight way, with what stands in its way."""
    trigger, machine = offer.move.trigger, application.__machine__
    return caseframe.OfferRow(
        label=wording.trigger(machine, trigger),
        href=url_for("casefile.move", machine=machine.value, case_id=application.id, trigger=trigger.value),
        text=wording.consequence(machine, trigger),
        mine=True,
        owners="",
        trigger=trigger,
        blockers=tuple(caseframe.Reason(wording.blocker(b, currency), wording.who(b)) for b in offer.blockers),
    )


def _names_for(who: Principal, room: policy.FileScope) -> frozenset[int]:
    """The municipalities for which this person may name a focal point."""
    if not policy.may(who, Action.NAME_FOCAL_POINT, room):
        return frozenset()
    everywhere = Role.PROGRAMME_MANAGER in policy.roles_on(who, room)
    return room.party_ids if everywhere else room.party_ids & who.organisations(Role.MUNICIPALITY_ADMIN)


# --- what the form pages share --------------------------------------------------------------------


def _accepted(form: FlaskForm, act: Callable[[], object]) -> bool:
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


def _page(template: str, application: Application, who: Principal, form: FlaskForm, **more: Any) -> Page:
    page = render_template(
        f"monitoring/{template}.html",
        **caseframe.frame(application, who),
        form=form,
        names={party.organisation_id: party.organisation.name for party in application.parties},
        today=queries.today(application),
        **more,
    )
    return page, 422 if form.errors else 200


def _to_tab(application: Application, anchor: str = "") -> Response:
    return redirect(url_for("monitoring.show", application_id=application.id, _anchor=anchor or None), 303)


# --- setting up -----------------------------------------------------------------------------------


@blueprint.get(f"{FILE}/monitoring/committee")
@signed_in
def committee(application_id: int) -> Page:
    who = actor()
    application = scope.open_file(who, application_id, Action.SET_UP_MONITORING)
    known = queries.overview(application).one("committee")
    data = {"installed": known.word, "reason": known.text, "first_chair_id": known.organisation_id} if known else {}
    return _page("committee", application, who, _committee_form(application, formdata=None, data=data))


@blueprint.post(f"{FILE}/monitoring/committee")
@signed_in
def committee_post(application_id: int) -> Page | Answer:
    who = actor()
    application = scope.open_file(who, application_id, Action.SET_UP_MONITORING)
    form = _committee_form(application)
    if not _accepted(
        form,
        lambda: use_cases.decide_committee(
            application, form.installed.data == "yes", form.reason.data or "", form.first_chair_id.data, who
        ),
    ):
        return _page("committee", application, who, form)
    flash(_("The decision about the committee is recorded."), "success")
    return _to_tab(application, "setting-up")


def _committee_form(application: Application, **kwargs: Any) -> forms.CommitteeForm:
    form = forms.CommitteeForm(**kwargs)
    form.first_chair_id.choices = [(p.organisation_id, p.organisation.name) for p in application.parties]
    return form


@blueprint.get(f"{FILE}/monitoring/focal-points/<{ID}:organisation_id>")
@signed_in
def focal_point(application_id: int, organisation_id: int) -> Page:
    who = actor()
    application = _for_naming(who, application_id, organisation_id)
    form, none_possible = _focal_form(application, organisation_id, formdata=None)
    return _page("focal_point", application, who, form, organisation_id=organisation_id, none_possible=none_possible)


@blueprint.post(f"{FILE}/monitoring/focal-points/<{ID}:organisation_id>")
@signed_in
def focal_point_post(application_id: int, organisation_id: int) -> Page | Answer:
    who = actor()
    application = _for_naming(who, application_id, organisation_id)
    form, none_possible = _focal_form(application, organisation_id)
    if not _accepted(
        form, lambda: use_cases.name_focal_point(application, organisation_id, form.person_id.data or 0, who)
    ):
        more = {"organisation_id": organisation_id, "none_possible": none_possible}
        return _page("focal_point", application, who, form, **more)
    flash(_("The focal point is named."), "success")
    return _to_tab(application, "setting-up")


def _for_naming(who: Principal, application_id: int, organisation_id: int) -> Application:
    application = scope.open_file(who, application_id, Action.NAME_FOCAL_POINT)
    if organisation_id not in _names_for(who, scope.file_scope(application)):
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


# --- reports --------------------------------------------------------------------------------------

FIELDS_OF = {
    "services": ("services_count", "services_unit"),
    "quality": ("quality_score", "quality_narrative"),
    "satisfaction": ("satisfaction_percent", "satisfaction_respondents", "satisfaction_method"),
}


@blueprint.get(f"/reports/<{ID}:report_id>")
@signed_in
def report(report_id: int) -> Page:
    who = actor()
    row = queries.load(Report, report_id)
    room = scope.file_scope(row.application)
    policy.require(who, Action.VIEW_MONITORING, room)
    if not (policy.may(who, Action.WRITE_REPORT, room) and row.state in use_cases.WRITABLE):
        return _report_page("report", row, who, offers=caseframe.offer_rows(row, who))
    form = forms.ReportForm(formdata=None, data=_typed(row))
    if request.args.get("check"):
        _name_what_is_missing(form, row)
    return _report_page("report_form", row, who, form=form)


@blueprint.post(f"/reports/<{ID}:report_id>")
@signed_in
def report_post(report_id: int) -> Page | Answer:
    who = actor()
    row = queries.load(Report, report_id)
    policy.require(who, Action.WRITE_REPORT, scope.file_scope(row.application))
    form = forms.ReportForm()
    try:
        if not _accepted(form, lambda: _save(form, row, who)):
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


def _name_what_is_missing(form: forms.ReportForm, row: Report) -> None:
    """Each section that is not filled, said at its first empty field [S1.10]."""
    rows = queries.finance(row)
    spent = tuple(f"spent_{line.category.value}" for line in rows)
    for section in empty_report_sections(row):
        names = FIELDS_OF.get(section) or spent
        name = next((name for name in names if not form[name].data), None)
        if name is not None:
            text = _("%(section)s: fill in this part before you submit.", section=wording.report_section(section))
            form[name].errors = [text]


def _report_page(template: str, row: Report, who: Principal, *, saved: bool = False, **more: Any) -> Page:
    form = more.get("form")
    page = render_template(
        f"monitoring/{template}.html",
        **caseframe.frame(row.application, who),
        report=row,
        finance=queries.finance(row),
        files=queries.evidence_of(AttachedTo.REPORT, row.id, row.application_id),
        today=queries.today(row.application),
        writes=form is not None,
        saved=saved,
        **more,
    )
    refused = form is not None and form.errors and request.method == "POST"
    return page, 409 if saved else 422 if refused else 200


# --- findings and corrective actions --------------------------------------------------------------


@blueprint.get(f"{FILE}/findings/new")
@signed_in
def new_finding(application_id: int) -> Page:
    who = actor()
    application = scope.open_file(who, application_id, Action.RAISE_FINDING)
    form = _finding_form(application, formdata=None, data={"request_id": uuid.uuid4().hex})
    return _page("finding", application, who, form)


@blueprint.post(f"{FILE}/findings/new")
@signed_in
def new_finding_post(application_id: int) -> Page | Answer:
    who = actor()
    application = scope.open_file(who, application_id, Action.RAISE_FINDING)
    form = _finding_form(application)
    if not _accepted(form, lambda: use_cases.raise_finding(application, form.data, who)):
        return _page("finding", application, who, form)
    flash(_("The finding is raised. Open a corrective action for it."), "success")
    return _to_tab(application, "findings")


def _finding_form(application: Application, **kwargs: Any) -> forms.FindingForm:
    reports = [
        (r.id, _("%(kind)s %(number)s", kind=wording.label(r.report_kind), number=r.number))
        for r in queries.overview(application).all("report")
    ]
    return forms.FindingForm(reports, **kwargs)


@blueprint.get(f"/findings/<{ID}:finding_id>/actions/new")
@signed_in
def new_action(finding_id: int) -> Page:
    who = actor()
    finding = queries.load(Finding, finding_id)
    policy.require(who, Action.RAISE_FINDING, scope.file_scope(finding.application))
    form = _action_form(finding.application, formdata=None, data={"request_id": uuid.uuid4().hex})
    return _page("new_action", finding.application, who, form, finding=finding)


@blueprint.post(f"/findings/<{ID}:finding_id>/actions/new")
@signed_in
def new_action_post(finding_id: int) -> Page | Answer:
    who = actor()
    finding = queries.load(Finding, finding_id)
    policy.require(who, Action.RAISE_FINDING, scope.file_scope(finding.application))
    form = _action_form(finding.application)
    if not _accepted(form, lambda: use_cases.open_action(finding, form.data, who)):
        return _page("new_action", finding.application, who, form, finding=finding)
    flash(_("The corrective action is open."), "success")
    return _to_tab(finding.application, "findings")


def _action_form(application: Application, **kwargs: Any) -> forms.ActionForm:
    form = forms.ActionForm(**kwargs)
    parties = {p.organisation_id: p.organisation.name for p in application.parties}
    form.owner_organisation_id.choices = list(parties.items())
    people = [(str(person.id), person.name) for person in queries.people_of(parties)]
    form.owner_id.choices = [("", _("Nobody in particular")), *people]
    return form


# --- actions and obligations: evidence ------------------------------------------------------------


@blueprint.get(f"/actions/<{ID}:action_id>")
@signed_in
def action(action_id: int) -> Page:
    return _proof_page(queries.load(CorrectiveAction, action_id), actor())


@blueprint.post(f"/actions/<{ID}:action_id>")
@signed_in
def action_post(action_id: int) -> Page | Answer:
    return _prove(queries.load(CorrectiveAction, action_id), actor(), Action.WORK_ON_ACTION)


@blueprint.get(f"/obligations/<{ID}:obligation_id>")
@signed_in
def obligation(obligation_id: int) -> Page:
    return _proof_page(queries.load(Obligation, obligation_id), actor())


@blueprint.post(f"/obligations/<{ID}:obligation_id>")
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
        **caseframe.frame(row.application, who),
        row=row,
        form=form or forms.EvidenceForm(formdata=None, data={"evidence": row.evidence}),
        files=queries.evidence_of(
            AttachedTo.ACTION if is_action else AttachedTo.OBLIGATION, row.id, row.application_id
        ),
        today=queries.today(row.application),
        proves=use_cases.may_prove(row, who),
        offers=[offer for offer in caseframe.offer_rows(row, who) if offer.mine],
    )
    return page, 422 if form is not None and form.errors else 200


def _prove(row: CorrectiveAction | Obligation, who: Principal, needed: Action) -> Page | Answer:
    policy.require(who, needed, scope.file_scope(row.application))
    form = forms.EvidenceForm()
    if not _accepted(form, lambda: _keep_evidence(form, row, who)):
        return _proof_page(row, who, form)
    flash(_("The evidence is saved."), "success")
    endpoint = "monitoring.action" if isinstance(row, CorrectiveAction) else "monitoring.obligation"
    name = "action_id" if isinstance(row, CorrectiveAction) else "obligation_id"
    return redirect(url_for(endpoint, **{name: row.id}), 303)


def _keep_evidence(form: forms.EvidenceForm, row: CorrectiveAction | Obligation, who: Principal) -> None:
    """Words, a file, or both."""
    stored = transfer.receive(form.file.data, who) if form.file.data else None
    if form.evidence.data or stored is None:
        use_cases.save_evidence(row, form.evidence.data or "", who)
    if stored is not None:
        use_cases.add_file(row, stored, form.file_title.data or "", who)


@blueprint.get(f"/evidence/<{ID}:attachment_id>")
@signed_in
def evidence(attachment_id: int) -> Response:
    """A piece of evidence, read through the policy of its file."""
    row, application = queries.attachment(attachment_id)
    policy.require(actor(), Action.VIEW_MONITORING, scope.file_scope(application))
    return transfer.send(row.file)


RECORDS: dict[AttachedTo, tuple[type[Any], str, str]] = {
    AttachedTo.REPORT: (Report, "monitoring.report", "report_id"),
    AttachedTo.ACTION: (CorrectiveAction, "monitoring.action", "action_id"),
    AttachedTo.OBLIGATION: (Obligation, "monitoring.obligation", "obligation_id"),
    AttachedTo.AUDIT: (Audit, "monitoring.audit", "audit_id"),
}


@blueprint.post(f"/evidence/<{ID}:attachment_id>/remove")
@signed_in
def remove_evidence(attachment_id: int) -> Response:
    who = actor()
    row, application = queries.attachment(attachment_id)
    policy.require(who, Action.VIEW_MONITORING, scope.file_scope(application))
    model, endpoint, name = RECORDS[row.attached_to]
    record = queries.load(model, int(row.subject))
    try:
        use_cases.remove_file(row, record, who)
        flash(_("The file is removed."), "success")
    except Invalid as invalid:
        flash(invalid.message, "error")
    return redirect(url_for(endpoint, **{name: record.id}), 303)


# --- notice of termination ------------------------------------------------------------------------


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
    if not _accepted(form, lambda: use_cases.give_notice(application, form.grounds.data or "", who)):
        return _notice_page(application, who, form)
    flash(_("Notice is given. A mail goes to everybody concerned."), "success")
    return _to_tab(application)


def _notice_page(application: Application, who: Principal, form: forms.NoticeForm) -> Page:
    return _page("notice", application, who, form, ends_on=use_cases.notice_would_end(application))


@blueprint.post(f"/notices/<{ID}:notice_id>/withdraw")
@signed_in
def withdraw_notice(notice_id: int) -> Response:
    who = actor()
    row = queries.notice(notice_id)
    application = scope.open_file(who, row.application_id, Action.GIVE_NOTICE)
    use_cases.withdraw_notice(row, who)
    flash(_("The notice is withdrawn. A mail goes to everybody concerned."), "success")
    return _to_tab(application)


# --- audit ----------------------------------------------------------------------------------------


@blueprint.get(f"{FILE}/audit")
@blueprint.get(f"/audits/<{ID}:audit_id>")
@signed_in
def audit(application_id: int | None = None, audit_id: int | None = None) -> Page:
    who = actor()
    return _audit_page(_audit(who, application_id, audit_id), who)


@blueprint.post(f"{FILE}/audit")
@blueprint.post(f"/audits/<{ID}:audit_id>")
@signed_in
def audit_post(application_id: int | None = None, audit_id: int | None = None) -> Page | Answer:
    """One form to give the opinion, one to add a file."""
    who = actor()
    row = _audit(who, application_id, audit_id)
    policy.require(who, Action.GIVE_OPINION, scope.file_scope(row.application))
    if request.form.get("then") == "file":
        upload = forms.FileForm()
        if not _accepted(upload, lambda: _add_to_audit(upload, row, who)):
            return _audit_page(row, who, upload=upload)
        flash(_("The file is added."), "success")
        return redirect(url_for("monitoring.audit", audit_id=row.id), 303)
    form = forms.OpinionForm()
    if not _accepted(form, lambda: _give_opinion(form, row, who)):
        return _audit_page(row, who, form=form)
    flash(_("The opinion is given. A mail goes to everybody concerned."), "success")
    return redirect(url_for("monitoring.audit", audit_id=row.id), 303)


def _audit(who: Principal, application_id: int | None, audit_id: int | None) -> Audit:
    """By its own number, or by its file's; the same answer for unknown and foreign."""
    if audit_id is None:
        application = scope.open_file(who, application_id or 0, Action.VIEW_MONITORING)
        found = queries.overview(application).one("audit")
        if found is None:
            raise NotFound(f"audit of {application_id}")
        audit_id = found.id
    row = queries.load(Audit, audit_id)
    policy.require(who, Action.VIEW_MONITORING, scope.file_scope(row.application))
    return row


def _add_to_audit(form: forms.FileForm, row: Audit, who: Principal) -> None:
    use_cases.add_file(row, transfer.receive(form.file.data, who), form.file_title.data or "", who)


def _give_opinion(form: forms.OpinionForm, row: Audit, who: Principal) -> None:
    use_cases.give_opinion(
        row.application, Opinion(form.opinion.data), form.summary.data or "", form.ineligible.data, who
    )


def _audit_page(
    row: Audit, who: Principal, *, form: forms.OpinionForm | None = None, upload: forms.FileForm | None = None
) -> Page:
    agreement = current_agreement(row.application)
    gives = policy.may(who, Action.GIVE_OPINION, scope.file_scope(row.application)) and row.opinion is None
    page = render_template(
        "monitoring/audit.html",
        **caseframe.frame(row.application, who),
        audit=row,
        agreement=agreement,
        gives=gives,
        form=form or forms.OpinionForm(formdata=None),
        upload=upload or forms.FileForm(formdata=None),
        files=queries.evidence_of(AttachedTo.AUDIT, row.id, row.application_id),
        is_closing=row.application.state is State.CLOSING,
    )
    return page, 422 if form is not None or upload is not None else 200
