"""What can be done to many files: which moves qualify is read from the definition; and writing letters."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _

from webapp import caseframe, policy, wording
from webapp.documents.storage import LocalStorage
from webapp.errors import Refused
from webapp.models.application import Application
from webapp.models.batch import BatchKind
from webapp.models.record import AuditEntry
from webapp.policy import OFFICE, Action, Principal
from webapp.services import documents, scope
from webapp.services.advance import actor_on, advance, definition_of
from webapp.services.batches.work import Order, Reasons, Work, offer
from webapp.services.facts import of_applications
from webapp.services.locking import lock
from workflows import engine
from workflows.definition import Definition, Move
from workflows.definitions import CURRENT
from workflows.engine import NOT_YOURS, Refusal
from workflows.facts import Blocker
from workflows.vocabulary import Effect, Machine, Role, State, Trigger


def qualifies(move: Move) -> bool:
    """The office's, with no form of its own, and nothing that binds or releases the parties: that is read singly."""
    binds = {Effect.END_AGREEMENT, Effect.DRAFT_AGREEMENT, Effect.COMMIT_FUNDS, Effect.RESERVE_FUNDS}
    return bool(move.by & OFFICE) and move.trigger not in caseframe.OWN_PAGE and not binds & set(move.effects)


def bulk_moves(definition: Definition) -> dict[tuple[Trigger, Role], list[Move]]:
    """The moves that may be made for many files at once, by the role that makes them."""
    found: dict[tuple[Trigger, Role], list[Move]] = {}
    for move in definition.moves:
        for role in sorted(move.by & OFFICE) if qualifies(move) else ():
            found.setdefault((move.trigger, role), []).append(move)
    return found


def _move(trigger: Trigger, role: Role, moves: Sequence[Move]) -> Work:
    def judge(files: Sequence[Application], who: Principal) -> Reasons:
        return _judge(trigger, files, who)

    def do(order: Order) -> AuditEntry:
        return advance(
            order.file, trigger, order.who, reason=order.batch.reason, request_id=order.request_id, data=order.note
        )

    return Work(
        kind=BatchKind.MOVE,
        role=role,
        trigger=trigger,
        sources=frozenset(move.source for move in moves),
        label=lambda: wording.trigger(Machine.APPLICATION, trigger),
        text=lambda: wording.consequence(Machine.APPLICATION, trigger),
        judge=judge,
        do=do,
        needs_reason=any(move.needs_reason for move in moves),
    )


def _judge(trigger: Trigger, files: Sequence[Application], who: Principal) -> Reasons:
    """The engine's answer for each file; facts are loaded only of those whose state has the move."""
    possible = [file for file in files if definition_of(file).edges(file.state, trigger)]
    known = of_applications(possible, who)
    found: Reasons = {}
    for file in files:
        facts = known.get(file.id)
        if facts is None:
            refusal = (("state", file.state.value), ("trigger", trigger.value))
            found[file.id] = (Blocker(engine.NO_SUCH_MOVE, (), refusal),)
        else:
            answer = engine.explain(definition_of(file), file.state, trigger, actor_on(file, who), facts)
            found[file.id] = answer.blockers
    return found


# --- letters --------------------------------------------------------------------------------------------------------


def _may_read(files: Sequence[Application], who: Principal) -> Reasons:
    """Whoever orders letters may read those of the file."""
    foreign = (Blocker(NOT_YOURS, tuple(sorted(OFFICE))),)
    return {file.id: () if policy.may(who, Action.VIEW_LETTERS, scope.file_scope(file)) else foreign for file in files}


def _fill(document_id: int, storage: LocalStorage) -> documents.Made | None:
    """Fill the letter's template, unless it is written; it is kept once rights are asked and the file is locked."""
    return documents.make(document_id, storage)


def _write(order: Order) -> None:
    """Write the letter, unless the outbox has done so already."""
    lock(order.file)
    if blockers := _may_read([order.file], order.who)[order.file.id]:
        raise Refused(Refusal(Trigger.REJECT, blockers))
    if order.item.document_id is not None:
        documents.keep(order.item.document_id, order.made, order.storage)


LETTERS_LABEL = _("Write letters")
LETTERS_TEXT = _("Letters that are not written yet are written. Then all of them can be downloaded together.")


def _letters(role: Role) -> Work:
    return Work(
        kind=BatchKind.LETTERS,
        role=role,
        trigger=Trigger.REJECT,
        sources=frozenset(State),
        label=lambda: str(LETTERS_LABEL),
        text=lambda: str(LETTERS_TEXT),
        judge=_may_read,
        do=_write,
        ahead=_fill,
    )


for (_trigger, _role), _moves in bulk_moves(CURRENT[Machine.APPLICATION]).items():
    offer(_move(_trigger, _role, _moves))
for _role in sorted(OFFICE):
    offer(_letters(_role))
