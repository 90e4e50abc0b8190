"""After signature: committee, focal points, reports, findings and actions, obligations, notice and audit."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.agreement import Agreement
from webapp.models.application import Application, BudgetCategory
from webapp.models.people import Organisation, Person
from webapp.models.types import Case, Instant, Money, states_check, word
from workflows.vocabulary import Machine, State, Trigger


class CommitteeDecision(Base):
    """A monitoring committee: yes or no, with the reason, before monitoring starts [S1.5]."""

    __tablename__ = "committee_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    installed: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    first_chair_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(Instant)

    first_chair: Mapped[Organisation | None] = relationship()
    decided_by: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason"),)


class FocalPoint(Base):
    """A senior officer per municipality who watches independently: never the project's own people [S1.4]."""

    __tablename__ = "focal_point"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    named_at: Mapped[datetime] = mapped_column(Instant)

    organisation: Mapped[Organisation] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("application_id", "organisation_id"),)


class ReportKind(StrEnum):
    INTERIM = "interim"
    FINAL = "final"


class Report(Case, Base):
    """Four sections [S1.10]: number of services, quality, satisfaction, finance; and what was learnt [S2.19]."""

    __tablename__ = "report"
    __machine__ = Machine.REPORT

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    kind: Mapped[ReportKind] = mapped_column(word(ReportKind))
    number: Mapped[int] = mapped_column(SmallInteger)
    period_start: Mapped[date]
    period_end: Mapped[date]
    due_on: Mapped[date]
    services_count: Mapped[int | None]
    services_unit: Mapped[str] = mapped_column(String(100), default="")
    quality_score: Mapped[int | None] = mapped_column(SmallInteger)
    quality_narrative: Mapped[str] = mapped_column(Text, default="")
    satisfaction_percent: Mapped[int | None] = mapped_column(SmallInteger)
    satisfaction_respondents: Mapped[int | None]
    satisfaction_method: Mapped[str] = mapped_column(String(300), default="")
    deviations: Mapped[str] = mapped_column(Text, default="")
    lessons: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    return_reason: Mapped[str] = mapped_column(Text, default="")

    application: Mapped[Application] = relationship()
    agreement: Mapped[Agreement] = relationship()
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    accepted_by: Mapped[Person | None] = relationship(foreign_keys=[accepted_by_id])
    finance: Mapped[list["ReportFinance"]] = relationship(order_by="ReportFinance.id", cascade="all, delete-orphan")

    __table_args__ = (
        states_check(Machine.REPORT),
        UniqueConstraint("agreement_id", "number"),
        Index("ix_report_state_due", "state", "due_on"),
        CheckConstraint("period_end > period_start AND due_on >= period_end", name="dates"),
        CheckConstraint("quality_score IS NULL OR quality_score BETWEEN 1 AND 5", name="quality"),
        CheckConstraint("satisfaction_percent IS NULL OR satisfaction_percent BETWEEN 0 AND 100", name="satisfaction"),
        CheckConstraint("accepted_by_id IS NULL OR accepted_by_id != author_id", name="four_eyes"),
        CheckConstraint("state != 'accepted' OR accepted_by_id IS NOT NULL", name="accepted_by"),
    )

    def stamp(self, trigger: Trigger, source: State, person_id: int | None, reason: str, at: datetime) -> None:
        if trigger is Trigger.SUBMIT_REPORT:
            self.author_id, self.submitted_at = person_id, at
        elif trigger is Trigger.RETURN_REPORT:
            self.return_reason = reason
        elif trigger is Trigger.ACCEPT_REPORT:
            self.accepted_by_id = person_id


class ReportFinance(Base):
    """Spent in the period, per budget category, in the agreement's currency."""

    __tablename__ = "report_finance"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    category: Mapped[BudgetCategory] = mapped_column(word(BudgetCategory))
    spent: Mapped[Decimal] = mapped_column(Money)
    note: Mapped[str] = mapped_column(String(300), default="")

    __table_args__ = (UniqueConstraint("report_id", "category"), CheckConstraint("spent >= 0", name="spent"))


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class FindingSource(StrEnum):
    REPORT = "report"
    COMMITTEE = "committee"
    SITE_VISIT = "site_visit"
    ASSESSMENT = "assessment"
    AUDIT = "audit"


