"""What reviewing people do: assign a reviewer, declare a conflict of interest, save scores."""

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select

from webapp import policy
from webapp.errors import Invalid, Refused
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import Advice, Review, ReviewScore
from webapp.models.record import AuditEvent
from webapp.plaintext import tidy
from webapp.policy import Action, Principal
from webapp.reviews import candidates
from webapp.services import audit, scope
from webapp.services.advance import advance
from webapp.services.facts import rules_of
from webapp.services.locking import lock
from workflows import scoring
from workflows.engine import NO_SUCH_MOVE, Refusal
from workflows.facts import Blocker
from workflows.vocabulary import Role, State, Trigger


def assign(application: Application, reviewer_id: int, actor: Principal, extra: bool = False) -> Review:
    """Ask one more officer; marked as the extra one when the scores lie further apart than the limit.

    An officer whom our own data tie to the file is recused at once, with the reason, and the next one is asked.
    """
    lock(application)
    room = scope.file_scope(application)
    policy.require(actor, Action.ASSIGN_REVIEWER, room)
    if actor.belongs_to & room.party_ids:
        raise Refused(Refusal(Trigger.RECUSE, (Blocker("belongs_to_party", (Role.PROGRAMME_MANAGER,)),)))
    officer = next((o for o in candidates.officers(application) if o.person.id == reviewer_id), None)
    if officer is None:
        raise Invalid("reviewer", _("Choose an officer of one of the associations of this file."))
    this_round = _this_round(application)
    if any(review.reviewer_id == reviewer_id for review in this_round):
        raise Invalid("reviewer", _("This person is already asked in this round. Choose somebody else."))
    scores = [r.score for r in this_round if r.state is State.SUBMITTED and r.score is not None]
    wide = scoring.spread(scores) > rules_of(application).review_spread
    review = candidates.add(application, officer, extra=extra or wide)
    if not officer.is_free:
        advance(review, Trigger.RECUSE, actor, reason=tie_reason(officer.ties))
    return review


def tie_reason(ties: tuple[str, ...]) -> str:
    """Why our own data recuse somebody, as a sentence."""
    places = [name for name in ties if name != candidates.HANDLED]
    if not places:
        return str(_("Our records show that this person handled the file before."))
    return str(_("Our records show that this person belongs to %(places)s.", places=", ".join(places)))


def declare(review: Review, no_conflict: bool, note: str, actor: Principal) -> None:
    """The reviewer's own word on conflict of interest; a conflict recuses at once and another officer is asked."""
    _require_own(review, actor)
    text = tidy(note)
    if not no_conflict and not text:
        raise Invalid("note", _("Say in a few words what the conflict is, so that the file shows why you step back."))
    review.no_conflict = no_conflict
    review.conflict_note = "" if no_conflict else text
    role = _capacity(review, actor)
    data = {"conflict": not no_conflict}
    audit.record(
        review, actor, role, AuditEvent.CONFLICT_DECLARED, application_id=review.application_id, data=data
    )  # fmt: skip
    if not no_conflict:
        advance(review, Trigger.RECUSE, actor, reason=text)


def save_scores(
    review: Review, scores: Mapping[str, int], comments: Mapping[str, str], advice: Advice | str | None,
    conditions: str, comment: str, actor: Principal,
) -> None:  # fmt: skip
    """Keep a draft: scores 1–5 of the criteria named, with comments; what is not named stays as it was."""
    _require_own(review, actor)
    if review.no_conflict is None:
        raise _refusal(Blocker("conflict_unanswered", candidates.LGA_ROLES))
    if not review.no_conflict or actor.belongs_to & scope.file_scope(review.application).party_ids:
        raise _refusal(Blocker("conflict_of_interest"))
    known = {row.criterion: row for row in review.scores}
    for criterion in scoring.REVIEW_GRID:
        if criterion in scores:
            _save_one(review, known.get(criterion), criterion, scores[criterion], tidy(comments.get(criterion, "")))
        elif tidy(comments.get(criterion, "")):
            raise Invalid(f"{criterion}-score", _("Choose a score too: a comment is kept with its score."))
    review.advice = Advice(advice) if advice else None
    review.conditions = tidy(conditions)
    review.comment = tidy(comment)
    db.session.flush()


def _save_one(review: Review, saved: ReviewScore | None, criterion: str, score: int, comment: str) -> None:
    if score not in range(1, 6):
        raise Invalid(f"{criterion}-score", _("Choose a score from 1 to 5."))
    if saved is None:
        review.scores.append(ReviewScore(criterion=criterion, score=score, comment=comment))
    else:
        saved.score, saved.comment = score, comment


def _require_own(review: Review, actor: Principal) -> None:
    """Only the reviewer, and only while it is open; the refusals are those of the review's own machine."""
    lock(review)
    application = review.application
    room = scope.file_scope(application)
    policy.require(actor, Action.VIEW_REVIEWS, room)
    if review.reviewer_id != actor.person_id:
        raise _refusal(Blocker("not_your_review", candidates.LGA_ROLES))
    if review.state is not State.ASSIGNED:
        at = (("state", review.state.value), ("trigger", Trigger.SUBMIT_REVIEW.value))
        raise _refusal(Blocker(NO_SUCH_MOVE, (), at))
    if review.round != application.review_round or not policy.may(actor, Action.REVIEW, room):
        raise _refusal(Blocker("case_not_in_review"))


def _refusal(blocker: Blocker) -> Refused:
    return Refused(Refusal(Trigger.SUBMIT_REVIEW, (blocker,)))


def _capacity(review: Review, actor: Principal) -> Role:
    return min(policy.roles_on(actor, scope.scope_of(review)) & set(candidates.LGA_ROLES))


def _this_round(application: Application) -> list[Review]:
    query = select(Review).where(Review.application_id == application.id, Review.round == application.review_round)
    return list(db.session.scalars(query))
