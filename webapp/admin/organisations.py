"""Organisations: list, add, change. For system administrators."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from webapp import wording
from webapp.admin import forms, queries, use_cases
from webapp.admin.blueprint import Answer, blueprint
from webapp.auth.access import actor, holding
from webapp.errors import Invalid
from webapp.models.people import Organisation, OrganisationType
from webapp.paging import Page, page_number
from webapp.plaintext import tidy
from workflows.vocabulary import Role


@blueprint.get("/organisations")
@holding(Role.SYSTEM_ADMIN)
def organisations() -> str:
    text = tidy(request.args.get("q"))[:100]
    types = {type.value: type for type in OrganisationType}
    wanted = queries.OrganisationFilter(text, types.get(request.args.get("type", "")))
    number = page_number(request.args.get("page"))
    rows, total = queries.organisations(wanted, number)
    kept: dict[str, Any] = {"q": text or None, "type": wanted.type.value if wanted.type else None}
    page = Page(rows, number, total, lambda n: url_for("admin.organisations", **{**kept, "page": n}))
    return render_template(
        "admin/organisations.html", page=page, wanted=wanted, types=wording.choices(OrganisationType)
    )


@blueprint.get("/organisations/new")
@holding(Role.SYSTEM_ADMIN)
def new_organisation() -> Answer:
    return _organisation_page(_organisation_form(forms.OrganisationForm(formdata=None)))


@blueprint.post("/organisations/new")
@holding(Role.SYSTEM_ADMIN)
def new_organisation_post() -> Answer:
    form = _organisation_form(forms.OrganisationForm())
    if form.validate():
        try:
            made = use_cases.create_organisation(_organisation_values(form), actor())
        except Invalid as wrong:
            form[wrong.field].errors = [wrong.message]
        else:
            flash(_("%(name)s is added.", name=made.name), "success")
            return redirect(url_for("admin.organisations", q=made.name), 303)
    return _organisation_page(form, status=422)


@blueprint.get("/organisations/<int:organisation_id>")
@holding(Role.SYSTEM_ADMIN)
def organisation(organisation_id: int) -> Answer:
    found = queries.organisation(organisation_id)
    return _organisation_page(_organisation_form(forms.OrganisationForm(formdata=None, obj=found)), found)


@blueprint.post("/organisations/<int:organisation_id>")
@holding(Role.SYSTEM_ADMIN)
def organisation_post(organisation_id: int) -> Answer:
    found = queries.organisation(organisation_id)
    form = _organisation_form(forms.OrganisationForm())
    if form.validate():
        try:
            use_cases.save_organisation(found, _organisation_values(form), actor())
        except Invalid as wrong:
            form[wrong.field].errors = [wrong.message]
        else:
            flash(_("%(name)s is saved.", name=found.name), "success")
            return redirect(url_for("admin.organisation", organisation_id=found.id), 303)
    return _organisation_page(form, found, status=422)


def _organisation_form(form: forms.OrganisationForm) -> forms.OrganisationForm:
    form.lga_id.choices = [("", _("No association")), *queries.associations()]
    return form


def _organisation_values(form: forms.OrganisationForm) -> dict[str, Any]:
    values = {key: value for key, value in form.data.items() if key != "csrf_token"}
    return values | {key: values[key] or "" for key in ("subdivision", "place", "registry_id")}


def _organisation_page(form: forms.OrganisationForm, found: Organisation | None = None, status: int = 200) -> Answer:
    return render_template("admin/organisation.html", form=form, organisation=found), status
