"""Forms of document templates."""

import re
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from webapp import wording
from webapp.models.agreement import DocumentKind
from webapp.plaintext import tidy

_CODE = re.compile(r"[a-z]{2,3}(-[a-z]{2,3})?")


def _lower(text: str | None) -> str:
    return tidy(text).lower()


class UploadForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    kind = SelectField(_("Kind of document"))
    language = StringField(
        _("Language"),
        [DataRequired(_("Say in which language the template is written."))],
        filters=[_lower],
        description=_("A code of two letters: en, nl or fr. For two languages side by side both, such as en-nl."),
    )
    file = FileField(_("Word file"), description=_("A Word document (.docx) without macros, at most 5 MB."))
    note = TextAreaField(
        _("What is new in it"),
        [DataRequired(_("Say in a sentence what is new, for whoever decides on it.")), Length(max=1000)],
        filters=[tidy],
        render_kw={"rows": 3},
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.kind.choices = wording.choices(DocumentKind)

    def validate_language(self, field: StringField) -> None:
        """One language that somebody speaks, or two."""
        codes = str(field.data).split("-")
        if not _CODE.fullmatch(str(field.data)) or len(set(codes)) != len(codes) or not all(map(_known, codes)):
            raise ValidationError(_("Write the code of a language, such as nl, or of two, such as en-nl."))


def _known(code: str) -> bool:
    try:
        return Locale.parse(code).english_name is not None
    except (UnknownLocaleError, ValueError):
        return False


class ActivateForm(FlaskForm):  # type: ignore[misc]
    request_id = HiddenField(validators=[Length(max=64)])
    revision = HiddenField(validators=[Length(max=10)])

    @property
    def expected(self) -> int | None:
        typed = str(self.revision.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() else None
