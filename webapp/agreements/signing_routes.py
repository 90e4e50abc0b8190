"""Signing over HTTP: here, with a provider, on paper, by a colleague; the order, the reminder, the second officer."""

from datetime import date

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import policy, wording
from webapp.agreements import ceremony, delegating, forms, ordering, paper, queries, seen, signing, track, trusting
from webapp.agreements.blueprint import blueprint, home, tried
from webapp.agreements.ceremony import Answer
from webapp.agreements.frame import frame, theirs
from webapp.agreements.refusals import Over, Unsigned
from webapp.agreements.signers import Signer
from webapp.auth.access import actor, signed_in
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.formfields import DayField
from webapp.models.agreement import Agreement, SigningOrder
from webapp.models.application import Application
from webapp.models.signing import SignatureScan
from webapp.policy import Action
from webapp.services import scope
from webapp.transfer import receive, send, storage


@blueprint.get("/<int:application_id>/agreement/sign")
@signed_in
def sign(application_id: int) -> Answer:
    return ceremony.page(application_id)


@blueprint.post("/<int:application_id>/agreement/sign")
@signed_in
def sign_post(application_id: int) -> Answer:
    return ceremony.post(application_id)


@blueprint.get("/<int:application_id>/agreement/sign/provider")
@signed_in
def sign_with_provider(application_id: int) -> Answer:
    return ceremony.page(application_id, provided=True)


@blueprint.post("/<int:application_id>/agreement/sign/provider")
@signed_in
def sign_with_provider_post(application_id: int) -> Answer:
    return ceremony.post(application_id, provided=True)


@blueprint.get("/<int:application_id>/agreement/sign/provider/<reference>")
@signed_in
def provided(application_id: int, reference: str) -> Answer:
    """The test provider's own page: another provider has its own, elsewhere, and sends the signer back here."""
    application = scope.open_file(actor(), application_id, Action.VIEW_AGREEMENT)
    agreement = queries.the_agreement(application)
    row = trusting.transaction(agreement, reference, actor())
    trusted = ceremony.provider()
    if trusted is None:
        raise NotFound("provider")
    document = next(document for document in agreement.documents if document.id == row.document_id)
    shared = frame(application, actor())
    return render_template(
        "agreements/provider.html", **shared, row=row, document=document, provider=trusted, prefix=signing.SHOWN
    )


@blueprint.post("/<int:application_id>/agreement/sign/provider/<reference>")
@signed_in
def provided_post(application_id: int, reference: str) -> Answer:
    who = actor()
    application = ceremony.opened(who, application_id)
    agreement = queries.the_agreement(application)
    row = trusting.transaction(agreement, reference, who)
    trusted = ceremony.provider()
    if trusted is None:
        raise NotFound("provider")
    try:
        trusting.finish(agreement, row, who, trusted, storage(), **ceremony.where_from())
    except Unsigned as unsigned:
        return ceremony.refuse(application, agreement, unsigned, who)
    except Forbidden as forbidden:
        ceremony.forbid(agreement, who, forbidden)
    except Invalid as invalid:
        return ceremony.refused(application, invalid.message)
    return ceremony.signed(application, agreement)


@blueprint.get("/<int:application_id>/agreement/sign/delegate")
@signed_in
def delegate(application_id: int) -> Answer:
    application, agreement = _viewed(application_id)
    now = signing.turn(agreement)
    if now is None:
        return ceremony.refused(application, str(Over.words))
    signer = _own(now, application)
    form = forms.DelegateForm(formdata=None, data={"capacity": signer.capacity})
    return _delegate_page(application, agreement, now, signer, form)


@blueprint.post("/<int:application_id>/agreement/sign/delegate")
@signed_in
def delegate_post(application_id: int) -> Answer:
    application, agreement = _viewed(application_id)
    now = signing.turn(agreement)
    if now is None:
        return ceremony.refuse(application, agreement, Over(agreement.issued_document), actor())
    signer = _own(now, application)
    form = forms.DelegateForm()
    form.receiver_id.choices = _people(agreement, now, signer)
    if form.validate() and tried(form, lambda: _delegated(agreement, form)):
        flash(_("Your colleague signs in your place, and gets a message."), "success")
        return home(application)
    return _delegate_page(application, agreement, now, signer, form), 422


