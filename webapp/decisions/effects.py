"""What deciding also does: settle, reserve the money, open and settle an appeal, write the letters."""

from sqlalchemy import select, update

from webapp import clock
from webapp.errors import Refused
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import Appeal, Decision
from webapp.models.programme import CountryPlan
from webapp.services import letters
from webapp.services.effects import Moved, handles
from webapp.services.facts import current_decision
from workflows.engine import Refusal
from workflows.facts import Blocker
from workflows.vocabulary import Effect, Role, Trigger


@handles(Effect.SETTLE_DECISION)
def settle_decision(moved: Moved) -> None:
    """The confirmed recommendation is the decision from now on."""
    _decision(_file(moved)).settled_at = clock.now()
    db.session.flush()


@handles(Effect.RESERVE_FUNDS)
def reserve_funds(moved: Moved) -> None:
    """Take the amount from the plan's envelope if it fits, in one statement, so that no race overdraws it."""
    application = _file(moved)
    amount = _decision(application).amount
    plan = application.call.plan
    fits = CountryPlan.reserved + CountryPlan.committed + amount <= CountryPlan.envelope
    change = update(CountryPlan).where(CountryPlan.id == plan.id, fits)
    taken = db.session.execute(
        change.values(reserved=CountryPlan.reserved + amount).execution_options(synchronize_session=False)
    )
    db.session.refresh(plan, ["envelope", "reserved", "committed"])
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE answers with a cursor
        left = plan.envelope - plan.reserved - plan.committed
        short = Blocker("envelope_short", (Role.PROGRAMME_MANAGER,), (("left", str(left)),))
        raise Refused(Refusal(moved.move.trigger, (short,)))
    application.amount_reserved = amount


@handles(Effect.LETTER_AWARD)
def letter_award(moved: Moved) -> None:
    letters.award(_file(moved), moved.actor)


@handles(Effect.LETTER_RESERVE)
def letter_reserve(moved: Moved) -> None:
    letters.reserve(_file(moved), moved.actor)


@handles(Effect.LETTER_REJECTION)
def letter_rejection(moved: Moved) -> None:
    letters.rejection(_file(moved), moved.actor)


@handles(Effect.OPEN_APPEAL)
def open_appeal(moved: Moved) -> None:
    """One appeal per case, with its grounds; the panel is told by the move's own mail."""
    application = _file(moved)
    db.session.add(
        Appeal(
            application_id=application.id, grounds=moved.reason, filed_by_id=moved.actor.person_id, filed_at=clock.now()
        )
    )
    db.session.flush()


@handles(Effect.SETTLE_APPEAL)
def settle_appeal(moved: Moved) -> None:
    appeal = db.session.scalars(select(Appeal).where(Appeal.application_id == _file(moved).id)).one()
    appeal.decided_at = clock.now()
    appeal.upheld = moved.move.trigger is Trigger.UPHOLD_APPEAL
    appeal.reasons = moved.reason
    db.session.flush()


@handles(Effect.LETTER_APPEAL)
def letter_appeal(moved: Moved) -> None:
    letters.appeal_outcome(_file(moved), moved.move.trigger is Trigger.UPHOLD_APPEAL, moved.actor)


@handles(Effect.LETTER_CLOSING)
def letter_closing(moved: Moved) -> None:
    letters.closing(_file(moved), moved.move.trigger, moved.reason, moved.actor)


def _decision(application: Application) -> Decision:
    decision = current_decision(application)
    if decision is None:
        raise LookupError(f"application {application.id} has no decision")
    return decision


def _file(moved: Moved) -> Application:
    if not isinstance(moved.case, Application):
        raise TypeError(f"{moved.move.trigger} moves no application")
    return moved.case
