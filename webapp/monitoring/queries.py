"""What the monitoring pages read: everything that is set up and due on one file in one statement."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Date, Integer, Select, String, case, cast, func, literal, null, select, union_all
from sqlalchemy import type_coerce as as_type
from sqlalchemy.orm import aliased, contains_eager, joinedload

from webapp.errors import NotFound
from webapp.extensions import db
from webapp.models.agreement import Agreement, Tranche
from webapp.models.application import Application, AttachedTo, Attachment, BudgetCategory
from webapp.models.monitoring import (
    Audit,
    AuditKind,
    CommitteeDecision,
    CorrectiveAction,
    Finding,
    FindingSource,
    FocalPoint,
    Obligation,
    Opinion,
    Report,
    ReportFinance,
    ReportKind,
    Severity,
    TerminationNotice,
)
from webapp.models.people import Affiliation, Person, RoleGrant
from webapp.models.record import last_day
from webapp.models.types import Money
from webapp.policy import MUNICIPAL
from webapp.services.scope import WITH_SCOPE
from workflows.vocabulary import DeadlineKind, Machine, Role, State

WAITING = {
    "report": frozenset({State.DUE, State.RETURNED}),
    "action": frozenset({State.OPEN}),
    "obligation": frozenset({State.OPEN}),
}
FULFILLED = frozenset({State.VERIFIED, State.WAIVED})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing on the file's monitoring page; which fields it fills depends on `kind`."""

    kind: str
    id: int
    number: int | None
    parent_id: int | None
    organisation_id: int | None
    state: str | None
    word: str | None
    title: str | None
    text: str | None
    person: str | None
    starts_on: date | None
    ends_on: date | None
    due_on: date | None
    amount: Decimal | None

    @property
    def status(self) -> State:
        return State(self.state or "")

    def waits(self) -> bool:
        """Whether the municipalities still have to do their part."""
        return self.status in WAITING[self.kind]

    def is_overdue(self, today: date) -> bool:
        """Derived, never stored: from the day after its date, while the municipalities have it in hand."""
        return self.waits() and self.due_on is not None and today > self.due_on

    @property
    def report_kind(self) -> ReportKind:
        return ReportKind(self.word or "")

    @property
    def severity(self) -> Severity:
        return Severity(self.word or "")

    @property
    def source(self) -> FindingSource:
        return FindingSource(self.title or "")

    @property
    def audit_kind(self) -> AuditKind:
        return AuditKind(self.word or "")

    @property
    def opinion(self) -> Opinion | None:
        return Opinion(self.title) if self.title else None


@dataclass(frozen=True)
class Overview:
    """Everything on the monitoring page, by kind."""

    lines: dict[str, list[Line]] = field(default_factory=dict)

    def all(self, kind: str) -> list[Line]:
        return self.lines.get(kind, [])

    def one(self, kind: str) -> Line | None:
        return next(iter(self.all(kind)), None)

    def actions(self, finding: Line) -> list[Line]:
        return [line for line in self.all("action") if line.parent_id == finding.id]

    @property
    def fulfilled(self) -> int:
        """Obligations that no longer stand open [S2.22]."""
        return sum(line.status in FULFILLED for line in self.all("obligation"))

    def due(self) -> list[Line]:
        """What the municipalities have in hand, by date."""
        waiting = [line for kind in WAITING for line in self.all(kind) if line.waits()]
        return sorted(waiting, key=lambda line: (line.due_on or date.max, line.kind, line.id))


_TYPES: dict[str, Any] = {
    "number": Integer,
    "parent_id": Integer,
    "organisation_id": Integer,
    "state": String,
    "word": String,
    "title": String,
    "text": String,
    "person": String,
    "starts_on": Date,
    "ends_on": Date,
    "due_on": Date,
    "amount": Money,
}


def _line(kind: str, key: Any, **columns: Any) -> Select[Any]:
    """One arm of the union: the same columns in the same order, empty ones with their type."""
    arm = [literal(kind).label("kind"), key.label("id")]
    for name, kind_of in _TYPES.items():
        column: ColumnElement[Any] = cast(null(), kind_of)
        if name in columns:
            value = columns[name]
            column = cast(value, String) if kind_of is String else as_type(value, kind_of)
        arm.append(column.label(name))
    return select(*arm)


