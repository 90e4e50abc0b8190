"""What the moves of the review stage also do: ask reviewers, fix the score, open a new round."""

from decimal import Decimal

from sqlalchemy import select, update

from webapp import clock
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import Decision, Review
from webapp.reviews import candidates
from webapp.services.effects import Moved, handles
from workflows import scoring
from workflows.vocabulary import Effect, State


@handles(Effect.ASSIGN_REVIEWERS)
def assign_reviewers(moved: Moved) -> None:
    """On the way into review one officer per association; on a recusal another one of the same association [S2.10]."""
    if isinstance(moved.case, Review):
        if moved.case.application.state is State.REVIEW and moved.case.round == moved.case.application.review_round:
            candidates.replace(moved.case)
        return
    candidates.ask_each_association(_file(moved))


@handles(Effect.RECORD_SCORE)
def record_score(moved: Moved) -> None:
    """The score of a case is the mean of its valid reviews."""
    application = _file(moved)
    query = select(Review.score).where(
        Review.application_id == application.id,
        Review.round == application.review_round,
        Review.state == State.SUBMITTED,
    )
    scores: list[Decimal] = [score for score in db.session.scalars(query) if score is not None]
    application.score = scoring.mean(scores)


@handles(Effect.REOPEN_REVIEW)
def reopen_review(moved: Moved) -> None:
    """A new round by other people where there are any; the decision before it no longer counts, and stays to read."""
    application = _file(moved)
    application.review_round += 1
    application.score = None
    counting = (Decision.application_id == application.id, Decision.replaced_at.is_(None))
    db.session.execute(update(Decision).where(*counting).values(replaced_at=clock.now()))
    candidates.ask_each_association(application)


def _file(moved: Moved) -> Application:
    if not isinstance(moved.case, Application):
        raise TypeError(f"{moved.move.trigger} moves no application")
    return moved.case
