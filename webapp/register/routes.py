"""The contract register for tracking [S2.13]: a list, its fragment, and the same as a workbook."""

from typing import Any

from flask import Blueprint, Response, request, send_file, url_for
from flask_login import current_user

from webapp import clock, htmx, wording
from webapp.auth.access import actor, signed_in
from webapp.paging import COUNT_LIMIT, PER_PAGE, Page, page_number
from webapp.register import queries, workbook
from webapp.register.forms import FilterForm, number_of, word_of
from webapp.register.queries import SORTS, STATES, Filter
from webapp.site import is_demonstration
from workflows.vocabulary import Instrument, Machine, State

blueprint = Blueprint("register", __name__, template_folder="templates")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILTERS = ("q", "instrument", "state", "programme", "country", "overdue", "sort")


@blueprint.get("/register")
@signed_in
def index() -> Response:
    who = actor()
    today = clock.today(current_user.person.time_zone)
    chosen = _chosen()
    sums = queries.totals(who, chosen, today)
    total = sum(number for _currency, number, _sum in sums)
    number = min(page_number(request.args.get("page")), max(1, -(-total // PER_PAGE)))
    rows = queries.lines(who, chosen, today, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    form = FilterForm(formdata=request.args)
    programmes, countries = queries.choices(who)
    form.offer(programmes, countries, STATES)
    return htmx.render(
        "register/index.html",
        "register/_list.html",
        form=form,
        found=Page(rows, number, min(total, COUNT_LIMIT + 1), lambda n: _here(page=n)),
        sums=sums,
        today=today,
        heads=_heads(chosen),
        filtered=chosen != Filter(sort=chosen.sort, descending=chosen.descending),
        export=_address("register.export", _kept()),
        labels={state: wording.state(Machine.AGREEMENT, state) for state in STATES},
        tones={state: wording.state_tone(Machine.AGREEMENT, state) for state in STATES},
    )


@blueprint.get("/register.xlsx")
@signed_in
def export() -> Response:
    who = actor()
    today = clock.today(current_user.person.time_zone)
    lines = queries.every_line(who, _chosen(), today)
    book = workbook.write(lines, today, demonstration=is_demonstration())
    return send_file(book, XLSX, as_attachment=True, download_name=f"jumelage-register-{today.isoformat()}.xlsx")


def _chosen() -> Filter:
    """What the address asks for; the text is cut where no name is that long."""
    args = request.args
    sort = args.get("sort", "number")
    state = word_of(State, args, "state")
    country = args.get("country", "")
    return Filter(
        text=args.get("q", "").replace("\x00", "").strip()[:100],
        instrument=word_of(Instrument, args, "instrument"),
        state=state if state in STATES else None,
        programme=number_of(args, "programme"),
        country=country if len(country) == 2 and country.isascii() and country.isalpha() else "",
        overdue=bool(args.get("overdue")),
        sort=sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "number",
        descending=sort.startswith("-"),
    )


def _kept() -> dict[str, str]:
    return {name: value for name in FILTERS if (value := request.args.get(name))}


def _here(**changes: Any) -> str:
    return _address("register.index", _kept() | changes)


def _address(endpoint: str, values: dict[str, Any]) -> str:
    return url_for(endpoint, **values)


def _heads(chosen: Filter) -> dict[str, dict[str, Any]]:
    """For each column that sorts: the address that sorts by it, the other way if it does already."""
    heads = {}
    for name in SORTS:
        mine = name == chosen.sort
        backwards = mine and not chosen.descending
        heads[name] = {
            "href": _here(sort=f"-{name}" if backwards else name),
            "sorted": ("descending" if chosen.descending else "ascending") if mine else None,
        }
    return heads
