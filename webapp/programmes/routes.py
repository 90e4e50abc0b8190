"""Programmes: list, set-up, page, figures. More views: `plans`, `calls`."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from webapp import policy
from webapp.auth.access import actor, holding, signed_in
from webapp.models.programme import Programme
from webapp.policy import Action, Principal
from webapp.programmes import calls, figures, forms, pages, plans, queries, use_cases
from webapp.programmes.blueprint import Answer, attempt, blueprint, may, running, values
from webapp.services.facts import rules
from webapp.services.scope import programme_scope
from workflows.vocabulary import Role, State

__all__ = ["blueprint", "calls", "plans"]  # their views join the blueprint


@blueprint.get("/programmes")
@signed_in
def index() -> str:
    who = actor()
    return render_template(
        "programmes/index.html",
        programmes=queries.programmes_for(who),
        plans=queries.plans_for(who),
        may_open=lambda programme: may(who, Action.VIEW_PROGRAMME, programme),
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
    programme = attempt(form, lambda: use_cases.create_programme(values(form), who))
    if programme is None:
        return _programme_page(form, status=422)
    if not who.holds(Role.DIRECTOR):
        flash(_("%(title)s is set up. Now give people their roles in it.", title=programme.title), "success")
        return redirect(url_for("admin.people"), 303)
    flash(_("%(title)s is set up. Next: its figures, and a country plan.", title=programme.title), "success")
    return redirect(url_for("programmes.show", programme_id=programme.id), 303)


@blueprint.get("/programmes/<int:programme_id>")
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
        may_manage=may(who, Action.MANAGE_PROGRAMME, programme) and programme.state is not State.CLOSED,
        may_plan=Role.PROGRAMME_MANAGER in policy.roles_on(who, programme_scope(programme)),
        **pages.shared(programme, who, queries.entries(programme)),
    )


@blueprint.get("/programmes/<int:programme_id>/edit")
@signed_in
def edit(programme_id: int) -> Answer:
    programme = running(queries.programme(actor(), programme_id, Action.MANAGE_PROGRAMME))
    return _programme_page(_locked(forms.ProgrammeForm(formdata=None, obj=programme), programme), programme)


@blueprint.post("/programmes/<int:programme_id>/edit")
@signed_in
def edit_post(programme_id: int) -> Answer:
    who = actor()
    programme = queries.programme(who, programme_id, Action.MANAGE_PROGRAMME)
    form = _locked(forms.ProgrammeForm(), programme)
    saved = attempt(form, lambda: use_cases.save_programme(programme, values(form), who, form.expected))
    if saved is None:
        return _programme_page(form, programme, status=422)
    flash(_("The programme is saved."), "success")
    return redirect(url_for("programmes.show", programme_id=programme.id), 303)


@blueprint.get("/programmes/<int:programme_id>/figures")
@signed_in
def rules_of(programme_id: int) -> Answer:
    programme = running(queries.programme(actor(), programme_id, Action.MANAGE_PROGRAMME))
    form = forms.rules_form(programme.currency)(formdata=None, obj=rules(programme))
    return _rules_page(form, programme)


@blueprint.post("/programmes/<int:programme_id>/figures")
@signed_in
def rules_post(programme_id: int) -> Answer:
    who = actor()
    programme = queries.programme(who, programme_id, Action.MANAGE_PROGRAMME)
    form = forms.rules_form(programme.currency)()
    typed = values(form)
    confirmed = typed.pop("confirmed")

    def save() -> Programme:
        try:
            return use_cases.update_rules(programme, typed, who, form.expected, confirmed)
        except use_cases.Doubted as doubted:
            form.confirmed.data = doubted.read
            raise

    if attempt(form, save) is None:
        return _rules_page(form, programme, status=422)
    flash(_("The figures are saved. They count from now on."), "success")
    return redirect(url_for("programmes.show", programme_id=programme.id), 303)


def _with_operators(form: forms.ProgrammeForm, who: Principal) -> forms.ProgrammeForm:
    form.operator_id.choices = [(o.id, o.name) for o in use_cases.operators_of(who)]
    return form


def _locked(form: forms.ProgrammeForm, programme: Programme) -> forms.ProgrammeForm:
    """What cannot change any more is not asked."""
    del form.operator_id
    if programme.plans:
        del form.currency
    return form


def _programme_page(form: forms.ProgrammeForm, programme: Programme | None = None, status: int = 200) -> Answer:
    page = render_template("programmes/programme_form.html", form=form, programme=programme)
    return page, status


def _rules_page(form: forms.Versioned, programme: Programme, status: int = 200) -> Answer:
    if status == 200:
        form.revision.data = str(programme.revision)
    page = render_template(
        "programmes/rules.html",
        form=form,
        programme=programme,
        groups=figures.GROUPS,
        unit=figures.unit,
    )
    return page, status
