"""Sign in, choose a password, ask for a reset."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, Length

from webapp.plaintext import tidy


class SignInForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    email = EmailField(
        _("E-mail address"), [DataRequired(_("Enter your e-mail address.")), Length(max=254)], filters=[tidy],
        render_kw={"autocomplete": "username"},
    )  # fmt: skip
    password = PasswordField(
        _("Password"), [DataRequired(_("Enter your password.")), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )  # fmt: skip


class ResetForm(FlaskForm):  # type: ignore[misc]
    email = EmailField(
        _("E-mail address"), [DataRequired(_("Enter your e-mail address.")), Length(max=254)], filters=[tidy],
        render_kw={"autocomplete": "username"},
    )  # fmt: skip


class PasswordForm(FlaskForm):  # type: ignore[misc]
    password = PasswordField(
        _("New password"), [DataRequired(_("Choose a password.")), Length(max=200)],
        description=_("At least 12 characters. Three or four words that do not belong together work well."),
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip
