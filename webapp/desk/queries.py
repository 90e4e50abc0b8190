"""One person's desk in a handful of statements, however many files there are [S0.7]."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, union_all
from sqlalchemy.orm import joinedload

from webapp.desk.kinds import Kind
from webapp.desk.sources import SOURCES, parameters
from webapp.desk.sources.parts import (
    INDEPENDENT,
    MANAGED_BY_ME,
    ME,
    file_row,
    in_state,
    looked_at,
    of_country,
    of_programmes,
)
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import Decision, DecisionConfirmation, Review
from webapp.models.batch import Batch, BatchState
from webapp.models.monitoring import Audit, CorrectiveAction, Finding, Obligation, Report
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.policy import OFFICE, Principal
from webapp.services.facts import rules
from webapp.services.pairs import lead_name, partner_names
from webapp.services.scope import visible_files
from workflows import mandates, scoring
from workflows.definitions import CURRENT
from workflows.vocabulary import Machine, Role, State

MOST = 100  # rows a person is shown at once; nobody works through more, and the page says that there are more


@dataclass(frozen=True)
class File:
    """The file a row is about."""

    reference: str
    title: str
    lead: str
    partners: str


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: `label` and `number` name the part (a report, an action), `open` what blocks it."""

    kind: Kind
    since: datetime
    application_id: int | None = None
    case_id: int | None = None
    label: str | None = None
    number: int | None = None
    due_on: date | None = None
    file: File | None = None
    open: tuple[tuple[str, int], ...] = ()

    @property
    def urgency(self) -> tuple[bool, date, datetime]:
        """Dated work by its date, then undated work by how long it has waited."""
        return self.due_on is None, self.due_on or date.min, self.since


@dataclass(frozen=True)
class Desk:
    """Everything that waits, most urgent first, in three groups."""

    overdue: tuple[Waiting, ...]
    soon: tuple[Waiting, ...]
    waiting: tuple[Waiting, ...]
    more: bool = False

    def __len__(self) -> int:
        return len(self.overdue) + len(self.soon) + len(self.waiting)


def desk(who: Principal, today: date) -> Desk:
    """At most four statements: the union of the sources, and three folds for those who decide, review or close."""
    held = frozenset(grant.role for grant in who.grants)
    known = parameters(who, today)
    rows = _from_sources(held, known)
    if held & {Role.PROGRAMME_MANAGER, Role.LEAD_REVIEWER}:
        rows += _reviewed(known)
    if held & OFFICE:
        rows += _to_confirm(who, known)
    if held & {Role.PROGRAMME_MANAGER, Role.DIRECTOR}:
        rows += _closing(known)
    return _grouped(rows, today)


def batches(who: Principal) -> list[Batch]:
    """What this person ordered for many files and has not finished; for the office alone, one statement."""
    if not who.holds(*OFFICE):
        return []
    query = select(Batch).where(Batch.person_id == who.person_id, Batch.state != BatchState.DONE)
    return list(db.session.scalars(query.options(joinedload(Batch.call)).order_by(Batch.id.desc()).limit(10)))


def counts(who: Principal) -> list[tuple[State, int]]:
    """The files this person may see, by state, in the order of the machine; one statement."""
    if not who.grants:
        return []
    query = select(Application.state, func.count()).where(visible_files(who)).group_by(Application.state)
    found = {row[0]: row[1] for row in db.session.execute(query)}
    return [(spec.name, found[spec.name]) for spec in CURRENT[Machine.APPLICATION].states if spec.name in found]


# --- the union of the sources ---------------------------------------------------------------------


def _from_sources(held: frozenset[Role], known: Mapping[str, Any]) -> list[Waiting]:
    statement = _union(held)
    if statement is None:
        return []
    return [_row(found) for found in db.session.execute(statement, known).mappings()]


