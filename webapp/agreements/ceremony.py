"""The Final page of signing: read, know in which capacity, type the password, sign; here or with a trust provider."""

from typing import NoReturn

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.agreements import queries, refusals, signing, track, trusting
from webapp.agreements.forms import SignForm
from webapp.agreements.frame import frame
from webapp.agreements.refusals import Replayed, Unsigned
from webapp.auth import passwords, throttle
from webapp.auth.access import actor
from webapp.documents.trust import TestProvider, TrustProvider
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application
from webapp.policy import Action, Principal
from webapp.services import scope
from webapp.site import LANGUAGES, is_demonstration
from webapp.transaction import writing
from webapp.transfer import storage
from workflows.vocabulary import State

Answer = Response | str | tuple[str, int]


def provider() -> TrustProvider | None:
    """The trust provider of this installation; the test provider signs in demonstrations and tests alone."""
    settings = current_app.config["SETTINGS"]
    if settings.trust_provider == "test" and (settings.testing or is_demonstration()):
        return TestProvider(settings.var)
    return None


def page(application_id: int, *, provided: bool = False) -> Answer:
    """GET: what will be signed, by whom, and what follows. The first time is recorded."""
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_AGREEMENT)
    agreement = queries.the_agreement(application)
    if signing.signature_of(agreement, who) is not None:
        return _signed_already(application)
    now = signing.turn(agreement)
    if now is None:
        return _over(application)
    mine = now.of(who.person_id)
    if mine is not None and not track.has_viewed(now, mine):
        with writing():
            track.note_view(agreement.id, who)
        application = scope.open_file(who, application_id, Action.VIEW_AGREEMENT)
        agreement = queries.the_agreement(application)
    return _page(application, agreement, who, SignForm(formdata=None), provided)


def post(application_id: int, *, provided: bool = False) -> Answer:
    """POST: the password first, then the signature. Every refusal that is no slip of the pen is recorded."""
    who = actor()
    application = opened(who, application_id)
    agreement = queries.the_agreement(application)
    if signing.signature_of(agreement, who) is not None:
        return _signed_already(application)
    if agreement.state is not State.ISSUED:
        return refuse(application, agreement, refusals.Over(agreement.issued_document), who)
    form = SignForm()
    status = 200 if form.validate() else 422
    if status == 200:
        status = _check_password(form)
    if status == 200:
        return _sign(application, agreement, who, form, provided)
    return _page(application, agreement, who, form, provided), status


def opened(who: Principal, application_id: int) -> Application:
    """The file; somebody who is named to sign and lost the role is refused, and that is recorded."""
    try:
        return scope.open_file(who, application_id, Action.VIEW_AGREEMENT)
    except (NotFound, Forbidden):
        agreement_id = refusals.signs_or_signed_for(application_id, who)
        if agreement_id is not None:
            with writing():
                refusals.note(agreement_id, who, refusals.NoLongerSignatory.why)
        raise


def _check_password(form: SignForm) -> int:
    """200, or 422 for a wrong password and 429 for too many; the count is kept."""
    person, settings = current_user.person, current_app.config["SETTINGS"]
    if throttle.is_closed(person.email):
        form.password.errors = [
            _("Too many wrong passwords. Wait %(minutes)s minutes.", minutes=settings.throttle_minutes)
        ]
        return 429
    if not passwords.matches(person, form.password.data or ""):
        throttle.note_failure(person.email, settings.throttle_attempts, settings.throttle_minutes)
        db.session.commit()  # the count must survive the refusal
        form.password.errors = [_("This is not your password. Nothing was signed.")]
        return 422
    throttle.note_success(person.email)
    return 200


def _sign(
    application: Application, agreement: Agreement, who: Principal, form: SignForm, provided: bool
) -> Response | tuple[str, int]:
    try:
        language = _agreed(agreement, who, form)
        if provided:
            return _begin(application, agreement, who, form, language)
        signing.sign(
            agreement,
            who,
            storage=storage(),
            document_sha256=form.sha256.data or "",
            consent=signing.consent_text(language),
            consent_version=signing.CONSENT_VERSION,
            language=language,
            **where_from(),
        )
    except Unsigned as unsigned:
        return refuse(application, agreement, unsigned, who)
    except Forbidden as forbidden:
        forbid(agreement, who, forbidden)
    except Invalid as invalid:
        form.agree.errors = [invalid.message]
        return _page(application, agreement, who, form, provided), 422
    return signed(application, agreement)


