"""Set-up in the browser: programmes with their figures, country plans, endorsements, calls."""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import policy
from webapp.auth.access import actor, holding, signed_in
from webapp.errors import Forbidden, Invalid
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.policy import Action, Principal
from webapp.programmes import figures, forms, pages, queries, use_cases
from webapp.services.facts import call_is_open, rules
from webapp.services.scope import programme_scope
from workflows.vocabulary import Role, State

blueprint = Blueprint("programmes", __name__, template_folder="templates")
Answer = str | Response | tuple[str, int]
Done = TypeVar("Done")
ID = "int(max=2147483647)"


# --- programmes -----------------------------------------------------------------------------------


@blueprint.get("/programmes")
@signed_in
def index() -> str:
    who = actor()
    return render_template(
        "programmes/index.html",
        programmes=queries.programmes_for(who),
        plans=queries.plans_for(who),
        may_open=lambda programme: _may(who, Action.VIEW_PROGRAMME, programme),
        may_create=who.holds(Role.SYSTEM_ADMIN, Role.DIRECTOR),
        taken=use_cases.taken_by_plans,
    )


@blueprint.get("/programmes/new")
@holding(Role.DIRECTOR, Role.SYSTEM_ADMIN)
def new() -> Answer:
    return _programme_page(_with_operators(forms.ProgrammeForm(formdata=None, currency="EUR"), actor()))


@blueprint.post("/programmes/new")
@holding(Role.DIRECTOR, Role.SYSTEM_ADMIN)
def new_post() -> Answer:
    who = actor()
    form = _with_operators(forms.ProgrammeForm(), who)
    programme = _attempt(form, lambda: use_cases.create_programme(_values(form), who))
    if programme is None:
        return _programme_page(form, status=422)
    if not who.holds(Role.DIRECTOR):
        flash(_("%(title)s is set up. Now give people their roles in it.", title=programme.title), "success")
        return redirect(url_for("admin.people"), 303)
    flash(_("%(title)s is set up. Next: its figures, and a country plan.", title=programme.title), "success")
    return redirect(url_for("programmes.show", programme_id=programme.id), 303)


@blueprint.get(f"/programmes/<{ID}:programme_id>")
@signed_in
def show(programme_id: int) -> str:
    who = actor()
    programme = queries.programme(who, programme_id)
    return render_template(
        "programmes/show.html",
        programme=programme,
        rules=rules(programme),
        groups=figures.GROUPS,
        unit=figures.unit,
        taken=use_cases.taken_by_plans(programme),
        people=queries.people_of(programme),
        may_manage=_may(who, Action.MANAGE_PROGRAMME, programme) and programme.state is not State.CLOSED,
        may_plan=Role.PROGRAMME_MANAGER in policy.roles_on(who, programme_scope(programme)),
        **pages.shared(programme, who, queries.entries(programme)),
    )


@blueprint.get(f"/programmes/<{ID}:programme_id>/edit")
@signed_in
def edit(programme_id: int) -> Answer:
    programme = _running(queries.programme(actor(), programme_id, Action.MANAGE_PROGRAMME))
    return _programme_page(_locked(forms.ProgrammeForm(formdata=None, obj=programme), programme), programme)


@blueprint.post(f"/programmes/<{ID}:programme_id>/edit")
@signed_in
def edit_post(programme_id: int) -> Answer:
    who = actor()
    programme = queries.programme(who, programme_id, Action.MANAGE_PROGRAMME)
    form = _locked(forms.ProgrammeForm(), programme)
    saved = _attempt(form, lambda: use_cases.save_programme(programme, _values(form), who, form.expected))
    if saved is None:
        return _programme_page(form, programme, status=422)
    flash(_("The programme is saved."), "success")
    return redirect(url_for("programmes.show", programme_id=programme.id), 303)


@blueprint.get(f"/programmes/<{ID}:programme_id>/figures")
@signed_in
def rules_of(programme_id: int) -> Answer:
    programme = _running(queries.programme(actor(), programme_id, Action.MANAGE_PROGRAMME))
    form = forms.rules_form(programme.currency)(formdata=None, obj=rules(programme))
    return _rules_page(form, programme)


@blueprint.post(f"/programmes/<{ID}:programme_id>/figures")
@signed_in
def rules_post(programme_id: int) -> Answer:
    who = actor()
    programme = queries.programme(who, programme_id, Action.MANAGE_PROGRAMME)
    form = forms.rules_form(programme.currency)()
    if _attempt(form, lambda: use_cases.update_rules(programme, _values(form), who, form.expected)) is None:
        return _rules_page(form, programme, status=422)
    flash(_("The figures are saved. They count from now on."), "success")
    return redirect(url_for("programmes.show", programme_id=programme.id), 303)


