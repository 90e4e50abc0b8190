"""What the rules are told: frozen, plain values. `webapp.services.facts` builds them from the models."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from workflows.vocabulary import AuditLevel, Instrument, Role, State

# Nobody's number: the right person for a move, who has touched no file and belongs to no municipality. What is said of
# a move that is somebody else's is judged for them, so that it is never about the reader's own ties.
SOMEBODY_NEW = -1


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, with the roles that count for this very object."""

    person_id: int
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why a move cannot happen: a code with its numbers, and who can clear it. The words live in `webapp.wording`.

    Nobody in `cleared_by`: it is so for good. The system alone: time clears it. `by_owners`: those to whom the move
    belongs clear it, perhaps another of them; a guard does not know who they are, the engine fills them in.
    """

    code: str
    cleared_by: tuple[Role, ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    by_owners: bool = False

    def owned_by(self, roles: Iterable[Role]) -> "Blocker":
        """The same for a move, or another act, that belongs to these."""
        return replace(self, cleared_by=tuple(sorted(roles))) if self.by_owners else self


@dataclass(frozen=True, slots=True)
class Rules:
    """A programme's figures: defaults are proposals [P], a programme manager sets them, code never holds them."""

    clarification_days: int = 30
    baseline_bar: Decimal = Decimal("2")
    quorum: int = 2
    review_spread: Decimal = Decimal("20")
    fund_from: Decimal = Decimal("60")
    fit_minimum: int = 3
    mandate_manager: Decimal = Decimal("25000")
    mandate_finance: Decimal = Decimal("150000")
    appeal_days: int = 42
    reserve_days: int = 180
    notice_days: int = 60
    detailed_audit_above: Decimal = Decimal("100000")
    interim_report_months: int = 12
    final_report_months: int = 3
    advance_percent: int = 80
    advance_limit_percent: int = 90
    cure_days: int = 30
    payment_days: int = 30
    signature_days: int = 60
    investment_signature: str = "wet_or_qualified"  # or "click"
    record_years: int = 7
    asset_years: int = 5
    review_days: int = 21
    # steps that a programme may do without
    committee_required: bool = True
    capacity_hold: bool = True
    memorandum_audit: AuditLevel = AuditLevel.SIMPLE
    investment_audit: AuditLevel = AuditLevel.DETAILED
    # reminders: days before and after a due date, and days overdue until the next role up is told
    remind_before_days: int = 7
    remind_after_days: int = 7
    escalation_days: int = 14
    text_agreements: int = 0  # municipalities that must agree to the text before it is issued


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    rules: Rules
    open_calls: int
    open_cases: int


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A country plan's readiness [S2.3] [S2.8] [S2.9]."""

    empty_sections: tuple[str, ...]
    policy_references: int
    sector_benefit: bool
    themes: int
    endorsed: bool
    envelope: Decimal
    budget_left: Decimal
    drafted_by: int
    open_calls: int = 0


