"""The pages without an account; nothing here depends on who reads, but the door to the desk."""

from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from webapp import wording
from webapp.auth.access import public
from webapp.models.programme import Call
from webapp.policy import APPLICANTS
from webapp.public import queries
from webapp.services.facts import call_is_open

blueprint = Blueprint("public", __name__, template_folder="templates")
LICENCE = Path(__file__).parents[2] / "LICENSE"
OPEN_TO_ROBOTS = ("/$", "/open-calls", "/about", "/accessibility", "/source", "/verify$")
ROBOTS = "\n".join(["User-agent: *", *(f"Allow: {path}" for path in OPEN_TO_ROBOTS), "Disallow: /", ""])


@blueprint.get("/")
@public
def home() -> str | BaseResponse:
    if current_user.is_authenticated:
        return redirect(url_for("desk.index"), 303)
    return render_template("public/home.html", calls=queries.open_calls()[:3], closing=closing)


@blueprint.get("/open-calls")
@public
def calls() -> str:
    return render_template("public/calls.html", calls=queries.open_calls(), closing=closing)


@blueprint.get("/open-calls/<int:call_id>")
@public
def call(call_id: int) -> str:
    found = queries.call(call_id)
    return render_template(
        "public/call.html",
        call=found,
        plan=found.plan,
        currency=found.plan.programme.currency,
        is_open=call_is_open(found),
        closing=closing(found),
        may_apply=current_user.is_authenticated and current_user.principal.holds(*APPLICANTS),
        start=url_for("applications.start", call=found.id),
    )


@blueprint.get("/about")
@public
def about() -> str:
    return render_template("public/about.html")


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    return render_template("public/accessibility.html")


@blueprint.get("/source")
@public
def source() -> str:
    return render_template("public/source.html")


@blueprint.get("/licence")
@public
def licence() -> Response:
    """The text of the licence, as it stands in the source."""
    return Response(LICENCE.read_text(encoding="utf-8"), mimetype="text/plain")


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    return Response(ROBOTS, mimetype="text/plain")


def closing(call: Call) -> str:
    """When a call opens or closes, in words: "closes in 12 days"."""
    today = queries.today(call)
    if call.state.value != "open" or today > call.closes_on:
        return str(_("closed on %(day)s", day=wording.day(call.closes_on)))
    if today < call.opens_on:
        days = (call.opens_on - today).days
        return str(ngettext("opens tomorrow", "opens in %(num)d days", days))
    days = (call.closes_on - today).days
    if days == 0:
        return str(_("closes today"))
    return str(ngettext("closes tomorrow", "closes in %(num)d days", days))
