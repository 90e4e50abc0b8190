"""Rejecting many applications: one person recommends with one text, others confirm by the mandate. Never approving."""

from collections.abc import Sequence

from flask_babel import force_locale, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import select

from webapp import policy, wording
from webapp.decisions import use_cases
from webapp.errors import Refused
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.batch import Batch, BatchItem, BatchKind, ItemState
from webapp.models.record import AuditEntry
from webapp.policy import Principal
from webapp.services import announce, audit, scope
from webapp.services.batches.work import (
    CONFIRMED,
    NOT_NEEDED,
    RECOMMENDED,
    Order,
    Reasons,
    Work,
    impossible,
    offer,
)
from webapp.services.facts import of_applications, rules
from webapp.services.locking import lock
from workflows import guards, mandates
from workflows.engine import NOT_YOURS, Refusal
from workflows.facts import Actor, ApplicationFacts, Blocker
from workflows.vocabulary import Role, State, Trigger

MANAGER = Role.PROGRAMME_MANAGER
Answers = tuple[Blocker | None, ...]


def _recommends(file: Application, facts: ApplicationFacts, who: Actor) -> Answers:
    """The grounds of `use_cases.recommend`; what is recommended already is not replaced unread."""
    foreign = file.manager_id not in (None, who.person_id)
    return (
        Blocker(NOT_YOURS, (MANAGER,)) if foreign else None,
        guards.not_of_a_party(facts, who),
        Blocker(RECOMMENDED, (MANAGER,)) if facts.recommended is not None else None,
    )


def _confirms(role: Role, file: Application, facts: ApplicationFacts, who: Actor) -> Answers:
    """The grounds of `use_cases.confirm`, for a rejection."""
    others = (Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR)
    manages = Blocker("not_a_fresh_confirmer", others) if who.person_id == file.manager_id else None
    not_recommended = guards.recommended_as(State.REJECTED)(facts, who)
    if not_recommended:
        return (not_recommended,)
    return (
        guards.fresh_confirmer(facts, who) or manages,
        Blocker(CONFIRMED, others) if who.person_id in facts.confirmed_by else None,
        Blocker(NOT_NEEDED) if role not in facts.mandate_missing else None,
    )


def _judge(role: Role, files: Sequence[Application], who: Principal, *, confirming: bool) -> Reasons:
    """Why not, for each file; those that wait for no decision are not asked about anything else."""
    waiting = [file for file in files if file.state is State.DECISION]
    known = of_applications(waiting, who)
    found: Reasons = {file.id: (impossible(file, Trigger.REJECT),) for file in files}
    for file in waiting:
        held = policy.roles_on(who, scope.file_scope(file))
        actor = Actor(who.person_id, held)
        if role not in held:
            answers: Answers = (Blocker(NOT_YOURS, (role,)),)
        elif confirming:
            answers = _confirms(role, file, known[file.id], actor)
        else:
            answers = _recommends(file, known[file.id], actor)
        found[file.id] = tuple(blocker.owned_by((role,)) for blocker in answers if blocker is not None)
    return found


def _recommendable(files: Sequence[Application], who: Principal) -> Reasons:
    return _judge(MANAGER, files, who, confirming=False)


def _recommend(order: Order) -> AuditEntry | None:
    file = order.file
    lock(file)
    _pass(_recommendable([file], order.who)[file.id])
    use_cases.recommend(
        file, State.REJECTED, None, "", order.batch.reason, order.who, request_id=order.request_id, tell=False
    )
    return audit.head(file)


def _pass(blockers: tuple[Blocker, ...]) -> None:
    if blockers:
        raise Refused(Refusal(Trigger.REJECT, blockers))


def _ask_to_confirm(batch: Batch) -> None:
    """One mail to each who can confirm, for the whole batch."""
    query = select(Application.requested).join(BatchItem, BatchItem.application_id == Application.id)
    asked = db.session.scalars(query.where(BatchItem.batch_id == batch.id, BatchItem.state == ItemState.DONE)).all()
    figures = rules(batch.call.plan.programme)
    roles = frozenset(role for amount in asked for role in mandates.required(amount, figures))
    for person in announce.people_with(roles, batch.call) if roles else ():
        if person.id == batch.person_id:
            continue
        with force_locale(person.language):
            announce.mail(
                person,
                key=f"batch-{batch.id}-{person.id}",
                subject=_("%(call)s: please confirm %(number)s rejections", call=batch.call.title, number=len(asked)),
                lines=[
                    _("Dear %(name)s,", name=person.name),
                    _(
                        "%(who)s recommends to reject %(number)s applications.",
                        who=batch.person.name,
                        number=len(asked),
                    ),
                    _("Read the reasons, then confirm them one by one or together if you agree."),
                ],
                path=f"/calls/{batch.call_id}/batches",
            )


def _confirming(role: Role) -> Work:
    def judge(files: Sequence[Application], who: Principal) -> Reasons:
        return _judge(role, files, who, confirming=True)

    def do(order: Order) -> AuditEntry | None:
        file = order.file
        lock(file)
        _pass(judge([file], order.who)[file.id])
        use_cases.confirm(file, role, order.who, order.item.decision_id or 0, request_id=order.request_id)
        return audit.head(file)

    return Work(
        kind=BatchKind.CONFIRM,
        role=role,
        trigger=Trigger.REJECT,
        sources=frozenset({State.DECISION}),
        label=lambda: _("Confirm recommended rejections, as %(role)s", role=wording.role(role).lower()),
        text=lambda: str(CONFIRMING),
        judge=judge,
        do=do,
    )


CONFIRMING = lazy_gettext(
    "Each recommendation to reject is confirmed by you. Where yours is the last confirmation, the application is"
    " rejected and the letter is written."
)
RECOMMENDING = lazy_gettext(
    "You recommend to reject each of these applications, for the reasons you write. Nothing is decided before others"
    " confirm. They get one mail for all of them."
)

offer(
    Work(
        kind=BatchKind.RECOMMEND,
        role=MANAGER,
        trigger=Trigger.REJECT,
        sources=frozenset({State.DECISION}),
        label=lambda: _("Recommend rejection"),
        text=lambda: str(RECOMMENDING),
        judge=_recommendable,
        do=_recommend,
        needs_reason=True,
        finished=_ask_to_confirm,
    )
)
for _role in (Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR):
    offer(_confirming(_role))