def _delegated(agreement: Agreement, form: forms.DelegateForm) -> None:
    texts = (form.capacity.data or "", form.mandate_act.data or "", form.mandate_number.data or "")
    mandate = delegating.Mandate(*texts, _day(form.mandate_date))
    delegating.delegate(agreement, form.receiver_id.data, mandate, actor())


def _day(field: DayField) -> date:
    """A day that the form has asked for already."""
    if field.data is None:
        raise Invalid(str(field.name), _("Enter a date."))
    return field.data


def _people(agreement: Agreement, now: signing.Turn, signer: Signer) -> list[tuple[int, str]]:
    people = delegating.candidates(agreement, now, signer)
    return [(person.id, f"{person.name}, {person.job_title}" if person.job_title else person.name) for person in people]


def _own(now: signing.Turn, application: Application) -> Signer:
    """The party for which the reader signs, if they may still let somebody else sign."""
    signer = now.of(actor().person_id)
    policy.require(actor(), Action.SIGN, scope.file_scope(application))
    if signer is None or signer.giver is not None or signer.party.id in now.signed:
        raise Forbidden("not_the_signatory")
    return signer


def _delegate_page(
    application: Application, agreement: Agreement, now: signing.Turn, signer: Signer, form: forms.DelegateForm
) -> str:
    form.receiver_id.choices = _people(agreement, now, signer)
    shared = frame(application, actor())
    return render_template("agreements/delegate.html", **shared, form=form, agreement=agreement, signer=signer)


@blueprint.get("/<int:application_id>/agreement/order")
@signed_in
def order(application_id: int) -> str:
    application, agreement = _prepared(application_id)
    places = {f"place_{party.position}": party.id for party in agreement.parties}
    form = forms.order_form(_names(agreement), order=agreement.signing_order.value, **places)
    form.seen.data = seen.digest(seen.order(agreement))
    return _order_page(application, agreement, form)


@blueprint.post("/<int:application_id>/agreement/order")
@signed_in
def order_post(application_id: int) -> Answer:
    application, agreement = _prepared(application_id)
    form = forms.order_form(_names(agreement))
    form.order.choices = wording.choices(SigningOrder)
    if form.validate() and tried(form, lambda: _ordered(agreement, form)):
        flash(_("The order of signing is saved."), "success")
        return home(application)
    return _order_page(application, agreement, form), form.status


def _ordered(agreement: Agreement, form: forms.OrderForm) -> None:
    places = [form[f"place_{place}"].data for place in range(1, len(agreement.parties) + 1)]
    ordering.set_order(agreement, SigningOrder(form.order.data), places, actor(), seen=form.seen.data)


def _names(agreement: Agreement) -> list[tuple[int, str]]:
    return [(party.id, party.organisation.name) for party in agreement.parties]


def _order_page(application: Application, agreement: Agreement, form: forms.OrderForm) -> str:
    form.order.choices = wording.choices(SigningOrder)
    shared = frame(application, actor()) | theirs(application, form, seen.order(agreement), "order")
    return render_template("agreements/order.html", **shared, agreement=agreement)


@blueprint.post("/<int:application_id>/agreement/remind")
@signed_in
def remind(application_id: int) -> Answer:
    application, agreement = _prepared(application_id)
    try:
        asked = track.remind(agreement, actor())
    except Invalid as invalid:
        return ceremony.refused(application, invalid.message)
    flash(_("Reminders sent: %(count)s.", count=asked), "success")
    return home(application)


@blueprint.get("/<int:application_id>/agreement/parties/<int:party_id>/sheet")
@signed_in
def sheet(application_id: int, party_id: int) -> Answer:
    """The sheet that is printed, signed by hand and scanned."""
    application, agreement = _viewed(application_id)
    now = signing.turn(agreement)
    if now is None:
        return ceremony.refused(application, str(Over.words))
    signer = paper.signer_of(now, party_id)
    shared = frame(application, actor())
    return render_template(
        "agreements/sheet.html", **shared, agreement=agreement, turn=now, signer=signer, prefix=signing.SHOWN
    )


@blueprint.get("/<int:application_id>/agreement/parties/<int:party_id>/scan")
@signed_in
def scan(application_id: int, party_id: int) -> Answer:
    application, agreement = _viewed(application_id)
    now = signing.turn(agreement)
    if now is None:
        return ceremony.refused(application, str(Over.words))
    return _scan_page(application, agreement, now, party_id, forms.ScanForm(formdata=None))


