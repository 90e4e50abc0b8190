"""Form fields for amounts and days: a value, nothing, or a sentence that says what is wrong; the typed text stays."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from wtforms import DateField, StringField

LARGEST = Decimal("999999999.99")
_PLAIN = re.compile(r"\d{1,12}(\.\d{1,2})?")


def parse(text: str) -> Decimal:
    """The amount in `text`; raises ValueError with a translated sentence. One notation, so that nobody has to guess."""
    plain = text.strip().replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    if "," in plain:
        raise ValueError(_("Write the amount without commas and with a point before the cents, for example 1234.56."))
    if plain.startswith("-"):
        raise ValueError(_("The amount cannot be negative."))
    if re.fullmatch(r"\d+\.\d{3,}", plain):
        raise ValueError(_("Use at most two decimal places, for example 1234.56."))
    if not _PLAIN.fullmatch(plain):
        raise ValueError(_("Write the amount in figures, for example 1234.56."))
    amount = Decimal(plain)
    if amount > LARGEST:
        raise ValueError(_("This amount is too large."))
    return amount.quantize(Decimal("0.01"))


class MoneyField(StringField):
    """`.data` is a Decimal or None; what was typed stays in the field when it cannot be read."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:.2f}"

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
