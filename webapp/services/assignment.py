"""Who is given a file: the least busy of those who may have it, let in by a role on that very file."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from webapp import clock, policy
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.people import RoleGrant
from webapp.models.record import AuditEvent
from webapp.services import audit
from workflows.vocabulary import Role


def least_busy(candidates: Sequence[int], busy: Mapping[int, int]) -> int:
    """The person with the fewest files in hand; of equals, the one who stands first."""
    return min(candidates, key=lambda person: (busy.get(person, 0), candidates.index(person)))


def let_in(application: Application, person_id: int, role: Role) -> bool:
    """Give this role on this file, on the record; False when the person has it already."""
    mine = (RoleGrant.person_id == person_id, RoleGrant.application_id == application.id, RoleGrant.role == role)
    if db.session.scalar(select(RoleGrant.id).where(*mine)) is not None:
        return False
    db.session.add(RoleGrant(person_id=person_id, role=role, application_id=application.id, starts_on=clock.today()))
    data = {"person": person_id, "role": role.value}
    audit.record(
        application, policy.SYSTEM, Role.SYSTEM, AuditEvent.ROLE_GRANTED, application_id=application.id, data=data
    )
    return True
