"""The record of who did what: one hash chain per case, written in the same transaction as the change."""

import hashlib
import json
from typing import Any

from sqlalchemy import select

from webapp import clock
from webapp.extensions import db
from webapp.models.record import AuditEntry, AuditEvent
from webapp.models.types import Case
from webapp.policy import SYSTEM_PERSON, Principal
from workflows.vocabulary import Role, State, Trigger

GENESIS = "0" * 64


def record(
    case: Case,
    actor: Principal,
    role: Role,
    event: AuditEvent,
    *,
    application_id: int | None = None,
    trigger: Trigger | None = None,
    from_state: State | None = None,
    to_state: State | None = None,
    reason: str = "",
    data: dict[str, Any] | None = None,
    request_id: str | None = None,
) -> AuditEntry:
    """Append one entry to the case's chain. The database refuses a second entry with the same sequence."""
    last = head(case)
    entry = AuditEntry(
        machine=case.__machine__,
        case_id=case.id,
        sequence=last.sequence + 1 if last else 1,
        application_id=application_id,
        at=clock.now(),
        actor_id=None if actor.person_id == SYSTEM_PERSON else actor.person_id,
        role=role,
        event=event,
        trigger=trigger,
        from_state=from_state,
        to_state=to_state,
        reason=reason.strip(),
        data=data or {},
        request_id=request_id,
        previous_hash=last.hash if last else GENESIS,
    )
    entry.hash = digest(entry)
    db.session.add(entry)
    db.session.flush()
    return entry


def head(case: Case) -> AuditEntry | None:
    """The newest link of a case's chain."""
    query = select(AuditEntry).where(AuditEntry.machine == case.__machine__, AuditEntry.case_id == case.id)
    return db.session.scalar(query.order_by(AuditEntry.sequence.desc()).limit(1))


def digest(entry: AuditEntry) -> str:
    """SHA-256 over the canonical content of a link, the previous hash included; people appear by number only."""
    content = {
        "machine": entry.machine,
        "case": entry.case_id,
        "sequence": entry.sequence,
        "application": entry.application_id,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "role": entry.role,
        "event": entry.event,
        "trigger": entry.trigger,
        "from": entry.from_state,
        "to": entry.to_state,
        "reason": entry.reason,
        "data": entry.data,
        "request": entry.request_id,
        "previous": entry.previous_hash,
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def broken_links(limit: int = 100) -> list[tuple[str, int, int, str]]:
    """Every place where a chain does not hold: (machine, case, sequence, what is wrong)."""
    found: list[tuple[str, int, int, str]] = []
    previous: AuditEntry | None = None
    query = select(AuditEntry).order_by(AuditEntry.machine, AuditEntry.case_id, AuditEntry.sequence)
    for entry in db.session.scalars(query.execution_options(yield_per=1000)):
        same = previous is not None and (previous.machine, previous.case_id) == (entry.machine, entry.case_id)
        before = previous if same else None
        if fault := _fault(entry, before):
            found.append((entry.machine.value, entry.case_id, entry.sequence, fault))
            if len(found) >= limit:
                break
        previous = entry
    return found


def _fault(entry: AuditEntry, before: AuditEntry | None) -> str:
    if entry.sequence != (before.sequence + 1 if before else 1):
        return "a link is missing"
    if entry.previous_hash != (before.hash if before else GENESIS):
        return "does not follow the link before it"
    return "" if digest(entry) == entry.hash else "content was changed"
