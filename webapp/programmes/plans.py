"""Country plans: page, text, national policies, themes, and the association's endorsement."""

import uuid
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp.auth.access import actor, signed_in
from webapp.models.programme import CountryPlan, Programme
from webapp.policy import Action
from webapp.programmes import forms, pages, queries, use_cases
from webapp.programmes.blueprint import Answer, attempt, blueprint, may, running, values
from workflows.vocabulary import State


@blueprint.get("/programmes/<int:programme_id>/plans/new")
@signed_in
def new_plan(programme_id: int) -> Answer:
    programme = running(queries.programme(actor(), programme_id, Action.MANAGE_PROGRAMME))
    form = forms.PlanForm(formdata=None, starts_on=programme.starts_on, ends_on=programme.ends_on)
    return _plan_page(form, programme)


@blueprint.post("/programmes/<int:programme_id>/plans/new")
@signed_in
def new_plan_post(programme_id: int) -> Answer:
    who = actor()
    programme = queries.programme(who, programme_id, Action.MANAGE_PROGRAMME)
    form = _with_associations(forms.PlanForm())
    plan = attempt(form, lambda: use_cases.create_plan(programme, values(form), who))
    if plan is None:
        return _plan_page(form, programme, status=422)
    flash(_("The plan is saved as a draft. Next: its national policies and themes."), "success")
    return redirect(url_for("programmes.plan", plan_id=plan.id), 303)


@blueprint.get("/plans/<int:plan_id>")
@signed_in
def plan(plan_id: int) -> str:
    who = actor()
    found = queries.plan(who, plan_id)
    return render_template(
        "programmes/plan.html",
        plan=found,
        programme=found.programme,
        currency=found.programme.currency,
        sees_programme=may(who, Action.VIEW_PROGRAMME, found.programme),
        may_edit=may(who, Action.EDIT_PLAN, found),
        may_call=may(who, Action.MANAGE_PROGRAMME, found) and found.state is not State.SUPERSEDED,
        **pages.shared(found, who, queries.entries(found)),
    )


@blueprint.get("/plans/<int:plan_id>/edit")
@signed_in
def edit_plan(plan_id: int) -> Answer:
    found = queries.plan(actor(), plan_id, Action.EDIT_PLAN)
    return _plan_page(forms.PlanForm(formdata=None, obj=found), found.programme, found)


@blueprint.post("/plans/<int:plan_id>/edit")
@signed_in
def edit_plan_post(plan_id: int) -> Answer:
    who = actor()
    found = queries.plan(who, plan_id, Action.MANAGE_PROGRAMME)
    form = _with_associations(forms.PlanForm(), found.country)
    if attempt(form, lambda: use_cases.save_plan(found, values(form), who, form.expected)) is None:
        return _plan_page(form, found.programme, found, status=422)
    return _saved_plan(found)


@blueprint.get("/plans/<int:plan_id>/policies")
@signed_in
def references(plan_id: int) -> Answer:
    found = queries.plan(actor(), plan_id, Action.EDIT_PLAN)
    rows = [{"title": row.title, "issuer": row.issuer, "url": row.url} for row in found.references]
    form = forms.ReferencesForm(formdata=None, rows=[*rows, *({} for _n in range(max(2, 3 - len(rows))))])
    return _references_page(form, found)


@blueprint.post("/plans/<int:plan_id>/policies")
@signed_in
def references_post(plan_id: int) -> Answer:
    who = actor()
    found = queries.plan(who, plan_id, Action.MANAGE_PROGRAMME)
    form = forms.ReferencesForm()
    if attempt(form, lambda: use_cases.set_references(found, _rows(form), who, form.expected)) is None:
        return _references_page(form, found, status=422)
    return _saved_plan(found)


@blueprint.get("/plans/<int:plan_id>/themes/new")
@signed_in
def new_theme(plan_id: int) -> Answer:
    found = queries.plan(actor(), plan_id, Action.EDIT_PLAN)
    return _theme_page(forms.ThemeForm(formdata=None), found, _("Add a theme"))


@blueprint.post("/plans/<int:plan_id>/themes/new")
@signed_in
def new_theme_post(plan_id: int) -> Answer:
    who = actor()
    found = queries.plan(who, plan_id, Action.MANAGE_PROGRAMME)
    form = forms.ThemeForm()
    if attempt(form, lambda: use_cases.add_theme(found, values(form), who, form.expected)) is None:
        return _theme_page(form, found, _("Add a theme"), status=422)
    return _saved_plan(found)


@blueprint.get("/themes/<int:theme_id>/edit")
@signed_in
def edit_theme(theme_id: int) -> Answer:
    theme = queries.theme(actor(), theme_id, Action.EDIT_PLAN)
    return _theme_page(forms.ThemeForm(formdata=None, obj=theme), theme.plan, theme.title)


@blueprint.post("/themes/<int:theme_id>/edit")
@signed_in
def edit_theme_post(theme_id: int) -> Answer:
    who = actor()
    theme = queries.theme(who, theme_id, Action.MANAGE_PROGRAMME)
    form = forms.ThemeForm()
    if attempt(form, lambda: use_cases.save_theme(theme, values(form), who, form.expected)) is None:
        return _theme_page(form, theme.plan, theme.title, status=422)
    return _saved_plan(theme.plan)


@blueprint.post("/themes/<int:theme_id>/remove")
@signed_in
def remove_theme(theme_id: int) -> Answer:
    who = actor()
    theme = queries.theme(who, theme_id, Action.MANAGE_PROGRAMME)
    found = theme.plan
    use_cases.remove_theme(theme, who, forms.Versioned().expected)
    return _saved_plan(found)


@blueprint.get("/plans/<int:plan_id>/endorse")
@signed_in
def endorse(plan_id: int) -> Answer:
    found = queries.plan(actor(), plan_id, Action.ENDORSE_PLAN)
    form = forms.EndorseForm(formdata=None, sector_benefit=found.sector_benefit, request_id=uuid.uuid4().hex)
    return _endorse_page(form, found)


@blueprint.post("/plans/<int:plan_id>/endorse")
@signed_in
def endorse_post(plan_id: int) -> Answer:
    who = actor()
    found = queries.plan(who, plan_id)
    form = forms.EndorseForm()
    done = attempt(
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


def _rows(form: forms.ReferencesForm) -> list[dict[str, Any]]:
    return [{key: value or "" for key, value in row.items()} for row in form.rows.data]


def _with_associations(form: forms.PlanForm, country: str = "") -> forms.PlanForm:
    form.lga_id.choices = [(lga.id, lga.name) for lga in queries.associations(country)]
    return form


def _saved_plan(plan: CountryPlan) -> Response:
    flash(_("The plan is saved."), "success")
    return redirect(url_for("programmes.plan", plan_id=plan.id), 303)


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
