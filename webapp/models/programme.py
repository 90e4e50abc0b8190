"""Programme, country plan, theme, endorsement and call [S2.2] [S2.3] [S2.8] [S2.9]."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.people import Organisation, Person
from webapp.models.types import Case, Instant, Money, states_check, word
from workflows.vocabulary import Machine


class PaymentMode(StrEnum):
    ADVANCE = "advance"
    ARREARS = "arrears"


class Programme(Case, Base):
    """The frame that pays: budget, funders, currency, and the figures (`rules`) its files live by."""

    __tablename__ = "programme"
    __machine__ = Machine.PROGRAMME

    code: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    budget: Mapped[Decimal] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3))
    payment_mode: Mapped[PaymentMode] = mapped_column(word(PaymentMode), default=PaymentMode.ADVANCE)
    funder: Mapped[str] = mapped_column(String(200))
    funder_reference: Mapped[str] = mapped_column(String(100), default="")
    operator_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    rules: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # overrides of workflows.facts.Rules

    operator: Mapped[Organisation] = relationship()
    plans: Mapped[list["CountryPlan"]] = relationship(back_populates="programme", order_by="CountryPlan.id")

    __table_args__ = (
        states_check(Machine.PROGRAMME),
        CheckConstraint("ends_on > starts_on", name="period"),
        CheckConstraint("budget > 0", name="budget"),
        CheckConstraint("length(currency) = 3", name="currency"),
    )


class CountryPlan(Case, Base):
    """Where and on what the programme works; the envelope stands here and is never overdrawn (CHECK)."""

    __tablename__ = "country_plan"
    __machine__ = Machine.PLAN

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2))
    area: Mapped[str] = mapped_column(String(200), default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    actors: Mapped[str] = mapped_column(Text, default="")
    policies: Mapped[str] = mapped_column(Text, default="")
    windows: Mapped[str] = mapped_column(Text, default="")
    objectives: Mapped[str] = mapped_column(Text, default="")
    sector_benefit: Mapped[str] = mapped_column(Text, default="")
    envelope: Mapped[Decimal] = mapped_column(Money)
    reserved: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    committed: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    lga_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    programme: Mapped[Programme] = relationship(back_populates="plans")
    lga: Mapped[Organisation] = relationship()
    drafted_by: Mapped[Person] = relationship()
    references: Mapped[list["PolicyReference"]] = relationship(
        back_populates="plan", order_by="PolicyReference.id", cascade="all, delete-orphan"
    )
    themes: Mapped[list["Theme"]] = relationship(back_populates="plan", order_by="Theme.id")
    endorsements: Mapped[list["Endorsement"]] = relationship(back_populates="plan", order_by="Endorsement.id")
    calls: Mapped[list["Call"]] = relationship(back_populates="plan", order_by="Call.id")

    __table_args__ = (
        states_check(Machine.PLAN),
        CheckConstraint("ends_on > starts_on", name="period"),
        CheckConstraint("envelope > 0", name="envelope"),
        CheckConstraint(
            "reserved >= 0 AND committed >= 0 AND reserved + committed <= envelope", name="within_envelope"
        ),
    )


class PolicyReference(Base):
    """A national decentralisation or donor policy that the plan is tied to [S2.3]."""

    __tablename__ = "policy_reference"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("country_plan.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    issuer: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(String(500), default="")

    plan: Mapped[CountryPlan] = relationship(back_populates="references")


class Theme(Base):
    """A common theme of a plan: applications outside it cannot be submitted [S2.2]."""

    __tablename__ = "theme"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("country_plan.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    objective: Mapped[str] = mapped_column(Text, default="")
    sector_code: Mapped[str] = mapped_column(String(10), default="")  # OECD DAC purpose code
    sdg_goal: Mapped[int]

    plan: Mapped[CountryPlan] = relationship(back_populates="themes")

    __table_args__ = (
        UniqueConstraint("plan_id", "title"),
        CheckConstraint("sdg_goal BETWEEN 1 AND 17", name="sdg_goal"),
    )


class Endorsement(Base):
    """An association's word for a plan, bound to the hash of what it read; a later change voids it, the row stays."""

    __tablename__ = "endorsement"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("country_plan.id"), index=True)
    lga_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    statement: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(String(64))
    endorsed_at: Mapped[datetime] = mapped_column(Instant)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)

    plan: Mapped[CountryPlan] = relationship(back_populates="endorsements")
    lga: Mapped[Organisation] = relationship()
    person: Mapped[Person] = relationship()


class Call(Case, Base):
    """A call for applications under an approved plan: dates are whole days in the plan's country, both included."""

    __tablename__ = "call"
    __machine__ = Machine.CALL

    plan_id: Mapped[int] = mapped_column(ForeignKey("country_plan.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    floor: Mapped[Decimal] = mapped_column(Money)
    ceiling: Mapped[Decimal] = mapped_column(Money)

    plan: Mapped[CountryPlan] = relationship(back_populates="calls")

    __table_args__ = (
        states_check(Machine.CALL),
        CheckConstraint("closes_on > opens_on", name="period"),
        CheckConstraint("floor > 0 AND ceiling >= floor", name="amounts"),
    )
