"""The small records that documents are made of: a party, a tranche, a budget line, a risk.

Fields hold plain values: text, whole numbers, `date`, `Decimal` sums in the document's currency, and tuples of records.
An empty text or an empty tuple means "none": the template then leaves its paragraph out. Derived values are properties;
templates may print them like fields.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from webapp.documents.language import ENGLISH, language
from webapp.documents.plain import sentence

ZERO = Decimal(0)


class InconsistentError(ValueError):
    """The figures, dates or names of a document contradict each other, so that it must not be made."""


def require(holds: bool, problem: str) -> None:
    """Raise InconsistentError with `problem` unless the rule holds."""
    if not holds:
        raise InconsistentError(problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One who signs. `signatory` acts; `contact` (a function) receives notices and is somebody else."""

    name: str  # legal name, spelled alike everywhere: "Municipality of Rheden"
    role: str  # "Partner municipality", "Lead municipality", "Programme operator"
    seat: str  # postal address on one line
    country: str  # "Netherlands"
    signatory: str  # who signs: "Mayor of Rheden"
    function: str  # "Mayor"
    capacity: str  # "legal representative of the municipality"
    mandate_act: str  # "Decision of the municipal council"
    mandate_number: str  # "2026/114"
    mandate_date: date
    contact: str  # "International cooperation officer"
    contact_email: str
    focal_point: str = ""  # "Municipal secretary"; empty for the operator
    cosignatory: str = ""  # where the law asks for a second signature: "Municipal secretary"

    def __post_init__(self) -> None:
        require(self.signatory != self.contact, f"{self.name}: the signatory is also the contact for notices")

    @property
    def mandate(self) -> str:
        """Act and number as one phrase, without the date."""
        return f"{self.mandate_act} {self.mandate_number}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningGoal:
    """What one side wants to learn: every municipality has at least one."""

    party: str
    goal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One row of the work plan: what, how, who, by when, and how one sees that it worked."""

    objective: str
    title: str
    how: str  # mode and place: "Working visit in Rubavu", "Webinar"
    owner: str  # the function and municipality that lead it
    due: date
    indicator: str
    travel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """`cost` is the whole line, `own` the part that the payer's side bears; the grant bears the rest."""

    number: str
    title: str
    category: str  # "Travel", "Expertise", "Training", "Investment", "Audit", "Other"
    payer: str
    payee: str
    cost: Decimal
    own: Decimal = ZERO

    def __post_init__(self) -> None:
        require(ZERO <= self.own <= self.cost, f"budget line {self.number}: own share outside the line's cost")

    @property
    def grant(self) -> Decimal:
        return self.cost - self.own


@dataclass(frozen=True, slots=True, kw_only=True)
class Tranche:
    """`advance` says that it is paid before the costs are accepted; the balance is not an advance."""

    number: int
    amount: Decimal
    condition: str  # "Every party has signed"
    due: str  # a date or an event: "30 days after the last signature"
    report: str = ""  # the report that goes with it: "Interim report 1"
    advance: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDue:
    """A report and its last day."""

    kind: str  # "Interim report 1", "Final report"
    starts: date
    ends: date
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One of the six kinds, likelihood and impact from 1 to 5."""

    kind: str
    likelihood: int
    impact: int
    mitigation: str
    owner: str

    @property
    def level(self) -> int:
        return self.likelihood * self.impact


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """One indicator of one municipality: scale 0 (none) to 4 (institutionalised)."""

    municipality: str
    domain: str  # "Political commitment", "Dedicated staff", "Organisational performance"
    indicator: str
    score: int
    evidence: str
    assessed: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Who was trained must help others to learn."""

    person: str  # a function, not a name: "Tourism officer, Rubavu"
    training: str
    act: str
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFrameRow:
    """One row of the log frame."""

    level: str  # "Impact", "Outcome", "Output"
    statement: str
    indicator: str
    baseline: str
    target: str
    source: str  # where one can see it
    assumption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAsset:
    """What the grant buys or builds, as far as it is known at signature."""

    number: str
    title: str
    place: str
    cost: Decimal
    purpose: str  # prose, one or two sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """One line of the operation and maintenance plan; `yearly` is what the municipality budgets for it."""

    task: str
    owner: str
    frequency: str
    yearly: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalStep:
    """Disposal in year `year` after the final payment repays `percent` of the grant share."""

    year: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcurementStep:
    """A value range and the procedure that it asks for."""

    value: str  # "Up to EUR 5,000.00"
    procedure: str


