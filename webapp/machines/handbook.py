"""A machine in words and as a picture: for the pages and for docs/workflows.md, from the same table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from flask_babel import gettext as _

from webapp import wording
from webapp.services.explain import requirements
from workflows import diagram, paths, svg
from workflows.definition import Definition, Move, name_of
from workflows.definitions import ALL
from workflows.facts import Rules
from workflows.vocabulary import Machine, Role, State


@dataclass(frozen=True)
class MoveRow:
    """One move as a row; edges that differ only in where they begin, or in which of them is chosen, are one."""

    sources: tuple[str, ...]
    dests: tuple[str, ...]
    label: str
    owners: str
    asks: tuple[str, ...]
    effects: tuple[str, ...]
    needs_reason: bool
    deadline: str


@dataclass(frozen=True)
class StateRow:
    state: State
    label: str
    tone: str
    meaning: str
    deadline: str
    is_final: bool


def states(definition: Definition) -> list[StateRow]:
    """The states, the regular ones first and in their order."""
    order = [*paths.regular(definition)]
    order += [spec.name for spec in definition.states if spec.name not in order]
    machine = definition.machine
    return [
        StateRow(
            state,
            wording.state(machine, state),
            wording.state_tone(machine, state),
            wording.state_meaning(machine, state),
            _deadline(definition, state),
            definition.spec(state).is_final,
        )
        for state in order
    ]


def moves(definition: Definition) -> list[MoveRow]:
    """The moves in the order of the table."""
    groups: dict[tuple[object, ...], list[Move]] = {}
    for move in definition.moves:
        place = move.source if move.when else move.dest
        key = (move.trigger, place, move.by, move.guards, move.effects, move.needs_reason, _fires(definition, move))
        groups.setdefault(key, []).append(move)
    return [_row(definition, group) for group in groups.values()]


def _fires(definition: Definition, move: Move) -> bool:
    return move.trigger is definition.spec(move.source).on_deadline


def _row(definition: Definition, group: list[Move]) -> MoveRow:
    machine, move = definition.machine, group[0]
    chosen = [f"{wording.state(machine, m.dest)}: {wording.requirement(name_of(m.when))}" for m in group if m.when]
    return MoveRow(
        sources=tuple(dict.fromkeys(wording.state(machine, m.source) for m in group)),
        dests=tuple(dict.fromkeys(wording.state(machine, m.dest) for m in group)),
        label=wording.trigger(machine, move.trigger),
        owners=_owners(move),
        asks=(*requirements(move), *chosen),
        effects=tuple(wording.effect(effect) for effect in move.effects),
        needs_reason=move.needs_reason,
        deadline=_deadline(definition, move.source) if _fires(definition, move) else "",
    )


def _owners(move: Move) -> str:
    return wording.any_of([wording.role(role) for role in sorted(move.by, key=lambda r: (r is Role.SYSTEM, r))])


def _deadline(definition: Definition, state: State) -> str:
    """What ends a state by itself, and after how many days unless the programme chose another number."""
    spec = definition.spec(state)
    if spec.deadline is None or spec.on_deadline is None:
        return ""
    words = _(
        "After %(what)s (%(days)s days unless the programme sets another number): %(move)s.",
        what=wording.deadline(spec.deadline),
        days=getattr(Rules(), spec.deadline),
        move=wording.trigger(definition.machine, spec.on_deadline),
    )
    return str(words)


def picture(definition: Definition, counts: Mapping[State, int] | None = None) -> str:
    """The machine as SVG in the reader's language; with the number of cases in each state where it is known."""
    machine = definition.machine
    words = diagram.Words(
        states={spec.name: wording.state(machine, spec.name) for spec in definition.states},
        moves={move.trigger: wording.trigger(machine, move.trigger) for move in definition.moves},
        owners={(move.trigger, move.source): _owners(move) for move in definition.moves},
        shared=_("%(move)s, from %(number)s states: %(states)s"),
        counts=counts or {},
    )
    return svg.draw(
        diagram.layout(definition, words),
        {spec.name: wording.state_tone(machine, spec.name) for spec in definition.states},
        title=_("The way of: %(machine)s", machine=wording.machine(machine)),
        desc=_("A picture of states and moves; the tables below say the same in words."),
        name=f"machine-{machine}",
    )


def unsaid(definition: Definition) -> list[str]:
    """The machine, its states, moves, guards, effects, deadlines and roles that nobody has found words for."""
    machine = definition.machine
    needed: dict[str, Callable[[], str]] = {"machine": partial(wording.machine_purpose, machine)}
    for spec in definition.states:
        needed[f"state {spec.name}"] = partial(wording.state_meaning, machine, spec.name)
        if spec.deadline:
            needed[f"deadline {spec.deadline}"] = partial(wording.deadline, spec.deadline)
    for move in definition.moves:
        needed[f"move {move.trigger}"] = partial(wording.consequence, machine, move.trigger)
        needed |= {f"effect {effect}": partial(wording.effect, effect) for effect in move.effects}
        needed |= {f"role {role}": partial(wording.role, role) for role in move.by}
        for rule in move.rules:
            needed[f"guard {name_of(rule)}"] = partial(wording.requirement, name_of(rule))
    return [f"{machine} version {definition.version}: {what}" for what, say in needed.items() if not _is_said(say)]


def _is_said(say: Callable[[], str]) -> bool:
    try:
        return bool(say().strip())
    except KeyError:
        return False


def pages() -> dict[str, str]:
    """docs/workflows.md and its pictures, by their path below docs."""
    found = {f"workflows/{definition.machine}.svg": picture(definition) for definition in ALL}
    parts = [
        "# The workflows",
        "",
        "Written by `flask --app wsgi workflow document` from `workflows/definitions/`; a test fails when it is stale.",
        "The thick line is the regular way; a double border is an end; ↳ names a move that has no line of its own.",
        "",
        *(
            f"- [{wording.machine(d.machine)}](#{_anchor(d.machine)}): {wording.machine_purpose(d.machine)}"
            for d in ALL
        ),
    ]
    for definition in ALL:
        parts += _chapter(definition)
    return found | {"workflows.md": "\n".join(parts) + "\n"}


def _anchor(machine: Machine) -> str:
    return wording.machine(machine).lower().replace(" ", "-")


def _chapter(definition: Definition) -> list[str]:
    name = wording.machine(definition.machine)
    lines = ["", f"## {name}", "", f"{wording.machine_purpose(definition.machine)} Version {definition.version}, "]
    lines[-1] += f"digest `{definition.digest()[:12]}`, {len(definition.moves)} moves."
    lines += ["", f"![{name}: its states and moves; the tables below say the same](workflows/{definition.machine}.svg)"]
    lines += ["", "| State | What it means |", "|---|---|"]
    lines += [f"| {row.label} | {row.meaning} |" for row in states(definition)]
    lines += ["", "| From | To | Move | Who | Only when | What also happens | Reason | Deadline |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for row in moves(definition):
        cells = (
            ", ".join(row.sources),
            ", ".join(row.dests),
            row.label,
            row.owners,
            " ".join(row.asks),
            ", ".join(row.effects),
        )
        lines.append(
            f"| {' | '.join(c or '–' for c in cells)} | {'yes' if row.needs_reason else '–'} | {row.deadline or '–'} |"
        )
    return lines
