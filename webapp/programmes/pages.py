"""Parts that the pages of programmes, plans and calls share: the track, what can happen next, and the record."""

from dataclasses import replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from webapp import caseframe, wording
from webapp.caseframe import OfferRow, Step
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.record import AuditEntry, AuditEvent
from webapp.policy import Principal
from webapp.programmes.figures import BY_KEY, CHOICES
from webapp.services import advance
from workflows.vocabulary import State, Trigger

Record = Programme | CountryPlan | Call
COLUMNS = {
    "code": lazy_gettext("code"),
    "title": lazy_gettext("title"),
    "starts_on": lazy_gettext("first day"),
    "ends_on": lazy_gettext("last day"),
    "opens_on": lazy_gettext("first day"),
    "closes_on": lazy_gettext("last day"),
    "budget": lazy_gettext("budget"),
    "envelope": lazy_gettext("budget of the plan"),
    "currency": lazy_gettext("currency"),
    "payment_mode": lazy_gettext("how grants are paid"),
    "funder": lazy_gettext("funder"),
    "funder_reference": lazy_gettext("reference of the funder"),
    "country": lazy_gettext("country"),
    "area": lazy_gettext("area"),
    "lga_id": lazy_gettext("association"),
    "actors": lazy_gettext("actors"),
    "policies": lazy_gettext("policies"),
    "windows": lazy_gettext("windows of opportunity"),
    "objectives": lazy_gettext("objectives"),
    "sector_benefit": lazy_gettext("benefit for other municipalities"),
    "references": lazy_gettext("national policies"),
    "themes": lazy_gettext("themes"),
    "summary": lazy_gettext("summary"),
    "floor": lazy_gettext("lowest amount"),
    "ceiling": lazy_gettext("highest amount"),
}


def shared(record: Record, who: Principal, entries: list[AuditEntry]) -> dict[str, Any]:
    """The template context of a page about one record: badge, track, offers and timeline."""
    rows = offers(record, who)
    machine = record.__machine__
    return {
        "badge": (wording.state(machine, record.state), wording.state_tone(machine, record.state)),
        "meaning": wording.state_meaning(machine, record.state),
        "spine": spine(record, entries),
        "mine": [row for row in rows if row.mine],
        "others": [row for row in rows if not row.mine],
        "entries": [_entry(entry) for entry in entries if entry.event is not AuditEvent.ENDORSED],  # its move says it
    }


def offers(record: Record, who: Principal) -> list[OfferRow]:
    """What can happen next; endorsing begins with a statement, so it leads to the page where that is written."""
    return [_with_own_page(row, record) for row in caseframe.offer_rows(record, who)]


def _with_own_page(row: OfferRow, record: Record) -> OfferRow:
    if row.trigger is not Trigger.ENDORSE or not row.mine:
        return row
    return replace(row, href=url_for("programmes.endorse", plan_id=record.id), blockers=())


def spine(record: Record, entries: list[AuditEntry]) -> list[Step]:
    """The states in the order of the definition; those behind carry the day when they were last entered."""
    states = [spec.name for spec in advance.definition_of(record).states]
    entered = {states[0]: record.created_at}
    entered |= {entry.to_state: entry.at for entry in reversed(entries) if entry.to_state is not None}
    here = states.index(record.state)
    usual = [s for s in states if s is not State.SUPERSEDED or record.state is s]
    return [_step(record, s, states.index(s) - here, entered.get(s)) for s in usual]


def _step(record: Record, state: State, distance: int, at: Any) -> Step:
    status = "current" if distance == 0 else "done" if distance < 0 else "next"
    return Step(wording.state(record.__machine__, state), status, at if distance <= 0 else None)


def _entry(entry: AuditEntry) -> dict[str, Any]:
    moved = entry.trigger is not None
    what = wording.moved(entry.machine, entry.trigger) if entry.trigger else wording.label(entry.event)
    return {
        "when": entry.at,
        "who": entry.actor.name if entry.actor else "Jumelage",
        "role": wording.role(entry.role),
        "what": what[0].upper() + what[1:],
        "from_": wording.state(entry.machine, entry.from_state) if moved and entry.from_state else "",
        "to": wording.state(entry.machine, entry.to_state) if moved and entry.to_state else "",
        "reason": entry.reason or _changes(entry),
    }


def _changes(entry: AuditEntry) -> str:
    """What an edit touched, in words; figures with their old and new value."""
    if entry.event is not AuditEvent.EDITED:
        return ""
    figures = [_figure(key, old, new) for key, (old, new) in entry.data.get("figures", {}).items()]
    if figures:
        return "\n".join(figures)
    names = [str(COLUMNS[key]) for key in entry.data.get("changed", []) if key in COLUMNS]
    return str(_("Changed: %(names)s", names=", ".join(names))) if names else ""


def _figure(key: str, old: str, new: str) -> str:
    """The record keeps values as text; a choice is told in its words."""
    if key not in CHOICES:
        return f"{BY_KEY[key].label}{_(': ')}{old} → {new}"
    words = {str(value): str(label) for value, label in CHOICES[key].options}
    return f"{CHOICES[key].label}{_(': ')}{words[old]} → {words[new]}"
