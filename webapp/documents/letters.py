"""What the letters are filled with: award, reserve, rejection, ineligible, appeal outcome, closing.

Every letter says who decided, under which mandate, when, on what basis, with which facts and reasons, from when, and
whom to ask. An adverse letter also says how the answer was weighed and what the remedy is: who, where, how many days,
from when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from webapp.documents.plain import in_words, sentence
from webapp.documents.records import ZERO, Obligation, require


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The operator of the programme as it writes."""

    name: str
    seat: str
    contact: str  # a function: "Programme manager, Uganda plan"
    contact_email: str
    signatory: str  # "Director of the programme office"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """To whom: the lead municipality and its legal representative, by function."""

    name: str
    attention: str
    seat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What one can do against the decision. Day 1 is the day after the letter was sent."""

    public_authority: bool  # True: objection under administrative law; False: the programme's own appeal
    addressee: str  # "Appeal panel of the programme"
    address: str  # postal or web address
    days: int
    time_zone: str  # the applicant's: "Africa/Kampala"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition of an award, and when it must be met."""

    text: str
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion of the review: the mean score, out of its weight, and the reviewers' comment."""

    name: str
    weight: int
    score: str  # "13.5"
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRule:
    """A mandatory rule that is not met, what shows it, and what was asked and answered before."""

    rule: str
    evidence: str
    asked: str  # "On 3 March 2026 we asked for the council decision."
    answer: str  # "You answered on 9 March 2026 that …"; "No answer came by …"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A ground of the appeal and what the panel found."""

    ground: str
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivingDuty:
    """What stays due after closing, and until when."""

    duty: str
    until: date
    consequence: str


@dataclass(frozen=True, kw_only=True)
class LetterContext:
    """What every letter carries. `dated` is the day on which it is sent."""

    reference: str  # of the letter: "JUM-2026-004/L2"
    version: int
    demonstration: bool
    dated: date
    currency: str
    sender: Sender
    addressee: Addressee
    programme: str
    application: str  # reference
    project: str
    partners: str  # "Deventer and Bukomansimbi"
    decided_by: str  # functions
    mandate: str  # "Mandate rules of the programme, article 4"
    decision_date: date
    basis: str  # "Call 2026-1, section 5"
    facts: tuple[str, ...]
    reasons: tuple[str, ...]
    effective: date

    def __post_init__(self) -> None:
        require(self.decision_date <= self.dated, "the letter is older than the decision")


@dataclass(frozen=True, kw_only=True)
class AdverseContext(LetterContext):
    """A decision that the applicant did not ask for."""

    answer_weighed: str  # how the applicant's answer or clarification was taken into account; empty: none was asked
    remedies: tuple[Remedy, ...]  # one, or none after a second rejection
    no_remedy: str  # what stands instead when there is none

    def __post_init__(self) -> None:
        LetterContext.__post_init__(self)
        require(bool(self.remedies) != bool(self.no_remedy), "a letter has a remedy or says why there is none")

    @property
    def remedy_first_day(self) -> date:
        return self.dated + timedelta(days=1)

    @property
    def remedy_last_day(self) -> date:
        """Day 1 is the day after sending, so day n is the sending day plus n."""
        return self.dated + timedelta(days=self.remedies[0].days if self.remedies else 0)


@dataclass(frozen=True, kw_only=True)
class AwardContext(LetterContext):
    """The grant is awarded, under conditions, until an expiry date."""

    grant: Decimal
    instrument: str  # "a memorandum" or "an investment contract"
    instrument_reason: str
    starts: date
    ends: date
    conditions: tuple[Condition, ...]
    expires: date  # the award lapses unless every party has signed by then
    next_steps: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"Award of a grant: {self.project}"

    @property
    def why_instrument(self) -> str:
        return sentence(f"Reason: {self.instrument_reason}")

    @property
    def grant_words(self) -> str:
        return in_words(self.grant, self.currency)


@dataclass(frozen=True, kw_only=True)
class ReserveContext(AdverseContext):
    """Good enough, but the envelope is used up: a place on the reserve list."""

    score: str
    threshold: str
    rank: int
    places: int
    valid_until: date

    @property
    def title(self) -> str:
        return f"Place on the reserve list: {self.project}"


@dataclass(frozen=True, kw_only=True)
class RejectionContext(AdverseContext):
    """Not funded: score and comment per criterion, threshold, rank."""

    criteria: tuple[Criterion, ...]
    score: str
    threshold: str
    rank: int
    places: int

    @property
    def title(self) -> str:
        return f"Rejection of the application: {self.project}"

    @property
    def full_score(self) -> int:
        return sum(criterion.weight for criterion in self.criteria)


@dataclass(frozen=True, kw_only=True)
class IneligibleContext(AdverseContext):
    """A mandatory rule is not met."""

    rules: tuple[FailedRule, ...]

    @property
    def title(self) -> str:
        return f"Application not eligible: {self.project}"


@dataclass(frozen=True, kw_only=True)
class AppealOutcomeContext(LetterContext):
    """The panel accepts the appeal (the case goes back) or dismisses it (the decision stands)."""

    accepted: bool
    appeal_date: date
    contested: str  # "the rejection of 3 March 2026 (JUM-2026-004/L1)"
    panel: str  # functions, and that they are new to the file
    grounds: tuple[Ground, ...]
    returns_to: str  # "LGA review"; empty when dismissed
    next_steps: tuple[str, ...]
    further_remedy: str  # "This decision is final within the programme. …"

    def __post_init__(self) -> None:
        LetterContext.__post_init__(self)
        require(self.accepted == bool(self.returns_to), "an accepted appeal goes back to a stage, a dismissed one not")

    @property
    def title(self) -> str:
        return f"Appeal {'accepted' if self.accepted else 'dismissed'}: {self.project}"


@dataclass(frozen=True, kw_only=True)
class ClosingContext(LetterContext):
    """The final account: accepted costs, final grant, paid, balance, surviving duties."""

    agreement: str  # "investment contract JUM-2026-002"
    maximum: Decimal
    declared: Decimal
    ineligible: Decimal
    final_grant: Decimal
    calculation: str  # "90% of the accepted costs, at most the maximum grant"
    paid: Decimal
    settle_by: date
    duties: tuple[SurvivingDuty, ...]
    obligations: tuple[Obligation, ...]  # delivered knowledge sharing
    thanks: str

    def __post_init__(self) -> None:
        LetterContext.__post_init__(self)
        require(ZERO <= self.ineligible <= self.declared, "ineligible costs outside the declared costs")
        require(self.final_grant <= self.maximum, "the final grant exceeds the maximum")

    @property
    def title(self) -> str:
        return f"Closing of {self.agreement}: {self.project}"

    @property
    def accepted_costs(self) -> Decimal:
        return self.declared - self.ineligible

    @property
    def balance(self) -> Decimal:
        """What is left to settle, without a sign."""
        return abs(self.final_grant - self.paid)

    @property
    def owes_us(self) -> bool:
        return self.paid > self.final_grant

    @property
    def settled(self) -> bool:
        return self.paid == self.final_grant

    @property
    def final_grant_words(self) -> str:
        return in_words(self.final_grant, self.currency)
