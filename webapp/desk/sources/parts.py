"""What a source is made of: a row with the same seven columns everywhere, and the conditions of scope they share.

The parameters (`:me`, `:today`, the sets of organisations, programmes and files) are filled in by `parameters`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    exists,
    literal,
    null,
    or_,
    select,
    type_coerce,
)

from webapp.desk.kinds import Kind
from webapp.models.application import Application, ApplicationParty
from webapp.models.assessment import Decision, DecisionConfirmation, EligibilityCheck, Review
from webapp.models.programme import Call, CountryPlan
from webapp.models.types import Instant
from webapp.policy import Grant, Principal
from workflows.vocabulary import Role, State

REPORT_AHEAD = timedelta(days=30)  # a report shows on the desk this long before its date [P]

ME = bindparam("me", type_=Integer)
TODAY = bindparam("today", type_=Date)
SOON = bindparam("soon", type_=Date)


@dataclass(frozen=True)
class Source:
    """One kind of work, the roles it can wait for, and the statement that finds it."""

    kind: Kind
    roles: frozenset[Role]
    rows: Select[Any]


def source(kind: Kind, roles: Role | tuple[Role, ...], rows: Select[Any]) -> Source:
    """A source whose rows carry its kind as first column."""
    held = roles if isinstance(roles, tuple) else (roles,)
    return Source(kind, frozenset(held), rows.add_columns(literal(kind.value, Text).label("kind")))


def row(
    *,
    application: Any = None,
    case: Any = None,
    label: Any = None,
    number: Any = None,
    due: Any = None,
    since: Any = None,
) -> Select[Any]:
    """The columns of every source; a missing one is a typed NULL, so that PostgreSQL accepts the union."""
    return select(
        _or_null(application, Integer).label("application_id"),
        _or_null(case, Integer).label("case_id"),
        _or_null(label, Text).label("label"),
        _or_null(number, Integer).label("number"),
        _or_null(due, Date).label("due_on"),
        type_coerce(Application.state_since if since is None else since, Instant).label("since"),
    )


def file_row(**columns: Any) -> Select[Any]:
    """A row about an application as a whole, or about a part that is joined to it."""
    return row(application=Application.id, **columns)


def _or_null(column: Any, kind: Any) -> Any:
    if column is None:
        return cast(null(), kind)
    return cast(column, Text) if kind is Text else column


# --- where: the rooms of a person -----------------------------------------------------------------


def own(name: str, column: Any) -> ColumnElement[bool]:
    """The column lies within one of the person's sets: organisations, programmes or files."""
    inside: ColumnElement[bool] = column.in_(bindparam(name, expanding=True, type_=Integer))
    return inside


def in_file(table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The file has a row of this table like that; whatever else the statement joins is not meant."""
    return exists().where(table.application_id == Application.id, *conditions).correlate(Application)


def of_parties(name: str) -> ColumnElement[bool]:
    """A file in which one of these organisations is a party."""
    return in_file(ApplicationParty, own(name, ApplicationParty.organisation_id))


def of_programmes(name: str) -> ColumnElement[bool]:
    """A file under a call of one of these programmes."""
    calls = select(Call.id).join(CountryPlan, Call.plan_id == CountryPlan.id)
    return Application.call_id.in_(calls.where(own(name, CountryPlan.programme_id)).correlate(None))


def of_country(name: str) -> ColumnElement[bool]:
    """A file under a plan of one of these associations."""
    calls = select(Call.id).join(CountryPlan, Call.plan_id == CountryPlan.id)
    return Application.call_id.in_(calls.where(own(name, CountryPlan.lga_id)).correlate(None))


def in_state(*states: State) -> ColumnElement[bool]:
    return Application.state.in_(states)


def of_managed(*states: State) -> tuple[ColumnElement[bool], ...]:
    """The files this person manages, in these states."""
    return in_state(*states), of_programmes("managed"), MANAGED_BY_ME, INDEPENDENT


# A file without a manager is any manager's; and nobody handles the file of a municipality they belong to.
MANAGED_BY_ME = or_(Application.manager_id == ME, Application.manager_id.is_(None))
INDEPENDENT = ~of_parties("belongs")


def looked_at() -> ColumnElement[bool]:
    """The person has reviewed this file or checked its eligibility, in any round."""
    reviewed = in_file(Review, Review.reviewer_id == ME)
    checked = in_file(EligibilityCheck, EligibilityCheck.checked_by_id == ME)
    return or_(reviewed, checked)


def decided() -> ColumnElement[bool]:
    """The person has recommended or confirmed a decision on this file."""
    link = Decision.id == DecisionConfirmation.decision_id
    confirmed = in_file(Decision, link, DecisionConfirmation.person_id == ME)
    return or_(in_file(Decision, Decision.recommended_by_id == ME), confirmed)


def parameters(who: Principal, today: date) -> dict[str, Any]:
    """The person's sets, from grants valid today; a grant for one file alone counts for that file alone."""
    return {
        "me": who.person_id,
        "today": today,
        "soon": today + REPORT_AHEAD,
        "belongs": list(who.belongs_to),
        "edits": _organisations(who, Role.APPLICANT_EDITOR),
        "signs": _organisations(who, Role.SIGNATORY),
        "applies": _organisations(who, Role.APPLICANT_EDITOR, Role.SIGNATORY),
        "administers": _organisations(who, Role.MUNICIPALITY_ADMIN),
        "endorses": _organisations(who, Role.LGA_OFFICER),
        "leads": _organisations(who, Role.LEAD_REVIEWER),
        "managed": _programmes(who, Role.PROGRAMME_MANAGER),
        "directed": _programmes(who, Role.DIRECTOR),
        "office": _programmes(who, Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR),
        "panelled": _programmes(who, Role.PANEL_MEMBER),
        "assessed": list(who.files(Role.ASSESSOR)),
        "followed": list(who.files(Role.FOCAL_POINT, Role.COMMITTEE_MEMBER)),
        "audited": list(who.files(Role.AUDITOR)),
    }


def _wide(who: Principal, roles: Iterable[Role]) -> list[Grant]:
    return [grant for grant in who.grants if grant.role in roles and grant.application_id is None]


def _organisations(who: Principal, *roles: Role) -> list[int]:
    return [grant.organisation_id for grant in _wide(who, roles) if grant.organisation_id is not None]


def _programmes(who: Principal, *roles: Role) -> list[int]:
    return [grant.programme_id for grant in _wide(who, roles) if grant.programme_id is not None]
