"""The Final page's form: a reason where the move asks for one."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length


class MoveForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    reason = TextAreaField(
        _("Reason"),
        [Length(max=4000)],
        description=_("Everybody who may see this file can read it, and it stays in the record."),
    )
    request_id = HiddenField(validators=[Length(max=64)])
    revision = HiddenField(validators=[Length(max=10)])
