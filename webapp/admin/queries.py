"""What the pages of organisations and people read; an administrator of one organisation sees its people alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp import clock
from webapp.admin import scopes
from webapp.errors import NotFound
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.people import Affiliation, Organisation, OrganisationType, Person, RoleGrant
from webapp.models.programme import Programme
from webapp.models.record import OutboxRow
from webapp.paging import COUNT_LIMIT, PER_PAGE
from webapp.policy import Principal
from workflows.vocabulary import Role


@dataclass(frozen=True)
class PeopleFilter:
    """What narrows the list of people; None and empty narrow nothing."""

    text: str = ""
    role: Role | None = None
    organisation_id: int | None = None


def people(who: Principal, wanted: PeopleFilter, page: int) -> tuple[Sequence[Person], int]:
    """One page of people by name, and how many there are (up to `COUNT_LIMIT` + 1); four statements."""
    conditions = [Person.left_at.is_(None), _visible(who), *_narrowed(wanted)]
    counted = select(Person.id).where(*conditions).limit(COUNT_LIMIT + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(counted)) or 0
    query = (
        select(Person)
        .where(*conditions)
        .options(
            selectinload(Person.grants).joinedload(RoleGrant.organisation),
            selectinload(Person.affiliations).joinedload(Affiliation.organisation),
        )
        .order_by(func.lower(Person.name), Person.id)
    )
    return db.session.scalars(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all(), total


def _narrowed(wanted: PeopleFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:
        text = wanted.text
        found.append(or_(Person.name.icontains(text, autoescape=True), Person.email.icontains(text, autoescape=True)))
    if wanted.role is not None or wanted.organisation_id is not None:
        today = clock.today()
        held = select(RoleGrant.person_id).where(RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= today))
        if wanted.role is not None:
            held = held.where(RoleGrant.role == wanted.role)
        if wanted.organisation_id is not None:
            held = held.where(RoleGrant.organisation_id == wanted.organisation_id)
        found.append(Person.id.in_(held))
    return found


def _visible(who: Principal) -> ColumnElement[bool]:
    """All, or those who hold or held a role in, or belong to, an organisation of which the reader is administrator."""
    if scopes.is_system(who):
        return Person.id > 0
    own = scopes.administered(who)
    by_role = select(RoleGrant.person_id).where(RoleGrant.organisation_id.in_(own))
    by_tie = select(Affiliation.person_id).where(Affiliation.organisation_id.in_(own))
    return or_(Person.id.in_(by_role), Person.id.in_(by_tie))


def person(who: Principal, person_id: int) -> Person:
    """One of the people this administrator may see; three statements."""
    query = (
        select(Person)
        .where(Person.id == person_id, _visible(who))
        .options(
            selectinload(Person.grants).joinedload(RoleGrant.organisation),
            selectinload(Person.affiliations).joinedload(Affiliation.organisation),
        )
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"person {person_id}")
    return found


def grant(who: Principal, grant_id: int) -> RoleGrant:
    """A role of somebody whom this administrator may see."""
    query = select(RoleGrant).join(Person).where(RoleGrant.id == grant_id, _visible(who))
    found = db.session.scalar(query.options(joinedload(RoleGrant.person), joinedload(RoleGrant.organisation)))
    if found is None or not shown([found], who):
        raise NotFound(f"role {grant_id}")
    return found


def shown(grants: Sequence[RoleGrant], who: Principal) -> list[RoleGrant]:
    """Roles elsewhere are not the business of an organisation's administrator."""
    own = scopes.administered(who)
    return [g for g in grants if scopes.is_system(who) or g.organisation_id in own]


def places_of(grants: Sequence[RoleGrant]) -> dict[int, str]:
    """Where each grant is held, in words; at most two statements."""
    programmes = _titles(select(Programme.id, Programme.title), Programme.id, [g.programme_id for g in grants])
    files = _titles(select(Application.id, Application.reference), Application.id, [g.application_id for g in grants])
    return {
        g.id: ", ".join(
            name
            for name in (
                g.organisation.name if g.organisation else "",
                programmes.get(g.programme_id or 0, ""),
                files.get(g.application_id or 0, ""),
            )
            if name
        )
        for g in grants
    }


def _titles(query: Any, column: Any, ids: list[int | None]) -> dict[int, str]:
    wanted = {row_id for row_id in ids if row_id is not None}
    if not wanted:
        return {}
    return {row[0]: row[1] for row in db.session.execute(query.where(column.in_(wanted)))}


@dataclass(frozen=True)
class OrganisationFilter:
    text: str = ""
    type: OrganisationType | None = None


def organisations(wanted: OrganisationFilter, page: int) -> tuple[Sequence[Organisation], int]:
    """One page of organisations by name, and how many there are; two statements."""
    conditions: list[ColumnElement[bool]] = []
    if text := wanted.text:
        names = (Organisation.name, Organisation.legal_name, Organisation.place)
        conditions.append(or_(*(column.icontains(text, autoescape=True) for column in names)))
    if wanted.type is not None:
        conditions.append(Organisation.type == wanted.type)
    counted = select(Organisation.id).where(*conditions).limit(COUNT_LIMIT + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(counted)) or 0
    query = select(Organisation).where(*conditions).options(joinedload(Organisation.lga))
    rows = query.order_by(func.lower(Organisation.name), Organisation.id)
    return db.session.scalars(rows.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all(), total


def organisation(organisation_id: int) -> Organisation:
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(f"organisation {organisation_id}")
    return found


def choices(who: Principal) -> list[tuple[int, str]]:
    """(id, name) of every organisation whose people this person manages."""
    query = select(Organisation.id, Organisation.name).order_by(func.lower(Organisation.name))
    if not scopes.is_system(who):
        query = query.where(Organisation.id.in_(scopes.administered(who)))
    return [(row_id, name) for row_id, name in db.session.execute(query)]


def associations() -> list[tuple[int, str]]:
    query = select(Organisation.id, Organisation.name).where(Organisation.type == OrganisationType.LGA)
    return [(row_id, name) for row_id, name in db.session.execute(query.order_by(Organisation.name))]


def programmes() -> list[tuple[int, str]]:
    query = select(Programme.id, Programme.title).order_by(Programme.starts_on.desc(), Programme.id)
    return [(row_id, title) for row_id, title in db.session.execute(query)]


def programme(programme_id: int) -> Programme:
    found = db.session.get(Programme, programme_id)
    if found is None:
        raise NotFound(f"programme {programme_id}")
    return found


def file_by_reference(reference: str) -> Application | None:
    """The application with this number; the administrator learns nothing of it but that it exists."""
    return db.session.scalar(select(Application).where(func.upper(Application.reference) == reference.upper()))


def failures(page: int) -> tuple[Sequence[OutboxRow], int]:
    """One page of the work that failed and is not done, the oldest first, and how much there is; two statements."""
    failed = (OutboxRow.done_at.is_(None), OutboxRow.error != "")
    counted = select(OutboxRow.id).where(*failed).limit(COUNT_LIMIT + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(counted)) or 0
    rows = select(OutboxRow).where(*failed).order_by(OutboxRow.id)
    return db.session.scalars(rows.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all(), total


def outbox_row(row_id: int) -> OutboxRow:
    found = db.session.get(OutboxRow, row_id)
    if found is None:
        raise NotFound(f"outbox {row_id}")
    return found
