"""The machines as pictures with their cases, and the way of one file to a state."""

from flask import Blueprint, render_template, request
from markupsafe import Markup

from webapp import caseframe, policy, wording
from webapp.auth.access import actor, holding, signed_in
from webapp.errors import NotFound
from webapp.machines import handbook, queries
from webapp.services import explain, scope
from workflows.definition import Definition
from workflows.definitions import ALL, BY_VERSION, CURRENT
from workflows.vocabulary import Machine, State

blueprint = Blueprint("machines", __name__, template_folder="templates")


@blueprint.get("/workflows")
@holding(*policy.OFFICE)
def index() -> str:
    return render_template("machines/index.html", machines=[d.machine for d in ALL], running=queries.running(actor()))


@blueprint.get("/workflows/<machine>")
@holding(*policy.OFFICE)
def show(machine: str) -> str:
    who = actor()
    definition = _asked(machine, request.args.get("version", ""))
    standing = queries.standing(who, definition.machine, definition.version)
    counts = {state: found.cases for state, found in standing.items()}
    return render_template(
        "machines/show.html",
        definition=definition,
        current=CURRENT[definition.machine].version,
        versions=queries.versions_in_use(who, definition.machine),
        # our own drawing from our own tables; every text in it is escaped where it is written
        picture=Markup(handbook.picture(definition, counts)),  # noqa: S704
        states=handbook.states(definition),
        moves=handbook.moves(definition),
        standing=standing,
    )


def _asked(machine: str, version: str) -> Definition:
    """The machine and version of the address; unknown ones are not found."""
    try:
        name = Machine(machine)
        return BY_VERSION[name, int(version) if version else CURRENT[name].version]
    except (ValueError, KeyError) as error:
        raise NotFound(f"{machine} {version}") from error


@blueprint.get("/applications/<int:application_id>/path")
@signed_in
def way(application_id: int) -> str:
    who = actor()
    application = scope.open_file(who, application_id)
    look = explain.Outlook(application, who)
    target = _target(look, request.args.get("to", ""))
    return render_template(
        "machines/way.html",
        **caseframe.frame(application, who),
        target=target,
        targets=look.targets,
        way=look.way_to(target) if target else None,
        goal=wording.state(Machine.APPLICATION, target) if target else "",
    )


def _target(look: explain.Outlook, asked: str) -> State | None:
    """The state that was asked for: one that the file can still reach, or stands in; None when nothing was asked."""
    if not asked:
        return None
    known = {state.value: state for state in (*look.targets, look.case.state)}
    if asked not in known:
        raise NotFound(f"way to {asked}")
    return known[asked]