@cache
def _union(held: frozenset[Role]) -> Select[Any] | None:
    """One statement for a set of roles, built once; the person comes in as parameters."""
    selects = [source.rows for source in SOURCES if source.roles & held]
    if not selects:
        return None
    every = union_all(*selects).subquery("every")
    first = select(every).order_by(every.c.due_on.is_(None), every.c.due_on, every.c.since).limit(MOST + 1)
    found = first.subquery("found")
    names = ("kind", "application_id", "case_id", "label", "number", "due_on", "since")
    columns: list[Any] = [*(found.c[name] for name in names), *_file_columns()]
    return select(*columns).outerjoin_from(found, Application, Application.id == found.c.application_id)


def _file_columns() -> tuple[Any, ...]:
    return Application.reference, Application.title, lead_name(), partner_names()


def _row(found: Mapping[Any, Any], kind: Kind | None = None, **more: Any) -> Waiting:
    """A row of any of the statements below as a value; plans and calls have no file."""
    file = None
    if found["application_id"] is not None:
        file = File(found["reference"], found["title"], found["lead"] or "", found["partners"] or "")
    part: dict[str, Any] = {n: found.get(n) for n in ("application_id", "case_id", "label", "number", "due_on")}
    return Waiting(kind or Kind(found["kind"]), found["since"], **part, file=file, **more)


def _grouped(rows: Iterable[Waiting], today: date) -> Desk:
    groups: dict[str, list[Waiting]] = {"overdue": [], "soon": [], "waiting": []}
    ordered = sorted(rows, key=lambda row: row.urgency)
    for row in ordered[:MOST]:
        left = None if row.due_on is None else (row.due_on - today).days
        groups["waiting" if left is None or left > 7 else "overdue" if left < 0 else "soon"].append(row)
    waiting = sorted(groups["waiting"], key=lambda row: (row.due_on is not None, row.urgency))
    return Desk(tuple(groups["overdue"]), tuple(groups["soon"]), tuple(waiting), more=len(ordered) > MOST)


# --- what needs a programme's figures -------------------------------------------------------------


def _with_rules(rows: Select[Any]) -> Select[Any]:
    """The programme beside each file, for its figures; its row is kept by the session once."""
    joined = rows.join(Call, Call.id == Application.call_id).join(CountryPlan, CountryPlan.id == Call.plan_id)
    return joined.join(Programme, Programme.id == CountryPlan.programme_id).add_columns(Programme)


def _reviewed(known: Mapping[str, Any]) -> list[Waiting]:
    """Files under review: for the lead reviewer when quorum and spread are settled, else perhaps for the manager."""
    files: dict[int, list[Mapping[Any, Any]]] = {}
    for found in db.session.execute(_under_review(), known).mappings():
        files.setdefault(found["application_id"], []).append(found)
    judged = ((reviews, _review_step(reviews)) for reviews in files.values())
    return [_row(reviews[0], kind) for reviews, kind in judged if kind is not None]


@cache
def _under_review() -> Select[Any]:
    """The reviews of this round beside each file, and whether this person leads there."""
    round_ = (Review.application_id == Application.id) & (Review.round == Application.review_round)
    query = _with_rules(file_row().add_columns(*_file_columns())).outerjoin(Review, round_)
    mine = or_(of_country("leads"), of_programmes("managed") & MANAGED_BY_ME)
    return query.add_columns(
        Review.state.label("review_state"), Review.score, Review.lga_id, Review.is_extra,
        CountryPlan.lga_id.label("lga"), of_country("leads").label("led"),
    ).where(in_state(State.REVIEW), mine, INDEPENDENT)  # fmt: skip


def _review_step(reviews: list[Mapping[Any, Any]]) -> Kind | None:
    """What the reviews of one file ask for; nothing while reviewers are at work."""
    first = reviews[0]
    figures = rules(first["Programme"])
    valid = [r for r in reviews if r["review_state"] is State.SUBMITTED]
    active = sum(r["review_state"] in (State.ASSIGNED, State.SUBMITTED) for r in reviews)
    heard = any(r["lga_id"] == first["lga"] for r in valid)
    wide = scoring.spread(r["score"] for r in valid) > figures.review_spread
    settled = not wide or any(r["is_extra"] for r in valid)
    if len(valid) >= figures.quorum and heard and settled:
        return Kind.SEND_TO_DECISION if first["led"] else None
    waiting = any(r["review_state"] is State.ASSIGNED for r in reviews)
    short = active < figures.quorum or not waiting
    return Kind.FIND_REVIEWER if short and not first["led"] else None


