"""Why not, who can clear it, and what it would take: the engine's own answers, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass

from webapp import wording
from webapp.models.types import Case
from webapp.policy import Principal
from webapp.services.advance import actor_on, definition_of
from webapp.services.facts import facts_of, programme_of
from webapp.wording.requirements import REASON
from workflows import engine, paths
from workflows.definition import Move, name_of
from workflows.facts import SOMEBODY_NEW, Actor, Blocker
from workflows.vocabulary import Role, State, Trigger


@dataclass(frozen=True)
class Reason:
    """One blocker as the engine raised it, with its words."""

    blocker: Blocker
    text: str
    who: str


@dataclass(frozen=True)
class Explanation:
    """Everything between one person and one move; `move` is None where the state does not have it."""

    trigger: Trigger
    move: Move | None
    reasons: tuple[Reason, ...]

    @property
    def ready(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Step:
    """One move on the way: who may make it, what stands in its way now, or what it will ask for later."""

    move: Move
    label: str
    text: str
    source: str
    dest: str
    owners: str
    by_itself: bool
    mine: bool
    now: bool
    missing: tuple[Reason, ...]
    needed: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """From where the case stands to a state; no step at all when it stands there already."""

    state: State
    target: str
    steps: tuple[Step, ...]


def explain(case: Case, trigger: Trigger, actor: Principal) -> Explanation:
    """Every reason why this person cannot make this move now, with who can clear it; empty when they can."""
    answer = engine.explain(definition_of(case), case.state, trigger, actor_on(case, actor), facts_of(case, actor))
    return Explanation(trigger, answer.move, spoken(answer.blockers, programme_of(case).currency))


def targets(case: Case) -> tuple[State, ...]:
    """The states that this case may still reach, the regular ones first and in their order. Asks no database."""
    definition = definition_of(case)
    regular = paths.regular(definition)
    known = paths.reachable(definition, case.state)
    return tuple(sorted(known, key=lambda s: regular.index(s) if s in regular else len(regular)))


def way_to(case: Case, target: State, actor: Principal) -> Way | None:
    """The shortest way of moves to `target`, the regular one first; None when there is none.

    The first move is judged by the case's facts as they are; what later moves ask for is told by their guards, because
    their facts do not exist yet.
    """
    definition, facts, me = definition_of(case), facts_of(case, actor), actor_on(case, actor)
    open_now = [offer.move for offer in engine.offers(definition, case.state, me, facts)]
    moves = paths.shortest(definition, case.state, target, open_now)
    if moves is None:
        return None
    steps = [_step(case, move, me.roles, None) for move in moves]
    if moves:
        # What is said of a foreign move must not be about the reader: judge it for somebody new who may make it.
        first = moves[0]
        judged = me if me.roles & first.by else Actor(SOMEBODY_NEW, first.by)  # without "not your role": see `mine`
        answer = engine.explain(definition, case.state, first.trigger, judged, facts)
        steps[0] = _step(case, first, me.roles, answer.blockers)
    return Way(target, wording.state(case.__machine__, target), tuple(steps))


def _step(case: Case, move: Move, roles: frozenset[Role], blockers: tuple[Blocker, ...] | None) -> Step:
    machine = case.__machine__
    people = sorted(move.by - {Role.SYSTEM})
    return Step(
        move=move,
        label=wording.trigger(machine, move.trigger),
        text=wording.consequence(machine, move.trigger),
        source=wording.state(machine, move.source),
        dest=wording.state(machine, move.dest),
        owners=wording.any_of([wording.role(role) for role in people]),
        by_itself=not people,
        mine=bool(roles & move.by),
        now=blockers is not None,
        missing=spoken(blockers or (), programme_of(case).currency),
        needed=() if blockers is not None else requirements(move),
    )


def requirements(move: Move) -> tuple[str, ...]:
    """What a move asks for, in words: its guards, and that a reason is written where one is needed."""
    asked = [wording.requirement(name_of(guard)) for guard in move.guards]
    return tuple([*asked, wording.requirement(REASON)] if move.needs_reason else asked)


def spoken(blockers: Iterable[Blocker], currency: str) -> tuple[Reason, ...]:
    """These blockers in the reader's language."""
    return tuple(Reason(b, wording.blocker(b, currency), wording.who(b)) for b in blockers)
