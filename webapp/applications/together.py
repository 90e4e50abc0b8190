"""From the list to many files at once: what the filters find, if it is of one call and the reader works on that."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp import policy
from webapp.applications import queries
from webapp.errors import Invalid, NotFound
from webapp.models.programme import Call
from webapp.policy import Principal
from webapp.services.batches import orders
from webapp.services.batches.work import Work, works_for


def _call(who: Principal, wanted: queries.Filters) -> Call | None:
    return queries.call(wanted.call_id) if wanted.call_id and who.holds(*policy.OFFICE) else None


def works(who: Principal, wanted: queries.Filters) -> list[Work]:
    """What this person may do to several of these: nothing, unless the list is narrowed to one call."""
    call = _call(who, wanted)
    return works_for(who, call) if call else []


def prepare(who: Principal, wanted: queries.Filters, key: str) -> Response:
    """A batch over everything that is found, however many pages it fills."""
    call = _call(who, wanted)
    work = next((work for work in works_for(who, call) if work.key == key), None) if call else None
    if call is None or work is None:
        raise NotFound("work")
    try:
        batch = orders.prepare(work, call, queries.numbers(who, wanted, orders.MOST), who)
    except Invalid as invalid:
        flash(invalid.message, "error")
        return redirect(url_for("applications.index", call=call.id), 303)
    return redirect(url_for("batches.rows", batch_id=batch.id), 303)
