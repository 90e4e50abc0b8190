"""The timeline of a file, as much of it as the reader may see."""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from webapp import policy
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.record import AuditEntry, AuditEvent
from workflows.vocabulary import Machine, Role

E = AuditEvent
OFFICE_SEES_ALL = policy.OFFICE | {Role.AUDITOR, Role.PANEL_MEMBER}
# Inside the office and the associations: who checked, scored, reviewed, recommended and voted is not told outside.
INTERNAL = (E.CHECKED, E.SCORED, E.REVIEWER_ASSIGNED, E.CONFLICT_DECLARED, E.RECOMMENDED, E.CONFIRMED, E.VOTED)


def entries(application: Application, roles: frozenset[Role], limit: int, offset: int = 0) -> list[AuditEntry]:
    """The newest entries first; one statement."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.application_id == application.id, _told(roles))
        .options(joinedload(AuditEntry.actor))
        .order_by(AuditEntry.id.desc())
    )
    return list(db.session.scalars(query.limit(limit).offset(offset)))


def _told(roles: frozenset[Role]) -> ColumnElement[bool]:
    """Office and auditor read everything; parties all but the inner work; others only the moves of the case."""
    if roles & OFFICE_SEES_ALL:
        return AuditEntry.id > 0
    moves = and_(AuditEntry.machine == Machine.APPLICATION, AuditEntry.event == E.MOVED)
    if roles & (policy.MUNICIPAL | {Role.FOCAL_POINT, Role.COMMITTEE_MEMBER}):
        return or_(moves, and_(AuditEntry.machine != Machine.REVIEW, AuditEntry.event.not_in(INTERNAL)))
    return moves
