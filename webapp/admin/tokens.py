"""One's own access tokens: make one, see it once, revoke it."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.admin import forms, use_cases
from webapp.admin.account import me, must_wait, note_wrong_password
from webapp.admin.blueprint import Answer, blueprint
from webapp.auth import access_tokens
from webapp.auth.access import actor, signed_in
from webapp.errors import Invalid


@blueprint.get("/account/tokens/new")
@signed_in
def new_token() -> Answer:
    return _form_page(forms.TokenForm(formdata=None))


@blueprint.post("/account/tokens/new")
@signed_in
def new_token_post() -> Answer:
    """The answer itself shows the token: it is kept nowhere, so there is no page to be sent to."""
    form = forms.TokenForm()
    if must_wait(form.password):
        return _form_page(form, 429)
    if form.validate():
        try:
            token = use_cases.make_token(me(), form.name.data or "", form.days.data, form.password.data or "", actor())
        except Invalid as wrong:
            form[wrong.field].errors = [wrong.message]
            if wrong.field == "password":
                note_wrong_password()
        else:
            return render_template("admin/token_made.html", token=token, name=form.name.data)
    return _form_page(form, 422)


@blueprint.get("/account/tokens/<int:token_id>/revoke")
@signed_in
def revoke_token(token_id: int) -> Answer:
    return render_template("admin/token_revoke.html", row=access_tokens.mine(actor(), token_id))


@blueprint.post("/account/tokens/<int:token_id>/revoke")
@signed_in
def revoke_token_post(token_id: int) -> Response:
    row = access_tokens.mine(actor(), token_id)
    use_cases.revoke_token(row, actor())
    flash(_("The token “%(name)s” is revoked.", name=row.name), "success")
    return redirect(url_for("admin.account", _anchor="tokens"), 303)


def _form_page(form: forms.TokenForm, status: int = 200) -> Answer:
    return render_template("admin/token_new.html", form=form), status
