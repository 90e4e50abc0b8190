"""The agreement of an application: its page, the forms that prepare it, its documents and its signatures."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from webapp import caseframe, once, policy, wording
from webapp.agreements import ceremony, changes, forms, paper, queries, seen, signing, signing_routes, track, use_cases
from webapp.agreements.blueprint import blueprint, home, tried, without_token
from webapp.agreements.frame import frame, theirs
from webapp.auth.access import actor, signed_in
from webapp.documents.language import LANGUAGES
from webapp.documents.storage import ChangedContentError, UnknownKeyError
from webapp.errors import Conflict, Invalid, NotFound
from webapp.models.agreement import Agreement, AgreementParty, Document
from webapp.models.application import Application, StoredFile
from webapp.models.document_file import FileRole
from webapp.models.negotiation import ApprovalKind
from webapp.policy import Action, Principal
from webapp.services import content, documents, pdfs, scope, seals
from webapp.services.contract import clauses, versions
from webapp.services.contract.contexts import written_in
from webapp.services.contract.reporting import report_periods
from webapp.services.contract.source import read_once
from webapp.services.facts import agreement_gaps, programme_of, rules_of
from webapp.services.filling import Ahead, NotFilled
from webapp.site import is_demonstration
from webapp.transfer import send, storage
from workflows.instrument import is_downgrade
from workflows.vocabulary import Instrument, Role, State, Trigger

__all__ = ["blueprint", "signing_routes"]
BLANK_ROWS = 2
ATTEMPTS = 4  # to write: one filling names the articles, one is kept, and twice somebody may have been quicker


@blueprint.get("/<int:application_id>/agreement")
@signed_in
def show(application_id: int) -> str:
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_AGREEMENT, joinedload(Application.budget))
    return render_template("agreements/show.html", **_page(application, who))


def _page(application: Application, who: Principal) -> dict[str, Any]:
    """Everything the tab shows."""
    with read_once():
        return _tab(application, who)


def _tab(application: Application, who: Principal) -> dict[str, Any]:
    agreement = queries.agreement_of(application)
    prepares = policy.may(who, Action.PREPARE_AGREEMENT, scope.file_scope(application))
    shared = frame(application, who) | {
        "agreement": agreement,
        "finding": content.instrument(application),
        "prepares": prepares and (agreement is None or agreement.state is State.DRAFT),
    }
    if agreement is None:
        rows = caseframe.offer_rows(application, who) if prepares else []
        return shared | {"offers": [row for row in rows if row.mine and row.trigger is Trigger.START_CONTRACTING]}
    return shared | _contents(agreement, who)


def _contents(agreement: Agreement, who: Principal) -> dict[str, Any]:
    rules = rules_of(agreement)
    drafting = agreement.state is State.DRAFT
    preparing = drafting and policy.may(who, Action.PREPARE_AGREEMENT, scope.file_scope(agreement.application))
    duties = agreement.obligations
    gaps = agreement_gaps(agreement) if preparing else ()
    settled = not gaps and bool(agreement.documents)  # before that there is nothing to issue, so nothing is asked
    mine = [row for row in caseframe.offer_rows(agreement, who) if row.mine] if settled or not drafting else []
    outdated = any("document_outdated" in row.codes for row in mine)
    issued = next((d for d in agreement.documents if d.id == agreement.issued_document_id), None)
    newest = agreement.documents[-1] if agreement.documents else None
    found = changes.since(agreement, newest) if preparing and newest is not None and outdated else []
    names = {party.organisation_id: party.organisation.name for party in agreement.parties}
    return {
        "offers": mine,
        "gaps": _first_gaps(gaps),
        "issued": issued if not drafting else None,
        "signed": {s.party_id: s for s in issued.signatures} if issued and not drafting else {},
        "newest": newest,
        "taken_back": drafting and newest is not None and newest.id == agreement.issued_document_id,
        "current": preparing and settled and not outdated,
        "changes": found,
        "changes_rows": [[change.subject, change.before, change.after] for change in found or ()],
        "writable": preparing and not gaps,
        "written_in": wording.contract_language(written_in(agreement)),
        "obligations": duties,
        "obligation_rows": [
            [f"{row.trainee}, {names[row.organisation_id]}", row.training, row.activity, wording.day(row.due_on)]
            for row in duties
        ],
        "periods": report_periods(agreement.starts_on, agreement.ends_on, rules),
        "total": sum((tranche.amount for tranche in agreement.tranches), agreement.grant * 0),
        "prefix": signing.SHOWN,
        "pdfs": pdfs.standings(agreement.documents),
        "seals": seals.standings(agreement.documents),
        "makes_pdf": policy.may(who, Action.MAKE_PDF, scope.file_scope(agreement.application)),
        "asked": _asked_of(agreement, newest, who),
        "clauses": clauses.live(agreement),
        "clauses_status": _clauses_status(agreement),
        "standings": {document.id: versions.standing(agreement, document) for document in agreement.documents},
        "ended_by": _ended_by(agreement.documents),
    } | _signing(agreement, who)


def _ended_by(documents: list[Document]) -> dict[int, str]:
    """Who took a document out of signing, by the number of the person; asked only where somebody did."""
    return queries.names({document.ended_by_id for document in documents if document.ended_by_id})


def _asked_of(agreement: Agreement, newest: Document | None, who: Principal) -> str:
    """What the draft asks of this reader: to check it, to agree to its text; empty when nothing."""
    if agreement.state is not State.DRAFT or newest is None or newest.id == agreement.issued_document_id:
        return ""
    room = scope.file_scope(agreement.application)
    mine = who.organisations(Role.APPLICANT_EDITOR, Role.SIGNATORY)
    agreed = {row.party_id for row in newest.approvals}
    if any(party.organisation_id in mine and party.id not in agreed for party in agreement.parties):
        return str(_("Read version %(number)s, comment or agree", number=newest.number))
    known = any(row.kind is ApprovalKind.CHECKED for row in newest.approvals)
    if policy.may(who, Action.CHECK_VERSION, room) and newest.created_by_id != who.person_id and not known:
        return str(_("Read version %(number)s and check it", number=newest.number))
    return ""


def _clauses_status(agreement: Agreement) -> tuple[str, str]:
    """What the task list says of them: how many there are, or that some still need an approval."""
    known = clauses.live(agreement)
    waiting = sum(not clause.is_approved for clause in known)
    if waiting:
        return ngettext("%(num)s waits for approval", "%(num)s wait for approval", waiting), "waiting"
    return (ngettext("%(num)s approved", "%(num)s approved", len(known)), "good") if known else (_("None"), "neutral")


def _first_gaps(gaps: tuple[str, ...]) -> list[str]:
    """In words; while nobody is named, capacity and mandate of that party are not asked yet."""
    unnamed = {name for kind, _colon, name in (gap.partition(":") for gap in gaps) if kind == "signatory"}
    later = {f"{kind}:{name}" for kind in ("capacity", "mandate") for name in unnamed}
    return [wording.gap(gap) for gap in gaps if gap not in later]


def _signing(agreement: Agreement, who: Principal) -> dict[str, Any]:
    """Where the signing stands, and what this reader can do about it."""
    now = signing.turn(agreement)
    if now is None:
        return {"tracks": [], "may_remind": False, "mine": None, "signs_next": False, "scans": []}
    rows = track.standings(now)
    mine = next((row for row in rows if row.signer.person_id == who.person_id), None)
    room = scope.file_scope(agreement.application)
    attests = policy.may(who, Action.ATTEST_SIGNATURE, room)
    return {
        "tracks": rows,
        "may_remind": policy.may(who, Action.PREPARE_AGREEMENT, room),
        "mine": mine,
        "signs_next": mine is not None and mine.is_open and mine.scan is None,
        "scans": [row.scan for row in rows if row.scan and attests and paper.may_settle(row.scan, who)],
    }


@blueprint.get("/<int:application_id>/agreement/instrument")
@signed_in
def instrument(application_id: int) -> str:
    application = scope.open_file(actor(), application_id, Action.PREPARE_AGREEMENT)
    chosen = application.instrument or use_cases.computed_instrument(application)
    form = _instrument_form(application, instrument=chosen.value, reason=application.instrument_reason)
    form.seen.data = seen.digest(seen.instrument(application))
    return _instrument_page(application, form)


@blueprint.post("/<int:application_id>/agreement/instrument")
@signed_in
def instrument_post(application_id: int) -> Response | tuple[str, int]:
    application = scope.open_file(actor(), application_id, Action.PREPARE_AGREEMENT)
    form = _instrument_form(application)
    if is_downgrade(_asked(), use_cases.computed_instrument(application)):
        use_cases.choose_instrument(application, Instrument.MEMORANDUM, "", actor())  # refuses, with the reason
    if form.validate() and tried(
        form,
        lambda: use_cases.choose_instrument(
            application, Instrument(form.instrument.data), form.reason.data or "", actor(), seen=form.seen.data
        ),
    ):
        flash(_("The kind of agreement is settled."), "success")
        return home(application)
    return _instrument_page(application, form), form.status


def _asked() -> Instrument:
    lowest = request.form.get("instrument") == Instrument.MEMORANDUM
    return Instrument.MEMORANDUM if lowest else Instrument.INVESTMENT_CONTRACT


def _instrument_form(application: Application, **data: Any) -> forms.InstrumentForm:
    """Only what may be chosen: the computed instrument and whatever is fuller."""
    form = forms.InstrumentForm(data=data) if data else forms.InstrumentForm()
    computed = use_cases.computed_instrument(application)
    open_ = [Instrument.MEMORANDUM, Instrument.INVESTMENT_CONTRACT]
    allowed = open_ if computed is Instrument.MEMORANDUM else open_[1:]
    form.instrument.choices = wording.choices(allowed)
    return form


def _instrument_page(application: Application, form: forms.InstrumentForm) -> str:
    shared = frame(application, actor())
    return render_template(
        "agreements/instrument.html",
        **shared,
        **theirs(application, form, seen.instrument(application), "instrument"),
        finding=content.instrument(application),
    )


@blueprint.get("/<int:application_id>/agreement/parties/<int:party_id>")
@signed_in
def party(application_id: int, party_id: int) -> str:
    application, agreement = _prepared(application_id)
    row = _party(agreement, party_id)
    form = forms.PartyForm(formdata=None, obj=row, data={"seen": seen.digest(seen.party(row))})
    return _party_page(application, row, _party_form(agreement, row, form))


@blueprint.post("/<int:application_id>/agreement/parties/<int:party_id>")
@signed_in
def party_post(application_id: int, party_id: int) -> Response | tuple[str, int]:
    application, agreement = _prepared(application_id)
    row = _party(agreement, party_id)
    form = _party_form(agreement, row, forms.PartyForm())
    if form.validate() and tried(form, lambda: use_cases.set_party(row, **without_token(form), actor=actor())):
        flash(_("Saved: who signs for %(party)s.", party=row.organisation.name), "success")
        return home(application)
    return _party_page(application, row, form), form.status


def _party_form(agreement: Agreement, row: AgreementParty, form: forms.PartyForm) -> forms.PartyForm:
    people = use_cases.eligible(agreement, row)
    form.signatory_id.choices = [(p.id, f"{p.name}, {p.job_title}" if p.job_title else p.name) for p in people]
    return form


def _party_page(application: Application, row: AgreementParty, form: forms.PartyForm) -> str:
    shared = frame(application, actor())
    shared |= theirs(application, form, seen.party(row), "party", row.organisation.name)
    return render_template("agreements/party.html", **shared, party=row)


def _party(agreement: Agreement, party_id: int) -> AgreementParty:
    found = next((row for row in agreement.parties if row.id == party_id), None)
    if found is None:
        raise NotFound(f"party {party_id}")
    return found


@blueprint.get("/<int:application_id>/agreement/tranches")
@signed_in
def tranches(application_id: int) -> str:
    application, agreement = _prepared(application_id)
    form = forms.TranchesForm(formdata=None, data={"rows": [_tranche(row) for row in agreement.tranches]})
    form.seen.data = seen.digest(seen.tranches(agreement))
    return _tranches_page(application, agreement, form)


def _tranche(row: Any) -> dict[str, Any]:
    return {key: getattr(row, key) for key in ("amount", "condition", "due_on", "is_balance")}


@blueprint.post("/<int:application_id>/agreement/tranches")
@signed_in
def tranches_post(application_id: int) -> Response | str | tuple[str, int]:
    application, agreement = _prepared(application_id)
    form = forms.TranchesForm()
    sound = form.validate()
    if "check" in request.form and sound:
        return _tranches_page(application, agreement, form)
    if sound and tried(form, lambda: use_cases.set_tranches(agreement, form.values(), actor(), seen=form.seen.data)):
        flash(_("The schedule is saved: it adds up to the grant."), "success")
        return home(application)
    return _tranches_page(application, agreement, form), form.status


def _tranches_page(application: Application, agreement: Agreement, form: forms.TranchesForm) -> str:
    """What was typed, with blank rows to add more, and the sums as they stand."""
    typed = [row.form.amount.data or agreement.grant * 0 for row in form.rows]
    advances = [amount for amount, row in zip(typed, form.rows, strict=True) if not row.form.is_balance.data]
    while len(form.rows) < min(len(typed) + BLANK_ROWS, use_cases.LONGEST):
        form.rows.append_entry()
    return render_template(
        "agreements/tranches.html",
        **frame(application, actor()),
        **theirs(application, form, seen.tranches(agreement), "tranches"),
        agreement=agreement,
        total=sum(typed, agreement.grant * 0),
        advances=sum(advances, agreement.grant * 0),
        limit=rules_of(agreement).advance_limit_percent,
    )


@blueprint.get("/<int:application_id>/agreement/language")
@signed_in
def language(application_id: int) -> str:
    application, agreement = _prepared(application_id)
    form = forms.LanguageForm(formdata=None, data={"language": written_in(agreement)})
    form.seen.data = seen.digest(seen.language(agreement))
    return _language_page(application, agreement, form)


@blueprint.post("/<int:application_id>/agreement/language")
@signed_in
def language_post(application_id: int) -> Response | tuple[str, int]:
    application, agreement = _prepared(application_id)
    form = forms.LanguageForm()
    form.language.choices = _languages(agreement)
    saved = form.validate() and tried(
        form, lambda: use_cases.set_language(agreement, form.language.data, actor(), seen=form.seen.data)
    )
    if saved:
        flash(_("The language of the contract is saved."), "success")
        return home(application)
    return _language_page(application, agreement, form), form.status


def _languages(agreement: Agreement) -> list[tuple[str, str]]:
    return [
        (code, wording.contract_language(code))
        for code in documents.languages(agreement.kind, programme_of(agreement).id)
    ]


def _language_page(application: Application, agreement: Agreement, form: forms.LanguageForm) -> str:
    form.language.choices = _languages(agreement)
    missing = [
        code for code in LANGUAGES if not documents.is_written_in(agreement.kind, code, programme_of(agreement).id)
    ]
    return render_template(
        "agreements/language.html",
        **frame(application, actor()),
        **theirs(application, form, seen.language(agreement), "language"),
        kind=wording.label(agreement.kind),
        missing=wording.any_of([wording.contract_language(code) for code in missing]),
    )


@blueprint.get("/<int:application_id>/agreement/obligations")
@signed_in
def obligations(application_id: int) -> str:
    application, agreement = _prepared(application_id)
    return _obligations_page(application, agreement, _obligation_form(agreement, forms.ObligationForm(formdata=None)))


@blueprint.post("/<int:application_id>/agreement/obligations")
@signed_in
def obligations_post(application_id: int) -> Response | tuple[str, int]:
    application, agreement = _prepared(application_id)
    form = _obligation_form(agreement, forms.ObligationForm())
    if form.validate() and tried(form, lambda: use_cases.add_obligation(agreement, without_token(form), actor())):
        flash(_("The obligation is added."), "success")
        return redirect(url_for("agreements.obligations", application_id=application.id), 303)
    return _obligations_page(application, agreement, form), 422


@blueprint.post("/<int:application_id>/agreement/obligations/<int:obligation_id>/remove")
@signed_in
def remove_obligation(application_id: int, obligation_id: int) -> Response:
    application, agreement = _prepared(application_id)
    use_cases.remove_obligation(use_cases.obligation_of(agreement, obligation_id), actor())
    flash(_("The obligation is removed."), "success")
    return redirect(url_for("agreements.obligations", application_id=application.id), 303)


def _obligation_form(agreement: Agreement, form: forms.ObligationForm) -> forms.ObligationForm:
    municipal = [row for row in agreement.parties if not row.is_operator]
    form.organisation_id.choices = [(row.organisation_id, row.organisation.name) for row in municipal]
    return form


def _obligations_page(application: Application, agreement: Agreement, form: forms.ObligationForm) -> str:
    names = {row.organisation_id: row.organisation.name for row in agreement.parties}
    return render_template(
        "agreements/obligations.html",
        **frame(application, actor()),
        form=form,
        agreement=agreement,
        names=names,
        obligations=agreement.obligations,
    )


@blueprint.post("/<int:application_id>/agreement/write")
@signed_in
def write(application_id: int) -> Response | tuple[str, int]:
    try:
        document = _write(application_id)
    except Invalid as invalid:
        page = _page(_prepared(application_id)[0], actor())
        return render_template("agreements/show.html", **page, problem=invalid.message, has_errors=True), 422
    flash(
        _("Written: %(reference)s. A second officer checks it before it is issued.", reference=document.reference),
        "success",
    )
    return home(document.application)


def _write(application_id: int) -> Document:
    """What takes seconds is filled while nothing is locked; then all is asked anew: rights, state, data, template."""
    ahead = Ahead()
    for _attempt in range(ATTEMPTS):
        _application, agreement = _prepared(application_id)
        try:
            return use_cases.generate(agreement, actor(), storage(), is_demonstration(), ahead)
        except NotFilled as wanted:
            with once.paused():
                ahead.prepare(wanted.order)
    raise Conflict(0, 0)


@blueprint.get("/<int:application_id>/agreement/documents/<int:document_id>")
@signed_in
def document(application_id: int, document_id: int) -> Response | tuple[str, int]:
    """The stored Word file, as it is: its bytes are hashed before they leave."""
    application = scope.open_file(actor(), application_id, Action.VIEW_AGREEMENT)
    return _hand_out(application, queries.document_of(application, document_id).file)


@blueprint.get("/<int:application_id>/agreement/documents/<int:document_id>/pdf")
@signed_in
def document_pdf(application_id: int, document_id: int) -> Response | tuple[str, int]:
    """The PDF made from the stored Word file, once the worker has made it."""
    application = scope.open_file(actor(), application_id, Action.VIEW_AGREEMENT)
    return _hand_out(application, pdfs.file_of(queries.document_of(application, document_id).id))


@blueprint.post("/<int:application_id>/agreement/documents/<int:document_id>/pdf")
@signed_in
def document_pdf_post(application_id: int, document_id: int) -> Response:
    """Ask the worker for the PDF once more."""
    application = scope.open_file(actor(), application_id, Action.MAKE_PDF)
    pdfs.make_now(queries.document_of(application, document_id))
    flash(_("The PDF is being prepared. Load this page again in a minute."), "success")
    return home(application)


@blueprint.get("/<int:application_id>/agreement/documents/<int:document_id>/sealed")
@signed_in
def document_sealed(application_id: int, document_id: int) -> Response | tuple[str, int]:
    """The PDF of the contract with the programme's seal, once the worker has made it."""
    return _beside(application_id, document_id, FileRole.SEALED)


@blueprint.get("/<int:application_id>/agreement/documents/<int:document_id>/evidence")
@signed_in
def document_evidence(application_id: int, document_id: int) -> Response | tuple[str, int]:
    """The sealed evidence of the signatures, with the Word file in it."""
    return _beside(application_id, document_id, FileRole.EVIDENCE)


def _beside(application_id: int, document_id: int, role: FileRole) -> Response | tuple[str, int]:
    application = scope.open_file(actor(), application_id, Action.VIEW_AGREEMENT)
    return _hand_out(application, pdfs.file_of(queries.document_of(application, document_id).id, role))


def _hand_out(application: Application, stored: StoredFile | None) -> Response | tuple[str, int]:
    if stored is None:
        raise NotFound(f"a file of application {application.id}")
    try:
        storage().read(stored.sha256)
    except (UnknownKeyError, ChangedContentError):
        happened = _("The stored file is no longer the one that was written, so it is not handed out.")
        return ceremony.refused(application, happened)
    return send(stored)


def _prepared(application_id: int) -> tuple[Application, Agreement]:
    application = scope.open_file(actor(), application_id, Action.PREPARE_AGREEMENT)
    return application, queries.the_agreement(application)