@blueprint.post("/<int:application_id>/agreement/parties/<int:party_id>/scan")
@signed_in
def scan_post(application_id: int, party_id: int) -> Answer:
    application, agreement = _viewed(application_id)
    now = signing.turn(agreement)
    if now is None:
        return ceremony.refuse(application, agreement, Over(agreement.issued_document), actor())
    form = forms.ScanForm()
    if form.validate() and tried(form, lambda: _handed_in(agreement, party_id, form)):
        flash(_("The scan is kept. It counts once a second officer has attested it."), "success")
        return home(application)
    return _scan_page(application, agreement, now, party_id, form), 422


def _handed_in(agreement: Agreement, party_id: int, form: forms.ScanForm) -> None:
    file = receive(request.files.get("file"), actor())
    compared = (form.reference.data or "", form.prefix.data or "")
    paper.hand_in(agreement, party_id, file, *compared, _day(form.signed_on), actor())


def _scan_page(
    application: Application, agreement: Agreement, now: signing.Turn, party_id: int, form: forms.ScanForm
) -> str:
    signer = paper.signer_of(now, party_id)
    if not paper.may_hand_in(agreement, signer, actor()):
        raise Forbidden("not_the_signatory")
    shared = frame(application, actor())
    return render_template("agreements/scan.html", **shared, form=form, agreement=agreement, signer=signer, turn=now)


@blueprint.get("/<int:application_id>/agreement/scans/<int:scan_id>")
@signed_in
def attest(application_id: int, scan_id: int) -> Answer:
    application, row = _scan(application_id, scan_id)
    if row.settled_at is not None:
        return ceremony.refused(application, _("This scan was settled already."))
    return _attest_page(application, row, forms.AttestForm(formdata=None), forms.RejectForm(formdata=None))


@blueprint.post("/<int:application_id>/agreement/scans/<int:scan_id>")
@signed_in
def attest_post(application_id: int, scan_id: int) -> Answer:
    application, row = _scan(application_id, scan_id)
    form = forms.AttestForm()
    if not form.validate():
        return _attest_page(application, row, form, forms.RejectForm(formdata=None)), 422
    try:
        paper.attest(row, form.reference.data or "", form.prefix.data or "", actor(), storage())
    except Unsigned as unsigned:
        return ceremony.refuse(application, queries.the_agreement(application), unsigned, actor())
    except Invalid as invalid:
        form[invalid.field if invalid.field in form else "seen"].errors = [invalid.message]
        return _attest_page(application, row, form, forms.RejectForm(formdata=None)), 422
    flash(_("Attested. The signature counts from now on."), "success")
    return home(application)


@blueprint.post("/<int:application_id>/agreement/scans/<int:scan_id>/refuse")
@signed_in
def reject_scan(application_id: int, scan_id: int) -> Answer:
    application, row = _scan(application_id, scan_id)
    form = forms.RejectForm()
    if form.validate() and tried(form, lambda: paper.reject(row, form.reason.data or "", actor())):
        flash(_("The scan is refused. Who sent it gets your reason."), "success")
        return home(application)
    return _attest_page(application, row, forms.AttestForm(formdata=None), form), 422


@blueprint.get("/<int:application_id>/agreement/scans/<int:scan_id>/file")
@signed_in
def scan_file(application_id: int, scan_id: int) -> Response:
    application = scope.open_file(actor(), application_id, Action.VIEW_AGREEMENT)
    return send(paper.scan_of(application, scan_id).file)


def _scan(application_id: int, scan_id: int) -> tuple[Application, SignatureScan]:
    application = scope.open_file(actor(), application_id, Action.ATTEST_SIGNATURE)
    row = paper.scan_of(application, scan_id)
    if not paper.may_settle(row, actor()):
        raise Forbidden("own_scan")
    return application, row


def _attest_page(
    application: Application, row: SignatureScan, form: forms.AttestForm, refusing: forms.RejectForm
) -> str:
    shared = frame(application, actor())
    return render_template(
        "agreements/attest.html", **shared, scan=row, form=form, refusing=refusing, prefix=signing.SHOWN
    )


def _viewed(application_id: int) -> tuple[Application, Agreement]:
    application = scope.open_file(actor(), application_id, Action.VIEW_AGREEMENT)
    return application, queries.the_agreement(application)


def _prepared(application_id: int) -> tuple[Application, Agreement]:
    application = scope.open_file(actor(), application_id, Action.PREPARE_AGREEMENT)
    return application, queries.the_agreement(application)
