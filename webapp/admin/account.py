"""One's own account: details, password, sessions, roles."""

from flask import current_app, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import Field

from webapp.admin import forms, granting, queries, use_cases
from webapp.admin.blueprint import Answer, blueprint
from webapp.auth import access_tokens, sessions, throttle
from webapp.auth.access import actor, signed_in
from webapp.errors import Invalid
from webapp.extensions import db
from webapp.models.people import Person
from webapp.site import LANGUAGES


@blueprint.get("/account")
@signed_in
def account() -> Answer:
    return _page(_details(), _password())


@blueprint.post("/account")
@signed_in
def account_post() -> Answer:
    form = forms.PersonForm(LANGUAGES, prefix="details-")
    if not form.validate():
        return _page(form, _password(), status=422)
    use_cases.save_account(me(), form.data, actor())
    session.pop("language", None)  # a choice made on the fly gives way to the one just made
    flash(_("Your details are saved."), "success")
    return redirect(url_for("admin.account"), 303)


@blueprint.post("/account/password")
@signed_in
def password_post() -> Answer:
    form = forms.PasswordForm(prefix="password-")
    person = me()
    if must_wait(form.old):
        return _page(_details(), form, status=429)
    if form.validate():
        old, new = form.old.data or "", form.new.data or ""
        try:
            use_cases.change_password(person, old, new, actor(), session_id=current_user.row.id)
        except Invalid as wrong:
            form[wrong.field].errors = [wrong.message]
            if wrong.field == "old":
                note_wrong_password()
        else:
            flash(_("Your password is changed. Everywhere else you are signed out."), "success")
            return redirect(url_for("admin.account"), 303)
    return _page(_details(), form, status=422)


@blueprint.post("/account/sessions/end")
@signed_in
def end_sessions() -> Response:
    sessions.end_all(me().id, keep=current_user.row.id)
    flash(_("You are signed out everywhere else."), "success")
    return redirect(url_for("admin.account"), 303)


def me() -> Person:
    person: Person = current_user.person
    return person


def must_wait(password: Field) -> bool:
    """Whether there were too many wrong passwords to try another now; the field then says so."""
    if not throttle.is_closed(me().email):
        return False
    minutes = current_app.config["SETTINGS"].throttle_minutes
    password.errors = [_("Too many wrong passwords. Wait %(minutes)s minutes.", minutes=minutes)]
    return True


def note_wrong_password() -> None:
    """It counts for the throttle at the door, and the count survives the refusal."""
    settings = current_app.config["SETTINGS"]
    throttle.note_failure(me().email, settings.throttle_attempts, settings.throttle_minutes)
    db.session.commit()


def _details() -> forms.PersonForm:
    return forms.PersonForm(LANGUAGES, formdata=None, obj=me(), prefix="details-")


def _password() -> forms.PasswordForm:
    return forms.PasswordForm(formdata=None, prefix="password-")


def _page(details: forms.PersonForm, password: forms.PasswordForm, status: int = 200) -> Answer:
    person = me()
    grants = [grant for grant in person.grants if granting.is_current(grant, person)]
    page = render_template(
        "admin/account.html",
        somebody=person,
        details=details,
        password=password,
        has_errors=status != 200,
        grants=grants,
        tokens=access_tokens.of(person),
        places=queries.places_of(grants),
    )
    return page, status
