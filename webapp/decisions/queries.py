"""What the pages of decision, appeal and letters read; one statement each unless it says so."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, joinedload

from webapp import clock, policy
from webapp.errors import NotFound
from webapp.extensions import db
from webapp.models.agreement import Document
from webapp.models.application import Application, ApplicationParty
from webapp.models.assessment import Appeal, Decision, DecisionConfirmation, EligibilityCheck, PanelVote, Review
from webapp.models.people import Affiliation, Person, RoleGrant
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.services import letters, pairs, pdfs
from workflows import scoring
from workflows.vocabulary import Role, State


def file(application_id: int) -> Application:
    """The file with everything its scope and frame ask for. The caller asks the policy."""
    plan = joinedload(Application.call).joinedload(Call.plan)
    query = select(Application).where(Application.id == application_id)
    loaded = query.options(
        plan.joinedload(CountryPlan.programme).joinedload(Programme.operator),
        joinedload(Application.manager),
        joinedload(Application.parties).joinedload(ApplicationParty.organisation),
    )
    application = db.session.scalars(loaded).unique().one_or_none()
    if application is None:
        raise NotFound(f"application {application_id}")
    return application


# --- ranking --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ranked:
    """A file of the call in the order of its score; `left` is what the plan has after it, if it were funded."""

    application_id: int
    reference: str
    pair: str
    state: State
    score: Decimal | None
    amount: Decimal
    left: Decimal | None


RANKED = (State.DECISION, State.APPROVED, State.RESERVE)


def ranking(application: Application) -> list[Ranked]:
    """The files of the call that wait for a decision, are approved or in reserve; best first."""
    counting = (Decision.application_id == Application.id, Decision.replaced_at.is_(None))
    proposed = select(Decision.amount).where(*counting, Decision.outcome != State.REJECTED)
    amount = proposed.order_by(Decision.id.desc()).limit(1).correlate(Application).scalar_subquery()
    query = select(
        Application.id, Application.reference, pairs.lead_name(), pairs.partner_names(), Application.state,
        Application.score, Application.requested, amount,
    ).where(Application.call_id == application.call_id, Application.state.in_(RANKED))  # fmt: skip
    rows: list[Any] = list(db.session.execute(query.order_by(Application.id)))
    rows.sort(key=lambda row: -(row[5] or Decimal(0)))
    left = envelope_left(application.call.plan)
    found = []
    for number, reference, lead, partners, state, score, requested, proposal in rows:
        sum_: Decimal = requested if proposal is None else proposal
        waits = state is not State.APPROVED
        left -= sum_ if waits else Decimal(0)
        pair = f"{lead} ⇄ {partners}"
        found.append(Ranked(number, reference, pair, state, score, sum_, left if waits else None))
    return found


def envelope_left(plan: CountryPlan) -> Decimal:
    """What the plan can still award."""
    return plan.envelope - plan.reserved - plan.committed


# --- reviews and recommendations of this file -----------------------------------------------------


def valid_reviews(application: Application) -> list[Review]:
    query = select(Review).where(
        Review.application_id == application.id,
        Review.round == application.review_round,
        Review.state == State.SUBMITTED,
    )
    loaded = query.options(joinedload(Review.scores), joinedload(Review.reviewer), joinedload(Review.lga))
    return list(db.session.scalars(loaded.order_by(Review.id)).unique())


def means(reviews: Sequence[Review]) -> list[tuple[str, int, Decimal | None]]:
    """(criterion, weight, mean of 1–5). No statement."""
    given = [row for review in reviews for row in review.scores]
    return [
        (key, weight, scoring.mean([row.score for row in given if row.criterion == key]))
        for key, weight in scoring.REVIEW_GRID.items()
    ]


def decisions(application: Application) -> list[Decision]:
    """Every recommendation of the file, the newest first, with who recommended and confirmed it."""
    query = select(Decision).where(Decision.application_id == application.id)
    loaded = query.options(
        joinedload(Decision.recommended_by),
        joinedload(Decision.confirmations).joinedload(DecisionConfirmation.person),
    )
    return list(db.session.scalars(loaded.order_by(Decision.id.desc())).unique())


# --- people, and what they did in this file -------------------------------------------------------


@dataclass(frozen=True)
class Insider:
    """Somebody of the programme with the roles asked about, and their part in this file so far."""

    person: Person
    roles: frozenset[Role]
    belongs: bool
    checked: bool
    reviewed: bool
    recommended: bool
    confirmed: bool
    manages: bool

    def part(self) -> str:
        """What they did, as a phrase; empty for somebody new to the file."""
        said = (
            (self.belongs, _("belongs to one of the municipalities")),
            (self.manages, _("is the manager of this file")),
            (self.recommended and not self.manages, _("recommended the outcome")),
            (self.checked and not self.manages, _("checked the eligibility")),
            (self.reviewed, _("reviewed the application")),
            (self.confirmed, _("confirmed a decision in this file")),
        )
        return ", ".join(text for done, text in said if done)


def insiders(application: Application, roles: Collection[Role]) -> list[Insider]:
    """The people of the programme who hold these roles today, with their part in the file."""
    today = clock.today()
    query = (
        select(Person, RoleGrant.role, *_parts(application))
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role.in_(roles), RoleGrant.programme_id == application.call.plan.programme_id)
        .where(RoleGrant.starts_on <= today, RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= today))
        .where(Person.left_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    found: dict[int, Insider] = {}
    for person, role, *done in db.session.execute(query):
        known = found[person.id].roles if person.id in found else frozenset()
        belongs, checked, reviewed, recommended, confirmed = (bool(part) for part in done)
        manages = person.id == application.manager_id
        found[person.id] = Insider(
            person, known | {role}, belongs, checked, reviewed, recommended, confirmed, manages
        )  # fmt: skip
    return list(found.values())


def _parts(application: Application):  # type: ignore[no-untyped-def]  # five EXISTS columns
    mine = application.id
    parties = [party.organisation_id for party in application.parties]
    tie = aliased(RoleGrant)
    by_role = exists().where(
        tie.person_id == Person.id, tie.organisation_id.in_(parties), tie.role.in_(policy.MUNICIPAL)
    )
    by_tie = exists().where(Affiliation.person_id == Person.id, Affiliation.organisation_id.in_(parties))
    return (
        by_role | by_tie,
        exists().where(EligibilityCheck.application_id == mine, EligibilityCheck.checked_by_id == Person.id),
        exists().where(Review.application_id == mine, Review.reviewer_id == Person.id),
        exists().where(Decision.application_id == mine, Decision.recommended_by_id == Person.id),
        exists().where(
            DecisionConfirmation.decision_id == Decision.id,
            Decision.application_id == mine,
            DecisionConfirmation.person_id == Person.id,
        ),
    )


# --- appeal and letters ---------------------------------------------------------------------------


def appeal(application: Application) -> Appeal | None:
    query = select(Appeal).where(Appeal.application_id == application.id)
    loaded = query.options(joinedload(Appeal.filed_by), joinedload(Appeal.votes).joinedload(PanelVote.person))
    return db.session.scalars(loaded).unique().one_or_none()


def all_letters(application: Application) -> Sequence[Document]:
    """The letters of the file, the newest first, written or being written."""
    query = select(Document).where(Document.application_id == application.id, Document.kind.in_(letters.KINDS))
    loaded = (joinedload(Document.file), joinedload(Document.writing), *pdfs.loaded())
    return db.session.scalars(query.order_by(Document.id.desc()).options(*loaded)).all()


def letter(application: Application, document_id: int) -> Document:
    """One letter of this very file; anything else is not found."""
    query = select(Document).where(
        Document.id == document_id, Document.application_id == application.id, Document.kind.in_(letters.KINDS)
    )
    found = db.session.scalar(query.options(joinedload(Document.file)))
    if found is None:
        raise NotFound(f"letter {document_id}")
    return found
