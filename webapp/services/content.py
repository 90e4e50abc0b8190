"""The content of an application: what is still missing, and its canonical form with the hash that people sign off."""

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import joinedload, selectinload

from webapp.models.application import (
    Application,
    ApplicationParty,
    AttachedTo,
    Attachment,
    BudgetCategory,
    BudgetLine,
    PartyRole,
    RiskKind,
    Section,
)
from workflows.instrument import InstrumentFinding, LineFacts, compute
from workflows.vocabulary import State

# Plain answers that must be filled, by section; everything else is in tables of its own.
REQUIRED: dict[Section, tuple[str, ...]] = {
    Section.FIT: ("plan_fit", "national_policy"),
    Section.PROBLEM: ("problem", "approach", "stakeholders"),
    Section.LEARNING: ("lead_learns", "partner_learns", "exchange"),
    Section.SUSTAINABILITY: ("continuation", "dissemination", "lga_role"),
}
DECLARATIONS = ("double_funding", "truth", "conflict")
# Everything the content is made of, in five statements however many rows; add to the query of an application.
WITH_CONTENT = (
    joinedload(Application.parties).joinedload(ApplicationParty.signed_off_by),
    joinedload(Application.sections),
    joinedload(Application.clarifications),
    selectinload(Application.objectives),
    selectinload(Application.budget),
    selectinload(Application.risks),
    selectinload(Application.attachments).options(joinedload(Attachment.file), joinedload(Attachment.added_by)),
)
PEER_CATEGORIES = frozenset({BudgetCategory.TRAVEL, BudgetCategory.EXPERTISE, BudgetCategory.TRAINING})


def answers(application: Application, section: Section) -> dict[str, Any]:
    """The saved answers of a section; empty when nothing was saved yet."""
    return next((row.answers for row in application.sections if row.code is section), {})


def editable(application: Application) -> frozenset[Section]:
    """The sections that applicants may change now: all of a draft, the named ones while a clarification is open."""
    if application.state is State.DRAFT:
        return frozenset(Section)
    if application.state is not State.CLARIFICATION:
        return frozenset()
    named = (Section(code) for c in application.clarifications if c.closed_at is None for code in c.sections)
    return frozenset(named)


def missing(application: Application) -> tuple[str, ...]:
    """Everything that keeps the application from being complete, as codes `section[.detail]` (`domain.md` §4)."""
    return tuple(_missing(application))


def _missing(application: Application) -> Iterable[str]:
    if not application.title.strip():
        yield "parties.title"
    if application.starts_on is None or application.ends_on is None:
        yield "parties.period"
    if application.theme_id is None:
        yield "fit.theme"
    if application.sdg_goal is None:
        yield "fit.sdg"
    for section, keys in REQUIRED.items():
        saved = answers(application, section)
        if any(not str(saved.get(key, "")).strip() for key in keys):
            yield section.value
    yield from _objectives(application)
    yield from _budget(application)
    if {risk.kind for risk in application.risks if risk.mitigation.strip()} != set(RiskKind):
        yield "risks"
    declared = answers(application, Section.DECLARATIONS)
    yield from (f"declarations.{key}" for key in DECLARATIONS if not declared.get(key))


def _objectives(application: Application) -> Iterable[str]:
    """No objective without activity, how, owner, date and indicator [S0.2]."""
    if not application.objectives:
        yield "objectives.none"
    checks = {"activity": "activity", "how": "how", "owner": "owner", "date": "due_on", "indicator": "indicator"}
    for detail, column in checks.items():
        if any(not getattr(objective, column) for objective in application.objectives):
            yield f"objectives.{detail}"


def _budget(application: Application) -> Iterable[str]:
    if not application.budget:
        yield "budget.none"
        return
    requested, _own = totals(application.budget)
    if requested < application.call.floor:
        yield "budget.floor"
    if requested > application.call.ceiling:
        yield "budget.ceiling"
    if not any(line.category in PEER_CATEGORIES for line in application.budget):
        yield "budget.peer_activity"  # colleague-to-colleague learning is the point [S2.1]


def totals(lines: Iterable[BudgetLine]) -> tuple[Decimal, Decimal]:
    """Requested from the grant and own share, summed over the lines."""
    rows = list(lines)
    return sum((x.requested for x in rows), Decimal(0)), sum((x.own_share for x in rows), Decimal(0))


def instrument(application: Application) -> InstrumentFinding:
    """The instrument that the budget asks for, with the lines that decide it [S2.15]."""
    parties = {party.organisation_id for party in application.parties}
    return compute(
        LineFacts(line.title, line.category.value, line.requested, line.payee_id in parties)
        for line in application.budget
    )


def lead(application: Application) -> int:
    """The organisation that leads the application."""
    return next(p.organisation_id for p in application.parties if p.role is PartyRole.LEAD)


def snapshot(application: Application) -> dict[str, Any]:
    """The whole content as plain values, canonical: what is frozen, compared and signed off."""
    return {
        "title": application.title,
        "period": [_text(application.starts_on), _text(application.ends_on)],
        "theme": application.theme_id,
        "sdg_goal": application.sdg_goal,
        "parties": [[p.organisation_id, p.role.value] for p in application.parties],
        "sections": {row.code.value: row.answers for row in sorted(application.sections, key=lambda r: r.code.value)},
        "objectives": [
            {
                key: _text(getattr(o, key))
                for key in (
                    "title",
                    "activity",
                    "how",
                    "owner",
                    "due_on",
                    "indicator",
                    "baseline_value",
                    "target_value",
                )
            }
            for o in application.objectives
        ],
        "budget": [
            {
                "title": line.title,
                "category": line.category.value,
                "total": _money(line.total),
                "requested": _money(line.requested),
                "own_share": _money(line.own_share),
                "payer": line.payer_id,
                "payee": line.payee_id,
            }
            for line in application.budget
        ],
        "risks": [
            {
                "kind": r.kind.value,
                "likelihood": r.likelihood,
                "impact": r.impact,
                "mitigation": r.mitigation,
                "owner": r.owner,
            }
            for r in sorted(application.risks, key=lambda r: r.kind.value)
        ],
        "files": [
            [a.subject, a.file.name, a.file.sha256]
            for a in application.attachments
            if a.attached_to is AttachedTo.SECTION and a.removed_at is None
        ],
    }


def sha256(content: dict[str, Any]) -> str:
    """The hash of a snapshot: canonical JSON, UTF-8."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _money(value: Decimal) -> str:
    return f"{Decimal(value):.2f}"
