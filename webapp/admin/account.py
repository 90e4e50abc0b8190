"""One's own account: details, password, sessions, roles."""

from flask import current_app, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.admin import forms, granting, queries, use_cases
from webapp.admin.blueprint import Answer, blueprint
from webapp.auth import sessions, throttle
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
    use_cases.save_account(_me(), form.data, actor())
    session.pop("language", None)  # a choice made on the fly gives way to the one just made
    flash(_("Your details are saved."), "success")
    return redirect(url_for("admin.account"), 303)


@blueprint.post("/account/password")
@signed_in
def password_post() -> Answer:
    """Wrong old passwords count for the same throttle as at the door, and the count survives the refusal."""
    form = forms.PasswordForm(prefix="password-")
    settings, person = current_app.config["SETTINGS"], _me()
    if throttle.is_closed(person.email):
        form.old.errors = [_("Too many wrong passwords. Wait %(minutes)s minutes.", minutes=settings.throttle_minutes)]
        return _page(_details(), form, status=429)
    if form.validate():
        old, new = form.old.data or "", form.new.data or ""
        try:
            use_cases.change_password(person, old, new, actor(), session_id=current_user.row.id)
        except Invalid as wrong:
            form[wrong.field].errors = [wrong.message]
            if wrong.field == "old":
                throttle.note_failure(person.email, settings.throttle_attempts, settings.throttle_minutes)
                db.session.commit()
        else:
            flash(_("Your password is changed. Everywhere else you are signed out."), "success")
            return redirect(url_for("admin.account"), 303)
    return _page(_details(), form, status=422)


@blueprint.post("/account/sessions/end")
@signed_in
def end_sessions() -> Response:
    sessions.end_all(_me().id, keep=current_user.row.id)
    flash(_("You are signed out everywhere else."), "success")
    return redirect(url_for("admin.account"), 303)


def _me() -> Person:
    person: Person = current_user.person
    return person


def _details() -> forms.PersonForm:
    return forms.PersonForm(LANGUAGES, formdata=None, obj=_me(), prefix="details-")


def _password() -> forms.PasswordForm:
    return forms.PasswordForm(formdata=None, prefix="password-")


def _page(details: forms.PersonForm, password: forms.PasswordForm, status: int = 200) -> Answer:
    person = _me()
    grants = [grant for grant in person.grants if granting.is_current(grant, person)]
    page = render_template(
        "admin/account.html",
        somebody=person,
        details=details,
        password=password,
        has_errors=status != 200,
        grants=grants,
        places=queries.places_of(grants),
    )
    return page, status