# --- country plans --------------------------------------------------------------------------------


@blueprint.get(f"/programmes/<{ID}:programme_id>/plans/new")
@signed_in
def new_plan(programme_id: int) -> Answer:
    programme = _running(queries.programme(actor(), programme_id, Action.MANAGE_PROGRAMME))
    form = forms.PlanForm(formdata=None, starts_on=programme.starts_on, ends_on=programme.ends_on)
    return _plan_page(form, programme)


@blueprint.post(f"/programmes/<{ID}:programme_id>/plans/new")
@signed_in
def new_plan_post(programme_id: int) -> Answer:
    who = actor()
    programme = queries.programme(who, programme_id, Action.MANAGE_PROGRAMME)
    form = _with_associations(forms.PlanForm())
    plan = _attempt(form, lambda: use_cases.create_plan(programme, _values(form), who))
    if plan is None:
        return _plan_page(form, programme, status=422)
    flash(_("The plan is saved as a draft. Next: its national policies and themes."), "success")
    return redirect(url_for("programmes.plan", plan_id=plan.id), 303)


@blueprint.get(f"/plans/<{ID}:plan_id>")
@signed_in
def plan(plan_id: int) -> str:
    who = actor()
    found = queries.plan(who, plan_id)
    return render_template(
        "programmes/plan.html",
        plan=found,
        programme=found.programme,
        currency=found.programme.currency,
        sees_programme=_may(who, Action.VIEW_PROGRAMME, found.programme),
        may_edit=_may(who, Action.EDIT_PLAN, found),
        may_call=_may(who, Action.MANAGE_PROGRAMME, found) and found.state is not State.SUPERSEDED,
        **pages.shared(found, who, queries.entries(found)),
    )


@blueprint.get(f"/plans/<{ID}:plan_id>/edit")
@signed_in
def edit_plan(plan_id: int) -> Answer:
    found = queries.plan(actor(), plan_id, Action.EDIT_PLAN)
    return _plan_page(forms.PlanForm(formdata=None, obj=found), found.programme, found)


@blueprint.post(f"/plans/<{ID}:plan_id>/edit")
@signed_in
def edit_plan_post(plan_id: int) -> Answer:
    who = actor()
    found = queries.plan(who, plan_id, Action.MANAGE_PROGRAMME)
    form = _with_associations(forms.PlanForm(), found.country)
    if _attempt(form, lambda: use_cases.save_plan(found, _values(form), who, form.expected)) is None:
        return _plan_page(form, found.programme, found, status=422)
    return _saved_plan(found)


@blueprint.get(f"/plans/<{ID}:plan_id>/policies")
@signed_in
def references(plan_id: int) -> Answer:
    found = queries.plan(actor(), plan_id, Action.EDIT_PLAN)
    rows = [{"title": row.title, "issuer": row.issuer, "url": row.url} for row in found.references]
    form = forms.ReferencesForm(formdata=None, rows=[*rows, *({} for _n in range(max(2, 3 - len(rows))))])
    return _references_page(form, found)


@blueprint.post(f"/plans/<{ID}:plan_id>/policies")
@signed_in
def references_post(plan_id: int) -> Answer:
    who = actor()
    found = queries.plan(who, plan_id, Action.MANAGE_PROGRAMME)
    form = forms.ReferencesForm()
    if _attempt(form, lambda: use_cases.set_references(found, _rows(form), who, form.expected)) is None:
        return _references_page(form, found, status=422)
    return _saved_plan(found)


@blueprint.get(f"/plans/<{ID}:plan_id>/themes/new")
@signed_in
def new_theme(plan_id: int) -> Answer:
    found = queries.plan(actor(), plan_id, Action.EDIT_PLAN)
    return _theme_page(forms.ThemeForm(formdata=None), found, _("Add a theme"))


@blueprint.post(f"/plans/<{ID}:plan_id>/themes/new")
@signed_in
def new_theme_post(plan_id: int) -> Answer:
    who = actor()
    found = queries.plan(who, plan_id, Action.MANAGE_PROGRAMME)
    form = forms.ThemeForm()
    if _attempt(form, lambda: use_cases.add_theme(found, _values(form), who, form.expected)) is None:
        return _theme_page(form, found, _("Add a theme"), status=422)
    return _saved_plan(found)


