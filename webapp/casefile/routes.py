"""The case page, its history, and the Final page of every move of every machine. More views: `extending`."""

import uuid
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from webapp import caseframe, policy, wording
from webapp.auth.access import actor, signed_in
from webapp.casefile import due, extending, queries
from webapp.casefile.blueprint import blueprint
from webapp.casefile.forms import MoveForm
from webapp.errors import Conflict, Forbidden, NotFound, Refused
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application
from webapp.models.assessment import Review
from webapp.models.monitoring import CorrectiveAction, Obligation, Report
from webapp.models.negotiation import SpecialClause
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.record import AuditEntry, AuditEvent
from webapp.models.template import DocumentTemplate
from webapp.models.types import Case
from webapp.notifications.audience import TOLD
from webapp.paging import page_number
from webapp.policy import Action, Principal
from webapp.services import advance, announce, audit, documents, scope, troubles
from webapp.services.cases import open_case
from workflows.definition import Move
from workflows.vocabulary import DeadlineKind, Machine, Role, Trigger

__all__ = ["blueprint", "extending"]  # its views join the blueprint
ON_PAGE = 12
PER_PAGE = 50


@blueprint.get("/applications/<int:application_id>")
@signed_in
def show(application_id: int) -> str:
    who = actor()
    application = _file(who, application_id)
    room = scope.file_scope(application)
    if not policy.may(who, Action.VIEW_FILE, room):
        return render_template("casefile/summary.html", **caseframe.frame(application, who))
    roles = policy.roles_on(who, room)
    entries = queries.entries(application, roles, 500)
    moves = [e for e in reversed(entries) if e.machine is Machine.APPLICATION and e.event is AuditEvent.MOVED]
    rows = caseframe.offer_rows(application, who)
    return render_template(
        "casefile/show.html",
        **caseframe.frame(application, who, moves),
        offers=caseframe.for_me(rows),
        others=caseframe.waiting_for(rows),
        entries=[_entry(e, roles) for e in entries[:ON_PAGE]],
        more=len(entries) > ON_PAGE,
        meaning=wording.state_meaning(Machine.APPLICATION, application.state),
        sees_score=policy.may(who, Action.VIEW_DECISION, room),
        is_over=advance.definition_of(application).spec(application.state).is_final,
        due=due.rows(application, who, room),
        unwritten=_unwritten(application) if policy.may(who, Action.MAKE_PDF, room) else [],
    )


def _unwritten(application: Application) -> list[tuple[str, str]]:
    """Letters that nobody gets before somebody does something: what it is, and why it could not be written."""
    return [
        (f"{wording.label(row.kind)} ({row.reference})", troubles.with_letter(row))
        for row in documents.unwritten(application)
    ]


def _file(who: Principal, application_id: int) -> Application:
    try:
        return scope.open_file(who, application_id)
    except Forbidden:
        return scope.open_file(who, application_id, Action.VIEW_SUMMARY)


@blueprint.get("/applications/<int:application_id>/history")
@signed_in
def history(application_id: int) -> str:
    who = actor()
    application = scope.open_file(who, application_id)
    number = page_number(request.args.get("page"))
    roles = policy.roles_on(who, scope.file_scope(application))
    found = queries.entries(application, roles, PER_PAGE + 1, (number - 1) * PER_PAGE)
    return render_template(
        "casefile/history.html",
        **caseframe.frame(application, who),
        entries=[_entry(e, roles) for e in found[:PER_PAGE]],
        number=number,
        more=len(found) > PER_PAGE,
    )


def _entry(entry: AuditEntry, reader: frozenset[Role]) -> dict[str, Any]:
    """One line of the timeline, in words."""
    machine = entry.machine
    moved = entry.trigger is not None
    what = wording.moved(machine, entry.trigger) if entry.trigger else wording.label(entry.event)
    if entry.event is AuditEvent.CREATED and machine is not Machine.APPLICATION:
        what = _("Added")
    return {
        "what": what[:1].upper() + what[1:] + _about(entry),
        "when": entry.at,
        "who": _name(entry, reader) if entry.actor else _("Jumelage, by itself"),
        "role": wording.role(entry.role) if entry.actor and policy.is_named(entry.role, reader) else "",
        "reason": entry.reason,
        "from": wording.state(machine, entry.from_state) if moved and entry.from_state else "",
        "to": wording.state(machine, entry.to_state) if moved and entry.to_state else "",
    }


def _name(entry: AuditEntry, reader: frozenset[Role]) -> str:
    """Who did it; the role alone where this reader is not told the person."""
    if entry.actor is None:
        return "Jumelage"
    return entry.actor.name if policy.is_named(entry.role, reader) else wording.role(entry.role)


def _about(entry: AuditEntry) -> str:
    """What an entry is about, where its kind alone does not say: section, document, clause, article."""
    if section := entry.data.get("section"):
        return f": {wording.section(section)}"
    if isinstance(reference := entry.data.get("document"), str):
        return f": {reference}"
    if number := entry.data.get("clause"):
        return f": {number}. {entry.data.get('title', '')}"
    if isinstance(article := entry.data.get("article"), str):
        return f": {article}"
    if entry.event is AuditEvent.DATES_MOVED:
        still = ngettext("%(num)d day", "%(num)d days", entry.data["days"])
        return f": {still}"
    if entry.event is AuditEvent.DEADLINE_EXTENDED:
        kind, before, after = (entry.data[key] for key in ("kind", "from", "to"))
        days = (wording.day(date.fromisoformat(day)) for day in (before, after))
        return f": {wording.label(DeadlineKind(kind))}, {' → '.join(days)}"
    beside = entry.machine is not Machine.APPLICATION and entry.event in (AuditEvent.CREATED, AuditEvent.EDITED)
    return f": {wording.machine(entry.machine)}" if beside else ""


