"""What the memorandum and the investment contract are filled with.

The caller builds one of these from its own records, with `Decimal` sums and `date` days; everything that can be derived
(totals, shares, sums in words, the worked example) is derived here, so that a value stands once. Days, months,
percentages and thresholds are settings of the programme: they stand in `terms`, never in the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from webapp.documents.language import language
from webapp.documents.plain import months_after, sentence
from webapp.documents.records import (
    ZERO,
    Agreement,
    Baseline,
    DisposalStep,
    LogFrameRow,
    Party,
    PlannedAsset,
    ProcurementStep,
    Risk,
    Upkeep,
    require,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorandumTerms:
    """Settings of the programme that a memorandum prints."""

    payment_days: int = 30  # from condition met to payment
    repayment_days: int = 30  # from the Programme's letter to repayment of unused money
    report_review_days: int = 30  # within which the Programme answers a report
    cure_days: int = 30  # after the reminder for an overdue report
    notice_days: int = 30  # to end the memorandum
    breach_hours: int = 72  # to report a personal data breach
    record_years: int = 5
    talks_days: int = 30  # the officers talk, then the heads
    heads_days: int = 30
    time_zone: str = "Europe/Amsterdam"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """Settings of the programme that an investment contract prints. Days are calendar days."""

    reduction: Literal["unused", "gap"] = "unused"  # minus all unused money, or minus the gap to `spent_percent`
    spent_percent: int = 70
    advance_percent: int = 90
    payment_days: int = 30
    late_interest: str = "the reference rate of the European Central Bank plus 3.5 percentage points"
    exchange_rate: str = "the monthly rate of the European Commission for the month of the payment"
    first_payment_months: int = 6  # to meet the conditions of the first payment
    report_months: int = 3  # final report after the end
    report_review_days: int = 30
    cure_days: int = 30
    heading_percent: int = 25
    amendment_months: int = 1  # an amendment is asked this long before it takes effect
    answer_days: int = 30  # the Programme answers a request or a notice
    termination_answer_days: int = 30
    notice_months: int = 2
    final_account_months: int = 3
    hold_weeks: int = 13  # the longest time that a payment may be held
    recovery_years: int = 5
    repayment_days: int = 45
    unused_months: int = 6
    record_years: int = 7
    asset_years: int = 5
    asset_count_years: int = 2
    transfer_threshold: Decimal = Decimal(5000)
    consent_threshold: Decimal = Decimal(60000)
    defects_months: int = 12
    retention_percent: int = 5
    successor_days: int = 60  # to name a successor for a trained person or key staff
    breach_hours: int = 72
    suspicion_days: int = 5  # to report a suspicion
    deemed_days: int = 3  # a letter by e-mail counts as received after so many days
    talks_days: int = 30
    heads_days: int = 30
    mediation_days: int = 60
    public_authority: bool = False  # the Programme is a public authority: objection; else: own appeal
    remedy_days: int = 42
    time_zone: str = "Europe/Amsterdam"


@dataclass(frozen=True, kw_only=True)
class MemorandumContext(Agreement):
    """The short agreement for an exchange of expertise. It carries no investment [S2.15]."""

    parties: tuple[Party, ...]  # municipalities in signing order, the partner first
    council_approval: str  # whose council must still approve: "Municipality of Rubavu"; empty: none
    terms: MemorandumTerms

    def __post_init__(self) -> None:
        Agreement.__post_init__(self)
        require(len(self.parties) >= 2, "a memorandum needs two municipalities")
        require(
            all(
                line.category.casefold() != language(self.locale).phrase("Investment").casefold() for line in self.lines
            ),
            "a memorandum carries no investment line",
        )

    @property
    def municipalities(self) -> tuple[Party, ...]:
        return self.parties

    @property
    def title(self) -> str:
        return f"{language(self.locale).phrase('Memorandum')} {self.reference}: {self.project}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReductionExample:
    """The worked example of a reduced tranche, every figure computed."""

    paid_number: int
    paid: Decimal
    spent_share: str
    spent: Decimal
    missing: Decimal
    next_number: int
    next: Decimal
    payable: Decimal


@dataclass(frozen=True, kw_only=True)
class ContractContext(Agreement):
    """The fuller contract for grants with investment [S2.15], with its eleven annexes."""

    partner: Party  # receives the grant
    peers: tuple[Party, ...]  # supporting parties with duties, no money
    description: str  # Annex I in prose; a line feed starts a new line
    works: bool  # the action includes construction
    committee: bool  # False while nothing is decided
    committee_decided: bool
    committee_reason: str  # why there is one, or why there is none [S1.5]
    committee_meetings: int  # a year
    audit: str  # "detailed, at the interim report and at the end"
    risks: tuple[Risk, ...]
    baseline: tuple[Baseline, ...]
    log_frame: tuple[LogFrameRow, ...]
    assets: tuple[PlannedAsset, ...]
    upkeep: tuple[Upkeep, ...]
    disposal: tuple[DisposalStep, ...]
    procurement: tuple[ProcurementStep, ...]
    dispute_forum: str  # "the District Court of The Hague"
    terms: ContractTerms

    def __post_init__(self) -> None:
        Agreement.__post_init__(self)
        limit = self.grant * self.terms.advance_percent / 100
        require(self.advances <= limit, "the advances exceed their limit")
        latest = months_after(self.ends, self.terms.report_months)
        require(self.final_report.due <= latest, "the final report is due later than the contract allows")
        require(bool(self.assets), "an investment contract names its assets")
        require(self.committee_decided or not self.committee, "a committee that nobody decided on")
        require(
            not self.committee_decided or self.committee or bool(self.committee_reason),
            "no committee and no reason for it",
        )

    @property
    def municipalities(self) -> tuple[Party, ...]:
        return (self.partner, *self.peers)

    @property
    def title(self) -> str:
        return f"Investment contract {self.reference}: {self.project}"

    @property
    def reason(self) -> str:
        """Why there is a committee or none, closed with a full stop."""
        return sentence(f"Reason: {self.committee_reason}") if self.committee_reason else ""

    @property
    def has_peers(self) -> bool:
        return bool(self.peers)

    @property
    def advances(self) -> Decimal:
        return sum((tranche.amount for tranche in self.tranches if tranche.advance), ZERO)

    @property
    def advances_share(self) -> str:
        return language(self.locale).percent(self.advances, self.grant)

    @property
    def own_share_words(self) -> str:
        return language(self.locale).in_words(self.own_share, self.currency)

    @property
    def reduces_by_unused(self) -> bool:
        return self.terms.reduction == "unused"

    @property
    def has_further_advance(self) -> bool:
        """Whether a tranche can be reduced at all: there is an advance after the first."""
        return sum(tranche.advance for tranche in self.tranches) > 1

    @property
    def example(self) -> ReductionExample:
        """80 paid, 48 spent: minus all unused (64 - 32 = 32), or minus the gap to 70% (64 - 8 = 56)."""
        first, following = self.tranches[0], self.tranches[min(1, len(self.tranches) - 1)]
        share = max(self.terms.spent_percent - 10, 0)
        spent = (first.amount * share / 100).quantize(Decimal("0.01"))
        aim = first.amount if self.reduces_by_unused else first.amount * self.terms.spent_percent / 100
        missing = (aim - spent).quantize(Decimal("0.01"))
        return ReductionExample(
            paid_number=first.number,
            paid=first.amount,
            spent_share=f"{share}%",
            spent=spent,
            missing=missing,
            next_number=following.number,
            next=following.amount,
            payable=max(following.amount - missing, ZERO),
        )

    @property
    def upkeep_total(self) -> Decimal:
        return sum((line.yearly for line in self.upkeep), ZERO)

    @property
    def assets_total(self) -> Decimal:
        return sum((asset.cost for asset in self.assets), ZERO)
