"""The partnership, the application with its sections, and the frozen versions both parties signed off."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.people import Organisation, Person
from webapp.models.programme import Call, Theme
from webapp.models.types import Case, Instant, Money, states_check, word
from workflows.vocabulary import Instrument, Machine, State, Trigger


class PartyRole(StrEnum):
    LEAD = "lead"  # submits the file
    PARTNER = "partner"


class Partnership(Base):
    """Two or more local authorities in different countries; outlives its projects [S2.5] [S4.9]."""

    __tablename__ = "partnership"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(300), unique=True)
    since: Mapped[date]

    applications: Mapped[list["Application"]] = relationship(back_populates="partnership", order_by="Application.id")


class Section(StrEnum):
    """The sections of the application form, one screen each (`domain.md` §3)."""

    PARTIES = "parties"  # A
    FIT = "fit"  # B
    PROBLEM = "problem"  # C
    OBJECTIVES = "objectives"  # D
    LEARNING = "learning"  # E
    BUDGET = "budget"  # F
    RISKS = "risks"  # G
    SUSTAINABILITY = "sustainability"  # H
    DECLARATIONS = "declarations"  # I


class Application(Case, Base):
    """The case. Its state is moved by `services.advance` alone; amounts are in the programme's currency."""

    __tablename__ = "application"
    __machine__ = Machine.APPLICATION

    reference: Mapped[str] = mapped_column(String(30), unique=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), index=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))
    title: Mapped[str] = mapped_column(String(200), default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    sdg_goal: Mapped[int | None] = mapped_column(SmallInteger)
    requested: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    own_share: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    # the file's own facts, each set by the move that makes it true
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    return_state: Mapped[State | None] = mapped_column(word(State, "return_state"))
    refused_as: Mapped[State | None] = mapped_column(word(State, "refused_as"))
    refusals: Mapped[int] = mapped_column(SmallInteger, default=0)
    review_round: Mapped[int] = mapped_column(SmallInteger, default=1)
    score: Mapped[Decimal | None] = mapped_column(Money)
    clarification_waived: Mapped[str] = mapped_column(Text, default="")
    support_plan: Mapped[str] = mapped_column(Text, default="")
    instrument: Mapped[Instrument | None] = mapped_column(word(Instrument))
    instrument_reason: Mapped[str] = mapped_column(Text, default="")
    amount_reserved: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    amount_committed: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))

    call: Mapped[Call] = relationship()
    partnership: Mapped[Partnership] = relationship(back_populates="applications")
    theme: Mapped[Theme | None] = relationship()
    manager: Mapped[Person | None] = relationship(foreign_keys=[manager_id])
    created_by: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    parties: Mapped[list["ApplicationParty"]] = relationship(
        back_populates="application", order_by="ApplicationParty.id"
    )
    sections: Mapped[list["ApplicationSection"]] = relationship(order_by="ApplicationSection.id")
    objectives: Mapped[list["Objective"]] = relationship(order_by="Objective.position", cascade="all, delete-orphan")
    budget: Mapped[list["BudgetLine"]] = relationship(order_by="BudgetLine.position", cascade="all, delete-orphan")
    risks: Mapped[list["Risk"]] = relationship(order_by="Risk.id", cascade="all, delete-orphan")
    versions: Mapped[list["ApplicationVersion"]] = relationship(order_by="ApplicationVersion.number")
    clarifications: Mapped[list["Clarification"]] = relationship(order_by="Clarification.id")
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id")

    __table_args__ = (
        states_check(Machine.APPLICATION),
        CheckConstraint("requested >= 0 AND own_share >= 0", name="amounts"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on > starts_on", name="period"),
        CheckConstraint("amount_reserved >= 0 AND amount_committed >= 0", name="held"),
        CheckConstraint("sdg_goal IS NULL OR sdg_goal BETWEEN 1 AND 17", name="sdg_goal"),
        CheckConstraint("state = 'draft' OR state = 'withdrawn' OR submitted_at IS NOT NULL", name="submitted"),
        CheckConstraint("state NOT IN ('clarification') OR return_state IS NOT NULL", name="returns"),
        Index("ix_application_state_since", "state", "state_since"),
        Index("ix_application_recent", "state_since", "id"),
        Index("ix_application_requested", "requested", "id"),
        Index("ix_application_created_by", "created_by_id"),
    )

    def stamp(self, trigger: Trigger, source: State, person_id: int | None, reason: str, at: datetime) -> None:
        if trigger is Trigger.SUBMIT:
            self.submitted_at = at
        elif trigger is Trigger.ASK_CLARIFICATION:
            self.return_state = source
        elif trigger in (Trigger.REJECT, Trigger.FAIL_ELIGIBILITY):
            self.refused_as = self.state
            self.refusals += 1


class ApplicationParty(Base):
    """A municipality in the application; its signatory signs off the content's hash, a change voids that."""

    __tablename__ = "application_party"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[PartyRole] = mapped_column(word(PartyRole))
    signed_off_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    signed_off_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_off_sha256: Mapped[str | None] = mapped_column(String(64))

    application: Mapped[Application] = relationship(back_populates="parties")
    organisation: Mapped[Organisation] = relationship()
    signed_off_by: Mapped[Person | None] = relationship()

    __table_args__ = (
        UniqueConstraint("application_id", "organisation_id"),
        CheckConstraint(
            "(signed_off_by_id IS NULL) = (signed_off_at IS NULL)"
            " AND (signed_off_by_id IS NULL) = (signed_off_sha256 IS NULL)",
            name="sign_off_whole",
        ),
    )


class ApplicationSection(Base):
    """The plain answers of one section, saved as a draft; `revision` catches two people typing in one screen."""

    __tablename__ = "application_section"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    code: Mapped[Section] = mapped_column(word(Section))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    revision: Mapped[int] = mapped_column(default=1)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("application_id", "code"),)