@blueprint.get("/move/<machine>/<int:case_id>/<trigger>")
@signed_in
def move(machine: str, case_id: int, trigger: str) -> Response | str | tuple[str, int]:
    who = actor()
    case, asked = _asked(who, machine, case_id, trigger)
    if isinstance(case, SpecialClause):  # decided where its words are read and its agreement is held
        return redirect(home_of(case), 303)
    form = MoveForm(formdata=None, request_id=uuid.uuid4().hex, revision=str(case.revision))
    offer = _offer(case, who, asked)
    if offer is None:
        return _gone(case, who)
    return _page(case, who, form, offer, 200 if not offer.blockers else 409)


@blueprint.post("/move/<machine>/<int:case_id>/<trigger>")
@signed_in
def move_post(machine: str, case_id: int, trigger: str) -> Response | tuple[str, int]:
    who = actor()
    case, asked = _asked(who, machine, case_id, trigger)
    if isinstance(case, SpecialClause):  # decided where its words are read and its agreement is held
        return redirect(home_of(case), 303)
    form = MoveForm()
    if not form.validate():
        offer = _offer(case, who, asked)
        return _page(case, who, form, offer, 422) if offer else _gone(case, who)
    revision = form.revision.data or ""
    expected = int(revision) if revision.isascii() and revision.isdigit() else None
    try:
        advance.advance(
            case, asked, who, reason=form.reason.data or "", request_id=form.request_id.data or None, expected=expected
        )
    except Conflict:
        db.session.refresh(case)
        return _gone(case, who)
    except Refused as refused:
        return _refused(case, who, form, refused)
    flash(_("Done: %(what)s.", what=wording.moved(case.__machine__, asked)), "success")
    return redirect(home_of(case), 303)


def _asked(who: Principal, machine: str, case_id: int, trigger: str) -> tuple[Case, Trigger]:
    """The case and the move that were asked for; anything unknown or foreign is not found."""
    try:
        kind, asked = Machine(machine), Trigger(trigger)
    except ValueError as error:
        raise NotFound(str(error)) from error
    return open_case(who, kind, case_id), asked


def _offer(case: Case, who: Principal, trigger: Trigger) -> caseframe.OfferRow | None:
    """The offer of this move; None when the state does not have it; not found when it is somebody else's."""
    row = next((row for row in caseframe.offer_rows(case, who) if row.trigger is trigger), None)
    if row is not None and not row.mine:
        raise Forbidden(trigger.value)
    return row


def _page(case: Case, who: Principal, form: MoveForm, offer: caseframe.OfferRow, status: int) -> tuple[str, int]:
    edge = _edge(case, offer.trigger)
    page = render_template(
        "casefile/move.html",
        form=form,
        offer=offer,
        case=case,
        title=announce.title(case),
        needs_reason=edge.needs_reason,
        effects=[wording.effect(effect) for effect in edge.effects],
        told=[wording.role(role) for role in TOLD.get((case.__machine__, offer.trigger), ())],
        destination=wording.state(case.__machine__, edge.dest),
        home=home_of(case),
    )
    return page, status


def _edge(case: Case, trigger: Trigger) -> Move:
    """Any edge of this trigger will do for the page: they differ only in where they lead back to."""
    edges = advance.definition_of(case).edges(case.state, trigger)
    back = getattr(case, "return_state", None)
    return next((edge for edge in edges if edge.dest is back), edges[0])


def _refused(case: Case, who: Principal, form: MoveForm, refused: Refused) -> tuple[str, int]:
    """Show the very blockers that the engine raised; what was typed stays."""
    if any(b.code == "reason_missing" for b in refused.refusal.blockers):
        form.reason.errors = [_("Give a reason.")]
    offer = _offer(case, who, refused.refusal.trigger)
    if offer is None:
        return _gone(case, who)
    return _page(case, who, form, offer, 422 if form.reason.errors else 409)


def _gone(case: Case, who: Principal) -> tuple[str, int]:
    """The case has moved on: say who did what, and where it stands."""
    last = audit.head(case)
    state = wording.state(case.__machine__, case.state)
    happened = _("It is now: %(state)s.", state=state)
    if last is not None and last.trigger is not None:
        name = _name(last, policy.roles_on(who, scope.scope_of(case)))
        did = wording.moved(case.__machine__, last.trigger)
        happened = _("%(who)s %(did)s. It is now: %(state)s.", who=name, did=did, state=state)
    return render_template("errors/409.html", what_happened=happened, link=home_of(case)), 409


def home_of(case: Case) -> str:
    """The page where this case is worked on."""
    match case:
        case Application():
            return url_for("casefile.show", application_id=case.id)
        case Review():
            return url_for("reviews.show", review_id=case.id)
        case SpecialClause():
            application_id = case.agreement.application_id
            return url_for("negotiation.clause", application_id=application_id, clause_id=case.id)
        case Agreement():
            return url_for("agreements.show", application_id=case.application_id)
        case Report():
            return url_for("monitoring.report", report_id=case.id)
        case CorrectiveAction() | Obligation():
            return url_for("monitoring.show", application_id=case.application_id)
    return _home_in_programme(case)


def _home_in_programme(case: Case) -> str:
    match case:
        case CountryPlan():
            return url_for("programmes.plan", plan_id=case.id)
        case Call():
            return url_for("programmes.call", call_id=case.id)
        case DocumentTemplate():
            return url_for("doctemplates.show", template_id=case.id)
        case Programme():
            return url_for("programmes.show", programme_id=case.id)
    raise TypeError(type(case).__name__)
