"""Sign in and out, and the one page behind an invitation or a reset link."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from webapp.auth import access_tokens, passwords, sessions, throttle, tokens
from webapp.auth.access import public, signed_in
from webapp.auth.forms import PasswordForm, ResetForm, SignInForm
from webapp.auth.login import limiter
from webapp.extensions import db
from webapp.htmx import local
from webapp.models.people import Person, TokenPurpose
from webapp.services.announce import instant_key, mail

blueprint = Blueprint("auth", __name__, template_folder="templates")


@blueprint.get("/sign-in")
@public
def sign_in() -> str:
    return render_template("auth/sign_in.html", form=SignInForm(formdata=None), next=local(request.args.get("next")))


@blueprint.post("/sign-in")
@public
@limiter.limit("60/minute")
def sign_in_post() -> Response | tuple[str, int]:
    """One sentence for a wrong address and a wrong password; the throttle counts either way and is committed."""
    form = SignInForm()
    settings = current_app.config["SETTINGS"]
    target = local(request.form.get("next"))
    if not form.validate():
        return render_template("auth/sign_in.html", form=form, next=target), 422
    email = form.email.data or ""
    if throttle.is_closed(email):
        form.email.errors = [
            _("Too many wrong passwords. Wait %(minutes)s minutes.", minutes=settings.throttle_minutes)
        ]
        return render_template("auth/sign_in.html", form=form, next=target), 429
    person = passwords.find(email)
    if not passwords.matches(person, form.password.data or "") or person is None:
        throttle.note_failure(email, settings.throttle_attempts, settings.throttle_minutes)
        db.session.commit()  # the count must survive the refusal
        form.email.errors = [_("This address and password do not belong together.")]
        return render_template("auth/sign_in.html", form=form, next=target), 422
    throttle.note_success(person.email)
    _forget_session()
    login_user(sessions.begin(person))
    return redirect(target or url_for("desk.index"), 303)


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Response:
    sessions.end(current_user.row.id)
    logout_user()
    _forget_session()
    flash(_("You are signed out."), "success")
    return redirect(url_for("auth.sign_in"), 303)


def _forget_session() -> None:
    """Nothing of one person is left for another; a language that was chosen at this screen stays."""
    chosen = session.get("language")
    session.clear()
    if chosen:
        session["language"] = chosen


@blueprint.get("/password/reset")
@public
def reset() -> str:
    return render_template("auth/reset.html", form=ResetForm(formdata=None))


@blueprint.post("/password/reset")
@public
@limiter.limit("10/minute")
def reset_post() -> Response | tuple[str, int]:
    """The answer is the same whether the address is known or not."""
    form = ResetForm()
    if not form.validate():
        return render_template("auth/reset.html", form=form), 422
    person = passwords.find(form.email.data or "")
    if person is not None:
        _send_link(person)
    flash(_("If we know this address, a message with a link is on its way."), "success")
    return redirect(url_for("auth.sign_in"), 303)


def _send_link(person: Person) -> None:
    token = tokens.issue(person, TokenPurpose.RESET)
    with force_locale(person.language):
        mail(
            person,
            key=instant_key(f"reset-{person.id}"),
            subject=_("Choose a new password for Jumelage"),
            lines=[
                _("Dear %(name)s,", name=person.name),
                _("Somebody asked for a new password for your account. The link serves once and for two hours."),
                _("If it was not you, do nothing: your password stays as it is."),
            ],
            path=url_for("auth.choose_password", token=token),
        )


@blueprint.get("/password/<token>")
@public
def choose_password(token: str) -> str | tuple[str, int]:
    person = tokens.redeem(token)
    if person is None:
        return render_template("auth/link_over.html"), 404
    return render_template("auth/choose_password.html", form=PasswordForm(formdata=None), person=person)


@blueprint.post("/password/<token>")
@public
def choose_password_post(token: str) -> Response | str | tuple[str, int]:
    person = tokens.redeem(token)
    if person is None:
        return render_template("auth/link_over.html"), 404
    form = PasswordForm()
    if form.validate() and (why := passwords.weakness(form.password.data or "", person)):
        form.password.errors = [why]
    if form.errors:
        return render_template("auth/choose_password.html", form=form, person=person), 422
    tokens.spend_all(person)
    passwords.set_password(person, form.password.data or "")
    throttle.note_success(person.email)
    sessions.end_all(person.id)
    access_tokens.end_all(person.id)
    flash(_("Your password is set. Sign in with it."), "success")
    return redirect(url_for("auth.sign_in"), 303)