def overview(application: Application) -> Overview:
    """One statement, however much is on the file."""
    mine = application.id
    lines: dict[str, list[Line]] = {}
    arms = [*_setting_up(mine), *_working(mine), *_ending(mine)]
    rows = db.session.execute(union_all(*arms)).all()
    for line in sorted((Line(*row) for row in rows), key=lambda line: (line.number or 0, line.id)):
        lines.setdefault(line.kind, []).append(line)
    return Overview(lines)


def _setting_up(mine: int) -> Iterable[Select[Any]]:
    decider, watcher = aliased(Person), aliased(Person)
    yield (
        _line(
            "committee",
            CommitteeDecision.id,
            word=case((CommitteeDecision.installed, "yes"), else_="no"),
            text=CommitteeDecision.reason,
            organisation_id=CommitteeDecision.first_chair_id,
            person=decider.name,
        )
        .join(decider, decider.id == CommitteeDecision.decided_by_id)
        .where(CommitteeDecision.application_id == mine)
    )
    yield (
        _line(
            "focal",
            FocalPoint.id,
            organisation_id=FocalPoint.organisation_id,
            person=watcher.name,
            title=watcher.job_title,
        )
        .join(watcher, watcher.id == FocalPoint.person_id)
        .where(FocalPoint.application_id == mine)
    )
    yield (
        _line(
            "tranche",
            Tranche.id,
            number=Tranche.number,
            text=Tranche.condition,
            due_on=Tranche.due_on,
            amount=Tranche.amount,
            word=case((Tranche.is_balance, "balance"), else_=""),
        )
        .join(Agreement, Agreement.id == Tranche.agreement_id)
        .where(Agreement.application_id == mine, Agreement.state != State.VOIDED)
    )


def _working(mine: int) -> Iterable[Select[Any]]:
    owner = aliased(Person)
    yield _line(
        "report",
        Report.id,
        number=Report.number,
        state=Report.state,
        word=Report.kind,
        starts_on=Report.period_start,
        ends_on=Report.period_end,
        due_on=last_day(DeadlineKind.REPORT, Machine.REPORT, Report.id, Report.due_on),
    ).where(Report.application_id == mine)
    yield _line(
        "finding",
        Finding.id,
        state=case((Finding.closed_at.is_(None), "open"), else_="closed"),
        word=Finding.severity,
        title=Finding.source,
        text=Finding.text,
    ).where(Finding.application_id == mine)
    yield (
        _line(
            "action",
            CorrectiveAction.id,
            parent_id=CorrectiveAction.finding_id,
            state=CorrectiveAction.state,
            text=CorrectiveAction.description,
            organisation_id=CorrectiveAction.owner_organisation_id,
            person=owner.name,
            due_on=last_day(DeadlineKind.ACTION, Machine.ACTION, CorrectiveAction.id, CorrectiveAction.due_on),
        )
        .outerjoin(owner, owner.id == CorrectiveAction.owner_id)
        .where(CorrectiveAction.application_id == mine)
    )
    yield _line(
        "obligation",
        Obligation.id,
        state=Obligation.state,
        organisation_id=Obligation.organisation_id,
        title=Obligation.trainee,
        text=Obligation.activity,
        word=Obligation.training,
        due_on=last_day(DeadlineKind.OBLIGATION, Machine.OBLIGATION, Obligation.id, Obligation.due_on),
    ).where(Obligation.application_id == mine)


def _ending(mine: int) -> Iterable[Select[Any]]:
    giver, auditor = aliased(Person), aliased(Person)
    yield (
        _line(
            "notice",
            TerminationNotice.id,
            text=TerminationNotice.grounds,
            ends_on=TerminationNotice.ends_on,
            person=giver.name,
        )
        .join(giver, giver.id == TerminationNotice.given_by_id)
        .where(TerminationNotice.application_id == mine, TerminationNotice.withdrawn_at.is_(None))
    )
    yield (
        _line(
            "audit",
            Audit.id,
            word=Audit.kind,
            title=Audit.opinion,
            text=Audit.summary,
            amount=Audit.ineligible,
            person=auditor.name,
        )
        .outerjoin(auditor, auditor.id == Audit.auditor_id)
        .where(Audit.application_id == mine)
    )


Row = TypeVar("Row", Report, CorrectiveAction, Obligation, Finding, Audit)


def load(model: type[Row], row_id: int) -> Row:
    """A record with its file and all its page names; the caller asks the policy. `NotFound` when there is none."""
    return _load(model, model.id == row_id, row_id)


def audit_of(application_id: int) -> Audit:
    """The audit of a file, as `load` does."""
    return _load(Audit, Audit.application_id == application_id, application_id)


