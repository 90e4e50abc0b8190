"""Many files of a call in one go: order, choose the rows, start, watch. The letters of a call: `letters`."""

from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from webapp import wording
from webapp.auth.access import actor, signed_in
from webapp.batches import letters, queries
from webapp.batches.blueprint import Answer, blueprint
from webapp.batches.forms import StartForm, WorkForm, numbers
from webapp.errors import Conflict, Invalid
from webapp.extensions import db
from webapp.htmx import render
from webapp.models.batch import Batch, BatchItem, BatchKind, BatchState, ItemState
from webapp.models.programme import Call
from webapp.notifications.audience import TOLD
from webapp.paging import Page, page_number
from webapp.policy import Principal
from webapp.services import explain
from webapp.services.advance import definition_of
from webapp.services.batches import orders
from webapp.services.batches.work import WORKS, Work, work_of, works_for
from workflows.vocabulary import Machine

__all__ = ["blueprint", "letters"]
TONES = {
    ItemState.WAITING: "waiting", ItemState.DONE: "good", ItemState.REFUSED: "bad", ItemState.FAILED: "bad",
    ItemState.LEFT_OUT: "neutral",
}  # fmt: skip
BATCH_TONES = {
    BatchState.PREPARED: "neutral", BatchState.RUNNING: "waiting", BatchState.STOPPED: "bad", BatchState.DONE: "good",
}  # fmt: skip


# --- order ----------------------------------------------------------------------------------------------------------


@blueprint.get("/calls/<int:call_id>/batches")
@signed_in
def index(call_id: int) -> Answer:
    who = actor()
    return _index_page(queries.open_call(who, call_id), who, None)


@blueprint.post("/calls/<int:call_id>/batches")
@signed_in
def prepare(call_id: int) -> Response | Answer:
    """Keep the files in whose state the work begins, then choose among them."""
    who = actor()
    call = queries.open_call(who, call_id)
    form = WorkForm()
    work = _known(form.work.data, who, call)
    try:
        if work is None:
            raise Invalid("work", _("Choose what shall happen."))
        batch = orders.prepare(work, call, orders.candidates(work, call), who)
    except Invalid as invalid:
        return _index_page(call, who, invalid.message), 422
    return redirect(url_for("batches.rows", batch_id=batch.id), 303)


def _known(key: str | None, who: Principal, call: Call) -> Work | None:
    work = WORKS.get(key or "")
    return work if work is not None and work in works_for(who, call) else None


def _index_page(call: Call, who: Principal, problem: str | None) -> str:
    standing = queries.by_state(call)
    works = [
        (work, sum(count for state, count in standing.items() if state in work.sources))
        for work in works_for(who, call)
    ]
    hints = [
        (work, ngettext("%(num)s application can be chosen.", "%(num)s applications can be chosen.", count))
        for work, count in works
        if count
    ]
    form = WorkForm().offer(hints)
    if problem:
        form.work.errors = [problem]
    earlier = queries.batches_of(who, call)
    return render_template(
        "batches/index.html", call=call, form=form, has_works=bool(hints), earlier=earlier, title_of=title_of,
        progress=queries.progress(earlier), tones=BATCH_TONES,
    )  # fmt: skip


def title_of(batch: Batch) -> str:
    """What a batch does, in words; of letters which."""
    if batch.letters is not None:
        return f"{work_of(batch).label()}: {wording.label(batch.letters)}"
    return work_of(batch).label()


# --- choose the rows ------------------------------------------------------------------------------------------------


@blueprint.get("/batches/<int:batch_id>/rows")
@signed_in
def rows(batch_id: int) -> Response | Answer:
    """The preview: a row for each file, whether it can be done, or every reason why not and who can clear it."""
    who = actor()
    batch = queries.open_batch(who, batch_id)
    if batch.state is not BatchState.PREPARED:
        return redirect(url_for("batches.show", batch_id=batch.id), 303)
    return _rows_page(batch, who, page_number(request.args.get("page")))


@blueprint.post("/batches/<int:batch_id>/rows")
@signed_in
def choose(batch_id: int) -> Response:
    """Keep the ticks of this page, then go where the button leads: another page, or on."""
    who = actor()
    batch = queries.open_batch(who, batch_id)
    orders.choose(batch, numbers("shown"), numbers("row"), who)
    go = request.form.get("go", "")
    if go == "on":
        return redirect(url_for("batches.confirm", batch_id=batch.id), 303)
    return redirect(url_for("batches.rows", batch_id=batch.id, page=page_number(go)), 303)


def _rows_page(batch: Batch, who: Principal, number: int) -> str:
    items = orders.chosen(batch)
    reasons = orders.judge(batch, items, who)
    begin = (number - 1) * queries.PER_PAGE
    shown = items[begin : begin + queries.PER_PAGE]
    can = sum(not reasons[item.application_id] for item in items)
    return render_template(
        "batches/rows.html",
        batch=batch,
        title=title_of(batch),
        work=work_of(batch),
        lines=[(item, explain.spoken(reasons[item.application_id], _currency(batch))) for item in shown],
        found=Page(shown, number, len(items), str, queries.PER_PAGE),
        can=can,
        cannot=len(items) - can,
        ticked=_ticked(items, reasons),
        most=orders.MOST,
    )


