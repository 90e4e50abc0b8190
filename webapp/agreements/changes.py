"""What changed in the data since the newest version was written: by subject, in words, old beside new."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from webapp import wording
from webapp.documents.plain import SECOND, as_context
from webapp.models.agreement import Agreement, Document
from webapp.services.contract.contexts import context_again, written_in

# Subjects in the order of the document; derived values (sums in words, pairs of names) are left out.
SUBJECTS = {
    "signatories": _("Parties and who signs"),
    "project": _("Title of the project"),
    "programme": _("Programme"),
    "plan": _("Country plan"),
    "theme": _("Theme"),
    "grant": _("Grant"),
    "starts": _("First day"),
    "ends": _("Last day"),
    "tranches": _("Schedule of tranches"),
    "conditions": _("Conditions"),
    "special_terms": _("Special terms"),
    "obligations": _("Knowledge sharing"),
    "lines": _("Budget"),
    "activities": _("Activities"),
    "reports": _("Reports"),
    "baseline": _("Baseline"),
    "risks": _("Risks"),
    "terms": _("Figures of the programme"),
}


@dataclass(frozen=True, slots=True)
class Change:
    subject: str
    before: str
    after: str


def since(agreement: Agreement, document: Document) -> list[Change] | None:
    """Every difference between a version and the data now; None when the data contradict each other."""
    fresh = context_again(agreement, document)
    if fresh is None:
        return None
    if document.language != written_in(agreement):
        spoken = [wording.contract_language(code) for code in (document.language, written_in(agreement))]
        return [Change(str(_("Language of the contract")), *spoken)]
    now = as_context(fresh)
    return [change for key, subject in SUBJECTS.items() for change in _differences(document.context, now, key, subject)]


def _differences(then: Mapping[str, Any], now: Mapping[str, Any], key: str, subject: Any) -> Iterator[Change]:
    before, after = _leaves(then.get(key, "")), _leaves(now.get(key, ""))
    if before == after:
        return
    gone = [text for text in before if text not in after]
    new = [text for text in after if text not in before]
    yield Change(str(subject), "; ".join(gone) or "–", "; ".join(new) or "–")


def _leaves(value: Any) -> list[str]:
    """The plain texts of a value in order, one for each row of a table."""
    if isinstance(value, Mapping):
        members = (member for name, member in value.items() if name != SECOND)
        return [" · ".join(text for member in members for text in _leaves(member) if text)]
    if isinstance(value, list):
        return [text for member in value for text in _leaves(member)]
    return [str(value)]