class Finding(Base):
    """What a report, committee, visit or audit brought up; closes with its action, and only with evidence [S1.9]."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    source: Mapped[FindingSource] = mapped_column(word(FindingSource))
    severity: Mapped[Severity] = mapped_column(word(Severity))
    text: Mapped[str] = mapped_column(Text)
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    raised_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    application: Mapped[Application] = relationship()
    raised_by: Mapped[Person] = relationship()
    actions: Mapped[list["CorrectiveAction"]] = relationship(back_populates="finding", order_by="CorrectiveAction.id")


class CorrectiveAction(Case, Base):
    """What is done about a finding, by whom, by when; verified by another person."""

    __tablename__ = "corrective_action"
    __machine__ = Machine.ACTION

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    description: Mapped[str] = mapped_column(Text)
    owner_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date]
    evidence: Mapped[str] = mapped_column(Text, default="")
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    finding: Mapped[Finding] = relationship(back_populates="actions")
    application: Mapped[Application] = relationship()
    owner_organisation: Mapped[Organisation] = relationship()
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    done_by: Mapped[Person | None] = relationship(foreign_keys=[done_by_id])
    verified_by: Mapped[Person | None] = relationship(foreign_keys=[verified_by_id])

    __table_args__ = (
        states_check(Machine.ACTION),
        Index("ix_corrective_action_state", "state"),
        CheckConstraint("verified_by_id IS NULL OR verified_by_id != done_by_id", name="four_eyes"),
        CheckConstraint(
            "state NOT IN ('verified', 'closed') OR (verified_by_id IS NOT NULL AND length(evidence) > 0)",
            name="verified_with_evidence",
        ),
    )

    def stamp(self, trigger: Trigger, source: State, person_id: int | None, reason: str, at: datetime) -> None:
        if trigger is Trigger.MARK_DONE:
            self.done_by_id = person_id
        elif trigger is Trigger.VERIFY:
            self.verified_by_id = person_id
        elif trigger is Trigger.REOPEN:
            self.done_by_id = self.verified_by_id = None


class Obligation(Case, Base):
    """Against brain drain: who is trained passes it on, by an act, by a date [S2.22]."""

    __tablename__ = "obligation"
    __machine__ = Machine.OBLIGATION

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    trainee: Mapped[str] = mapped_column(String(200))  # function in the organisation, not a name
    training: Mapped[str] = mapped_column(String(300))
    activity: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date]
    evidence: Mapped[str] = mapped_column(Text, default="")
    delivered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    waived_reason: Mapped[str] = mapped_column(Text, default="")

    application: Mapped[Application] = relationship()
    organisation: Mapped[Organisation] = relationship()
    delivered_by: Mapped[Person | None] = relationship(foreign_keys=[delivered_by_id])
    settled_by: Mapped[Person | None] = relationship(foreign_keys=[settled_by_id])

    __table_args__ = (
        states_check(Machine.OBLIGATION),
        Index("ix_obligation_state", "state"),
        CheckConstraint("state != 'waived' OR length(waived_reason) > 0", name="waived_with_reason"),
        CheckConstraint(
            "settled_by_id IS NULL OR delivered_by_id IS NULL OR settled_by_id != delivered_by_id", name="four_eyes"
        ),
    )

    def stamp(self, trigger: Trigger, source: State, person_id: int | None, reason: str, at: datetime) -> None:
        if trigger is Trigger.DELIVER:
            self.delivered_by_id = person_id
        elif trigger is Trigger.CONFIRM_DELIVERY:
            self.settled_by_id = person_id
        elif trigger is Trigger.REDO:
            self.delivered_by_id = None
        elif trigger is Trigger.WAIVE:
            self.settled_by_id, self.waived_reason = person_id, reason


class TerminationNotice(Base):
    """Giving notice is a step of its own; termination is possible when its term is over."""

    __tablename__ = "termination_notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    grounds: Mapped[str] = mapped_column(Text)
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(Instant)
    ends_on: Mapped[date]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    given_by: Mapped[Person] = relationship()


class AuditKind(StrEnum):
    SIMPLE = "simple"
    DETAILED = "detailed"


class Opinion(StrEnum):
    UNQUALIFIED = "unqualified"
    QUALIFIED = "qualified"
    ADVERSE = "adverse"
    DISCLAIMER = "disclaimer"


class Audit(Base):
    """The audit of a file at its closing [S2.18]: the kind follows from the instrument and the amount."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    kind: Mapped[AuditKind] = mapped_column(word(AuditKind))
    auditor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime] = mapped_column(Instant)
    opinion: Mapped[Opinion | None] = mapped_column(word(Opinion))
    summary: Mapped[str] = mapped_column(Text, default="")
    ineligible: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)

    application: Mapped[Application] = relationship()
    auditor: Mapped[Person | None] = relationship()

    __table_args__ = (
        CheckConstraint("(opinion IS NULL) = (delivered_at IS NULL)", name="opinion_dated"),
        CheckConstraint("ineligible >= 0", name="ineligible"),
    )
