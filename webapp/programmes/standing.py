"""Where a programme's files stand and who there is to work on them: what its figures are held against when saved."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select

from webapp import clock, policy
from webapp.extensions import db
from webapp.models.application import Application, ApplicationParty
from webapp.models.monitoring import Audit
from webapp.models.people import Affiliation, Organisation, Person, RoleGrant
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.services.versions import CASES
from workflows.definition import Definition
from workflows.definitions import BY_VERSION, CURRENT
from workflows.facts import Rules
from workflows.mandates import FIGURES
from workflows.settings import Standing
from workflows.vocabulary import Machine, Role, State

REVIEWERS = (Role.LGA_OFFICER, Role.LEAD_REVIEWER)
OFFICE = (Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR)
UNREVIEWED = (
    State.DRAFT, State.SUBMITTED, State.ELIGIBILITY, State.BASELINE, State.CAPACITY_HOLD, State.CLARIFICATION,
    State.REVIEW, State.APPEAL,
)  # fmt: skip


def standing(programme: Programme, before: Rules, after: Rules) -> Standing:
    """What these figures are held against. People are counted only for a figure that asks more of them than before:
    they come and go, and a leaver would otherwise stop every later change.
    """
    mine = Application.call_id.in_(select(Call.id).join(CountryPlan).where(CountryPlan.programme_id == programme.id))
    states = db.session.execute(select(Application.state, func.count()).where(mine).group_by(Application.state))
    audited = select(Audit.application_id)
    bare = select(func.count()).where(mine, Application.state == State.CLOSING, Application.id.not_in(audited))
    mandated = any(getattr(after, name) != getattr(before, name) for name in FIGURES)
    return Standing(
        by_state={row[0]: row[1] for row in states},
        closing_without_audit=db.session.scalar(bare) or 0,
        reviewers=_reviewers(programme) if after.quorum > before.quorum else {},
        holders=_holders(programme) if mandated else None,
        largest=_largest(programme),
    )


def definitions(programme: Programme) -> list[Definition]:
    """The rules that begin cases today, and every earlier version in which one of this programme still stands."""
    earlier = [d for d in BY_VERSION.values() if d is not CURRENT[d.machine]]
    return [*CURRENT.values(), *(d for d in earlier if _is_used(programme, d))]


def _is_used(programme: Programme, definition: Definition) -> bool:
    kind = CASES[definition.machine]
    over = [spec.name for spec in definition.states if spec.is_final]
    query = select(kind.id).where(kind.definition_version == definition.version, kind.state.not_in(over))
    return db.session.scalar(query.where(_of(programme, definition.machine, kind)).limit(1)) is not None


def _of(programme: Programme, machine: Machine, kind: Any) -> ColumnElement[bool]:
    """Whether a case belongs to this programme."""
    if machine is Machine.PROGRAMME:
        return Programme.id == programme.id
    if machine in (Machine.PLAN, Machine.TEMPLATE):
        mine: ColumnElement[bool] = kind.programme_id == programme.id
        return mine
    plans = select(CountryPlan.id).where(CountryPlan.programme_id == programme.id)
    if machine is Machine.CALL:
        return Call.plan_id.in_(plans)
    files = select(Application.id).join(Call, Application.call_id == Call.id).where(Call.plan_id.in_(plans))
    column: ColumnElement[int] = kind.id if machine is Machine.APPLICATION else kind.application_id
    return column.in_(files)


def _today() -> tuple[ColumnElement[bool], ...]:
    """Roles that are held now, by people who are still there; for a statement that joins the person."""
    today = clock.today()
    return (
        RoleGrant.starts_on <= today, RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= today),
        Person.left_at.is_(None),
    )  # fmt: skip


def _holders(programme: Programme) -> dict[Role, int]:
    """How many people hold each role of the office in this programme; one statement."""
    query = select(RoleGrant.role, func.count(RoleGrant.person_id.distinct())).join(Person)
    held = query.where(RoleGrant.programme_id == programme.id, RoleGrant.role.in_(OFFICE), *_today())
    return {row[0]: row[1] for row in db.session.execute(held.group_by(RoleGrant.role))}


def _largest(programme: Programme) -> Any:
    """The largest grant that can be asked for; what the programme has, where no call says it yet."""
    plans = select(CountryPlan.id).where(CountryPlan.programme_id == programme.id)
    return db.session.scalar(select(func.max(Call.ceiling)).where(Call.plan_id.in_(plans))) or programme.budget


# --- who can review -------------------------------------------------------------------------------


def _reviewers(programme: Programme) -> dict[str, int]:
    """Country plan → how many people without ties can review a file of it, for the file with the fewest.

    Of a plan without files: those of its own association and of the largest other one, which a lead may bring.
    """
    officers = _pairs(select(RoleGrant.organisation_id, RoleGrant.person_id).join(Person).where(
        RoleGrant.role.in_(REVIEWERS), *_today()
    ))  # fmt: skip
    ties = _pairs(
        select(RoleGrant.organisation_id, RoleGrant.person_id).where(RoleGrant.role.in_(policy.MUNICIPAL)),
        select(Affiliation.organisation_id, Affiliation.person_id),
    )
    found: dict[str, int] = {}
    for plan in programme.plans:
        if CURRENT[Machine.PLAN].spec(plan.state).is_final:
            continue
        own = officers.get(plan.lga_id, set())
        others = max((len(people - own) for lga, people in officers.items() if lga != plan.lga_id), default=0)
        counts = [len((own | _all(officers, lgas)) - _all(ties, parties)) for parties, lgas in _rooms(plan)]
        found[plan.title] = min(counts, default=len(own) + others)
    return found


def _all(people: Mapping[int, set[int]], organisations: Iterable[int]) -> set[int]:
    return set().union(*(people.get(number, set()) for number in organisations))


def _pairs(*queries: Any) -> dict[int, set[int]]:
    """Organisation → people."""
    found: dict[int, set[int]] = {}
    for query in queries:
        for organisation, person in db.session.execute(query):
            found.setdefault(organisation, set()).add(person)
    return found


def _rooms(plan: CountryPlan) -> Iterable[tuple[frozenset[int], frozenset[int]]]:
    """The municipalities and their associations of each file that is still to be reviewed, every combination once."""
    query = (
        select(ApplicationParty.application_id, Organisation.id, Organisation.lga_id)
        .join(Organisation, Organisation.id == ApplicationParty.organisation_id)
        .join(Application, Application.id == ApplicationParty.application_id)
        .join(Call, Call.id == Application.call_id)
        .where(Call.plan_id == plan.id, Application.state.in_(UNREVIEWED))
    )
    files: dict[int, tuple[set[int], set[int]]] = {}
    for number, party, lga in db.session.execute(query):
        parties, lgas = files.setdefault(number, (set(), set()))
        parties.add(party)
        lgas.update(() if lga is None else (lga,))
    return {(frozenset(parties), frozenset(lgas)) for parties, lgas in files.values()}
