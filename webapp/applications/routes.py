"""Applying: the list, the start, the form with its sections, and the sign-off. More views: `evidence`, `clarifying`."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from webapp import caseframe, policy, wording
from webapp.applications import clarifying, evidence, queries, sections, together, use_cases
from webapp.applications.blueprint import blueprint
from webapp.applications.forms import (
    FORMS,
    BudgetForm,
    RowsForm,
    SectionForm,
    SignOffForm,
    StartForm,
    put_error,
)
from webapp.auth.access import actor, signed_in
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.extensions import db
from webapp.htmx import render
from webapp.models.application import Application, RiskKind, Section
from webapp.models.people import Person
from webapp.models.programme import Call
from webapp.paging import Page, page_number
from webapp.policy import Action, Principal
from webapp.services import advance, content, reading, scope
from workflows.definitions.application import STATES
from workflows.facts import Blocker
from workflows.vocabulary import Machine, Role, State, Trigger

__all__ = ["blueprint", "clarifying", "evidence"]
APPLICANT = (Role.APPLICANT_EDITOR, Role.SIGNATORY)


# --- the list -----------------------------------------------------------------------------------------------------


@blueprint.get("/applications")
@signed_in
def index() -> Response:
    who = actor()
    wanted, number = _filters(), page_number(request.args.get("page"))
    rows, total = queries.listed(who, wanted, number)
    kept = {key: request.args[key] for key in FILTERS if request.args.get(key)}
    return render(
        "applications/index.html",
        "applications/_list.html",
        found=Page(rows, number, total, lambda n: _list_url(kept, page=str(n))),
        sorts=_sort_links(wanted.sort, kept),
        wanted=wanted,
        filtered=bool(kept.keys() - {"sort"}),
        choices=queries.filter_choices(),
        states=[(s.name.value, wording.state(Machine.APPLICATION, s.name)) for s in STATES],
        may_start=who.holds(*APPLICANT),
        works=together.works(who, wanted) if rows else [],
        several=_list_url(kept, endpoint="applications.several"),
    )


@blueprint.post("/applications/together")
@signed_in
def several() -> Response:
    """Do something with all that the filters in the address find; on the next page one chooses among them."""
    return together.prepare(actor(), _filters(), request.form.get("work", ""))


FILTERS = ("q", "state", "country", "call", "mine", "sort")


def _list_url(kept: dict[str, str], endpoint: str = "applications.index", **changed: str) -> str:
    """The list's address with these filters; only known names, so that nobody can steer `url_for`."""
    values: dict[str, Any] = {**kept, **changed}
    return url_for(endpoint, **values)


def _filters() -> queries.Filters:
    """The filters of the address; anything strange counts as not given."""
    args = request.args
    known = {spec.name.value for spec in STATES}
    call, country = args.get("call", ""), args.get("country", "")
    return queries.Filters(
        text=sections.clean(args.get("q", "")[:100], "q"),
        state=State(args["state"]) if args.get("state") in known else None,
        country=country if len(country) == 2 and country.isascii() and country.isalpha() else "",
        call_id=int(call) if call.isascii() and call.isdigit() and len(call) < 10 else None,
        mine=args.get("mine") == "yes",
        sort=args["sort"] if args.get("sort") in queries.SORTS else "changed",
    )


def _sort_links(sort: str, kept: dict[str, str]) -> dict[str, dict[str, Any]]:
    """For each sortable column: the address that sorts by it, and how it is sorted now."""
    links = {}
    for key in ("reference", "changed", "amount"):
        now = {key: "descending" if key != "reference" else "ascending"}.get(sort)
        if sort == f"-{key}":
            now = "ascending" if key != "reference" else "descending"
        other = f"-{key}" if sort == key else key
        links[key] = {"href": _list_url(kept, sort=other), "sorted": now}
    return links


# --- start --------------------------------------------------------------------------------------------------------


@blueprint.get("/applications/start")
@signed_in
def start() -> str:
    """Choose the call first; with a call in the address, the rest of the start."""
    call = _call()
    if call is None:
        return render_template("applications/calls.html", calls=queries.open_calls(), day_there=queries.day_there)
    return _start_page(call, StartForm(formdata=None))


