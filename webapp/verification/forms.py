"""One file to check."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField


class CheckForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    file = FileField(
        _("Word file or PDF"),
        description=_("Choose the file, or drag it onto this field. We read it to compare it, and keep nothing of it."),
        render_kw={"accept": ".docx,.pdf"},
    )
