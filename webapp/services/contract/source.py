"""What an agreement's text is made of, in few statements: the decision and the frozen version it was about."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import joinedload

from webapp import clock
from webapp.documents.language import ENGLISH, Language, language
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application, ApplicationVersion
from webapp.models.assessment import Baseline, Decision, EligibilityCheck, RuleCode, Verdict
from webapp.models.monitoring import CommitteeDecision, Obligation
from webapp.models.people import Person, RoleGrant
from webapp.services.facts.figures import rules_of
from workflows.facts import Rules
from workflows.vocabulary import Instrument, Role, State

CONTACTS = (Role.APPLICANT_EDITOR, Role.MUNICIPALITY_ADMIN)


@dataclass(frozen=True, slots=True)
class Approved:
    """The settled approval and the frozen content it was about."""

    decision: Decision
    content: dict[str, Any]
    committee: CommitteeDecision | None  # what was decided since about the monitoring [S1.5]
    on_land: bool  # the eligibility check found a land title: something is built


@dataclass(frozen=True, slots=True)
class Source:
    """One agreement with all that its document prints."""

    agreement: Agreement
    application: Application
    rules: Rules
    approved: Approved
    obligations: Sequence[Obligation]
    contacts: dict[int, Person]  # organisation id → who receives notices
    baselines: Sequence[Baseline]
    committee: CommitteeDecision | None  # None while it is not decided [S1.5]
    said: Language = field(default_factory=lambda: language(ENGLISH))  # the language that values and phrases stand in

    @property
    def content(self) -> dict[str, Any]:
        return self.approved.content

    @property
    def names(self) -> dict[int, str]:
        """Legal names of the parties, spelled once."""
        return {party.organisation_id: party.organisation.legal_name for party in self.agreement.parties}

    def answer(self, section: str, key: str) -> str:
        return str(self.content["sections"].get(section, {}).get(key, "")).strip()


_read: ContextVar[dict[int, Source] | None] = ContextVar("sources", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Inside, each agreement's source is read once: for a page, which changes nothing and asks more than once."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def load(agreement: Agreement) -> Source:
    """Four statements at most beside the agreement's own rows; raises LookupError without a settled approval."""
    known = _read.get()
    if known is None:
        return _load(agreement)
    if agreement.id not in known:
        known[agreement.id] = _load(agreement)
    return known[agreement.id]


def _load(agreement: Agreement) -> Source:
    fuller, settled = agreement.kind is Instrument.INVESTMENT_CONTRACT, approved(agreement.application_id)
    return Source(
        agreement=agreement,
        application=agreement.application,
        rules=rules_of(agreement),
        approved=settled,
        obligations=agreement.obligations,
        contacts=contacts(agreement),
        baselines=_baselines(agreement.application_id) if fuller else (),
        committee=settled.committee if fuller else None,
    )


def approved(application_id: int) -> Approved:
    """The approval that counts: the newest settled one, with its version; one statement."""
    land = exists().where(
        EligibilityCheck.application_id == application_id,
        EligibilityCheck.rule == RuleCode.LAND_TITLE,
        EligibilityCheck.verdict == Verdict.PASS,
    )
    query = (
        select(Decision, ApplicationVersion, CommitteeDecision, land)
        .join(ApplicationVersion, ApplicationVersion.id == Decision.version_id)
        .outerjoin(CommitteeDecision, CommitteeDecision.application_id == Decision.application_id)
        .where(
            Decision.application_id == application_id,
            Decision.outcome == State.APPROVED,
            Decision.settled_at.is_not(None),
            Decision.replaced_at.is_(None),
        )
        .options(joinedload(Decision.confirmations))
        .order_by(Decision.id.desc())
    )
    found = db.session.execute(query).unique().first()
    if found is None:
        raise LookupError(f"application {application_id} has no settled approval")
    decision, version, committee, on_land = found
    return Approved(decision, version.content, committee, bool(on_land))


def contacts(agreement: Agreement) -> dict[int, Person]:
    """Who receives notices: the first editor or administrator who does not sign; for the operator the manager."""
    signing = {party.signatory_id for party in agreement.parties}
    municipal = [party.organisation_id for party in agreement.parties if not party.is_operator]
    found: dict[int, Person] = {}
    for organisation_id, person in _editors(municipal, clock.today()):
        if person.id not in signing:
            found.setdefault(organisation_id, person)
    manager = agreement.application.manager
    for party in agreement.parties:
        if party.is_operator and manager is not None and manager.id not in signing:
            found[party.organisation_id] = manager
    return found


def _editors(organisations: list[int], today: date) -> Sequence[tuple[int, Person]]:
    query = (
        select(RoleGrant.organisation_id, Person)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.organisation_id.in_(organisations),
            RoleGrant.role.in_(CONTACTS),
            RoleGrant.starts_on <= today,
            or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= today),
            Person.left_at.is_(None),
        )
        .order_by(RoleGrant.role, RoleGrant.id)
    )
    return [(organisation, person) for organisation, person in db.session.execute(query) if organisation is not None]


def _baselines(application_id: int) -> Sequence[Baseline]:
    query = select(Baseline).where(Baseline.application_id == application_id).options(joinedload(Baseline.scores))
    return db.session.scalars(query.order_by(Baseline.id)).unique().all()


def shared_out(total: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """`total` over the parts in proportion, in whole cents; what rounding leaves goes to the largest part."""
    whole = sum(parts, Decimal(0))
    if whole == total:
        return list(parts)
    shares = [(part * total / whole).quantize(Decimal("0.01"), "ROUND_DOWN") for part in parts]
    largest = max(range(len(parts)), key=lambda index: parts[index])
    shares[largest] += total - sum(shares, Decimal(0))
    return shares