@blueprint.post("/applications/start")
@signed_in
def start_post() -> Response | tuple[str, int]:
    call = _call()
    if call is None:
        raise NotFound("call")
    who, form = actor(), StartForm()
    _offer_partners(form, call, who)
    if not form.validate():
        return _start_page(call, form), 422
    try:
        application = use_cases.start(call, form.lead_id.data or 0, form.partners(), form.title.data or "", who)
    except Invalid as invalid:
        put_error(form, {"partner_ids": "partner_1"}.get(invalid.field, invalid.field), invalid.message)
        return _start_page(call, form), 422
    flash(_("Your application is started. Its number is %(number)s.", number=application.reference), "success")
    return redirect(url_for("applications.form", application_id=application.id), 303)


def _call() -> Call | None:
    """The open call of the address; one that is not open any more counts as none."""
    wanted = request.args.get("call", "")
    return next((call for call in queries.open_calls() if str(call.id) == wanted), None)


def _start_page(call: Call, form: StartForm) -> str:
    who = actor()
    _offer_partners(form, call, who)
    leads = bool(form.lead_id.choices) and who.holds(*APPLICANT)
    return render_template(
        "applications/start.html", form=form, call=call, may_lead=leads, today=queries.day_there(call)
    )


def _offer_partners(form: StartForm, call: Call, who: Principal) -> None:
    """The country of the call stands first: one of the members must be there."""
    everybody = queries.local_authorities()
    groups: dict[str, list[tuple[int, str]]] = {}
    for organisation in sorted(everybody, key=lambda o: o.country != call.plan.country):
        groups.setdefault(wording.country(organisation.country), []).append((organisation.id, organisation.name))
    form.offer([(o.id, o.name) for o in queries.may_lead(who, everybody)], groups)


# --- the form -----------------------------------------------------------------------------------------------------


@blueprint.get("/applications/<int:application_id>/form")
@signed_in
def form(application_id: int) -> str:
    """The sections with what is done and what is missing, the sign-off, the instrument, and the way to send it."""
    who = actor()
    application = queries.open_content(who, application_id)
    moves, voids = queries.moves_and_voids(application)
    gaps = queries.gaps(application)
    return render_template(
        "applications/form.html",
        **caseframe.frame(application, who, moves),
        tasks=_tasks(application, who, gaps),
        gaps=gaps,
        parties=_sign_offs(application),
        voided=voids[-1] if voids else None,
        may_sign=_may_sign(application, who),
        finding=content.instrument(application),
        sums=content.totals(application.budget),
        send=_send(application, who),
        editable=policy.may(who, Action.EDIT_CONTENT, scope.file_scope(application)),
        question=next((c for c in application.clarifications if c.closed_at is None), None),
    )


def _tasks(application: Application, who: Principal, gaps: list[queries.Gap]) -> list[dict[str, Any]]:
    """One line for each section: done, to do, or closed."""
    open_now = content.editable(application)
    tasks = []
    for section in Section:
        here = [gap for gap in gaps if gap.section is section]
        status, tone = (_("Done"), "good") if not here else (_("To do"), "yours")
        if section not in open_now:
            status, tone = _("Closed"), "ended"
        tasks.append(
            {
                "label": f"{wording.section_letter(section)}. {wording.section(section)}",
                "href": url_for("applications.section", application_id=application.id, section=section.value),
                "status": status,
                "tone": tone,
                "hint": _hint(here) if here and section in open_now else wording.section_help(section),
            }
        )
    return tasks


def _hint(gaps: list[queries.Gap]) -> str:
    """The first thing that is missing, and how many more."""
    more = len(gaps) - 1
    return " ".join([gaps[0].text, ngettext("And %(num)s more.", "And %(num)s more.", more) if more else ""]).strip()


def _sign_offs(application: Application) -> list[dict[str, Any]]:
    digest = content.sha256(content.snapshot(application))
    return [
        {
            "name": party.organisation.name,
            "role": wording.label(party.role),
            "done": party.signed_off_sha256 == digest,
            "who": party.signed_off_by.name if party.signed_off_by else "",
            "when": party.signed_off_at,
        }
        for party in application.parties
    ]