_BESIDE: dict[type[Any], tuple[Any, ...]] = {
    Report: (Report.author, Report.accepted_by, Report.finance),
    CorrectiveAction: (
        CorrectiveAction.finding,
        CorrectiveAction.owner,
        CorrectiveAction.owner_organisation,
        CorrectiveAction.done_by,
        CorrectiveAction.verified_by,
    ),
    Obligation: (Obligation.organisation, Obligation.delivered_by, Obligation.settled_by),
    Audit: (Audit.auditor,),
}


def _load(model: type[Row], condition: ColumnElement[bool], row_id: int) -> Row:
    query = select(model).where(condition).join(model.application)
    query = query.options(contains_eager(model.application).options(*WITH_SCOPE))
    query = query.options(*(joinedload(part) for part in _BESIDE.get(model, ())))
    row = db.session.scalars(query).unique().one_or_none()
    if row is None:
        raise NotFound(f"{model.__name__} {row_id}")
    return row


def notice(notice_id: int) -> TerminationNotice:
    row = db.session.get(TerminationNotice, notice_id)
    if row is None:
        raise NotFound(f"notice {notice_id}")
    return row


@dataclass(frozen=True)
class FinanceRow:
    """One category of the budget: what was planned, reported before, spent in this period, and what is left."""

    category: BudgetCategory
    budget: Decimal
    before: Decimal
    spent: Decimal | None
    note: str

    @property
    def left(self) -> Decimal:
        return self.budget - self.before - (self.spent or Decimal(0))


def finance(report: Report) -> list[FinanceRow]:
    """Every category that is budgeted or used, in the order of the form."""
    budget: dict[BudgetCategory, Decimal] = {}
    for line in report.application.budget:
        budget[line.category] = budget.get(line.category, Decimal(0)) + line.total
    before = _spent_before(report)
    now = {row.category: row for row in report.finance}
    used = budget.keys() | before.keys() | now.keys()
    return [
        FinanceRow(
            category,
            budget.get(category, Decimal(0)),
            before.get(category, Decimal(0)),
            now[category].spent if category in now else None,
            now[category].note if category in now else "",
        )
        for category in BudgetCategory
        if category in used
    ]


def _spent_before(report: Report) -> dict[BudgetCategory, Decimal]:
    query = (
        select(ReportFinance.category, func.sum(ReportFinance.spent))
        .join(Report, Report.id == ReportFinance.report_id)
        .where(Report.agreement_id == report.agreement_id, Report.number < report.number)
        .group_by(ReportFinance.category)
    )
    return {category: Decimal(spent) for category, spent in db.session.execute(query)}


def evidence_of(attached_to: AttachedTo, subject: int, application_id: int) -> list[Attachment]:
    """The files that were added to a report, action, obligation or audit, and not removed."""
    query = select(Attachment).where(
        Attachment.application_id == application_id,
        Attachment.attached_to == attached_to,
        Attachment.subject == str(subject),
        Attachment.removed_at.is_(None),
    )
    return list(db.session.scalars(query.options(joinedload(Attachment.file)).order_by(Attachment.id)))


KEPT_HERE = (AttachedTo.REPORT, AttachedTo.ACTION, AttachedTo.OBLIGATION, AttachedTo.AUDIT)


def attachment(attachment_id: int) -> tuple[Attachment, Application]:
    """A piece of evidence with its file's application, for the policy."""
    row = db.session.get(Attachment, attachment_id, options=[joinedload(Attachment.file)])
    if row is None or row.removed_at is not None or row.attached_to not in KEPT_HERE:
        raise NotFound(f"attachment {attachment_id}")
    query = select(Application).where(Application.id == row.application_id)
    return row, db.session.scalars(query.options(*WITH_SCOPE)).one()


def people_of(organisation_ids: Iterable[int]) -> list[Person]:
    """Everybody who belongs to one of these organisations, by role or by tie, and has not left."""
    ids = list(organisation_ids)
    roles = (*MUNICIPAL, Role.FOCAL_POINT, Role.COMMITTEE_MEMBER)
    by_role = select(RoleGrant.person_id).where(RoleGrant.organisation_id.in_(ids), RoleGrant.role.in_(roles))
    by_tie = select(Affiliation.person_id).where(Affiliation.organisation_id.in_(ids))
    query = select(Person).where(Person.id.in_(by_role.union(by_tie)), Person.left_at.is_(None))
    return list(db.session.scalars(query.order_by(Person.name, Person.id)))