@blueprint.get(f"/themes/<{ID}:theme_id>/edit")
@signed_in
def edit_theme(theme_id: int) -> Answer:
    theme = queries.theme(actor(), theme_id, Action.EDIT_PLAN)
    return _theme_page(forms.ThemeForm(formdata=None, obj=theme), theme.plan, theme.title)


@blueprint.post(f"/themes/<{ID}:theme_id>/edit")
@signed_in
def edit_theme_post(theme_id: int) -> Answer:
    who = actor()
    theme = queries.theme(who, theme_id, Action.MANAGE_PROGRAMME)
    form = forms.ThemeForm()
    if _attempt(form, lambda: use_cases.save_theme(theme, _values(form), who, form.expected)) is None:
        return _theme_page(form, theme.plan, theme.title, status=422)
    return _saved_plan(theme.plan)


@blueprint.post(f"/themes/<{ID}:theme_id>/remove")
@signed_in
def remove_theme(theme_id: int) -> Answer:
    who = actor()
    theme = queries.theme(who, theme_id, Action.MANAGE_PROGRAMME)
    found = theme.plan
    use_cases.remove_theme(theme, who, forms.Versioned().expected)
    return _saved_plan(found)


@blueprint.get(f"/plans/<{ID}:plan_id>/endorse")
@signed_in
def endorse(plan_id: int) -> Answer:
    found = queries.plan(actor(), plan_id, Action.ENDORSE_PLAN)
    form = forms.EndorseForm(formdata=None, sector_benefit=found.sector_benefit, request_id=uuid.uuid4().hex)
    return _endorse_page(form, found)


@blueprint.post(f"/plans/<{ID}:plan_id>/endorse")
@signed_in
def endorse_post(plan_id: int) -> Answer:
    who = actor()
    found = queries.plan(who, plan_id)
    form = forms.EndorseForm()
    done = _attempt(
        form,
        lambda: use_cases.endorse(
            found,
            form.statement.data or "",
            form.sector_benefit.data or "",
            who,
            request_id=form.request_id.data or None,
            expected=form.expected,
        ),
    )
    if done is None:
        return _endorse_page(form, found, status=422)
    flash(_("The plan is endorsed. The director decides on approval now."), "success")
    return redirect(url_for("programmes.plan", plan_id=found.id), 303)


# --- calls ----------------------------------------------------------------------------------------


@blueprint.get(f"/plans/<{ID}:plan_id>/calls/new")
@signed_in
def new_call(plan_id: int) -> Answer:
    found = queries.plan(actor(), plan_id, Action.MANAGE_PROGRAMME)
    return _call_page(forms.CallForm(formdata=None), found)


@blueprint.post(f"/plans/<{ID}:plan_id>/calls/new")
@signed_in
def new_call_post(plan_id: int) -> Answer:
    who = actor()
    found = queries.plan(who, plan_id, Action.MANAGE_PROGRAMME)
    form = forms.CallForm()
    made = _attempt(form, lambda: use_cases.create_call(found, _values(form), who))
    if made is None:
        return _call_page(form, found, status=422)
    flash(_("The call is saved as a draft. Open it when it may be public."), "success")
    return redirect(url_for("programmes.call", call_id=made.id), 303)


@blueprint.get(f"/calls/<{ID}:call_id>")
@signed_in
def call(call_id: int) -> str:
    who = actor()
    found = queries.call(who, call_id)
    return render_template(
        "programmes/call.html",
        call=found,
        plan=found.plan,
        currency=found.plan.programme.currency,
        sees_programme=_may(who, Action.VIEW_PROGRAMME, found.plan.programme),
        may_edit=_may(who, Action.MANAGE_PROGRAMME, found) and found.state is not State.CLOSED,
        is_open_today=call_is_open(found),
        received=queries.received(found),
        **pages.shared(found, who, queries.entries(found)),
    )


@blueprint.get(f"/calls/<{ID}:call_id>/edit")
@signed_in
def edit_call(call_id: int) -> Answer:
    found = queries.call(actor(), call_id, Action.MANAGE_PROGRAMME)
    if found.state is State.CLOSED:
        raise Forbidden("save_call")
    return _call_page(_call_form(found)(formdata=None, obj=found), found.plan, found)