@dataclass(frozen=True, kw_only=True)
class Agreement(ABC):
    """What a memorandum and a contract share. Municipalities stand in signing order, the partner first."""

    reference: str  # "JUM-2026-001"
    version: int
    demonstration: bool
    dated: date  # the day on which the text was generated
    currency: str  # ISO 4217
    project: str  # title of the project
    programme: str  # title of the programme
    operator: Party
    funder: str
    funder_reference: str
    plan: str
    theme: str
    sdgs: tuple[str, ...]  # "SDG 8 Decent work and economic growth"
    application: str  # reference of the application
    application_date: date
    decision: str  # reference of the decision
    decision_date: date
    decided_by: str  # functions, as in "approved by …": "the programme manager and a finance officer"
    conditions: tuple[str, ...]  # of the decision
    purpose: str  # prose, one or two sentences
    goals: tuple[LearningGoal, ...]
    activities: tuple[Activity, ...]
    lines: tuple[BudgetLine, ...]
    grant: Decimal
    tranches: tuple[Tranche, ...]
    reports: tuple[ReportDue, ...]
    obligations: tuple[Obligation, ...]
    starts: date
    ends: date
    outside_eea: tuple[str, ...]  # countries of the parties outside the European Economic Area
    transfer_tool: str  # as in "only under …": "a binding administrative arrangement between the Parties"
    reporting_channel: str  # as in "report to …": where a suspicion of corruption or abuse goes
    credit_line: str
    law: str
    language: str  # what it is called in the text itself; the one that prevails
    second_language: str  # of the second column; empty: there is none
    special_terms: tuple[str, ...]
    locale: str = ENGLISH  # the code of the language that values and phrases stand in
    verification_url: str  # where reference and hash can be checked; empty: not printed

    def __post_init__(self) -> None:
        names = [party.name for party in self.signatories]
        require(len(set(names)) == len(names), "two parties have the same name")
        require(
            sum((tranche.amount for tranche in self.tranches), ZERO) == self.grant,
            "the tranches do not add up to the grant",
        )
        require(
            sum((line.grant for line in self.lines), ZERO) == self.grant, "the budget lines do not add up to the grant"
        )
        require(self.starts < self.ends, "the period ends before it starts")
        require(bool(self.reports) and self.reports[-1].due >= self.ends, "the final report is due before the end")
        for party in self.signatories:
            require(party.mandate_date <= self.dated, f"{party.name}: the mandate is later than the document")

    @property
    @abstractmethod
    def municipalities(self) -> tuple[Party, ...]:
        """Every municipality in signing order; a subclass says who they are."""

    @property
    def signatories(self) -> tuple[Party, ...]:
        return (*self.municipalities, self.operator)

    @property
    def aim(self) -> str:
        """The purpose, closed with a full stop."""
        return sentence(self.purpose)

    @property
    def pair(self) -> str:
        return language(self.locale).listed([party.name for party in self.municipalities])

    @property
    def signing_order(self) -> str:
        return language(self.locale).listed([party.name for party in self.signatories])

    @property
    def grant_words(self) -> str:
        return language(self.locale).in_words(self.grant, self.currency)

    @property
    def total_cost(self) -> Decimal:
        return sum((line.cost for line in self.lines), ZERO)

    @property
    def own_share(self) -> Decimal:
        return self.total_cost - self.grant

    @property
    def has_own_share(self) -> bool:
        return self.own_share > ZERO

    @property
    def share(self) -> str:
        """The part of the costs that the grant bears: "90%"."""
        return language(self.locale).percent(self.grant, self.total_cost)

    @property
    def has_travel(self) -> bool:
        return any(activity.travel for activity in self.activities)

    @property
    def has_training(self) -> bool:
        return bool(self.obligations)

    @property
    def countries_outside(self) -> str:
        return language(self.locale).listed(self.outside_eea)

    @property
    def final_report(self) -> ReportDue:
        return self.reports[-1]