def _to_confirm(who: Principal, known: Mapping[str, Any]) -> list[Waiting]:
    """Recommendations whose mandate lacks a confirmation that this person can still give."""
    decisions: dict[int, list[Mapping[Any, Any]]] = {}
    for found in db.session.execute(_recommended(), known).mappings():
        decisions.setdefault(found["case_id"], []).append(found)
    return [_row(found[0], Kind.CONFIRM) for found in decisions.values() if _can_confirm(who, found)]


@cache
def _recommended() -> Select[Any]:
    """The open recommendations that this person may confirm as far as the file goes, with what is given already."""
    query = _with_rules(file_row(case=Decision.id, since=Decision.recommended_at).add_columns(*_file_columns()))
    return (
        query.join(Decision, Decision.application_id == Application.id)
        .outerjoin(DecisionConfirmation, DecisionConfirmation.decision_id == Decision.id)
        .add_columns(Decision.outcome, Decision.amount, Application.requested, DecisionConfirmation.role)
        .where(in_state(State.DECISION), of_programmes("office"), INDEPENDENT, ~looked_at(), ~_once())
        .where(Decision.settled_at.is_(None), Decision.replaced_at.is_(None), Decision.recommended_by_id != ME)
    )


def _once() -> ColumnElement[bool]:
    """The person has confirmed this very recommendation already."""
    given = exists().where(DecisionConfirmation.decision_id == Decision.id, DecisionConfirmation.person_id == ME)
    return given.correlate(Decision)


def _can_confirm(who: Principal, found: list[Mapping[Any, Any]]) -> bool:
    first = found[0]
    programme: Programme = first["Programme"]
    amount: Decimal = first["amount"] if first["outcome"] is State.APPROVED else first["requested"]
    given = [row["role"] for row in found if row["role"] is not None]
    missing = mandates.missing(amount, rules(programme), given)
    return any(g.role in missing and g.programme_id == programme.id for g in who.grants if g.application_id is None)


# --- the end: what still blocks it ----------------------------------------------------------------

BLOCKERS: dict[str, tuple[Any, Any]] = {
    "reports": (Report, Report.state != State.ACCEPTED),
    "obligations": (Obligation, Obligation.state.not_in([State.VERIFIED, State.WAIVED])),
    "actions": (CorrectiveAction, CorrectiveAction.state != State.CLOSED),
    "findings": (Finding, Finding.closed_at.is_(None)),
    "opinions": (Audit, Audit.opinion.is_(None)),
}


def _closing(known: Mapping[str, Any]) -> list[Waiting]:
    """Files that are closing: the director closes what is settled; director and manager see what is not."""
    found = db.session.execute(_closing_files(), known).mappings()
    concerning = [file for file in found if _concerns(file)]
    return [_row(file, Kind.SETTLE if _open(file) else Kind.CLOSE, open=_open(file)) for file in concerning]


@cache
def _closing_files() -> Select[Any]:
    """The files that are closing, with a count for each thing that may block it."""
    query = file_row().add_columns(*_file_columns(), of_programmes("directed").label("directed"))
    for name, (table, condition) in BLOCKERS.items():
        here = select(func.count(table.id)).where(table.application_id == Application.id, condition)
        query = query.add_columns(here.correlate(Application).scalar_subquery().label(name))
    mine = or_(of_programmes("directed"), of_programmes("managed") & MANAGED_BY_ME)
    return query.where(in_state(State.CLOSING), mine, INDEPENDENT)


def _open(file: Mapping[Any, Any]) -> tuple[tuple[str, int], ...]:
    return tuple((name, file[name]) for name in BLOCKERS if file[name])


def _concerns(file: Mapping[Any, Any]) -> bool:
    """A settled file concerns the director alone."""
    return bool(file["directed"] or _open(file))
