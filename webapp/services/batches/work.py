"""What can be done to many files in one go. A feature offers a work; pages and worker know only this table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad as Load

from webapp.documents.storage import LocalStorage
from webapp.models.application import Application
from webapp.models.batch import Batch, BatchItem, BatchKind
from webapp.models.people import Person
from webapp.models.programme import Call
from webapp.models.record import AuditEntry
from webapp.policy import Principal, roles_on
from webapp.services import scope
from workflows.engine import NO_SUCH_MOVE
from workflows.facts import Blocker
from workflows.vocabulary import Role, State, Trigger

# Reasons that only a batch can meet; the words stand with all others in webapp/wording/blockers.py.
CHANGED = "changed_meanwhile"
RECOMMENDED = "recommendation_there"
CONFIRMED = "confirmed_already"
NOT_NEEDED = "confirmation_not_needed"

Reasons = dict[int, tuple[Blocker, ...]]  # by the number of the file; empty: it can be done


@dataclass(frozen=True)
class Order:
    """One file of a batch, about to be done by a person in one role."""

    batch: Batch
    item: BatchItem
    who: Principal
    storage: LocalStorage
    made: Any = None  # what the work's `ahead` gave

    @property
    def file(self) -> Application:
        return self.item.application

    @property
    def request_id(self) -> str:
        """The number under which the record keeps it: a second attempt finds the first one's entry."""
        return f"batch-{self.batch.id}-{self.item.id}"

    @property
    def note(self) -> dict[str, Any]:
        """What the record's entry says of the batch."""
        return {"batch": self.batch.id}


@dataclass(frozen=True)
class Work:
    """One thing that a role may do to many files. `judge` answers for a list in a constant number of statements.

    What takes seconds happens in `ahead`: on SQLite an open write transaction would stop every page meanwhile.
    """

    kind: BatchKind
    role: Role
    trigger: Trigger
    sources: frozenset[State]
    label: Callable[[], str]
    text: Callable[[], str]
    judge: Callable[[Sequence[Application], Principal], Reasons]
    do: Callable[[Order], AuditEntry | None]
    needs_reason: bool = False
    finished: Callable[[Batch], None] | None = None
    ahead: Callable[[int, LocalStorage], Any] | None = None  # for the row's document, before the row's transaction

    @property
    def key(self) -> str:
        return _key(self.kind, self.trigger, self.role)


WORKS: dict[str, Work] = {}


def offer(work: Work) -> None:
    """Make a work known; the same one twice is a fault of ours."""
    if work.key in WORKS:
        raise ValueError(f"work {work.key} is offered twice")
    WORKS[work.key] = work


def _key(kind: BatchKind, trigger: Trigger | None, role: Role) -> str:
    move = trigger.value if trigger and kind is BatchKind.MOVE else ""
    return ".".join(part for part in (kind.value, move, role.value) if part)


def work_of(batch: Batch) -> Work:
    return WORKS[_key(batch.kind, batch.trigger, batch.role)]


def works_for(who: Principal, call: Call) -> list[Work]:
    """What this person may order for files of a call, letters aside: they have a page of their own."""
    held = roles_on(who, scope.programme_scope(call))
    return [work for work in WORKS.values() if work.role in held and work.kind is not BatchKind.LETTERS]


def in_role(who: Principal, role: Role) -> Principal:
    """The same person with this role alone: a batch acts in the role it was ordered in, and in no other."""
    grants = tuple(grant for grant in who.grants if grant.role is role)
    return Principal(who.person_id, who.name, grants, who.belongs_to)


def acting(person: Person, role: Role) -> Principal:
    """Who the person is now, in this role; nobody once they have left."""
    known = in_role(scope.principal(person), role)
    return known if person.left_at is None else Principal(person.id, person.name)


def impossible(file: Application, trigger: Trigger) -> Blocker:
    """The state does not have the move."""
    return Blocker(NO_SUCH_MOVE, (), (("state", file.state.value), ("trigger", trigger.value)))


def with_file(path: Any) -> tuple[Load, ...]:
    """What lies on a file itself and is asked when it is judged in a list, joined to the rows that name the file."""
    file = joinedload(path)
    return (
        file.options(*scope.with_room(Application), joinedload(Application.clarifications)),
        file.joinedload(Application.partnership),
    )
