"""What a program may read, version 1, and the page that says how. Every address only reads (docs/decisions/0019)."""

from collections.abc import Callable
from functools import reduce
from typing import Any, cast

from flask import Blueprint, Flask, current_app, render_template
from flask.blueprints import BlueprintSetupState
from flask_babel import lazy_gettext as _
from flask_smorest import Blueprint as DescribedBlueprint
from marshmallow import RAISE, Schema

from webapp import caseframe, policy
from webapp.api import description, queries, schemas, shapes
from webapp.auth.access import actor, holding, public, with_token
from webapp.auth.login import limiter
from webapp.errors import Forbidden, NotFound
from webapp.policy import Action
from webapp.problems import MEDIA_TYPE
from webapp.services import explain, scope
from webapp.services.advance import definition_of
from webapp.services.cases import open_case
from webapp.services.facts import current_agreement
from workflows.definitions import ALL, BY_VERSION, CURRENT
from workflows.vocabulary import Machine, State

Shape = dict[str, Any]
View = Callable[..., Any]

blueprint = Blueprint("api", __name__, template_folder="templates")
v1 = DescribedBlueprint("api_v1", __name__, url_prefix="/api/v1")
limiter.limit("300/minute")(v1)

MACHINE = f"<any({', '.join(machine.value for machine in Machine)}):machine>"
# The way to a state says what is missing for moves of others too: only where the pages tell that.
TELLING = f"<any({', '.join(sorted(machine.value for machine in caseframe.TELLS_OF_OTHERS))}):machine>"
PROBLEMS = {
    401: _("No access token that counts."),
    404: _("Unknown, or not this person's to see."),
    422: _("A parameter is wrong; “errors” says which."),
    429: _("Too many requests."),
}


@blueprint.record_once
def _describe(state: BlueprintSetupState) -> None:
    description.register(cast(Flask, state.app), v1)


def reads(answer: type[Schema], *problems: int) -> Callable[[View], View]:
    """What an address answers: with 200, and when something is wrong."""

    def decorate(view: View) -> View:
        described = reduce(_may_fail, (401, *problems, 429), v1.response(200, answer)(view))
        guarded: View = with_token(described)
        return guarded

    return decorate


def _may_fail(view: View, status: int) -> View:
    failing: View = v1.alt_response(
        status, schema=schemas.Problem, content_type=MEDIA_TYPE, description=PROBLEMS[status]
    )(view)
    return failing


def asks(parameters: type[Schema]) -> Callable[[View], View]:
    """What stands in the address beside the path; a name that nobody knows is refused, not overlooked."""
    asked: Callable[[View], View] = v1.arguments(parameters, location="query", unknown=RAISE)
    return asked


# --- applications -------------------------------------------------------------------------------------------------


@v1.get("/applications")
@reads(schemas.Applications, 422)
@asks(schemas.ApplicationQuery)
@v1.doc(summary=_("The applications that you see, by number."))
def applications(query: Shape) -> Shape:
    asked = State(query["state"]) if "state" in query else None
    rows, more = queries.listed(actor(), asked, query.get("call"), query["after"], query["limit"])
    following = description.address("applications", **query | {"after": rows[-1].id}) if more else None
    return {"items": [shapes.line(row) for row in rows], "next": following}


@v1.get("/applications/<int:application_id>")
@reads(schemas.ApplicationWhole, 404)
@v1.doc(
    summary=_("One application with its parts: agreement, special clauses, reviews, reports, actions, obligations.")
)
def application(application_id: int) -> Shape:
    who = actor()
    try:
        found = scope.open_file(who, application_id)
    except Forbidden:
        return shapes.summary(scope.open_file(who, application_id, Action.VIEW_SUMMARY))
    room = scope.file_scope(found)
    agreement = current_agreement(found) if policy.may(who, Action.VIEW_AGREEMENT, room) else None
    return shapes.whole(found, queries.parts(found, who, room), agreement)


# --- explanations -------------------------------------------------------------------------------------------------


@v1.get(f"/cases/{MACHINE}/<int:case_id>/moves")
@reads(schemas.Moves, 404)
@v1.doc(
    summary=_("What can happen next to a case, and why not: each move with all that is in its way and who clears it.")
)
def moves(machine: str, case_id: int) -> Shape:
    who = actor()
    case = open_case(who, Machine(machine), case_id)
    return {"case": shapes.case_line(case), "moves": [shapes.offer(case, row) for row in caseframe.shown(case, who)]}


@v1.get(f"/cases/{TELLING}/<int:case_id>/path")
@reads(schemas.Path, 404, 422)
@asks(schemas.PathQuery)
@v1.doc(summary=_("What it would take to reach a state: the shortest way of moves, who makes each, what is missing."))
def path(query: Shape, machine: str, case_id: int) -> Shape:
    who = actor()
    case = open_case(who, Machine(machine), case_id)
    target = State(query["to"])
    if not definition_of(case).has(target):
        raise NotFound(f"{machine} has no state {target}")
    way = explain.way_to(case, target, who)
    return {
        "case": shapes.case_line(case),
        "target": shapes.state(case.__machine__, target),
        "reachable": way is not None,
        "steps": shapes.way(way) if way else [],
    }


# --- workflows ----------------------------------------------------------------------------------------------------


@v1.get("/workflows")
@reads(schemas.Workflows, 404)
@holding(*policy.OFFICE)
@v1.doc(summary=_("The workflows, with version and fingerprint; for the office, as the page is."))
def workflows() -> Shape:
    return {"items": [shapes.workflow_line(definition) for definition in ALL]}


@v1.get(f"/workflows/{MACHINE}")
@reads(schemas.Workflow, 404, 422)
@holding(*policy.OFFICE)
@asks(schemas.WorkflowQuery)
@v1.doc(summary=_("One workflow as data: states, moves, who makes them, what they ask for, deadlines."))
def workflow(query: Shape, machine: str) -> Shape:
    name = Machine(machine)
    version = query.get("version", CURRENT[name].version)
    if (name, version) not in BY_VERSION:
        raise NotFound(f"{machine} {version}")
    return shapes.workflow(BY_VERSION[name, version])


# --- how to use it ------------------------------------------------------------------------------------------------


@blueprint.get("/api")
@public
def index() -> str:
    """For people: the addresses with an example each, from the same description."""
    spec = description.of(current_app)
    return render_template(
        "api/index.html", operations=description.operations(spec), root=current_app.config["SETTINGS"].base_url
    )


@blueprint.get("/api/v1/openapi.json")
@public
def openapi() -> Shape:
    return description.of(current_app)
