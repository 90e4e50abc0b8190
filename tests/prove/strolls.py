"""G2 over the product: random people ask for random moves and use cases, legal and illegal, on a database.

A walk begins at one of the cases that stand in every state (tests/factories/everywhere.py), goes on with it and what
belongs to it, and is undone at its end. Each step is a transaction of the product's own kind, kept or rolled back.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from tests.factories.everywhere import Place
from tests.prove.ground import Ground
from tests.prove.invariants import Seen, broken
from tests.prove.wishes import HALF_A_YEAR, NothingThereError, Walker, some_wish
from tests.support.undone import undone
from webapp import clock, jobs
from webapp.agreements.signing import Superseded, Tampered
from webapp.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.assessment import Review
from webapp.models.monitoring import CorrectiveAction, Obligation, Report
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.types import Case
from webapp.services import advance as door
from webapp.services import scope
from webapp.transaction import writing
from workflows.definition import Move
from workflows.definitions import ALL, CURRENT
from workflows.vocabulary import Machine, Role, State, Trigger

Edge = tuple[Machine, Trigger, State, State]
NO = (Refused, Conflict, Invalid, Forbidden, NotFound, Superseded, Tampered)
PARTS = (Review, Agreement, Report, CorrectiveAction, Obligation)
EDGES: frozenset[Edge] = frozenset((d.machine, m.trigger, m.source, m.dest) for d in ALL for m in d.moves)


@dataclass
class Strolled:
    """What came of it; `edges` counts how often each was made."""

    walks: int = 0
    moves: int = 0
    refusals: int = 0
    edges: Counter[Edge] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    @property
    def reached(self) -> str:
        return f"reached {len(self.edges)} of {len(EDGES)} edges"

    def missed(self) -> list[Edge]:
        return sorted(EDGES - set(self.edges))


def run(
    ground: Ground, walks: int, steps: int = 20, seed: int = 1, starts: tuple[Machine, ...] = tuple(Machine)
) -> Strolled:
    """This many walks, each in the town as it was made; ends with the first that shows something."""
    came = Strolled()
    places = [place for place in ground.town.places if place[0] in starts]
    for number in range(walks):
        dice = random.Random(seed * 1_000_003 + number)
        came.walks += 1
        with undone(ground.app):
            problems = list(
                _walk(Walker(ground, dice, ground.town.case(*_start(places, dice, came))), places, steps, came)
            )
        if problems:
            came.problems = [f"walk {number + 1}, {problem}" for problem in problems]
            break
    return came


def notices(ground: Ground) -> list[str]:
    """What walks find among files and agreements, where a planted mutant would show."""
    return run(ground, 60, starts=(Machine.APPLICATION, Machine.AGREEMENT)).problems


def _start(places: list[Place], dice: random.Random, came: Strolled) -> Place:
    """Anywhere, or where an edge begins that was made least so far."""
    place = dice.choice(places)
    if dice.random() < 0.5:
        return place

    def least(place: Place) -> int:
        machine, state, _word = place
        return min((_count(came, machine, move) for move in CURRENT[machine].leaving(state)), default=10**6)

    return min(dice.sample(places, len(places)), key=least)


def _count(came: Strolled, machine: Machine, move: Move) -> int:
    return came.edges[machine, move.trigger, move.source, move.dest]


def _walk(walker: Walker, places: list[Place], steps: int, came: Strolled) -> Iterator[str]:
    """Where the case has come to its end, the walk goes on at another one of the same town."""
    seen, now = Seen.now(), clock.now()
    for step in range(steps):
        if walker.dice.random() < 0.06:
            now += timedelta(days=walker.dice.choice((1, 45, HALF_A_YEAR)))
        if CURRENT[walker.case.__machine__].spec(walker.case.state).is_final:
            walker.case = walker.ground.town.case(*_start(places, walker.dice, came))
        where = f"step {step + 1} at {walker.case.__machine__} {walker.case.id} ({walker.case.state})"
        with clock.at(now):
            fault, refused = _step(walker, came)
            db.session.expire_all()
            problems = [fault] if fault else list(broken(seen, refused=refused))
        if problems:
            yield from (f"{where}: {problem}" for problem in problems)
            return
        came.moves += len(seen.new)
        came.edges.update((row.machine, row.trigger, row.from_state, row.to_state) for row in seen.new)
    yield from seen.whole_chains()


def _step(walker: Walker, came: Strolled) -> tuple[str, bool]:
    """One request; a refusal is an answer, anything else that is raised is a fault. Says whether it was refused."""
    luck = walker.dice.random()
    wish = some_wish(walker)
    try:
        if luck < 0.05:
            jobs.fire_deadlines()  # in transactions of its own
            return "", False
        with writing():
            if luck < 0.5:
                _ready_move(walker, came)
            elif luck < 0.65:
                _any_move(walker)
            else:
                wish(walker)
    except NothingThereError:
        return "", True
    except NO:
        came.refusals += 1
        return "", True
    except Exception as error:  # noqa: BLE001 - whatever it is, the walk has found it
        return f"{getattr(wish, '__name__', wish)}: {type(error).__name__}: {str(error)[:300]}", True
    return "", False


def _around(case: Case) -> list[Case]:
    """The case and what belongs to it."""
    file = scope.application_of(case)
    if file is None:
        found: list[Case] = [case]
        if isinstance(case, CountryPlan):
            found += [*case.calls, case.programme]
        elif isinstance(case, Programme):
            found += [*case.plans]
        elif isinstance(case, Call):
            found += [case.plan]
        return found
    parts = [row for kind in PARTS for row in db.session.scalars(db.select(kind).where(kind.application_id == file.id))]
    return [file, *parts]


def _some(walker: Walker) -> Case:
    """The case of the walk as often as all the others around it."""
    return walker.case if walker.dice.random() < 0.5 else walker.dice.choice(_around(walker.case))


def _any_move(walker: Walker) -> None:
    """Legal or not, by anybody, with a reason or without."""
    case = _some(walker)
    move = walker.dice.choice(door.definition_of(case).moves)
    door.advance(case, move.trigger, walker.who(case, *Role), reason=walker.dice.choice(("", "Because")))


def _ready_move(walker: Walker, came: Strolled) -> None:
    """A move that somebody can make now, the rarer the sooner; nobody may find one."""
    around = _around(walker.case)
    cases = [walker.case, *walker.dice.sample(around, min(3, len(around)))]
    edges = [(case, move) for case in dict.fromkeys(cases) for move in door.definition_of(case).leaving(case.state)]
    walker.dice.shuffle(edges)
    for case, move in sorted(edges, key=lambda edge: _count(came, edge[0].__machine__, edge[1])):
        for who in walker.holders(case, *move.by)[:3]:
            if any(offer.ready and offer.move is move for offer in door.offers(case, who)):
                door.advance(case, move.trigger, who, reason="Because")
                return
    raise NothingThereError("nothing is ready")
