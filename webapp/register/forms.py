"""The register's line of filters, read from the address; anything strange asks for nothing."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, SearchField, SelectField

from webapp import wording
from workflows.vocabulary import Instrument, Machine, State

Word = TypeVar("Word", bound=StrEnum)


class FilterForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Sent by GET: it changes nothing, so it carries no token."""

    class Meta:
        csrf = False

    q = SearchField()
    instrument = SelectField(validate_choice=False)
    state = SelectField(validate_choice=False)
    programme = SelectField(validate_choice=False)
    country = SelectField(validate_choice=False)
    overdue = BooleanField()

    def offer(self, programmes: Sequence[tuple[int, str]], countries: Sequence[str], states: Sequence[State]) -> None:
        """Fill the choices, in the reader's language."""
        any_ = [("", _("Any"))]
        labels = {"q": _("Number, title or partner"), "instrument": _("Instrument"), "state": _("State")}
        labels |= {"programme": _("Programme"), "country": _("Country"), "overdue": _("Only with a report overdue")}
        for name, text in labels.items():
            self[name].label.text = text
        self.instrument.choices = any_ + [(kind.value, wording.label(kind)) for kind in Instrument]
        self.state.choices = any_ + [(state.value, wording.state(Machine.AGREEMENT, state)) for state in states]
        self.programme.choices = any_ + [(str(identity), title) for identity, title in programmes]
        self.country.choices = any_ + sorted(((c, wording.country(c)) for c in countries), key=lambda pair: pair[1])


def word_of(vocabulary: type[Word], args: Mapping[str, str], name: str) -> Word | None:
    """The word of a closed vocabulary in the address, or None."""
    value = args.get(name, "")
    return vocabulary(value) if value in set(vocabulary) else None


def number_of(args: Mapping[str, str], name: str) -> int | None:
    """A row's number in the address, or None."""
    value = args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
