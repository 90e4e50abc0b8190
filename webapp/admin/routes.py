"""People and their roles, for those who administer them. More views: organisations, account, tokens, failures."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from webapp import wording
from webapp.admin import account, failures, forms, granting, organisations, queries, scopes, tokens, use_cases
from webapp.admin.blueprint import Answer, blueprint
from webapp.auth.access import actor, holding
from webapp.errors import Invalid, NotFound
from webapp.models.people import AffiliationKind, Person, RoleGrant
from webapp.paging import Page, page_number
from webapp.plaintext import tidy
from webapp.policy import Principal
from webapp.site import LANGUAGES
from workflows.vocabulary import Role

__all__ = ["account", "blueprint", "failures", "organisations", "tokens"]  # their views join the blueprint
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.MUNICIPALITY_ADMIN, Role.LGA_ADMIN)


# --- people ---------------------------------------------------------------------------------------


@blueprint.get("/people")
@holding(*ADMINISTRATORS)
def people() -> str:
    who = actor()
    places = queries.choices(who)
    wanted = _people_filter({row_id for row_id, _name in places})
    number = page_number(request.args.get("page"))
    rows, total = queries.people(who, wanted, number)
    kept: dict[str, Any] = {
        "q": wanted.text or None,
        "role": wanted.role.value if wanted.role else None,
        "organisation": wanted.organisation_id,
    }
    return render_template(
        "admin/people.html",
        page=Page(rows, number, total, lambda n: url_for("admin.people", **{**kept, "page": n})),
        wanted=wanted,
        role_choices=[(role.value, wording.role(role)) for role in _roles_to_filter(who)],
        places=places,
        is_system=scopes.is_system(who),
        held=lambda person: _held(_current(queries.shown(person.grants, who))),
    )


def _held(grants: list[RoleGrant]) -> list[str]:
    """Roles in words, each once however many files it is held on: "Signatory (Rheden)"."""
    words = (
        f"{wording.role(grant.role)} ({grant.organisation.name})" if grant.organisation else wording.role(grant.role)
        for grant in grants
    )
    return list(dict.fromkeys(words))


def _people_filter(known: set[int]) -> queries.PeopleFilter:
    """The filters of the address; anything strange counts as not given."""
    args = request.args
    roles = {role.value: role for role in Role}
    place = args.get("organisation", "")
    chosen = int(place) if place.isascii() and place.isdigit() and len(place) < 10 else None
    role = roles.get(args.get("role", ""))
    return queries.PeopleFilter(tidy(args.get("q"))[:100], role, chosen if chosen in known else None)


def _roles_to_filter(who: Principal) -> list[Role]:
    if scopes.is_system(who):
        return list(scopes.REACH)
    given: frozenset[Role] = frozenset().union(*(scopes.gives(who, place) for place in scopes.administered(who)))
    return [role for role in scopes.REACH if role in given]


@blueprint.get("/people/invite")
@holding(*ADMINISTRATORS)
def invite() -> Answer:
    who = actor()
    return _invite_page(
        _invite_form(forms.InviteForm(LANGUAGES, formdata=None, time_zone=current_user.person.time_zone), who)
    )


@blueprint.post("/people/invite")
@holding(*ADMINISTRATORS)
def invite_post() -> Answer:
    who = actor()
    form = _invite_form(forms.InviteForm(LANGUAGES), who)
    if form.validate():
        try:
            person = use_cases.invite_person(form.data, who)
        except Invalid as wrong:
            form[wrong.field].errors = [wrong.message]
        else:
            flash(_("An invitation is on its way to %(email)s.", email=person.email), "success")
            return redirect(url_for("admin.person", person_id=person.id), 303)
    return _invite_page(form, status=422)


def _invite_form(form: forms.InviteForm, who: Principal) -> forms.InviteForm:
    """A system administrator gives roles on the page of the person; others invite into their organisation."""
    if scopes.is_system(who):
        del form.role, form.organisation_id
        return form
    form.organisation_id.choices = queries.choices(who)
    form.role.choices = [(role.value, wording.role(role)) for role in _roles_to_filter(who)]
    return form


def _invite_page(form: forms.InviteForm, status: int = 200) -> Answer:
    return render_template("admin/invite.html", form=form), status


@blueprint.post("/people/<int:person_id>/invite")
@holding(*ADMINISTRATORS)
def invite_again(person_id: int) -> Answer:
    who = actor()
    person = queries.person(who, person_id)
    use_cases.send_invitation(person, who)
    flash(_("A new invitation is on its way. The link sent before no longer works."), "success")
    return redirect(url_for("admin.person", person_id=person.id), 303)


@blueprint.get("/people/<int:person_id>")
@holding(*ADMINISTRATORS)
def person(person_id: int) -> Answer:
    who = actor()
    return _person_page(queries.person(who, person_id), who, _affiliation_form(None, who))


def _person_page(person: Person, who: Principal, form: forms.AffiliationForm, status: int = 200) -> Answer:
    grants = queries.shown(person.grants, who)
    current = _current(grants)
    page = render_template(
        "admin/person.html",
        somebody=person,
        form=form,
        current=current,
        past=[grant for grant in grants if grant not in current],
        hidden=len(person.grants) - len(grants),
        places=queries.places_of(grants),
        affiliations=[a for a in person.affiliations if _administers(who, a.organisation_id)],
        may_end=lambda grant: grant.role in scopes.gives(who, grant.organisation_id),
        is_self=person.id == who.person_id,
        is_system=scopes.is_system(who),
    )
    return page, status


def _current(grants: list[RoleGrant]) -> list[RoleGrant]:
    return [grant for grant in grants if granting.is_current(grant, grant.person)]


def _administers(who: Principal, organisation_id: int) -> bool:
    return scopes.is_system(who) or organisation_id in scopes.administered(who)


# --- roles ----------------------------------------------------------------------------------------


@blueprint.get("/people/<int:person_id>/roles/new")
@holding(*ADMINISTRATORS)
def new_role(person_id: int) -> Answer:
    """Two steps: where the role will count, then which of the roles that can be held there."""
    who = actor()
    person = _other(who, queries.person(who, person_id))
    if "scope" not in request.args:
        form = _scope_form(forms.ScopeForm(formdata=None), who)
        only = [] if scopes.is_system(who) else queries.choices(who)
        if len(only) == 1:
            return redirect(url_for("admin.new_role", person_id=person.id, scope=f"organisation:{only[0][0]}"), 303)
        return _scope_page(form, person)
    try:
        return _grant_page(_grant_form(forms.GrantForm(formdata=None), who), person)
    except NotFound:
        return _wrong_scope(person, who)


def _wrong_scope(person: Person, who: Principal) -> Answer:
    """Back to the first step, with what was wrong there."""
    form = _scope_form(forms.ScopeForm(request.args), who)
    if form.validate():
        form.file.errors = [_("There is no file with this number.")]  # the only choice that can still be wrong
    return _scope_page(form, person, status=422)


@blueprint.post("/people/<int:person_id>/roles/new")
@holding(*ADMINISTRATORS)
def new_role_post(person_id: int) -> Answer:
    who = actor()
    person = queries.person(who, person_id)
    form = _grant_form(forms.GrantForm(), who)
    if form.validate():
        days: dict[str, Any] = {"starts_on": form.starts_on.data, "ends_on": form.ends_on.data}
        try:
            grant = use_cases.grant_role(person, form.role.data, who, **_scope(who)[1], **days)
        except Invalid as wrong:
            form[wrong.field].errors = [wrong.message]
        else:
            done = _("%(name)s is now %(role)s.", name=person.name, role=wording.role(grant.role))
            flash(done + " " + _("They have to sign in again."), "success")
            return redirect(url_for("admin.person", person_id=person.id), 303)
    return _grant_page(form, person, status=422)


@blueprint.post("/roles/<int:grant_id>/end")
@holding(*ADMINISTRATORS)
def end_role(grant_id: int) -> Answer:
    who = actor()
    grant = queries.grant(who, grant_id)
    person, role = grant.person, wording.role(grant.role)
    try:
        use_cases.end_role(grant, who)
    except Invalid as wrong:
        flash(wrong.message, "error")
    else:
        flash(_("%(name)s is no longer %(role)s there, and is signed out.", name=person.name, role=role), "success")
    if person.id == who.person_id:
        return redirect(url_for("public.home"), 303)
    return redirect(url_for("admin.person", person_id=person.id), 303)


def _other(who: Principal, person: Person) -> Person:
    """Nobody gives roles to themselves, so that page is not there for one's own account."""
    if person.id == who.person_id or person.left_at is not None:
        raise NotFound("own roles")
    return person


