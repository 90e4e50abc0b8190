"""Parts of the page of one template: the track, what can happen next, and the record."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from webapp import caseframe, wording
from webapp.caseframe import OfferRow, Step
from webapp.models.record import AuditEntry, AuditEvent
from webapp.models.template import DocumentTemplate
from webapp.policy import Principal
from webapp.services import advance
from workflows.engine import Offer
from workflows.vocabulary import Machine, State, Trigger

PATH = (State.DRAFT, State.PREVIEWED, State.ACTIVE, State.RETIRED)


def offers(template: DocumentTemplate, who: Principal) -> list[OfferRow]:
    """What can happen next. Putting into use has a page of its own, which also retires the one before."""
    known = [_without_the_place(offer) for offer in advance.offers(template, who)]
    rows = caseframe.offer_rows(template, who, known)
    return [_with_own_page(row, template) for row in rows]


def _without_the_place(offer: Offer) -> Offer:
    return replace(offer, blockers=tuple(b for b in offer.blockers if b.code != "template_place_taken"))


def _with_own_page(row: OfferRow, template: DocumentTemplate) -> OfferRow:
    if row.trigger is not Trigger.ACTIVATE_TEMPLATE:
        return row
    return replace(row, href=url_for("doctemplates.activate", template_id=template.id))


def spine(template: DocumentTemplate, entries: Sequence[AuditEntry]) -> list[Step]:
    """The states behind with their days, where it stands, and what is usually to come."""
    entered = {State.DRAFT: template.created_at}
    entered |= {entry.to_state: entry.at for entry in reversed(entries) if entry.to_state is not None}
    here = template.state
    behind = [state for state in entered if state is not here]
    coming = PATH[PATH.index(here) + 1 :] if here in PATH else ()
    steps = [Step(_label(state), "done", entered[state]) for state in behind]
    steps.append(Step(_label(here), "current", entered.get(here)))
    return steps + [Step(_label(state), "next") for state in coming]


def _label(state: State) -> str:
    return wording.state(Machine.TEMPLATE, state)


def timeline(entries: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    return [_entry(entry) for entry in entries]


def _entry(entry: AuditEntry) -> dict[str, Any]:
    return {
        "when": entry.at,
        "who": entry.actor.name if entry.actor else _("Jumelage, by itself"),
        "role": wording.role(entry.role) if entry.actor else "",
        "what": _what(entry),
        "from_": _label(entry.from_state) if entry.from_state else "",
        "to": _label(entry.to_state) if entry.to_state else "",
        "reason": entry.reason,
    }


def _what(entry: AuditEntry) -> str:
    if entry.trigger is not None:
        text = wording.moved(entry.machine, entry.trigger)
        return text[0].upper() + text[1:]
    words = {AuditEvent.CREATED: _("Uploaded"), AuditEvent.DOCUMENT_WRITTEN: _("Made the preview")}
    return words.get(entry.event) or wording.label(entry.event)
