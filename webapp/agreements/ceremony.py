"""The Final page of signing: read, know in which capacity, type the password, sign."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.agreements import queries, signing
from webapp.agreements.forms import SignForm
from webapp.agreements.frame import frame
from webapp.auth import passwords, throttle
from webapp.auth.access import actor
from webapp.errors import Forbidden, Invalid
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application
from webapp.policy import Action, Principal
from webapp.services import scope
from webapp.transaction import writing
from webapp.transfer import storage
from workflows.vocabulary import State


def page(application_id: int) -> Response | str | tuple[str, int]:
    """GET: what will be signed, by whom, and what follows."""
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_AGREEMENT)
    agreement = queries.the_agreement(application)
    if signing.signature_of(agreement, who) is not None:
        return _signed_already(application)
    if agreement.state is not State.ISSUED:
        return _over(application)
    return _page(application, agreement, who, SignForm(formdata=None))


def post(application_id: int) -> Response | tuple[str, int]:
    """POST: the password first, then the signature."""
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_AGREEMENT)
    agreement = queries.the_agreement(application)
    if signing.signature_of(agreement, who) is not None:
        return _signed_already(application)
    if agreement.state is not State.ISSUED:
        return _over(application)
    form = SignForm()
    status = 200 if form.validate() else 422
    if status == 200:
        status = _check_password(form)
    if status == 200:
        return _sign(application, agreement, who, form)
    return _page(application, agreement, who, form), status


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


def _sign(application: Application, agreement: Agreement, who: Principal, form: SignForm) -> Response | tuple[str, int]:
    try:
        signing.sign(
            agreement,
            who,
            storage=storage(),
            document_sha256=form.sha256.data or "",
            consent=str(signing.CONSENT),
            consent_version=signing.CONSENT_VERSION,
            language=str(get_locale() or "en"),
            address=request.remote_addr or "",
            user_agent=request.headers.get("User-Agent", ""),
        )
    except signing.Superseded:
        happened = _("Another version was issued after you opened this page. Nothing was signed. Read the new version.")
        return refused(application, happened)
    except signing.Tampered as tampered:
        return _tampered(application, agreement.id, tampered, who)
    except Invalid as invalid:
        form.agree.errors = [invalid.message]
        return _page(application, agreement, who, form), 422
    flash(_("You have signed %(number)s.", number=agreement.number), "success")
    return redirect(url_for("agreements.show", application_id=application.id), 303)


def _tampered(
    application: Application, agreement_id: int, tampered: signing.Tampered, who: Principal
) -> tuple[str, int]:
    """The refusal rolls this request back, so the record of it is written by itself."""
    document_id, found = tampered.document.id, tampered.found
    with writing():
        signing.note_tampering(agreement_id, document_id, found, who)
    happened = _(
        "The stored file is no longer the one that was issued. Nothing was signed. The programme office knows."
    )
    return refused(application, happened)


def _page(application: Application, agreement: Agreement, who: Principal, form: SignForm) -> str:
    turn = signing.turn(agreement)
    mine = next((party for party in agreement.parties if party.signatory_id == who.person_id), None)
    if turn is None or mine is None:
        raise Forbidden("not_the_signatory")
    if form.sha256.data is None and turn.document.file is not None:
        form.sha256.data = turn.document.file.sha256
    return render_template(
        "agreements/sign.html",
        **frame(application, who),
        form=form,
        agreement=agreement,
        party=mine,
        turn=turn,
        is_turn=turn.party is not None and turn.party.id == mine.id,
        is_last=len(turn.signed) + 1 == len(agreement.parties),
        consent=signing.CONSENT,
        consent_version=signing.CONSENT_VERSION,
        prefix=signing.SHOWN,
    )


def _signed_already(application: Application) -> Response:
    """Asked twice, done once."""
    flash(_("You have signed this agreement."), "success")
    return redirect(url_for("agreements.show", application_id=application.id), 303)


def _over(application: Application) -> tuple[str, int]:
    return refused(application, _("There is no document to sign now: it was not issued, or it was taken back."))


def refused(application: Application, happened: str) -> tuple[str, int]:
    """409 with what happened, in words."""
    link = url_for("agreements.show", application_id=application.id)
    return render_template("errors/409.html", what_happened=happened, link=link), 409