class Objective(Base):
    """No "what" without a "how": activity, owner, date and indicator stand beside each objective [S0.2]."""

    __tablename__ = "objective"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    activity: Mapped[str] = mapped_column(Text, default="")
    how: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(String(200), default="")  # a function, not a name
    due_on: Mapped[date | None]
    indicator: Mapped[str] = mapped_column(String(300), default="")
    baseline_value: Mapped[str] = mapped_column(String(100), default="")
    target_value: Mapped[str] = mapped_column(String(100), default="")


class BudgetCategory(StrEnum):
    TRAVEL = "travel"
    EXPERTISE = "expertise"
    TRAINING = "training"
    INVESTMENT = "investment"
    AUDIT = "audit"
    OTHER = "other"


class BudgetLine(Base):
    """One line: total = requested from the grant + own share of the payer; in the database too."""

    __tablename__ = "budget_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    category: Mapped[BudgetCategory] = mapped_column(word(BudgetCategory))
    total: Mapped[Decimal] = mapped_column(Money)
    requested: Mapped[Decimal] = mapped_column(Money)
    own_share: Mapped[Decimal] = mapped_column(Money)
    payer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))  # whose own share it is
    payee_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))  # None: a third party

    payer: Mapped[Organisation] = relationship(foreign_keys=[payer_id])
    payee: Mapped[Organisation | None] = relationship(foreign_keys=[payee_id])

    __table_args__ = (
        CheckConstraint("total > 0 AND requested >= 0 AND own_share >= 0", name="amounts"),
        CheckConstraint("total = requested + own_share", name="adds_up"),
    )


class RiskKind(StrEnum):
    """The six risks of [S2.21]."""

    DELAY = "delay"
    COMMITMENT = "commitment"
    POLITICAL_SUPPORT = "political_support"
    STAFF_TURNOVER = "staff_turnover"
    CORRUPTION = "corruption"
    SECURITY = "security"


class Risk(Base):
    __tablename__ = "risk"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    kind: Mapped[RiskKind] = mapped_column(word(RiskKind))
    likelihood: Mapped[int] = mapped_column(SmallInteger)
    impact: Mapped[int] = mapped_column(SmallInteger)
    mitigation: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        UniqueConstraint("application_id", "kind"),
        CheckConstraint("likelihood BETWEEN 1 AND 5 AND impact BETWEEN 1 AND 5", name="scale"),
    )


class ApplicationVersion(Base):
    """What was submitted, frozen: canonical content and its hash. Never updated, never deleted."""

    __tablename__ = "application_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    requested: Mapped[Decimal] = mapped_column(Money)
    own_share: Mapped[Decimal] = mapped_column(Money)
    total: Mapped[Decimal] = mapped_column(Money)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        CheckConstraint("total = requested + own_share", name="adds_up"),
    )


class Clarification(Base):
    """A question that unlocks the named sections until it is answered; differences are against `base_version`."""

    __tablename__ = "clarification"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    from_state: Mapped[State] = mapped_column(word(State))
    question: Mapped[str] = mapped_column(Text)
    sections: Mapped[list[str]] = mapped_column(JSON)
    due_on: Mapped[date]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    base_version_id: Mapped[int] = mapped_column(ForeignKey("application_version.id"))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answer_version_id: Mapped[int | None] = mapped_column(ForeignKey("application_version.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])
    base_version: Mapped[ApplicationVersion] = relationship(foreign_keys=[base_version_id])
    answer_version: Mapped[ApplicationVersion | None] = relationship(foreign_keys=[answer_version_id])


class StoredFile(Base):
    """Bytes kept once under their hash; what they are was decided by content, not by name."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    content_type: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (CheckConstraint("size > 0", name="size"),)


class AttachedTo(StrEnum):
    """What a piece of evidence belongs to."""

    SECTION = "section"
    BASELINE = "baseline"
    REPORT = "report"
    ACTION = "action"
    OBLIGATION = "obligation"
    AUDIT = "audit"


class Attachment(Base):
    """A file attached to a part of a case as evidence. Always read through the case's policy."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    attached_to: Mapped[AttachedTo] = mapped_column(word(AttachedTo))
    subject: Mapped[str] = mapped_column(String(40))  # section code, or the row's id
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    title: Mapped[str] = mapped_column(String(200), default="")
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)

    file: Mapped[StoredFile] = relationship()
    added_by: Mapped[Person] = relationship()