def _scope_choices(who: Principal) -> dict[str, list[tuple[str, str]]]:
    places = {_("Organisations"): [(f"organisation:{row_id}", name) for row_id, name in queries.choices(who)]}
    if scopes.is_system(who):
        places[_("Programmes")] = [(f"programme:{row_id}", title) for row_id, title in queries.programmes()]
        places[_("Other")] = [("file", _("One file, by its number")), ("everywhere", _("The whole installation"))]
    return {"": [("", _("Choose"))], **{group: options for group, options in places.items() if options}}


def _scope_form(form: forms.ScopeForm, who: Principal) -> forms.ScopeForm:
    form.scope.choices = _scope_choices(who)
    if not scopes.is_system(who):
        del form.file
    return form


def _scope(who: Principal) -> tuple[str, dict[str, Any], list[Role]]:
    """The scope in the address: its name, the columns of the grant, the roles that can be given there."""
    kind, _colon, number = request.args.get("scope", "").partition(":")
    row_id = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    if kind == "organisation":
        place = queries.organisation(row_id)
        roles = [role for role in scopes.fitting(kind, place.type) if role in scopes.gives(who, place.id)]
        if not _administers(who, place.id):
            raise NotFound("organisation")
        return place.name, {"organisation_id": place.id}, roles
    if not scopes.is_system(who) or kind not in ("programme", "file", "everywhere"):
        raise NotFound("scope")
    if kind == "programme":
        return queries.programme(row_id).title, {"programme_id": row_id}, scopes.fitting(kind)
    if kind == "file":
        found = queries.file_by_reference(tidy(request.args.get("file"))[:40])
        if found is None:
            raise NotFound("file")
        return found.reference, {"application_id": found.id}, scopes.fitting(kind)
    return _("The whole installation"), {}, scopes.fitting(kind)


