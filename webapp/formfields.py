"""Form fields for amounts and days: a value, nothing, or a sentence that says what is wrong; the typed text stays."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from wtforms import DateField, StringField

LARGEST = Decimal("999999999.99")
_SPACES = str.maketrans(dict.fromkeys(" \u00a0\u202f"))  # people group thousands with them: 1 234,56
_WHOLE = r"(?P<whole>\d{1,12}|\d{1,3}(?P<group>[.,])\d{3}(?:(?P=group)\d{3}){0,3})"
_FIGURE = re.compile(_WHOLE + r"(?:(?P<mark>[.,])(?P<part>\d+))?")
_TWO_WAYS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def decimal(text: str) -> Decimal:
    """The number in `text`, with a point or a comma; raises ValueError with a translated sentence.

    Dutch and French write 1.234,56 for what English writes 1,234.56, and people read one language and write another. So
    both are understood wherever they leave no doubt, and 1.234 alone, a thousand or one and a bit, is never guessed.
    """
    plain = text.translate(_SPACES)
    example = format_decimal(Decimal("1234.56"), "0.00")
    if plain.startswith("-"):
        raise ValueError(_("The amount cannot be negative."))
    if plain == text.strip() and _TWO_WAYS.fullmatch(plain):
        said = _("“%(typed)s” can be read in two ways. Write it without a mark between the thousands.", typed=plain)
        raise ValueError(said)
    found = _FIGURE.fullmatch(plain)
    if found is None or (found["mark"] and found["mark"] == found["group"]):
        raise ValueError(_("Write the amount in figures, for example %(example)s.", example=example))
    if len(found["part"] or "") > 2:
        raise ValueError(_("Use at most two decimal places, for example %(example)s.", example=example))
    return Decimal(f"{re.sub(r'[.,]', '', found['whole'])}.{found['part'] or 0}")


def parse(text: str) -> Decimal:
    """The amount of money in `text`; raises ValueError with a translated sentence."""
    amount = decimal(text)
    if amount > LARGEST:
        raise ValueError(_("This amount is too large."))
    return amount.quantize(Decimal("0.01"))


class MoneyField(StringField):
    """`.data` is a Decimal or None; what was typed stays in the field when it cannot be read."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(format_decimal(self.data, "0.00"))

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = str(valuelist[0]) if valuelist else ""
        self.data: Any = None
        if typed.strip():
            self.data = parse(typed)


class DayField(DateField):
    """A calendar day, or None when nothing is typed; one sentence for everything that is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        try:
            self.data = date.fromisoformat(typed)
        except ValueError as error:
            raise ValueError(_("Enter a day that exists, such as 2026-11-24 (year, month, day).")) from error
