"""The Final page's form, a reason where the move asks for one; and the form that gives more time."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from webapp.formfields import DayField


class MoveForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    reason = TextAreaField(
        _("Reason"),
        [Length(max=4000)],
        description=_("Everybody who may see this file can read it, and it stays in the record."),
    )
    request_id = HiddenField(validators=[Length(max=64)])
    revision = HiddenField(validators=[Length(max=10)])


class ExtensionForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    day = DayField(
        _("New date"),
        [InputRequired(_("Choose the new date."))],
        description=_("If nobody works on it in one of the two countries, the next working day is in time too."),
    )
    reason = TextAreaField(
        _("Reason"),
        [InputRequired(_("Give a reason.")), Length(max=4000)],
        description=_("Everybody who may see this file can read it, and it stays in the record."),
    )
