"""Recommend, confirm, vote. Each locks the file first, so that of two at once the second sees what the first did."""

from decimal import Decimal

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from webapp import clock, policy, wording
from webapp.errors import Conflict, Invalid, Refused
from webapp.extensions import db
from webapp.models.application import Application, ApplicationVersion
from webapp.models.assessment import Appeal, Decision, DecisionConfirmation, PanelVote
from webapp.models.record import AuditEvent
from webapp.plaintext import tidy
from webapp.policy import Action, Principal
from webapp.services import announce, audit, scope
from webapp.services.advance import actor_on, advance
from webapp.services.facts import facts_of, programme_of, rules_of
from webapp.services.locking import lock
from workflows import guards, mandates
from workflows.engine import NO_SUCH_MOVE, NOT_YOURS, Refusal
from workflows.facts import ApplicationFacts, Blocker
from workflows.vocabulary import Machine, Role, State, Trigger

TRIGGERS = {
    State.APPROVED: Trigger.APPROVE,
    State.RESERVE: Trigger.PUT_ON_RESERVE,
    State.REJECTED: Trigger.REJECT,
}


def recommend(
    application: Application,
    outcome: State,
    amount: Decimal | None,
    conditions: str,
    reasons: str,
    actor: Principal,
    *,
    request_id: str | None = None,
    tell: bool = True,
) -> Decision:
    """The file's manager recommends an outcome; an earlier open recommendation is replaced and stays to read.

    Who recommends many at once tells those who confirm once (`tell=False`), and gives each its number in the record.
    """
    lock(application)
    trigger = TRIGGERS.get(outcome, Trigger.APPROVE)
    room = scope.file_scope(application)
    _require(application, Action.RECOMMEND, trigger, actor)
    if application.manager_id not in (None, actor.person_id):
        raise _refused(trigger, Blocker(NOT_YOURS, (Role.PROGRAMME_MANAGER,)))
    if actor.belongs_to & room.party_ids:
        raise _refused(trigger, Blocker("belongs_to_party", (Role.PROGRAMME_MANAGER,)))
    granted = _validated(application, outcome, amount, tidy(reasons), actor)
    decision = Decision(
        application=application, outcome=outcome, amount=granted, conditions=tidy(conditions), reasons=tidy(reasons),
        recommended_by_id=actor.person_id, recommended_at=clock.now(), version_id=_version(application),
    )  # fmt: skip
    counting = (Decision.application_id == application.id, Decision.replaced_at.is_(None))
    db.session.execute(update(Decision).where(*counting).values(replaced_at=clock.now()))
    db.session.add(decision)
    db.session.flush()
    data = {"decision": decision.id, "outcome": outcome.value, "amount": str(granted)}
    audit.record(
        application, actor, Role.PROGRAMME_MANAGER, AuditEvent.RECOMMENDED, application_id=application.id,
        reason=decision.reasons, data=data, request_id=request_id,
    )  # fmt: skip
    if tell:
        _ask_to_confirm(decision, actor)
    return decision


def confirm(
    application: Application, role: Role, actor: Principal, seen: int | None = None, *, request_id: str | None = None
) -> Decision:
    """Confirm the open recommendation in one capacity; the confirmation that completes the mandate makes the move.

    `seen` is the recommendation that the person read: another one in its place is a `Conflict`.
    """
    lock(application)
    decision = _open_decision(application)
    trigger = TRIGGERS[decision.outcome] if decision else Trigger.APPROVE
    _require(application, Action.CONFIRM, trigger, actor)
    if decision is None:
        raise Invalid("role", _("There is no recommendation to confirm now. Load the page again."))
    if seen is not None and seen != decision.id:
        raise Conflict(seen, decision.id)
    _require_may_confirm(application, decision, role, trigger, actor)
    decision.confirmations.append(
        DecisionConfirmation(person_id=actor.person_id, role=role, confirmed_at=clock.now())
    )  # fmt: skip
    db.session.flush()
    data = {"decision": decision.id}
    audit.record(
        application, actor, role, AuditEvent.CONFIRMED, application_id=application.id, data=data, request_id=request_id
    )
    if not missing(decision, application):
        advance(application, trigger, actor)
    return decision


def vote(application: Application, uphold: bool, reasons: str, actor: Principal) -> PanelVote:
    """One member of the panel judges the appeal; the second equal vote settles it."""
    lock(application)
    trigger = Trigger.UPHOLD_APPEAL if uphold else Trigger.DISMISS_APPEAL
    _require(application, Action.VOTE, trigger, actor)
    query = select(Appeal).where(Appeal.application_id == application.id).options(selectinload(Appeal.votes))
    appeal = db.session.scalars(query.execution_options(populate_existing=True)).one()
    _pass(trigger, Action.VOTE, guards.new_to_file(_facts(application, actor), actor_on(application, actor)))
    if any(row.person_id == actor.person_id for row in appeal.votes):
        raise Invalid("uphold", _("You have voted already. Another member of the panel votes now."))
    text = tidy(reasons)
    if not text:
        raise Invalid("reasons", _("Write the reasons. The applicants read them in the letter."))
    given = PanelVote(person_id=actor.person_id, uphold=uphold, reasons=text, voted_at=clock.now())
    appeal.votes.append(given)
    db.session.flush()
    audit.record(
        application, actor, Role.PANEL_MEMBER, AuditEvent.VOTED, application_id=application.id, data={"uphold": uphold}
    )
    equal = [row for row in appeal.votes if row.uphold == uphold]
    if len(equal) >= 2:
        advance(application, trigger, actor, reason="\n\n".join(row.reasons for row in equal))
    return given


