"""What the pages of programmes, plans and calls read. A row that is not for the reader is not found."""

from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from webapp import policy
from webapp.errors import NotFound
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.people import Organisation, OrganisationType, Person, RoleGrant
from webapp.models.programme import Call, CountryPlan, Endorsement, Programme, Theme
from webapp.models.record import AuditEntry
from webapp.models.types import Case
from webapp.policy import Action, Principal
from webapp.services.scope import programme_scope
from workflows.vocabulary import Role, State

Row = TypeVar("Row", Programme, CountryPlan, Call)

NEWEST = 30


def programmes_for(who: Principal) -> list[Programme]:
    """The programmes this person works in, with their plans; for an administrator all of them."""
    query = select(Programme).options(joinedload(Programme.operator), selectinload(Programme.plans))
    if not who.holds(Role.SYSTEM_ADMIN):
        query = query.where(Programme.id.in_(who.programmes(*policy.OFFICE)))
    return list(db.session.scalars(query.order_by(Programme.starts_on.desc(), Programme.id)))


def plans_for(who: Principal) -> list[CountryPlan]:
    """The plans of the associations this person works for."""
    query = (
        select(CountryPlan)
        .where(CountryPlan.lga_id.in_(who.organisations(*policy.ASSOCIATION)))
        .options(joinedload(CountryPlan.programme), joinedload(CountryPlan.lga), selectinload(CountryPlan.calls))
    )
    return list(db.session.scalars(query.order_by(CountryPlan.id)))


def programme(who: Principal, programme_id: int, action: Action = Action.VIEW_PROGRAMME) -> Programme:
    """A programme with its operator, plans and calls; three statements."""
    plans = selectinload(Programme.plans)
    query = (
        select(Programme)
        .where(Programme.id == programme_id)
        .options(
            joinedload(Programme.operator), plans.joinedload(CountryPlan.lga), plans.selectinload(CountryPlan.calls)
        )
    )
    return _allowed(who, db.session.scalar(query), action)


def plan(who: Principal, plan_id: int, action: Action = Action.VIEW_PROGRAMME) -> CountryPlan:
    """A country plan with all its parts; three statements."""
    query = (
        select(CountryPlan)
        .where(CountryPlan.id == plan_id)
        .options(
            joinedload(CountryPlan.programme).joinedload(Programme.operator),
            joinedload(CountryPlan.lga),
            joinedload(CountryPlan.drafted_by),
            joinedload(CountryPlan.references),
            joinedload(CountryPlan.themes),
            selectinload(CountryPlan.endorsements).joinedload(Endorsement.person),
            selectinload(CountryPlan.endorsements).joinedload(Endorsement.lga),
            selectinload(CountryPlan.calls),
        )
    )
    return _allowed(who, db.session.scalars(query).unique().one_or_none(), action)


def theme(who: Principal, theme_id: int, action: Action) -> Theme:
    found = db.session.get(Theme, theme_id, options=[joinedload(Theme.plan).joinedload(CountryPlan.programme)])
    if found is None:
        raise NotFound(f"theme {theme_id}")
    policy.require(who, action, programme_scope(found.plan))
    return found


def call(who: Principal, call_id: int, action: Action = Action.VIEW_PROGRAMME) -> Call:
    """A call with its plan, themes and programme; one statement."""
    up = joinedload(Call.plan)
    query = (
        select(Call)
        .where(Call.id == call_id)
        .options(
            up.joinedload(CountryPlan.programme).joinedload(Programme.operator),
            up.joinedload(CountryPlan.lga),
            up.joinedload(CountryPlan.themes),
        )
    )
    return _allowed(who, db.session.scalars(query).unique().one_or_none(), action)


def _allowed(who: Principal, row: Row | None, action: Action) -> Row:
    if row is None:
        raise NotFound("programme, plan or call")
    policy.require(who, action, programme_scope(row))
    return row


def entries(case: Case) -> list[AuditEntry]:
    """The newest entries of the case's record; one statement."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.machine == case.__machine__, AuditEntry.case_id == case.id)
        .options(joinedload(AuditEntry.actor))
        .order_by(AuditEntry.sequence.desc())
    )
    return list(db.session.scalars(query.limit(NEWEST)))


def people_of(programme: Programme) -> list[RoleGrant]:
    """Who works for a programme, now or later; one statement."""
    query = (
        select(RoleGrant)
        .join(Person, RoleGrant.person_id == Person.id)
        .where(RoleGrant.programme_id == programme.id, RoleGrant.application_id.is_(None), Person.left_at.is_(None))
        .options(joinedload(RoleGrant.person))
    )
    return list(db.session.scalars(query.order_by(RoleGrant.role, Person.name)))


def received(call: Call) -> int:
    """How many applications this call has received; drafts are the applicants' own business."""
    query = select(func.count(Application.id)).where(Application.call_id == call.id, Application.state != State.DRAFT)
    return int(db.session.scalar(query) or 0)


def associations(country: str = "") -> list[Organisation]:
    """Every local government association, those of `country` first."""
    query = select(Organisation).where(Organisation.type == OrganisationType.LGA)
    return list(db.session.scalars(query.order_by(Organisation.country != country, Organisation.name)))