@blueprint.post(f"/calls/<{ID}:call_id>/edit")
@signed_in
def edit_call_post(call_id: int) -> Answer:
    who = actor()
    found = queries.call(who, call_id, Action.MANAGE_PROGRAMME)
    form = _call_form(found)()
    if _attempt(form, lambda: use_cases.save_call(found, _values(form), who, form.expected)) is None:
        return _call_page(form, found.plan, found, status=422)
    flash(_("The call is saved."), "success")
    return redirect(url_for("programmes.call", call_id=found.id), 303)


# --- shared ---------------------------------------------------------------------------------------


def _may(who: Principal, action: Action, record: Programme | CountryPlan | Call) -> bool:
    return policy.may(who, action, programme_scope(record))


def _attempt(form: forms.Versioned, verb: Callable[[], Done]) -> Done | None:
    """The verb's result; None when the form or the verb found something wrong, which then stands at its field."""
    if not form.validate():
        return None
    try:
        return verb()
    except Invalid as wrong:
        form[wrong.field].errors = [wrong.message]
        return None


def _values(form: forms.Versioned) -> dict[str, Any]:
    """What was typed; an empty line is an empty text, as the columns have it."""
    typed = {key: value for key, value in form.data.items() if key not in ("csrf_token", "revision")}
    return {key: "" if value is None else value for key, value in typed.items()}


def _rows(form: forms.ReferencesForm) -> list[dict[str, Any]]:
    return [{key: value or "" for key, value in row.items()} for row in form.rows.data]


def _running(programme: Programme) -> Programme:
    if programme.state is State.CLOSED:
        raise Forbidden("programme_closed")
    return programme


def _with_operators(form: forms.ProgrammeForm, who: Principal) -> forms.ProgrammeForm:
    form.operator_id.choices = [(o.id, o.name) for o in use_cases.operators_of(who)]
    return form


def _with_associations(form: forms.PlanForm, country: str = "") -> forms.PlanForm:
    form.lga_id.choices = [(lga.id, lga.name) for lga in queries.associations(country)]
    return form


def _locked(form: forms.ProgrammeForm, programme: Programme) -> forms.ProgrammeForm:
    """What cannot change any more is not asked."""
    del form.operator_id
    if programme.plans:
        del form.currency
    return form


def _call_form(call: Call) -> type[forms.Versioned]:
    return forms.OpenCallForm if call.state is State.OPEN else forms.CallForm


def _saved_plan(plan: CountryPlan) -> Response:
    flash(_("The plan is saved."), "success")
    return redirect(url_for("programmes.plan", plan_id=plan.id), 303)


def _programme_page(form: forms.ProgrammeForm, programme: Programme | None = None, status: int = 200) -> Answer:
    page = render_template("programmes/programme_form.html", form=form, programme=programme)
    return page, status


def _rules_page(form: forms.Versioned, programme: Programme, status: int = 200) -> Answer:
    if status == 200:
        form.revision.data = str(programme.revision)
    page = render_template(
        "programmes/rules.html", form=form, programme=programme, groups=figures.GROUPS, unit=figures.unit
    )
    return page, status


def _plan_page(
    form: forms.PlanForm, programme: Programme, plan: CountryPlan | None = None, status: int = 200
) -> Answer:
    _with_associations(form, plan.country if plan else "")
    left = programme.budget - use_cases.taken_by_plans(programme, plan)
    page = render_template("programmes/plan_form.html", form=form, programme=programme, plan=plan, left=left)
    return page, status


def _references_page(form: forms.ReferencesForm, plan: CountryPlan, status: int = 200) -> Answer:
    if status == 200:
        form.revision.data = str(plan.revision)
    return render_template("programmes/references.html", form=form, plan=plan), status


def _theme_page(form: forms.ThemeForm, plan: CountryPlan, title: str, status: int = 200) -> Answer:
    if status == 200:
        form.revision.data = str(plan.revision)
    return render_template("programmes/theme_form.html", form=form, plan=plan, title=title), status


def _endorse_page(form: forms.EndorseForm, plan: CountryPlan, status: int = 200) -> Answer:
    if status == 200:
        form.revision.data = str(plan.revision)
    return render_template("programmes/endorse.html", form=form, plan=plan, programme=plan.programme), status


def _call_page(form: Any, plan: CountryPlan, call: Call | None = None, status: int = 200) -> Answer:
    left = plan.envelope - plan.reserved - plan.committed
    page = render_template(
        "programmes/call_form.html", form=form, plan=plan, call=call, left=left, currency=plan.programme.currency
    )
    return page, status
