"""Calls: page, preparing, changing."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from webapp.auth.access import actor, signed_in
from webapp.errors import Forbidden
from webapp.models.programme import Call, CountryPlan
from webapp.policy import Action
from webapp.programmes import forms, pages, queries, use_cases
from webapp.programmes.blueprint import Answer, attempt, blueprint, may, values
from webapp.services.facts import call_is_open
from workflows.vocabulary import State


@blueprint.get("/plans/<int:plan_id>/calls/new")
@signed_in
def new_call(plan_id: int) -> Answer:
    found = queries.plan(actor(), plan_id, Action.MANAGE_PROGRAMME)
    return _call_page(forms.CallForm(formdata=None), found)


@blueprint.post("/plans/<int:plan_id>/calls/new")
@signed_in
def new_call_post(plan_id: int) -> Answer:
    who = actor()
    found = queries.plan(who, plan_id, Action.MANAGE_PROGRAMME)
    form = forms.CallForm()
    made = attempt(form, lambda: use_cases.create_call(found, values(form), who))
    if made is None:
        return _call_page(form, found, status=422)
    flash(_("The call is saved as a draft. Open it when it may be public."), "success")
    return redirect(url_for("programmes.call", call_id=made.id), 303)


@blueprint.get("/calls/<int:call_id>")
@signed_in
def call(call_id: int) -> str:
    who = actor()
    found = queries.call(who, call_id)
    return render_template(
        "programmes/call.html",
        call=found,
        plan=found.plan,
        currency=found.plan.programme.currency,
        sees_programme=may(who, Action.VIEW_PROGRAMME, found.plan.programme),
        may_edit=may(who, Action.MANAGE_PROGRAMME, found) and found.state is not State.CLOSED,
        may_batch=may(who, Action.RUN_BATCH, found),
        is_open_today=call_is_open(found),
        received=queries.received(found),
        **pages.shared(found, who, queries.entries(found)),
    )


@blueprint.get("/calls/<int:call_id>/edit")
@signed_in
def edit_call(call_id: int) -> Answer:
    found = queries.call(actor(), call_id, Action.MANAGE_PROGRAMME)
    if found.state is State.CLOSED:
        raise Forbidden("save_call")
    return _call_page(_call_form(found)(formdata=None, obj=found), found.plan, found)


@blueprint.post("/calls/<int:call_id>/edit")
@signed_in
def edit_call_post(call_id: int) -> Answer:
    who = actor()
    found = queries.call(who, call_id, Action.MANAGE_PROGRAMME)
    form = _call_form(found)()
    if attempt(form, lambda: use_cases.save_call(found, values(form), who, form.expected)) is None:
        return _call_page(form, found.plan, found, status=422)
    flash(_("The call is saved."), "success")
    return redirect(url_for("programmes.call", call_id=found.id), 303)


def _call_form(call: Call) -> type[forms.Versioned]:
    return forms.OpenCallForm if call.state is State.OPEN else forms.CallForm


def _call_page(form: Any, plan: CountryPlan, call: Call | None = None, status: int = 200) -> Answer:
    left = plan.envelope - plan.reserved - plan.committed
    page = render_template(
        "programmes/call_form.html", form=form, plan=plan, call=call, left=left, currency=plan.programme.currency
    )
    return page, status