def missing(decision: Decision, application: Application) -> tuple[Role, ...]:
    """The capacities in which the recommendation is not confirmed yet; what is not approved counts as asked for."""
    amount = decision.amount if decision.outcome is State.APPROVED else application.requested
    return mandates.missing(amount, rules_of(application), [row.role for row in decision.confirmations])


# --- who may ------------------------------------------------------------------------------------


def _require(application: Application, action: Action, trigger: Trigger, actor: Principal) -> None:
    """The policy's answer; where only the state has moved on, say so instead of forbidding."""
    room = scope.file_scope(application)
    moved_on = policy.roles_on(actor, room) & policy.TABLE[action].roles and not policy.may(actor, action, room)
    if moved_on:
        raise _refused(
            trigger, Blocker(NO_SUCH_MOVE, (), (("state", application.state.value), ("trigger", trigger.value)))
        )
    policy.require(actor, action, room)


def _require_may_confirm(
    application: Application, decision: Decision, role: Role, trigger: Trigger, actor: Principal
) -> None:
    who = actor_on(application, actor)
    if role not in who.roles:
        raise _refused(trigger, Blocker(NOT_YOURS, (role,)))
    _pass(trigger, Action.CONFIRM, guards.fresh_confirmer(_facts(application, actor), who))
    if actor.person_id == application.manager_id:
        raise _refused(trigger, Blocker("not_a_fresh_confirmer", missing(decision, application)))
    if any(row.person_id == actor.person_id for row in decision.confirmations):
        raise Invalid("role", _("You have confirmed already. The others must be different people."))
    if role not in missing(decision, application):
        raise Invalid("role", _("A confirmation in this role is not needed, or it is there already."))


def _validated(
    application: Application, outcome: State, amount: Decimal | None, reasons: str, actor: Principal
) -> Decimal:
    """The amount that the recommendation carries; raises `Invalid` at the field that does not hold."""
    if outcome not in TRIGGERS:
        raise Invalid("outcome", _("Choose an outcome."))
    if not reasons:
        raise Invalid("reasons", _("Write the reasons. The applicants read them in the letter."))
    if outcome is State.REJECTED:
        return Decimal(0)
    if amount is None or amount <= 0:
        raise Invalid("amount", _("Write the amount of the grant."))
    currency = programme_of(application).currency
    if amount > application.requested:
        asked = wording.amount(application.requested, currency)
        raise Invalid("amount", _("The grant cannot be more than was asked: %(asked)s.", asked=asked))
    if outcome is State.APPROVED:
        facts, who = _facts(application, actor), actor_on(application, actor)
        if low := guards.score_allows_funding(facts, who):
            raise Invalid("outcome", wording.blocker(low, currency))
        if amount > facts.envelope_left:
            short = Blocker("envelope_short", (), (("left", str(facts.envelope_left)),))
            raise Invalid("amount", wording.blocker(short, currency))
    return amount


def _facts(application: Application, actor: Principal) -> ApplicationFacts:
    facts = facts_of(application, actor)
    if not isinstance(facts, ApplicationFacts):
        raise TypeError("an application has application facts")
    return facts


def _pass(trigger: Trigger, action: Action, blocker: Blocker | None) -> None:
    if blocker is not None:
        raise _refused(trigger, blocker.owned_by(policy.TABLE[action].roles))


def _refused(trigger: Trigger, blocker: Blocker) -> Refused:
    return Refused(Refusal(trigger, (blocker,)))


def _open_decision(application: Application) -> Decision | None:
    query = select(Decision).where(
        Decision.application_id == application.id, Decision.settled_at.is_(None), Decision.replaced_at.is_(None)
    )
    fresh = query.options(selectinload(Decision.confirmations)).execution_options(populate_existing=True)
    return db.session.scalar(fresh)


def _version(application: Application) -> int:
    query = select(ApplicationVersion.id).where(ApplicationVersion.application_id == application.id)
    return db.session.scalars(query.order_by(ApplicationVersion.number.desc()).limit(1)).one()


def _ask_to_confirm(decision: Decision, actor: Principal) -> None:
    """Mail to those who can confirm, in their language, with the way to the page."""
    application = decision.application
    for person in announce.people_with(frozenset(missing(decision, application)), application):
        if person.id in (actor.person_id, application.manager_id):
            continue
        with force_locale(person.language):
            outcome = wording.state(Machine.APPLICATION, decision.outcome)
            announce.mail(
                person,
                key=f"recommended-{decision.id}-{person.id}",
                subject=_("%(title)s: please confirm", title=announce.title(application)),
                lines=[
                    _("Dear %(name)s,", name=person.name),
                    _("%(who)s recommends this outcome: %(outcome)s.", who=actor.name, outcome=outcome),
                    _("Read the reviews and the reasons, then confirm if you agree."),
                ],
                path=f"/applications/{application.id}/decision",
            )
