"""How a role is given and ended: the checks, the row with its dates, and the record; the verbs stand in `use_cases`."""

from datetime import date, timedelta
from typing import Any

import structlog
from flask_babel import gettext as _
from sqlalchemy import select

from webapp import clock, wording
from webapp.admin import scopes
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.people import Organisation, Person, RoleGrant
from webapp.models.programme import Programme
from webapp.models.record import AuditEvent
from webapp.models.types import Case
from webapp.policy import Principal
from webapp.services import audit
from workflows.vocabulary import Role

log = structlog.get_logger()
Where = dict[str, int | None]


def add(
    person: Person,
    role: Role,
    actor: Principal,
    where: Where,
    starts_on: date | None,
    ends_on: date | None,
) -> RoleGrant:
    require_gives(actor, role, where)
    if person.left_at is not None:
        raise Forbidden("person_left")
    _check_scope(role, where)
    today = clock.today()
    starts = starts_on or today
    if ends_on is not None and ends_on < starts:
        raise Invalid("ends_on", _("The last day cannot come before the first day."))
    wanted = (role, where.get("organisation_id"), where.get("programme_id"), where.get("application_id"))
    if any(_key(grant) == wanted and (grant.ends_on is None or grant.ends_on >= starts) for grant in person.grants):
        raise Invalid("role", _("This person holds this role here already."))
    grant = RoleGrant(person=person, role=role, starts_on=starts, ends_on=ends_on, **where)
    db.session.add(grant)
    db.session.flush()
    _record(grant, actor, AuditEvent.ROLE_GRANTED)
    return grant


def _check_scope(role: Role, where: Where) -> None:
    """The scope exists and fits the role; anything else is a wrong choice in the form."""
    reach = scopes.REACH.get(role)
    if reach is None:
        raise Invalid("role", _("This role cannot be given."))
    organisation = existing(Organisation, where.get("organisation_id"))
    programme = existing(Programme, where.get("programme_id"))
    application = existing(Application, where.get("application_id"))
    fits = (
        (organisation is not None and organisation.type in reach.types)
        or (programme is not None and reach.programme)
        or (application is not None and reach.file)
        or reach.everywhere
    )
    if not fits:
        raise Invalid("role", _("%(role)s is not a role that can be held there.", role=wording.role(role)))


def existing(model: type[Any], row_id: int | None) -> Any:
    if row_id is None:
        return None
    if (row := db.session.get(model, row_id)) is None:
        raise NotFound(model.__name__)
    return row


def end(grant: RoleGrant, person: Person, actor: Principal) -> None:
    """Both ends of a grant are included, so yesterday is the last day it counted."""
    _record(grant, actor, AuditEvent.ROLE_ENDED)
    yesterday = clock.today() - timedelta(days=1)
    if grant.starts_on <= yesterday:
        grant.ends_on = yesterday
    else:
        person.grants.remove(grant)
        db.session.delete(grant)
    db.session.flush()


def _record(grant: RoleGrant, actor: Principal, event: AuditEvent) -> None:
    where = {key: value for key, value in scope_of(grant).items() if value is not None}
    log.info(event.value, person=grant.person_id, role=grant.role.value, by=actor.person_id, **where)
    case: Case | None = None
    if grant.application_id is not None:
        case = db.session.get(Application, grant.application_id)
    elif grant.programme_id is not None:
        case = db.session.get(Programme, grant.programme_id)
    if case is None:
        return
    capacity = Role.SYSTEM if actor.holds(Role.SYSTEM) else Role.SYSTEM_ADMIN
    data = {"person": grant.person_id, "role": grant.role.value}
    audit.record(case, actor, capacity, event, application_id=grant.application_id, data=data)


def scope_of(grant: RoleGrant) -> Where:
    return {key: getattr(grant, key) for key in ("organisation_id", "programme_id", "application_id")}


def _key(grant: RoleGrant) -> tuple[Role, int | None, int | None, int | None]:
    return grant.role, grant.organisation_id, grant.programme_id, grant.application_id


def is_current(grant: RoleGrant, person: Person) -> bool:
    """Counts today or later."""
    return grant.ends_on is None or grant.ends_on >= clock.today()


def current(condition: Any) -> Any:
    today = clock.today()
    return select(RoleGrant).where(condition, RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= today))


def require_gives(actor: Principal, role: Role, where: Where) -> None:
    """Own organisation and its roles only; whoever administers one organisation gives nothing beyond it."""
    beyond = where.get("programme_id") is not None or where.get("application_id") is not None
    if role not in scopes.gives(actor, where.get("organisation_id")) or (beyond and not scopes.is_system(actor)):
        raise Forbidden("give_role")


def require_another_admin(grant: RoleGrant) -> None:
    """The last system administrator stays: nobody could give the role again."""
    if grant.role is not Role.SYSTEM_ADMIN:
        return
    others = current(RoleGrant.role == Role.SYSTEM_ADMIN).where(RoleGrant.person_id != grant.person_id)
    if db.session.scalar(others.limit(1)) is None:
        raise Invalid("confirm", _("This is the last system administrator. Give somebody else the role first."))
