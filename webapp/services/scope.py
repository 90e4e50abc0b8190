"""From rows to the plain scopes that the policy understands, and from a person to a principal."""

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad as Load

from webapp import clock, policy
from webapp.errors import Conflict, NotFound
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application, ApplicationParty
from webapp.models.assessment import Review
from webapp.models.monitoring import CorrectiveAction, Obligation, Report
from webapp.models.negotiation import SpecialClause
from webapp.models.people import Organisation, Person
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.template import DocumentTemplate
from webapp.models.types import Case
from webapp.policy import Action, FileScope, Principal, ProgrammeScope
from workflows.vocabulary import Role, State


def principal(person: Person) -> Principal:
    """Who this person is today: valid grants, and every organisation they belong to.

    A role's first and last day are days in UTC, for everybody alike: a list of people asks about all of them at once.
    """
    rows = [
        (g.role, g.organisation_id, g.programme_id, g.application_id, g.starts_on, g.ends_on) for g in person.grants
    ]
    grants = policy.grants_on(rows, clock.today())
    tied = {g.organisation_id for g in grants if g.organisation_id is not None}
    return Principal(person.id, person.name, grants, frozenset(tied | {a.organisation_id for a in person.affiliations}))


def file_scope(application: Application) -> FileScope:
    plan = application.call.plan
    lgas = {plan.lga_id} | {p.organisation.lga_id for p in application.parties if p.organisation.lga_id is not None}
    return FileScope(
        application_id=application.id,
        programme_id=plan.programme_id,
        party_ids=frozenset(p.organisation_id for p in application.parties),
        plan_lga_id=plan.lga_id,
        lga_ids=frozenset(lgas),
        state=application.state,
        return_state=application.return_state,
    )


def programme_scope(record: Programme | CountryPlan | Call | DocumentTemplate) -> ProgrammeScope:
    if isinstance(record, Programme):
        return ProgrammeScope(record.id, None, record.state)
    if isinstance(record, CountryPlan):
        return ProgrammeScope(record.programme_id, record.lga_id, record.state)
    if isinstance(record, DocumentTemplate):
        return ProgrammeScope(record.programme_id, None, record.state)
    return ProgrammeScope(record.plan.programme_id, record.plan.lga_id, record.state)


def scope_of(case: Case) -> policy.Scope:
    """The scope of any case: a report, review or action lives in the room of its application."""
    if isinstance(case, Application):
        return file_scope(case)
    if isinstance(case, (Review, Agreement, Report, CorrectiveAction, Obligation, SpecialClause)):
        return file_scope(case.application)
    if isinstance(case, (Programme, CountryPlan, Call, DocumentTemplate)):
        return programme_scope(case)
    raise TypeError(f"no scope for {type(case).__name__}")


def application_of(case: Case) -> Application | None:
    """The application a case belongs to; None for programmes, plans, calls and templates."""
    if isinstance(case, Application):
        return case
    return getattr(case, "application", None)


_FRAME = (
    joinedload(Application.call).joinedload(Call.plan).joinedload(CountryPlan.programme).joinedload(Programme.operator),
    joinedload(Application.partnership),
    joinedload(Application.theme),
    joinedload(Application.manager),
)
WITH_SCOPE = (*_FRAME, selectinload(Application.parties).joinedload(ApplicationParty.organisation))
ONE_WITH_SCOPE = (*_FRAME, joinedload(Application.parties).joinedload(ApplicationParty.organisation))

_PLAN = joinedload(Application.call).joinedload(Call.plan).joinedload(CountryPlan.programme)
_PARTIES = joinedload(Application.parties).joinedload(ApplicationParty.organisation)


ROOM = frozenset({"call", "parties", "application", "programme", "plan"})  # what `with_room` loads, where a case has it


def with_room(kind: type[Case]) -> tuple[Load, ...]:
    """What `scope_of` and the programme's figures read of a case, joined to its row; the answer needs `unique()`."""
    if kind is Application:
        return _PLAN, _PARTIES
    if kind in (Review, Agreement, Report, CorrectiveAction, Obligation):
        return (joinedload(kind.application).options(_PLAN, _PARTIES),)
    if kind is SpecialClause:
        return (joinedload(SpecialClause.agreement).joinedload(Agreement.application).options(_PLAN, _PARTIES),)
    if kind is CountryPlan:
        return (joinedload(CountryPlan.programme),)
    return (joinedload(Call.plan).joinedload(CountryPlan.programme),) if kind is Call else ()


def open_file(who: Principal, application_id: int, action: Action = Action.VIEW_FILE, *besides: Load) -> Application:
    """Load an application and ask the policy about it; `NotFound` for unknown and foreign alike. One statement."""
    query = select(Application).where(Application.id == application_id).options(*ONE_WITH_SCOPE, *besides)
    application = db.session.scalars(query).unique().one_or_none()
    if application is None:
        raise NotFound(f"application {application_id}")
    policy.require(who, action, file_scope(application))
    return application


def require_still(who: Principal, action: Action, application: Application) -> None:
    """As `policy.require`; where only the state has moved on, `Conflict` instead of `Forbidden`."""
    room = file_scope(application)
    if not policy.may(who, action, room) and policy.roles_on(who, room) & policy.TABLE[action].roles:
        raise Conflict(application.revision, application.revision)
    policy.require(who, action, room)


def visible_files(who: Principal) -> ColumnElement[bool]:
    """The policy's VIEW_FILE or VIEW_SUMMARY as a WHERE clause, for lists; a test holds both against each other."""
    parties = who.organisations(*policy.MUNICIPAL)
    programmes = who.programmes(*policy.OFFICE)
    files = who.files(*Role)
    lgas = who.organisations(*policy.ASSOCIATION)
    submitted = Application.state != State.DRAFT
    clauses: list[ColumnElement[bool]] = []
    if parties:
        clauses.append(_has_party(ApplicationParty.organisation_id.in_(parties)))
    if programmes:
        clauses.append(and_(submitted, _in_calls(CountryPlan.programme_id.in_(programmes))))
    if panels := who.programmes(Role.PANEL_MEMBER):
        seen = Application.state.in_(policy.PANEL_SEES)
        clauses.append(and_(seen, _in_calls(CountryPlan.programme_id.in_(panels))))
    if files:
        clauses.append(and_(submitted, Application.id.in_(files)))
    if lgas:
        members = select(Organisation.id).where(Organisation.lga_id.in_(lgas))
        country = Application.call_id.in_(_calls(CountryPlan.lga_id.in_(lgas)))
        clauses.append(and_(submitted, or_(country, _has_party(ApplicationParty.organisation_id.in_(members)))))
    return or_(*clauses) if clauses else false()


def _in_calls(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """`+ 0` keeps the database from collecting all files of the calls and sorting them: a list walks its own order."""
    return (Application.call_id + 0).in_(_calls(condition))


def _calls(condition: ColumnElement[bool]):  # type: ignore[no-untyped-def]  # a scalar subquery of ids
    return select(Call.id).join(CountryPlan, Call.plan_id == CountryPlan.id).where(condition)


def _has_party(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Application.id.in_(select(ApplicationParty.application_id).where(condition))
