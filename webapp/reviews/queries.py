"""What the pages of the reviews read, and who sees which scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp import policy
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import Review
from webapp.policy import Principal
from webapp.services import scope
from workflows import scoring
from workflows.vocabulary import Role, State

WATCHERS = policy.OFFICE | {Role.PANEL_MEMBER}


def reviews(application: Application) -> list[Review]:
    """All reviews of a file with scores, reviewer and association; the newest round first. One statement."""
    query = select(Review).where(Review.application_id == application.id).order_by(Review.round.desc(), Review.id)
    loaded = query.options(joinedload(Review.scores), joinedload(Review.reviewer), joinedload(Review.lga))
    return list(db.session.scalars(loaded).unique())


def review(review_id: int) -> Review | None:
    """One review with scores, reviewer and association. One statement."""
    query = select(Review).where(Review.id == review_id)
    loaded = query.options(joinedload(Review.scores), joinedload(Review.reviewer), joinedload(Review.lga))
    return db.session.scalars(loaded).unique().one_or_none()


def sees_scores(who: Principal, application: Application, everyone: Sequence[Review]) -> bool:
    """Whether this person may see what others gave; no statement.

    The office and the appeal panel may, unless a review of their own is open. An officer of an association may once
    their own review of this round is in; the lead reviewer also when nobody's is open any more. Who stepped back from
    this file sees nothing.
    """
    mine = [r for r in everyone if r.reviewer_id == who.person_id]
    if any(r.state is State.RECUSED for r in mine):
        return False
    roles = policy.roles_on(who, scope.file_scope(application))
    this_round = [r for r in everyone if r.round == application.review_round]
    own = next((r for r in mine if r.round == application.review_round), None)
    if own is not None:
        return own.state is State.SUBMITTED
    if roles & WATCHERS:
        return True
    waiting = any(r.state is State.ASSIGNED for r in this_round)
    return Role.LEAD_REVIEWER in roles and bool(this_round) and not waiting


@dataclass(frozen=True)
class Tally:
    """The scores of the current round in short."""

    submitted: int
    open: int
    mean: Decimal | None
    spread: Decimal
    extra_asked: bool


def tally(application: Application, everyone: Sequence[Review]) -> Tally:
    this_round = [r for r in everyone if r.round == application.review_round]
    scores = [r.score for r in this_round if r.state is State.SUBMITTED and r.score is not None]
    return Tally(
        submitted=len(scores),
        open=sum(r.state is State.ASSIGNED for r in this_round),
        mean=scoring.mean(scores),
        spread=scoring.spread(scores),
        extra_asked=any(r.is_extra and r.state is not State.RECUSED for r in this_round),
    )
