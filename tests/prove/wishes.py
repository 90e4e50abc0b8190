"""What people ask of the product beside moves, in a walk: somebody of the right role mostly, on rows that exist mostly.

Each wish is one request: a use case with values that are sometimes right. What it refuses is an answer.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.factories import monitoring
from tests.prove.ground import Ground
from webapp import clock, policy
from webapp.agreements import use_cases as contracts
from webapp.agreements.signing import CONSENT_VERSION
from webapp.applications import use_cases as applying
from webapp.assessments import use_cases as assessments
from webapp.decisions import use_cases as decisions
from webapp.doctemplates import use_cases as doctemplates
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application, Section
from webapp.models.assessment import Advice, Baseline, Review, RuleCode, Verdict
from webapp.models.monitoring import CorrectiveAction, Finding, FindingSource, Obligation, Opinion, Report, Severity
from webapp.models.people import Person, RoleGrant
from webapp.models.programme import CountryPlan
from webapp.models.template import DocumentTemplate
from webapp.models.types import Case
from webapp.monitoring import use_cases as following
from webapp.negotiation import use_cases as negotiation
from webapp.policy import Principal
from webapp.programmes import use_cases as planning
from webapp.reviews import use_cases as reviewing
from webapp.services import scope
from webapp.services.facts import current_agreement
from workflows import scoring
from workflows.vocabulary import Instrument, Role, State

R = Role
APPLICANTS = (R.APPLICANT_EDITOR, R.SIGNATORY)
HALF_A_YEAR = 183


class NothingThereError(LookupError):
    """The walk stands where this cannot even be asked."""


@dataclass
class Walker:
    """The dice, and the case this walk is about."""

    ground: Ground
    dice: random.Random
    case: Case

    @property
    def file(self) -> Application:
        found = scope.application_of(self.case)
        if found is None:
            raise NothingThereError("file")
        return found

    @property
    def agreement(self) -> Agreement:
        found = current_agreement(self.file)
        if found is None:
            raise NothingThereError("agreement")
        return found

    def one(self, kind: type[Any]) -> Any:
        """One of these rows of the file."""
        rows = db.session.scalars(db.select(kind).where(kind.application_id == self.file.id).order_by(kind.id)).all()
        if not rows:
            raise NothingThereError(kind.__name__)
        return self.dice.choice(rows)

    def holders(self, case: Case, *roles: Role) -> list[Principal]:
        """Everybody who holds one of these roles on the case, in any order; roles given in this walk count."""
        given = db.select(Person).join(RoleGrant).where(RoleGrant.id > self.ground.newest_grant).distinct()
        lately = {row.id: scope.principal(row) for row in db.session.scalars(given)}
        everybody = [lately.get(who.person_id, who) for who in self.ground.people]
        room = scope.scope_of(case)
        held = [who for who in everybody if policy.roles_on(who, room) & set(roles)]
        return self.dice.sample(held, len(held))

    def who(self, case: Case, *roles: Role) -> Principal:
        """Mostly somebody who holds one of these roles on the case, now and then anybody."""
        if self.dice.random() < 0.1:
            return self.dice.choice(self.ground.people)
        held = self.holders(case, *roles)
        if not held:
            raise NothingThereError("nobody with this role")
        return held[0]


Wish = Callable[[Walker], object]


def _ask(w: Walker) -> object:
    who = w.who(w.file, R.PROGRAMME_MANAGER, R.ASSESSOR, R.LGA_OFFICER)
    due_on = clock.today() + timedelta(days=w.dice.randint(0, 30))
    return applying.ask_clarification(w.file, "Where is the land title?", [Section.PROBLEM], due_on, who)


def _answer(w: Walker) -> object:
    applying.answer_clarification(w.file, "It is attached.", w.who(w.file, *APPLICANTS))
    return [applying.sign_off(w.file, who) for who in w.holders(w.file, R.SIGNATORY)]


def _sign_off(w: Walker) -> object:
    return applying.sign_off(w.file, w.who(w.file, R.SIGNATORY))


def _check(w: Walker) -> object:
    verdict = w.dice.choice((Verdict.PASS, Verdict.PASS, Verdict.FAIL))
    return assessments.check_rule(
        w.file, w.dice.choice(list(RuleCode)), verdict, "Seen", w.who(w.file, R.PROGRAMME_MANAGER)
    )


def _baseline(w: Walker) -> object:
    row, score = w.one(Baseline), w.dice.choice((1, 3, 4))
    seen = {"score": score, "evidence": "Seen", "observed_on": clock.today() - timedelta(days=3)}
    items = [{"item": item} | seen for item in scoring.BASELINE_ITEMS]
    return assessments.score_items(row, items, w.who(w.file, R.ASSESSOR))


def _review(w: Walker) -> object:
    row: Review = w.one(Review)
    who = scope.principal(row.reviewer) if w.dice.random() < 0.9 else w.who(w.file, R.LGA_OFFICER)
    reviewing.declare(row, w.dice.random() < 0.9, "I advised them.", who)
    scores = dict.fromkeys(scoring.REVIEW_GRID, w.dice.choice((1, 3, 4, 5)))
    return reviewing.save_scores(row, scores, dict.fromkeys(scores, "Seen"), Advice.FUND, "", "On the whole", who)


def _recommend(w: Walker) -> object:
    outcome = w.dice.choice(tuple(decisions.TRIGGERS))
    amount = None if outcome is State.REJECTED else Decimal(w.dice.randint(1, 18_000))
    file = w.file
    own = scope.principal(file.manager) if file.manager else w.who(file, R.PROGRAMME_MANAGER)
    return decisions.recommend(file, outcome, amount, "", "Reasons", own)


def _confirm(w: Walker) -> object:
    role = w.dice.choice((R.PROGRAMME_MANAGER, R.PROGRAMME_MANAGER, R.FINANCE_OFFICER, R.DIRECTOR))
    return decisions.confirm(w.file, role, w.who(w.file, role))


def _vote(w: Walker) -> object:
    return decisions.vote(w.file, w.dice.random() < 0.6, "Read everything.", w.who(w.file, R.PANEL_MEMBER))


def _instrument(w: Walker) -> object:
    kind = w.dice.choice((contracts.computed_instrument(w.file), Instrument.INVESTMENT_CONTRACT))
    return contracts.choose_instrument(w.file, kind, "Large", w.who(w.file, R.PROGRAMME_MANAGER))


def _tranches(w: Walker) -> object:
    draft = w.agreement
    first = Decimal(w.dice.randint(1, int(draft.grant)))
    rows = [
        {"amount": amount, "condition": "In time", "due_on": draft.starts_on, "is_balance": last}
        for amount, last in ((first, False), (draft.grant - first, True))
        if amount
    ]
    return contracts.set_tranches(draft, rows, w.who(w.file, R.PROGRAMME_MANAGER))


def _write(w: Walker) -> object:
    """A new version, checked by a second officer."""
    storage = w.ground.app.extensions["jumelage.storage"]
    document = contracts.generate(w.agreement, w.who(w.file, R.PROGRAMME_MANAGER), storage, demonstration=False)
    assert document.file is not None
    return negotiation.check(w.agreement, document.file.sha256, w.who(w.file, R.DIRECTOR), storage)


def _sign(w: Walker) -> object:
    issued = w.agreement.issued_document
    if issued is None or issued.file is None:
        raise NothingThereError("document")
    return contracts.sign(
        w.agreement, w.who(w.file, R.SIGNATORY, R.DIRECTOR), storage=w.ground.app.extensions["jumelage.storage"],
        document_sha256=issued.file.sha256, consent="I sign.", consent_version=CONSENT_VERSION, language="en",
        address="", user_agent="",
    )  # fmt: skip


def _set_up(w: Walker) -> object:
    lead = w.file.parties[0].organisation_id
    return following.decide_committee(w.file, w.dice.random() < 0.5, "Small", lead, w.who(w.file, R.PROGRAMME_MANAGER))


def _notice(w: Walker) -> object:
    return following.give_notice(w.file, "No work is done.", w.who(w.file, R.DIRECTOR))


def _finding(w: Walker) -> object:
    values = {"source": FindingSource.SITE_VISIT, "severity": Severity.LOW, "text": f"Seen {w.dice.random()}"}
    return following.raise_finding(w.file, values, w.who(w.file, R.PROGRAMME_MANAGER))


def _action(w: Walker) -> object:
    values = {"description": f"Mend it {w.dice.random()}", "owner_organisation_id": w.file.parties[0].organisation_id,
              "owner_id": None, "due_on": clock.today() + timedelta(days=9)}  # fmt: skip
    return following.open_action(w.one(Finding), values, w.who(w.file, R.PROGRAMME_MANAGER))


def _evidence(w: Walker) -> object:
    row = w.one(w.dice.choice((CorrectiveAction, Obligation)))
    return following.save_evidence(row, "Certificate 12", w.who(w.file, *APPLICANTS))


def _report(w: Walker) -> object:
    return following.save_report(w.one(Report), monitoring.WHOLE, w.who(w.file, *APPLICANTS))


def _opinion(w: Walker) -> object:
    return following.give_opinion(w.file, Opinion.QUALIFIED, "Mostly in order.", Decimal(0), w.who(w.file, R.AUDITOR))


def _endorse(w: Walker) -> object:
    if not isinstance(w.case, CountryPlan):
        raise NothingThereError("plan")
    return planning.endorse(w.case, "We were there.", "Every district hears of it.", w.who(w.case, R.LGA_OFFICER))


def _activate(w: Walker) -> object:
    if not isinstance(w.case, DocumentTemplate):
        raise NothingThereError("template")
    return doctemplates.activate(w.case, w.who(w.case, R.DIRECTOR, R.PROGRAMME_MANAGER))


S = State
FOLLOWED = (S.SIGNED, S.MONITORING, S.SUSPENDED, S.CLOSING)
WISHES: dict[
    Wish, tuple[State, ...]
] = {  # each in the states of a file, or of a plan or template, where it has a point
    _ask: (S.ELIGIBILITY, S.BASELINE, S.REVIEW, S.DECISION),
    _answer: (S.CLARIFICATION,),
    _sign_off: (S.DRAFT, S.CLARIFICATION),
    _check: (S.ELIGIBILITY,),
    _baseline: (S.BASELINE,),
    _review: (S.REVIEW,),
    _recommend: (S.DECISION,),
    _confirm: (S.DECISION,),
    _vote: (S.APPEAL,),
    _instrument: (S.APPROVED, S.CONTRACTING),
    _tranches: (S.CONTRACTING,),
    _write: (S.CONTRACTING,),
    _sign: (S.CONTRACTING,),
    _set_up: (S.SIGNED,),
    _notice: FOLLOWED,
    _finding: FOLLOWED,
    _action: FOLLOWED,
    _evidence: FOLLOWED,
    _report: FOLLOWED,
    _opinion: (S.CLOSING,),
    _endorse: (S.CONSULTATION,),
    _activate: (S.PREVIEWED,),
}


def some_wish(walker: Walker) -> Wish:
    """Mostly one that has a point where the walk stands."""
    state = (scope.application_of(walker.case) or walker.case).state
    fitting = [wish for wish, states in WISHES.items() if state in states]
    return walker.dice.choice(fitting if fitting and walker.dice.random() < 0.85 else list(WISHES))