def _may_sign(application: Application, who: Principal) -> bool:
    """A signatory of a party that has not signed off this content yet."""
    if not policy.may(who, Action.SIGN_OFF, scope.file_scope(application)):
        return False
    digest = content.sha256(content.snapshot(application))
    mine = who.organisations(Role.SIGNATORY)
    return any(p.organisation_id in mine and p.signed_off_sha256 != digest for p in application.parties)


def _send(application: Application, who: Principal) -> dict[str, Any] | None:
    """The move that sends it, with every reason why not and where to clear it; None when the state has none."""
    known = {offer.move.trigger: offer for offer in advance.offers(application, who)}
    offer = known.get(Trigger.SUBMIT) or known.get(Trigger.ANSWER_CLARIFICATION)
    if offer is None:
        return None
    trigger, machine = offer.move.trigger, Machine.APPLICATION
    mine = offer.mine and not any(blocker.code == "not_lead_signatory" for blocker in offer.blockers)
    reasons = [_reason(application, b) for b in offer.blockers if b.code != "not_lead_signatory"]
    move = url_for("casefile.move", machine=machine.value, case_id=application.id, trigger=trigger.value)
    label, text = wording.trigger(machine, trigger), wording.consequence(machine, trigger)
    return {"label": label, "text": text, "mine": mine, "reasons": reasons, "href": move}


def _reason(application: Application, blocker: Blocker) -> dict[str, str]:
    """Why not, who can clear it, and the place where it is cleared."""
    theme = url_for("applications.section", application_id=application.id, section="fit", _anchor="theme_id")
    answer = url_for("applications.answer", application_id=application.id)
    places = {"incomplete": "#missing", "off_theme": theme, "sign_off_missing": "#sign-off", "answer_missing": answer}
    text, who = wording.blocker(blocker), wording.who(blocker)
    return {"text": text, "who": who, "href": places.get(blocker.code, "")}


# --- a section ----------------------------------------------------------------------------------------------------


@blueprint.get("/applications/<int:application_id>/form/<section>")
@signed_in
def section(application_id: int, section: str) -> str:
    who, code = actor(), _section(section)
    application = queries.open_content(who, application_id, Action.VIEW_FILE, *_besides(code))
    if not _is_open(application, code, who):
        return _section_page(application, code, None)
    row = next(row for row in application.sections if row.code is code)
    typed = FORMS[code](formdata=None, data={**sections.current(application, code), "revision": str(row.revision)})
    typed.prepare(application)
    return _section_page(application, code, typed)


@blueprint.post("/applications/<int:application_id>/form/<section>")
@signed_in
def section_post(application_id: int, section: str) -> Response | str | tuple[str, int]:
    """Save, or add an empty row to what is typed; both keep everything that was written."""
    who, code = actor(), _section(section)
    application = queries.open_content(who, application_id, Action.EDIT_CONTENT, *_besides(code))
    if code not in content.editable(application):
        raise Forbidden("section_locked")
    typed = FORMS[code]()
    typed.prepare(application)
    if "add" in request.form and isinstance(typed, RowsForm):
        typed.add_row(application)
        return _section_page(application, code, typed, unsaved=True)
    if not typed.validate():
        return _section_page(application, code, typed), 422
    try:
        voided = use_cases.save_section(application, code, typed.values(), who, _expected(typed))
    except Conflict as conflict:
        typed.revision.data = str(conflict.now)
        return _section_page(application, code, typed, theirs=True), 409
    except Invalid as invalid:
        put_error(typed, invalid.field, invalid.message)
        return _section_page(application, code, typed), 422
    return _saved(application, code, voided)


def _saved(application: Application, code: Section, voided: bool) -> Response:
    flash(_("Saved: %(section)s.", section=wording.section(code)), "success")
    if voided:
        flash(_("The content changed after it was signed off, so every partner must sign off again."), "warning")
    following = _next(application, code)
    if "next" in request.form and following is not None:
        target = url_for("applications.section", application_id=application.id, section=following.value)
    elif "files" in request.form:
        target = url_for("applications.files", application_id=application.id, section=code.value)
    elif "next" in request.form:
        target = url_for("applications.form", application_id=application.id)
    else:
        target = url_for("applications.section", application_id=application.id, section=code.value)
    return redirect(target, 303)