def _agreed(agreement: Agreement, who: Principal, form: SignForm) -> str:
    """The language in which this very consent was shown; `Replayed` for any other text, document or person."""
    now, language = signing.turn(agreement), form.language.data or ""
    signer = now.of(who.person_id) if now else None
    if now is None or signer is None:
        return language  # the use case says why not
    stamp = signing.consent_stamp(form.sha256.data or "", signer, language) if language in LANGUAGES else ""
    if not stamp or stamp != form.consent.data:
        raise Replayed(now.document)
    return language


def where_from() -> dict[str, str]:
    """Where this request comes from, as proof."""
    return {"address": request.remote_addr or "", "user_agent": request.headers.get("User-Agent", "")}


def _begin(
    application: Application, agreement: Agreement, who: Principal, form: SignForm, language: str
) -> Response | tuple[str, int]:
    trusted = provider()
    if trusted is None:
        raise NotFound("provider")
    row, elsewhere = trusting.begin(
        agreement,
        who,
        trusted,
        document_sha256=form.sha256.data or "",
        consent=signing.consent_text(language),
        consent_version=signing.CONSENT_VERSION,
        language=language,
    )
    here = url_for("agreements.provided", application_id=application.id, reference=row.reference)
    return redirect(elsewhere or here, 303)


def signed(application: Application, agreement: Agreement) -> Response:
    flash(_("You have signed %(number)s.", number=agreement.number), "success")
    return redirect(url_for("agreements.show", application_id=application.id), 303)


def refuse(application: Application, agreement: Agreement, unsigned: Unsigned, who: Principal) -> tuple[str, int]:
    """409 in words. The refusal rolls this request back, so the record of it is a transaction of its own."""
    agreement_id = agreement.id
    with writing():
        refusals.note(agreement_id, who, unsigned.why, unsigned.reference, unsigned.found)
    return refused(application, unsigned.message)


def forbid(agreement: Agreement, who: Principal, forbidden: Forbidden) -> NoReturn:
    """403, and the attempt in the record."""
    agreement_id = agreement.id
    with writing():
        refusals.note(agreement_id, who, "not the signatory")
    raise forbidden


def _page(application: Application, agreement: Agreement, who: Principal, form: SignForm, provided: bool) -> str:
    now = signing.turn(agreement)
    mine = now.of(who.person_id) if now else None
    if now is None or mine is None:
        raise Forbidden("not_the_signatory")
    language = str(get_locale() or "en")
    if form.sha256.data is None and now.document.file is not None:
        form.sha256.data = now.document.file.sha256
        form.language.data = language
        form.consent.data = signing.consent_stamp(now.document.file.sha256, mine, language)
    trusted = provider()
    if provided and trusted is None:
        raise NotFound("provider")
    return render_template(
        "agreements/sign.html",
        **frame(application, who),
        form=form,
        agreement=agreement,
        signer=mine,
        turn=now,
        is_turn=now.is_open(mine.party),
        is_last=len(now.signed) + 1 == len(agreement.parties),
        problem=signing.obstacle(agreement, now, mine),
        click=signing.click_is_enough(agreement),
        provider=trusted,
        provided=provided,
        consent=signing.CONSENT,
        consent_version=signing.CONSENT_VERSION,
        prefix=signing.SHOWN,
    )


def _signed_already(application: Application) -> Response:
    """Asked twice, done once."""
    flash(_("You have signed this agreement."), "success")
    return redirect(url_for("agreements.show", application_id=application.id), 303)


def _over(application: Application) -> tuple[str, int]:
    return refused(application, str(refusals.Over.words))


def refused(application: Application, happened: str) -> tuple[str, int]:
    """409 with what happened, in words."""
    link = url_for("agreements.show", application_id=application.id)
    return render_template("errors/409.html", what_happened=happened, link=link), 409
