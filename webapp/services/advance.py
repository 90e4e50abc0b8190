"""The one door: the only writer of a state. Lock, replay, version, policy, guards, change, record, announce."""

from typing import Any

from sqlalchemy import select

from webapp import clock, policy
from webapp.errors import Conflict, Refused
from webapp.extensions import db
from webapp.models.record import AuditEntry, AuditEvent
from webapp.models.types import Case
from webapp.plaintext import tidy
from webapp.policy import Principal
from webapp.services import announce, audit, deadlines, scope
from webapp.services.effects import HANDLERS, Moved
from webapp.services.facts import facts_of
from webapp.services.locking import lock
from workflows import engine
from workflows.definition import Definition, Move
from workflows.definitions import BY_VERSION
from workflows.engine import Offer, Refusal
from workflows.facts import Actor
from workflows.vocabulary import Role, Trigger


def advance(
    case: Case,
    trigger: Trigger,
    actor: Principal,
    *,
    reason: str = "",
    request_id: str | None = None,
    expected: int | None = None,
    data: dict[str, Any] | None = None,
) -> AuditEntry:
    """Make one move, or raise and change nothing.

    `request_id` makes a repeated request harmless (the first entry is returned); `expected` is the revision the person
    saw. Raises `Conflict` for a stale revision and `Refused` with every blocker. The caller commits.
    """
    reason = tidy(reason)
    lock(case)
    if request_id and (done := _already(case, request_id)):
        if (done.trigger, done.actor_id) != (trigger, actor.person_id or None):
            raise Conflict(expected or 0, case.revision)  # a request's number serves one move of one person
        return done
    if expected is not None and expected != case.revision:
        raise Conflict(expected, case.revision)
    who = actor_on(case, actor)
    decision = engine.decide(definition_of(case), case.state, trigger, who, facts_of(case, actor), reason=reason)
    if isinstance(decision, Refusal):
        raise Refused(decision)
    return _make(case, decision, actor, _capacity(decision, who), reason, request_id, data)


def offers(case: Case, actor: Principal) -> tuple[Offer, ...]:
    """Every move that leaves the case's state as this person sees it: theirs or not, and what stands in the way."""
    return engine.offers(definition_of(case), case.state, actor_on(case, actor), facts_of(case, actor))


def definition_of(case: Case) -> Definition:
    """The rules the case began with."""
    return BY_VERSION[(case.__machine__, case.definition_version)]


def actor_on(case: Case, actor: Principal) -> Actor:
    return Actor(actor.person_id, policy.roles_on(actor, scope.scope_of(case)))


def _already(case: Case, request_id: str) -> AuditEntry | None:
    query = select(AuditEntry).where(AuditEntry.machine == case.__machine__, AuditEntry.case_id == case.id)
    return db.session.scalar(query.where(AuditEntry.request_id == request_id))


def _capacity(move: Move, who: Actor) -> Role:
    return min(who.roles & move.by)


def _make(
    case: Case,
    move: Move,
    actor: Principal,
    role: Role,
    reason: str,
    request_id: str | None,
    data: dict[str, Any] | None,
) -> AuditEntry:
    instant = clock.now()
    with db.session.no_autoflush:
        case.state = move.dest
        case.state_since = instant
        case.revision += 1
        case.stamp(move.trigger, move.source, actor.person_id or None, reason.strip(), instant)
    application = scope.application_of(case)
    entry = audit.record(
        case,
        actor,
        role,
        AuditEvent.MOVED,
        application_id=application.id if application else None,
        trigger=move.trigger,
        from_state=move.source,
        to_state=move.dest,
        reason=reason,
        data=data,
        request_id=request_id,
    )
    deadlines.follow(case, move, actor)
    moved = Moved(case, move, actor, reason.strip())
    for effect in move.effects:
        HANDLERS[effect](moved)
    announce.after(entry)
    db.session.flush()
    return entry
