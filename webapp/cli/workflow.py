"""Look at the machines, write them down, and carry cases from one version to another."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from webapp.errors import Conflict
from webapp.extensions import db
from webapp.machines import examination, handbook
from webapp.models.people import Person
from webapp.policy import SYSTEM, Principal
from webapp.services import explain, scope
from webapp.services import versions as carrying
from webapp.transaction import writing
from workflows import verify, versions
from workflows.definition import Definition, Move, name_of
from workflows.definitions import BY_VERSION, CURRENT, KNOWN
from workflows.vocabulary import Machine, Role, State, Trigger

group = AppGroup("workflow", help="The machines: check them, list them, write them down, carry cases over.")
DOCS = Path(__file__).parents[2] / "docs"
MACHINES = click.Choice([machine.value for machine in Machine])
MOVES = click.Choice([trigger.value for trigger in Trigger])


@group.command(
    "verify", help="Check every version of every machine and what the database holds; exit code 1 on faults."
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole examination as JSON.")
def verify_command(as_json: bool) -> None:
    reports, unfit, unsaid = examination.reports(), examination.unfit(), examination.unsaid()
    idle = verify.unused_guards(KNOWN)
    unknown = carrying.unknown_stored()
    if as_json:
        found = {"machines": [asdict(r) for r in reports], "unused_guards": idle, "without_words": unsaid}
        click.echo(json.dumps(found | {"unfit_versions": unfit, "unknown_in_database": unknown}, indent=2))
    else:
        _say(reports, unfit, idle, unsaid, unknown)
    sys.exit(1 if any(r.faults for r in reports) or unfit or idle or unsaid or unknown else 0)


def _say(
    reports: Sequence[verify.Report],
    unfit: Sequence[str],
    idle: Sequence[str],
    unsaid: Sequence[str],
    unknown: Sequence[str] | None,
) -> None:
    for r in reports:
        click.echo(f"{r.machine} version {r.version}: {len(r.states)} states, {r.moves} moves, {r.digest[:12]}")
        click.echo(f"  unreachable: {_listed(r.unreachable)}; without a way to an end: {_listed(r.dead_ends)}")
        click.echo(f"  without owner: {_listed(r.without_owner)}; deadlines: {_listed(r.deadlines)}")
        click.echo(f"  guards that never matter: {_listed(r.idle_guards)}")
        for fault in r.faults:
            click.secho(f"  FAULT {fault}", fg="red")
    for text in unfit:
        click.secho(f"FAULT {text}", fg="red")
    click.echo(f"Guards that no machine asks: {_listed(idle)}")
    click.echo(f"Without words: {_listed(unsaid)}")
    known = "not asked: it does not answer or has no tables yet" if unknown is None else _listed(unknown)
    click.echo(f"In the database without rules: {known}")


def _listed(items: Sequence[str]) -> str:
    return ", ".join(items) or "none"


@group.command("list", help="Every machine with its versions, states and moves.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole tables as JSON.")
def list_command(as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_table(definition) for definition in BY_VERSION.values()], indent=2))
        return
    for (machine, version), definition in BY_VERSION.items():
        current = "" if CURRENT[machine] is definition else " (earlier)"
        click.echo(f"{machine} {version}{current}: {', '.join(spec.name for spec in definition.states)}")


def _table(definition: Definition) -> dict[str, object]:
    return {
        "machine": definition.machine,
        "version": definition.version,
        "digest": definition.digest(),
        "initial": definition.initial,
        "states": [asdict(spec) for spec in definition.states],
        "moves": [_edge(move) for move in definition.moves],
    }


def _edge(move: Move) -> dict[str, object]:
    return {
        "trigger": move.trigger,
        "from": move.source,
        "to": move.dest,
        "by": sorted(move.by),
        "guards": [name_of(guard) for guard in move.guards],
        "when": name_of(move.when) if move.when else None,
        "effects": list(move.effects),
        "needs_reason": move.needs_reason,
    }


@group.command("explain", help="Why somebody can or cannot make a move of one case now, and who can clear each reason.")
@click.option("--machine", type=MACHINES, required=True)
@click.option("--case", "case_id", type=int, required=True, help="The number of the case.")
@click.option("--move", type=MOVES, required=True)
@click.option("--as", "email", required=True, help="The e-mail address of the person who would make it.")
@click.option("--json", "as_json", is_flag=True, help="Print the reasons as JSON, with their codes.")
def explain_command(machine: str, case_id: int, move: str, email: str, as_json: bool) -> None:
    case = db.session.get(carrying.CASES[Machine(machine)], case_id)
    person = db.session.scalar(select(Person).where(Person.email == email.strip().lower()))
    if case is None or person is None:
        raise click.ClickException("There is no such case." if case is None else "Nobody has this address.")
    found = explain.explain(case, Trigger(move), scope.principal(person))
    if as_json:
        said = {"possible": found.ready, "reasons": _reasons(found.reasons), "parts": [_way(w) for w in found.parts]}
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    for reason in found.reasons:
        click.echo(f"{reason.text} {reason.who}".rstrip())
    for part in found.parts:
        _say_way(part)
    if found.ready:
        click.echo("Nothing stands in the way.")


def _reasons(found: Sequence[explain.Reason]) -> list[dict[str, str]]:
    return [{"code": r.blocker.code, "text": r.text, "who": r.who} for r in found]


def _way(way: explain.Way) -> dict[str, object]:
    """The way of a part as plain values."""
    steps = [{"move": s.move.trigger, "missing": _reasons(s.missing), "needed": s.needed} for s in way.steps]
    return {"machine": way.machine, "of": way.of, "to": way.state, "steps": steps}


def _say_way(way: explain.Way) -> None:
    click.echo(f"{way.of}:")
    for step in way.steps:
        click.echo(f"  {step.label} -> {step.dest}")
        for sentence in [*(f"{r.text} {r.who}".rstrip() for r in step.missing), *step.needed]:
            click.echo(f"    {sentence}")


@group.command("document", help="Write docs/workflows.md and its pictures from the tables.")
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when what is written is stale.")
def document(check: bool) -> None:
    pages = {DOCS / name: text for name, text in handbook.pages().items()}
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[path], "utf-8")
        click.echo(f"{path.relative_to(DOCS.parent)} {'is stale' if check else 'written'}")
    if check and stale:
        sys.exit(1)


@group.command("migrate", help="Carry cases from one version of a machine to another.")
@click.option("--machine", type=MACHINES, required=True)
@click.option("--from", "old", type=int, required=True, help="The version that cases stand in.")
@click.option("--to", "new", type=int, required=True, help="The version they go on under.")
@click.option(
    "--map", "pairs", multiple=True, metavar="OLD=NEW", help="A state that has another name; as often as needed."
)
@click.option("--dry-run", is_flag=True, help="Show what would happen and change nothing.")
@click.option("--as", "email", help="The administrator who orders it, by e-mail address: the record names them.")
@click.option("--yes", is_flag=True, help="Do not ask after showing what will happen.")
def migrate(
    machine: str, old: int, new: int, pairs: tuple[str, ...], dry_run: bool, email: str | None, yes: bool
) -> None:
    actor = _administrator(email) if email else SYSTEM
    try:
        source, dest = versions.find(Machine(machine), old), versions.find(Machine(machine), new)
        target = versions.mapping(source, dest, _given(pairs))
    except versions.CannotCarry as refused:
        raise click.ClickException("Nothing was changed.\n  " + "\n  ".join(refused.reasons)) from refused
    cases = carrying.waiting(source)
    for state, number in Counter(state for _id, state in cases).items():
        click.echo(f"  {number:>6}  {state} -> {target.get(state, 'nowhere: its version does not have it')}")
    click.echo(f"{len(cases)} of {machine} would go from version {old} to {new}.")
    if dry_run or not cases:
        return
    if not yes:
        click.confirm("Carry them now?", abort=True)
    _carry(source, dest, target, [number for number, _state in cases], actor)


def _administrator(email: str) -> Principal:
    """Who may be named as the one who ordered something here: nobody signs in on a command line."""
    person = db.session.scalar(select(Person).where(Person.email == email.strip().lower(), Person.left_at.is_(None)))
    if person is None or not (who := scope.principal(person)).holds(Role.SYSTEM_ADMIN):
        raise click.ClickException("Nothing was changed.\n  No system administrator has this address.")
    return who


def _given(pairs: tuple[str, ...]) -> dict[State, State]:
    """`old=new` as it was typed; both must be words of the vocabulary."""
    given: dict[State, State] = {}
    for pair in pairs:
        left, _sign, right = pair.partition("=")
        try:
            given[State(left.strip())] = State(right.strip())
        except ValueError as error:
            raise versions.CannotCarry([f"{pair}: {error}"]) from error
    return given


def _carry(
    source: Definition, dest: Definition, target: dict[State, State], numbers: Sequence[int], actor: Principal
) -> None:
    """Each case in its own transaction: what was carried stays carried, and a second run takes up the rest."""
    done = 0
    failed: list[str] = []
    for number in numbers:
        try:
            with writing():
                done += carrying.carry(number, source, dest, target, actor) is not None
        except (Conflict, versions.CannotCarry) as refused:
            failed.append(f"{number}: {refused}")
    click.echo(f"{done} carried, {len(numbers) - done - len(failed)} had been carried before.")
    if failed:
        raise click.ClickException("Not carried; run again:\n  " + "\n  ".join(failed))