def _expected(typed: SectionForm) -> int | None:
    text = typed.revision.data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _section(code: str) -> Section:
    try:
        return Section(code)
    except ValueError as error:
        raise NotFound(code) from error


def _is_open(application: Application, code: Section, who: Principal) -> bool:
    mine = policy.may(who, Action.EDIT_CONTENT, scope.file_scope(application))
    return mine and code in content.editable(application)


def _next(application: Application, code: Section) -> Section | None:
    """The section after this one, among those that are open."""
    open_now = [section for section in Section if section in content.editable(application)]
    later = open_now[open_now.index(code) + 1 :] if code in open_now else []
    return later[0] if later else None


def _section_page(
    application: Application, code: Section, typed: SectionForm | None, *, theirs: bool = False, unsaved: bool = False
) -> str:
    row = next(row for row in application.sections if row.code is code)
    stored = _stored(application, code) if typed is None or theirs else None
    sums = typed.sums() if isinstance(typed, BudgetForm) else None
    return render_template(
        f"applications/section_{code.value}.html" if code in OWN_PAGE and typed else "applications/section.html",
        application=application,
        code=code,
        form=typed,
        stored=stored,
        theirs=theirs,
        unsaved=unsaved,
        sums=sums,
        gaps=[gap for gap in queries.gaps(application) if gap.section is code and row.updated_at],
        following=_next(application, code),
        files=queries.files_of(application, code),
        question=next((c for c in application.clarifications if c.closed_at is None), None),
        editor=db.session.get(Person, row.updated_by_id) if row.updated_by_id else None,
        row=row,
        kinds=list(RiskKind),
        pair=application.partnership.name,
        currency=application.call.plan.programme.currency,
    )


def _stored(application: Application, code: Section) -> reading.Part:
    snapshot = content.snapshot(application)
    return reading.part(snapshot, reading.names_for(application, snapshot), code)


def _besides(code: Section) -> tuple[Any, ...]:
    return (queries.THEMES,) if code is Section.FIT else ()


OWN_PAGE = frozenset({Section.OBJECTIVES, Section.BUDGET, Section.RISKS})


# --- sign off -----------------------------------------------------------------------------------------------------


@blueprint.get("/applications/<int:application_id>/sign-off")
@signed_in
def sign_off(application_id: int) -> str:
    who = actor()
    application = queries.open_content(who, application_id, Action.SIGN_OFF)
    seen = content.sha256(content.snapshot(application))
    return _sign_off_page(application, who, SignOffForm(formdata=None, seen=seen))


@blueprint.post("/applications/<int:application_id>/sign-off")
@signed_in
def sign_off_post(application_id: int) -> Response | tuple[str, int]:
    who, form = actor(), SignOffForm()
    application = queries.open_content(who, application_id, Action.SIGN_OFF)
    if not form.agreed.data:
        put_error(form, "agreed", _("Tick the box to sign off."))
    if form.agreed.errors or not form.validate_on_submit():
        return _sign_off_page(application, who, form), 422
    try:
        use_cases.sign_off(application, who, form.seen.data)
    except Conflict:
        form.seen.data = content.sha256(content.snapshot(application))
        form.agreed.data = False
        return _sign_off_page(application, who, form, changed=True), 409
    except Invalid as invalid:
        put_error(form, invalid.field, invalid.message)
        return _sign_off_page(application, who, form), 422
    flash(_("Signed off. Your partners get a message."), "success")
    return redirect(url_for("applications.form", application_id=application.id), 303)


def _sign_off_page(application: Application, who: Principal, form: SignOffForm, *, changed: bool = False) -> str:
    snapshot = content.snapshot(application)
    mine = who.organisations(Role.SIGNATORY)
    return render_template(
        "applications/sign_off.html",
        application=application,
        form=form,
        changed=changed,
        parts=reading.parts(snapshot, reading.names_for(application, snapshot)),
        digest=content.sha256(snapshot),
        gaps=queries.gaps(application),
        signing=[p.organisation.name for p in application.parties if p.organisation_id in mine],
        parties=_sign_offs(application),
        pair=application.partnership.name,
    )
