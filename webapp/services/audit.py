"""The record of who did what: one hash chain per case, written in the same transaction as the change."""

import hashlib
import json
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import make_transient_to_detached

from webapp import clock
from webapp.extensions import db
from webapp.models.record import AuditEntry, AuditEvent
from webapp.models.types import Case
from webapp.policy import SYSTEM_PERSON, Principal
from workflows.vocabulary import Role, State, Trigger

GENESIS = "0" * 64
_TABLE = cast(Table, AuditEntry.__table__)
_COLUMNS = frozenset(_TABLE.c.keys())


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
    sequence, previous = _last(case)
    entry = AuditEntry(
        machine=case.__machine__,
        case_id=case.id,
        sequence=sequence + 1,
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
        previous_hash=previous,
    )
    entry.hash = digest(entry)
    return _append(entry)


def _append(entry: AuditEntry) -> AuditEntry:
    """Write one link, which is never changed again: past the unit of work, which would weigh every row around it."""
    db.session.flush()
    columns = {name: value for name, value in vars(entry).items() if name in _COLUMNS}
    entry.id = db.session.execute(_adding(), columns).scalar_one()
    make_transient_to_detached(entry)
    db.session.add(entry)
    return entry


@cache
def _adding() -> Any:
    return insert(_TABLE).returning(_TABLE.c.id)


def _last(case: Case) -> tuple[int, str]:
    """Sequence and hash of the newest link of a case's chain."""
    last = db.session.execute(_newest(), {"machine": case.__machine__, "case": case.id}).first()
    return (last.sequence, last.hash) if last else (0, GENESIS)


@cache
def _newest() -> Any:
    link = _TABLE.c
    chain = (link.machine == bindparam("machine", type_=link.machine.type), link.case_id == bindparam("case"))
    return select(link.sequence, link.hash).where(*chain).order_by(link.sequence.desc()).limit(1)


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