def _grant_form(form: forms.GrantForm, who: Principal) -> forms.GrantForm:
    form.role.choices = [(role.value, wording.role(role)) for role in _scope(who)[2]]
    return form


def _scope_page(form: forms.ScopeForm, person: Person, status: int = 200) -> Answer:
    return render_template("admin/role_where.html", form=form, somebody=person), status


def _grant_page(form: forms.GrantForm, person: Person, status: int = 200) -> Answer:
    place, _where, _roles = _scope(actor())
    page = render_template("admin/role.html", form=form, somebody=person, where=place)
    return page, status


# --- affiliations, leaving ------------------------------------------------------------------------


@blueprint.post("/people/<int:person_id>/affiliations")
@holding(*ADMINISTRATORS)
def affiliate(person_id: int) -> Answer:
    who = actor()
    person = queries.person(who, person_id)
    form = _affiliation_form(request.form, who)
    if not form.validate():
        return _person_page(person, who, form, status=422)
    use_cases.set_affiliation(person, form.organisation_id.data, AffiliationKind(form.kind.data), who)
    flash(_("Noted. %(name)s is kept out of reviews of that organisation's files.", name=person.name), "success")
    return redirect(url_for("admin.person", person_id=person.id), 303)


@blueprint.post("/people/<int:person_id>/affiliations/<int:affiliation_id>/end")
@holding(*ADMINISTRATORS)
def end_affiliation(person_id: int, affiliation_id: int) -> Answer:
    who = actor()
    person = queries.person(who, person_id)
    found = next((a for a in person.affiliations if a.id == affiliation_id), None)
    if found is None or not _administers(who, found.organisation_id):
        raise NotFound(f"affiliation {affiliation_id}")
    use_cases.end_affiliation(person, found, who)
    flash(_("The tie is removed."), "success")
    return redirect(url_for("admin.person", person_id=person.id), 303)


@blueprint.get("/people/<int:person_id>/leave")
@holding(Role.SYSTEM_ADMIN)
def leave(person_id: int) -> Answer:
    person = _other(actor(), queries.person(actor(), person_id))
    return render_template("admin/leave.html", form=forms.LeaveForm(formdata=None), somebody=person)


@blueprint.post("/people/<int:person_id>/leave")
@holding(Role.SYSTEM_ADMIN)
def leave_post(person_id: int) -> Answer:
    who = actor()
    person = queries.person(who, person_id)
    form = forms.LeaveForm()
    try:
        use_cases.leave(person, who)
    except Invalid as wrong:
        form.confirm.errors = [wrong.message]
        return render_template("admin/leave.html", form=form, somebody=person), 422
    flash(_("The account is removed. What was decided stays in the record."), "success")
    return redirect(url_for("admin.people"), 303)


def _affiliation_form(data: Any, who: Principal) -> forms.AffiliationForm:
    form = forms.AffiliationForm(formdata=data)
    form.organisation_id.choices = queries.choices(who)
    return form
