"""The machines as pictures with their cases, and the way of one case to a state."""

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug import Response

from webapp import caseframe, policy, wording
from webapp.auth.access import actor, holding, signed_in
from webapp.errors import NotFound
from webapp.machines import handbook, queries
from webapp.models.application import Application
from webapp.models.types import Case
from webapp.policy import Principal
from webapp.services import announce, explain, parts, scope
from webapp.services.cases import open_case
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
    return _way_page(scope.open_file(who, application_id), who)


@blueprint.get("/cases/<machine>/<int:case_id>/path")
@signed_in
def way_of(machine: str, case_id: int) -> Response | str:
    """The same question about a plan, a call, an agreement, a report: every case of every machine."""
    who = actor()
    try:
        case = open_case(who, Machine(machine), case_id)
    except ValueError as error:
        raise NotFound(machine) from error
    if isinstance(case, Application):
        return redirect(url_for("machines.way", application_id=case.id))
    return _way_page(case, who)


def _way_page(case: Case, who: Principal) -> str:
    look = explain.Outlook(case, who)
    target = _target(look, request.args.get("to", ""))
    file = scope.application_of(case)
    return render_template(
        "machines/way.html" if file else "machines/way_alone.html",
        **(caseframe.frame(file, who) if file else {}),
        name="" if file is case else parts.name(case),
        machine=case.__machine__,
        here=wording.state(case.__machine__, case.state),
        back=announce.path(case),
        targets=look.targets,
        target=target,
        way=look.way_to(target) if target else None,
        goal=wording.state(case.__machine__, target) if target else "",
    )


def _target(look: explain.Outlook, asked: str) -> State | None:
    """The state that was asked for: one that the case can still reach, or stands in; None when nothing was asked."""
    if not asked:
        return None
    known = {state.value: state for state in (*look.targets, look.case.state)}
    if asked not in known:
        raise NotFound(f"way to {asked}")
    return known[asked]
