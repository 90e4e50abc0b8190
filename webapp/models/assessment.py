"""Eligibility checks, baseline assessments, LGA reviews, decisions and appeals."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.application import Application
from webapp.models.people import Organisation, Person
from webapp.models.types import Case, Instant, Money, states_check, word
from workflows.scoring import review_score
from workflows.vocabulary import Machine, Role, State, Trigger


class RuleCode(StrEnum):
    """The eligibility rules; which are mandatory stands in `MANDATORY_RULES` [S2.11]."""

    LOCAL_AUTHORITIES = "local_authorities"
    DIFFERENT_COUNTRIES = "different_countries"
    CALL_PERIOD = "call_period"
    ON_THEME = "on_theme"
    AMOUNT_IN_RANGE = "amount_in_range"
    PEER_ACTIVITY = "peer_activity"
    LAND_TITLE = "land_title"
    NO_DOUBLE_FUNDING = "no_double_funding"
    OWN_SHARE_BACKED = "own_share_backed"


MANDATORY_RULES = frozenset(RuleCode) - {RuleCode.OWN_SHARE_BACKED}


class Verdict(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


class EligibilityCheck(Base):
    """One rule of one application: the verdict with its evidence; None while unchecked."""

    __tablename__ = "eligibility_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    rule: Mapped[RuleCode] = mapped_column(word(RuleCode))
    mandatory: Mapped[bool]
    verdict: Mapped[Verdict | None] = mapped_column(word(Verdict))
    evidence: Mapped[str] = mapped_column(Text, default="")
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[datetime | None] = mapped_column(Instant)

    checked_by: Mapped[Person | None] = relationship()

    __table_args__ = (
        UniqueConstraint("application_id", "rule"),
        CheckConstraint("(verdict IS NULL) = (checked_by_id IS NULL)", name="verdict_has_checker"),
    )


class Baseline(Base):
    """The baseline assessment of one municipality in one application [S2.12]."""

    __tablename__ = "baseline"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    assessor_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    application: Mapped[Application] = relationship()
    organisation: Mapped[Organisation] = relationship()
    assessor: Mapped[Person] = relationship()
    scores: Mapped[list["BaselineScore"]] = relationship(order_by="BaselineScore.id")

    __table_args__ = (UniqueConstraint("application_id", "organisation_id"),)


class BaselineScore(Base):
    """One item: 0 none, 1 ad hoc, 2 partial, 3 established, 4 institutionalised; with evidence and its date."""

    __tablename__ = "baseline_score"

    id: Mapped[int] = mapped_column(primary_key=True)
    baseline_id: Mapped[int] = mapped_column(ForeignKey("baseline.id"), index=True)
    item: Mapped[str] = mapped_column(String(40))  # a key of workflows.scoring.BASELINE_ITEMS
    score: Mapped[int] = mapped_column(SmallInteger)
    evidence: Mapped[str] = mapped_column(Text)
    observed_on: Mapped[date]

    __table_args__ = (
        UniqueConstraint("baseline_id", "item"),
        CheckConstraint("score BETWEEN 0 AND 4", name="scale"),
    )


class Advice(StrEnum):
    FUND = "fund"
    CONDITIONAL = "conditional"
    REJECT = "reject"


class Review(Case, Base):
    """One officer's review of one application in one round; scores stay hidden until one's own is in."""

    __tablename__ = "review"
    __machine__ = Machine.REVIEW

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    round: Mapped[int] = mapped_column(SmallInteger)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    lga_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    is_extra: Mapped[bool] = mapped_column(default=False)  # the third one that settles a wide spread
    no_conflict: Mapped[bool | None]  # the reviewer's own declaration; None while unanswered
    conflict_note: Mapped[str] = mapped_column(Text, default="")
    advice: Mapped[Advice | None] = mapped_column(word(Advice))
    conditions: Mapped[str] = mapped_column(Text, default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    score: Mapped[Decimal | None] = mapped_column(Money)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)

    application: Mapped[Application] = relationship()
    reviewer: Mapped[Person] = relationship()
    lga: Mapped[Organisation] = relationship()
    scores: Mapped[list["ReviewScore"]] = relationship(order_by="ReviewScore.id")

    __table_args__ = (
        states_check(Machine.REVIEW),
        UniqueConstraint("application_id", "round", "reviewer_id"),
        CheckConstraint("(state = 'submitted') = (submitted_at IS NOT NULL)", name="submitted"),
        CheckConstraint("state != 'submitted' OR (score IS NOT NULL AND advice IS NOT NULL)", name="submitted_whole"),
    )

    def stamp(self, trigger: Trigger, source: State, person_id: int | None, reason: str, at: datetime) -> None:
        if trigger is Trigger.SUBMIT_REVIEW:
            self.submitted_at = at
            self.score = review_score({row.criterion: row.score for row in self.scores})
        elif trigger is Trigger.RECUSE:
            self.conflict_note = self.conflict_note or reason


class ReviewScore(Base):
    __tablename__ = "review_score"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    criterion: Mapped[str] = mapped_column(String(40))  # a key of workflows.scoring.REVIEW_GRID
    score: Mapped[int] = mapped_column(SmallInteger)
    comment: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        UniqueConstraint("review_id", "criterion"),
        CheckConstraint("score BETWEEN 1 AND 5", name="scale"),
    )


OPEN_DECISION = text("settled_at IS NULL AND replaced_at IS NULL")


class Decision(Base):
    """A recommendation by the file's manager; it becomes the decision when the mandate has confirmed it."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    outcome: Mapped[State] = mapped_column(word(State))  # approved, reserve or rejected
    amount: Mapped[Decimal] = mapped_column(Money)
    conditions: Mapped[str] = mapped_column(Text, default="")  # one a line
    reasons: Mapped[str] = mapped_column(Text)
    recommended_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recommended_at: Mapped[datetime] = mapped_column(Instant)
    version_id: Mapped[int] = mapped_column(ForeignKey("application_version.id"))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    replaced_at: Mapped[datetime | None] = mapped_column(Instant)

    application: Mapped[Application] = relationship()
    recommended_by: Mapped[Person] = relationship()
    confirmations: Mapped[list["DecisionConfirmation"]] = relationship(order_by="DecisionConfirmation.id")

    __table_args__ = (
        CheckConstraint("outcome IN ('approved', 'reserve', 'rejected')", name="outcome"),
        CheckConstraint("amount >= 0 AND (outcome != 'approved' OR amount > 0)", name="amount"),
        Index(
            "uq_decision_open",
            "application_id",
            unique=True,
            sqlite_where=OPEN_DECISION,
            postgresql_where=OPEN_DECISION,
        ),
    )


class DecisionConfirmation(Base):
    """One confirmation, in one capacity, by one person: always different people."""

    __tablename__ = "decision_confirmation"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(word(Role))
    confirmed_at: Mapped[datetime] = mapped_column(Instant)

    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("decision_id", "person_id"), UniqueConstraint("decision_id", "role"))


class Appeal(Base):
    """One appeal per case, judged by a panel of people new to the file."""

    __tablename__ = "appeal"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    grounds: Mapped[str] = mapped_column(Text)
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    filed_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    upheld: Mapped[bool | None]
    reasons: Mapped[str] = mapped_column(Text, default="")

    application: Mapped[Application] = relationship()
    filed_by: Mapped[Person] = relationship()
    votes: Mapped[list["PanelVote"]] = relationship(order_by="PanelVote.id")


class PanelVote(Base):
    __tablename__ = "panel_vote"

    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uphold: Mapped[bool]
    reasons: Mapped[str] = mapped_column(Text)
    voted_at: Mapped[datetime] = mapped_column(Instant)

    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("appeal_id", "person_id"),)