@dataclass(frozen=True, slots=True)
class CallFacts:
    plan_state: State
    programme_state: State
    closes_on: date
    today: date
    themes: int


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """Everything a guard of the application's machine may ask. Loaded in bulk for lists."""

    rules: Rules
    today: date
    # applying
    missing: tuple[str, ...] = ()
    call_open: bool = False
    call: State | None = None
    call_opens_on: date | None = None  # where that day is still to come
    on_theme: bool = False
    unsigned_parties: tuple[str, ...] = ()
    lead_signatories: frozenset[int] = frozenset()
    party_people: frozenset[int] = frozenset()
    # eligibility
    rules_open: int = 0
    rules_failed: int = 0
    clarification_considered: bool = False
    assessors_available: bool = False
    # clarification
    clarification_asked: bool = False
    clarification_due_in: int | None = None
    clarification_answered: bool = False
    return_state: State | None = None
    # baseline: one mean per municipality; None while incomplete
    baseline_open: tuple[str, ...] = ()
    baseline_low: tuple[str, ...] = ()
    # review
    valid_reviews: int = 0
    partner_lga_reviewed: bool = False
    review_spread: Decimal = Decimal(0)
    extra_review: bool = False
    mean_score: Decimal | None = None
    lowest_fit: int | None = None
    # decision
    recommended: State | None = None
    recommended_by: int | None = None
    confirmed_by: frozenset[int] = frozenset()
    decision_amount: Decimal = Decimal(0)
    mandate_missing: tuple[Role, ...] = ()
    envelope_left: Decimal = Decimal(0)
    eligibility_officers: frozenset[int] = frozenset()
    reviewers: frozenset[int] = frozenset()
    manager: int | None = None
    # refusal and appeal
    last_appeal_day: date | None = None
    appeals: int = 0
    refusals: int = 0
    refused_as: State | None = None
    panel_upheld: int = 0
    panel_dismissed: int = 0
    reserve_until: date | None = None
    # contract
    instrument: Instrument | None = None
    instrument_computed: Instrument | None = None
    agreement_in_force: bool = False
    agreement: State | None = None
    # monitoring and closing
    committee_decided: bool = False
    focal_points_missing: tuple[str, ...] = ()
    notice_ends_on: date | None = None
    final_report_accepted: bool = False
    reports_open: int = 0
    audit_needed: bool = True
    audit_opinion: bool = False
    auditor_named: bool = True
    obligations_open: int = 0
    actions_open: int = 0
    findings_open: int = 0


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    reviewer: int
    conflict_declared: bool | None
    conflict_known: bool
    unscored: tuple[str, ...]
    advice_given: bool
    case_in_review: bool
    case_comes_back: bool = False  # the reviewers asked the applicants; their answer brings it back


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """One agreement: its schedule, its stored document and the signatures on that document's hash [S2.13]."""

    grant: Decimal
    scheduled: Decimal
    advances_percent: Decimal
    advance_limit: int
    instrument: Instrument
    instrument_computed: Instrument
    document_current: bool
    gaps: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()  # the parties, each with the capacity in which somebody signs for it
    unsigned_roles: tuple[Role, ...] = (Role.SIGNATORY, Role.DIRECTOR)
    signatories: frozenset[int] = frozenset()  # who may still sign, delegates in place of those who delegated
    case_contracting: bool = False
    case_over: bool = False
    manager: int | None = None
    # negotiation, all about the newest version
    clauses_open: int = 0
    objections_open: int = 0
    written_by: int | None = None
    checked_by: frozenset[int] = frozenset()
    disagreeing: tuple[str, ...] = ()  # municipalities that have not agreed to it
    agreements_missing: int = 0  # how many of them the programme still asks for


@dataclass(frozen=True, slots=True)
class ReportFacts:
    empty_sections: tuple[str, ...]
    author: int | None
    case_running: bool


@dataclass(frozen=True, slots=True)
class ActionFacts:
    evidence: bool
    done_by: int | None
    owner: int | None
    case_running: bool


@dataclass(frozen=True, slots=True)
class ObligationFacts:
    evidence: bool
    delivered_by: int | None
    case_running: bool


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """One uploaded template of a programme, for one kind of document in one language."""

    preview_made: bool
    uploaded_by: int
    version_in_use: int | None = None  # of another upload of the same kind and language


@dataclass(frozen=True, slots=True)
class ClauseFacts:
    """One text of a special clause. Its words never change, so they are those that were seen as long as they stand."""

    agreement_drafted: bool
    words_stand: bool
    proposed_by: int | None  # None: carried over, nobody known
    party_people: frozenset[int] = frozenset()  # the actor, if they belong to a municipality of the file


Facts = (
    ProgrammeFacts
    | PlanFacts
    | CallFacts
    | ApplicationFacts
    | ReviewFacts
    | AgreementFacts
    | ReportFacts
    | ActionFacts
    | ObligationFacts
    | TemplateFacts
    | ClauseFacts
)
