"""What each form of the draft stands on, in words and as one hash: who saves over somebody else's change is told first.

The hash goes out with the form and comes back with it. Where it is no longer that of what is stored, nothing is saved.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from webapp import wording
from webapp.errors import Overtaken
from webapp.models.agreement import Agreement, AgreementParty
from webapp.models.application import Application
from webapp.services.contract.contexts import written_in


class LanguageCode(str):
    """Of a contract's text: one language, or two."""


Stored = list[tuple[str, Any]]  # what it is called, and its value as the database has it


def instrument(application: Application) -> Stored:
    return [(_("Kind of agreement"), application.instrument), (_("Reason"), application.instrument_reason)]


def party(row: AgreementParty) -> Stored:
    return [
        (_("Who signs"), row.signatory.name if row.signatory else ""),
        (_("In which capacity"), row.capacity),
        (_("Under which decision"), row.mandate_act),
        (_("Number of the decision"), row.mandate_number),
        (_("Date of the decision"), row.mandate_date),
        (_("Up to which amount"), row.mandate_limit),
    ]


def tranches(agreement: Agreement) -> Stored:
    return [
        (
            _("Tranche %(number)s", number=row.number),
            [row.amount, row.due_on, row.condition, row.is_balance],
        )
        for row in agreement.tranches
    ]


def language(agreement: Agreement) -> Stored:
    return [(_("Language of the contract"), LanguageCode(written_in(agreement)))]


def order(agreement: Agreement) -> Stored:
    places = [
        (_("Signs at place %(place)s", place=row.position), row.organisation.name)
        for row in sorted(agreement.parties, key=lambda row: row.position)
    ]
    return [(_("Who signs when"), agreement.signing_order), *places]


def digest(stored: Stored) -> str:
    """Of the values alone."""
    values = [value for _label, value in stored]
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()


def require(seen: str | None, stored: Stored) -> None:
    """Raise `Overtaken` when the form was opened on something else; None asks nothing. Call it under the lock."""
    if seen and seen != (now := digest(stored)):
        raise Overtaken(now)


def in_words(stored: Stored, currency: str) -> list[tuple[str, str]]:
    return [(label, _said(value, currency)) for label, value in stored]


def _said(value: Any, currency: str) -> str:
    if isinstance(value, list):
        return " · ".join(said for part in value if (said := _said(part, currency)))
    known: dict[type, Callable[[Any], str]] = {
        bool: lambda is_balance: _("Balance, paid after the costs are accepted") if is_balance else "",
        LanguageCode: wording.contract_language,
        date: wording.day,
        Decimal: lambda amount: wording.amount(amount, currency),
        StrEnum: wording.label,
    }
    say = next((say for kind, say in known.items() if isinstance(value, kind)), str)
    return say(value) if value is not None else ""
