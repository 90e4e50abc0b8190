"""What to do with many files, and why."""

from collections.abc import Sequence

from flask import request
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length

from webapp.services.batches.work import Work


class WorkForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    work = RadioField(_("What shall happen"), validate_choice=False)

    def offer(self, works: Sequence[tuple[Work, str]]) -> "WorkForm":
        """With its choices in the reader's language; each with how many files it is about."""
        self.work.choices = [
            SelectChoice(work.key, work.label(), render_kw={"hint": f"{hint} {work.text()}"}) for work, hint in works
        ]
        return self


class StartForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    reason = TextAreaField(
        _("Reason"), [Length(max=4000)],
        description=_("It is kept with every one of these files, and the people concerned will read it."),
    )  # fmt: skip


def numbers(name: str) -> list[int]:
    """The row numbers that a form sent under this name; anything strange is left out."""
    return [int(text) for text in request.form.getlist(name) if text.isascii() and text.isdigit() and len(text) < 10]