def _currency(batch: Batch) -> str:
    return batch.call.plan.programme.currency


def _ticked(items: list[BatchItem], reasons: Any) -> int:
    return sum(item.state is ItemState.WAITING and not reasons[item.application_id] for item in items)


# --- start ----------------------------------------------------------------------------------------------------------


@blueprint.get("/batches/<int:batch_id>/confirm")
@signed_in
def confirm(batch_id: int) -> Response | Answer:
    """The Final page of an order."""
    who = actor()
    batch = queries.open_batch(who, batch_id)
    if batch.state is not BatchState.PREPARED:
        return redirect(url_for("batches.show", batch_id=batch.id), 303)
    return _confirm_page(batch, who, StartForm(formdata=None))


@blueprint.post("/batches/<int:batch_id>/confirm")
@signed_in
def start(batch_id: int) -> Response | Answer:
    who = actor()
    batch = queries.open_batch(who, batch_id)
    form = StartForm()
    try:
        if not form.validate():
            return _confirm_page(batch, who, form), 422
        orders.start(batch, form.reason.data or "", who)
    except Invalid as invalid:
        db.session.rollback()
        if invalid.field == "rows":
            return _confirm_page(queries.open_batch(who, batch_id), who, form, problem=invalid.message), 409
        form.reason.errors = [invalid.message]
        return _confirm_page(queries.open_batch(who, batch_id), who, form), 422
    except Conflict:
        db.session.rollback()  # a second click: it runs already
    return redirect(url_for("batches.show", batch_id=batch_id), 303)


def _confirm_page(batch: Batch, who: Principal, form: StartForm, problem: str = "") -> str:
    items = orders.chosen(batch, ItemState.WAITING)
    reasons = orders.judge(batch, items, who)
    work = work_of(batch)
    going = [item for item in items if not reasons[item.application_id]]
    moves = [
        edge
        for item in going[:1]
        for edge in definition_of(item.application).edges(item.application.state, work.trigger)
    ]
    tells = batch.kind is not BatchKind.RECOMMEND
    return render_template(
        "batches/confirm.html",
        batch=batch,
        title=title_of(batch),
        work=work,
        form=form,
        number=len(going),
        left=len(items) - len(going),
        effects=[wording.effect(effect) for edge in moves for effect in edge.effects] if tells else [],
        told=[wording.role_plural(r) for r in TOLD.get((Machine.APPLICATION, work.trigger), ())] if tells else [],
        problem=problem,
    )


# --- watch ----------------------------------------------------------------------------------------------------------


@blueprint.get("/batches/<int:batch_id>")
@signed_in
def show(batch_id: int) -> FlaskResponse | Response:
    """How far it is, and what became of each file; asked again every few seconds while it runs."""
    who = actor()
    batch = queries.open_batch(who, batch_id)
    if batch.state is BatchState.PREPARED:
        return redirect(url_for("batches.rows", batch_id=batch.id), 303)
    number = page_number(request.args.get("page"))
    done = queries.progress([batch])[batch.id]
    found = queries.results(batch, number)
    return render(
        "batches/show.html",
        "batches/_progress.html",
        batch=batch,
        title=title_of(batch),
        work=work_of(batch),
        done=done,
        lines=[(row, explain.spoken(row.item.blockers, _currency(batch))) for row in found],
        found=Page(found, number, done.total, lambda n: url_for("batches.show", batch_id=batch_id, page=n),
                   queries.PER_PAGE),
        mine=batch.person_id == who.person_id,
        busy=batch.state is BatchState.RUNNING or _being_written(done, found),
        tones=TONES,
        batch_tones=BATCH_TONES,
    )  # fmt: skip


def _being_written(done: queries.Progress, found: list[queries.Result]) -> bool:
    """Letters come after the moves; those in trouble are waited for by nobody."""
    trouble = sum(bool(row.trouble) for row in found)
    return done.written + trouble < done.letters


@blueprint.post("/batches/<int:batch_id>/stop")
@signed_in
def stop(batch_id: int) -> Response:
    orders.stop(queries.open_batch(actor(), batch_id))
    return redirect(url_for("batches.show", batch_id=batch_id), 303)


@blueprint.post("/batches/<int:batch_id>/resume")
@signed_in
def resume(batch_id: int) -> Response:
    who = actor()
    orders.resume(queries.open_batch(who, batch_id), who)
    return redirect(url_for("batches.show", batch_id=batch_id), 303)


@blueprint.post("/batches/<int:batch_id>/discard")
@signed_in
def discard(batch_id: int) -> Response:
    who = actor()
    batch = queries.open_batch(who, batch_id)
    call_id = batch.call_id
    orders.discard(batch, who)
    flash(_("The prepared list is thrown away. Nothing happened to any application."), "success")
    return redirect(url_for("batches.index", call_id=call_id), 303)


@blueprint.post("/batches/<int:batch_id>/again")
@signed_in
def again(batch_id: int) -> Response:
    """Try what was refused or failed once more: one row, or all of them."""
    who = actor()
    asked = numbers("row")
    found = orders.again(queries.open_batch(who, batch_id), who, asked[0] if asked else None)
    flash(ngettext("%(num)s row is tried again.", "%(num)s rows are tried again.", found), "success")
    return redirect(url_for("batches.show", batch_id=batch_id), 303)
