"""Pages of decision, confirmation, appeal and letters."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import caseframe, clock, policy, transfer, wording
from webapp.auth.access import actor, signed_in
from webapp.decisions import forms, queries, use_cases
from webapp.errors import Invalid, NotFound
from webapp.models.application import Application, PartyRole
from webapp.models.assessment import Decision
from webapp.policy import Action, Principal
from webapp.services import announce, documents, pdfs, scope, troubles
from webapp.services.facts import last_appeal_day, programme_of, rules_of
from workflows import mandates
from workflows.vocabulary import Machine, Role, State, Trigger

blueprint = Blueprint("decisions", __name__, template_folder="templates")
OFFICE = (Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR)


def _open(who: Principal, application_id: int, action: Action) -> Application:
    application = queries.file(application_id)
    policy.require(who, action, scope.file_scope(application))
    return application


@blueprint.get("/applications/<int:application_id>/decision")
@signed_in
def show(application_id: int) -> str:
    who = actor()
    return _decision_page(_open(who, application_id, Action.VIEW_DECISION), who)


@blueprint.post("/applications/<int:application_id>/decision")
@signed_in
def recommend_post(application_id: int) -> Response | tuple[str, int]:
    who = actor()
    application = _open(who, application_id, Action.VIEW_DECISION)
    form = forms.RecommendForm().offer()
    outcome = form.chosen()
    if outcome is None:
        form.validate()
        form.outcome.errors = [_("Choose an outcome.")]
        return _decision_page(application, who, form=form), 422
    try:
        if form.validate():
            use_cases.recommend(
                application, outcome, form.granted(), form.conditions.data or "", form.reasons.data or "", who
            )
    except Invalid as invalid:
        form[invalid.field].errors = [invalid.message]
    if form.errors:
        return _decision_page(application, who, form=form), 422
    flash(_("Your recommendation is kept. Those who confirm get a mail."), "success")
    return redirect(url_for("decisions.show", application_id=application_id), 303)


def _decision_page(application: Application, who: Principal, *, form: Any = None) -> str:
    reviews = queries.valid_reviews(application)
    history = queries.decisions(application)
    current = next((d for d in history if d.replaced_at is None), None)
    is_open = current is not None and current.settled_at is None and application.state is State.DECISION
    people = queries.insiders(application, OFFICE)
    room = scope.file_scope(application)
    recommends = (
        policy.may(who, Action.RECOMMEND, room)
        and application.manager_id in (None, who.person_id)
        and not who.belongs_to & room.party_ids
    )
    return render_template(
        "decisions/show.html",
        **caseframe.frame(application, who),
        reviews=reviews,
        means=queries.means(reviews),
        rules=rules_of(application),
        current=current,
        is_open=is_open,
        history=[d for d in history if d is not current],
        mandate=_mandate(application, current, people, who) if current else [],
        ranking=queries.ranking(application) if policy.roles_on(who, room) & policy.OFFICE else [],
        left=queries.envelope_left(application.call.plan),
        recommends=recommends,
        form=(form or _suggested(application, reviews, current)) if recommends else None,
        has_errors=bool(form and form.errors),
    )


def _suggested(application: Application, reviews: list[Any], current: Decision | None) -> forms.RecommendForm:
    """An empty form knows what was asked for and which conditions the reviewers advise."""
    if current is not None and current.settled_at is None:
        values: dict[str, Any] = {
            "outcome": current.outcome.value, "amount": current.amount, "conditions": current.conditions,
            "reasons": current.reasons,
        }  # fmt: skip
    else:
        advised = "\n".join(review.conditions for review in reviews if review.conditions)
        values = {"amount": application.requested, "conditions": advised}
    return forms.RecommendForm(formdata=None, **values).offer()


def _mandate(
    application: Application, decision: Decision, people: list[queries.Insider], who: Principal
) -> list[dict[str, Any]]:
    """Each confirmation that is needed: who gave it, or who can, and who cannot and why."""
    amount = decision.amount if decision.outcome is State.APPROVED else application.requested
    given = {row.role: row for row in decision.confirmations}
    confirmed = {row.person_id for row in decision.confirmations}
    rows = []
    for role in mandates.required(amount, rules_of(application)):
        holders = [p for p in people if role in p.roles]
        barred = [(p.person.name, why) for p in holders if (why := _why_not(p, confirmed))]
        free = [p for p in holders if not _why_not(p, confirmed)]
        rows.append(
            {
                "role": role, "given": given.get(role), "can": [p.person.name for p in free], "barred": barred,
                "me": any(p.person.id == who.person_id for p in free),
            }
        )  # fmt: skip
    return rows


def _why_not(insider: queries.Insider, confirmed: set[int]) -> str:
    """Why this person does not confirm; the same grounds as the use case, in words."""
    if insider.person.id in confirmed:
        return str(_("has confirmed already, and the others must be different people"))
    handled = insider.belongs or insider.manages or insider.recommended or insider.checked or insider.reviewed
    return insider.part() if handled else ""


@blueprint.get("/applications/<int:application_id>/decision/confirm/<role>")
@signed_in
def confirm(application_id: int, role: str) -> str | tuple[str, int]:
    """The Final page of a confirmation."""
    who = actor()
    application = _open(who, application_id, Action.VIEW_DECISION)
    return _confirm_page(application, who, _role(role))


@blueprint.post("/applications/<int:application_id>/decision/confirm/<role>")
@signed_in
def confirm_post(application_id: int, role: str) -> Response | str | tuple[str, int]:
    who = actor()
    application = _open(who, application_id, Action.VIEW_DECISION)
    try:
        decision = use_cases.confirm(application, _role(role), who, forms.ConfirmForm().seen())
    except Invalid as invalid:
        return _confirm_page(application, who, _role(role), problem=invalid.message)
    if decision.settled_at is not None:
        outcome = wording.state(Machine.APPLICATION, decision.outcome)
        flash(_("The mandate is complete: %(outcome)s.", outcome=outcome), "success")
    else:
        flash(_("Your confirmation is kept. One more is needed."), "success")
    return redirect(url_for("decisions.show", application_id=application_id), 303)


def _role(name: str) -> Role:
    if name not in {role.value for role in OFFICE}:
        raise NotFound(f"role {name}")
    return Role(name)


def _confirm_page(
    application: Application, who: Principal, role: Role, problem: str = ""
) -> str | tuple[str, int]:  # fmt: skip
    history = queries.decisions(application)
    current = next((d for d in history if d.replaced_at is None and d.settled_at is None), None)
    rows = _mandate(application, current, queries.insiders(application, OFFICE), who) if current else []
    row = next((r for r in rows if r["role"] is role), None)
    ready = row is not None and row["me"] and row["given"] is None and application.state is State.DECISION
    page = render_template(
        "decisions/confirm.html",
        title=announce.pair(application),
        application=application,
        currency=programme_of(application).currency,
        current=current,
        role=role,
        row=row,
        ready=ready and not problem,
        last=sum(r["given"] is None for r in rows) == 1,
        trigger=use_cases.TRIGGERS[current.outcome] if current else None,
        form=forms.ConfirmForm(formdata=None, decision=str(current.id) if current else ""),
        problem=problem,
    )
    return page if ready and not problem else (page, 409)


# --- appeal ---------------------------------------------------------------------------------------


@blueprint.get("/applications/<int:application_id>/appeal")
@signed_in
def appeal(application_id: int) -> str:
    who = actor()
    return _appeal_page(_open(who, application_id, Action.VIEW_APPEAL), who)


@blueprint.post("/applications/<int:application_id>/appeal")
@signed_in
def vote_post(application_id: int) -> Response | tuple[str, int]:
    who = actor()
    application = _open(who, application_id, Action.VIEW_APPEAL)
    form = forms.VoteForm()
    form.validate()
    if form.uphold.data not in ("yes", "no"):
        form.uphold.errors = [_("Choose your vote.")]
    try:
        if not form.errors:
            use_cases.vote(application, form.uphold.data == "yes", form.reasons.data or "", who)
    except Invalid as invalid:
        form[invalid.field].errors = [invalid.message]
    if form.errors:
        return _appeal_page(application, who, form=form), 422
    settled = application.state is not State.APPEAL
    flash(
        _("The appeal is settled. A letter follows.") if settled else _("Your vote is kept. Another member votes now."),
        "success",
    )
    return redirect(url_for("decisions.appeal", application_id=application_id), 303)


def _appeal_page(application: Application, who: Principal, *, form: Any = None) -> str:
    found = queries.appeal(application)
    room = scope.file_scope(application)
    if found is None and not policy.may(who, Action.VIEW_FILE, room):
        raise NotFound(f"appeal of {application.id}")  # a panel member knows the appeals, not the other files
    inside = bool(policy.roles_on(who, room) & (policy.OFFICE | policy.PANEL))
    panel = queries.insiders(application, [Role.PANEL_MEMBER]) if inside and found else []
    voted = {row.person_id for row in found.votes} if found else set()
    fresh = {p.person.id for p in panel if not p.part()}
    votes = policy.may(who, Action.VOTE, room) and who.person_id in fresh and who.person_id not in voted
    refused = application.state in (State.REJECTED, State.INELIGIBLE)
    return render_template(
        "decisions/appeal.html",
        **caseframe.frame(application, who),
        appeal=found,
        inside=inside,
        panel=panel,
        voted=voted,
        form=(form or forms.VoteForm(formdata=None)) if votes or form else None,
        has_errors=bool(form and form.errors),
        last_day=last_appeal_day(application) if refused else None,
        today=clock.today(_zone(application)),
        signs=bool(who.organisations(Role.SIGNATORY) & room.party_ids),
        file_appeal=url_for(
            "casefile.move", machine="application", case_id=application.id, trigger=Trigger.FILE_APPEAL.value
        ),
    )


def _zone(application: Application) -> str:
    return next(p.organisation.time_zone for p in application.parties if p.role is PartyRole.LEAD)


# --- letters --------------------------------------------------------------------------------------


@blueprint.get("/applications/<int:application_id>/letters")
@signed_in
def letters(application_id: int) -> str:
    who = actor()
    application = _open(who, application_id, Action.VIEW_LETTERS)
    found = queries.all_letters(application)
    return render_template(
        "decisions/letters.html",
        **caseframe.frame(application, who),
        letters=found,
        pdfs=pdfs.standings(found),
        troubles={row.id: why for row in found if (why := troubles.with_letter(row))},
        makes_pdf=policy.may(who, Action.MAKE_PDF, scope.file_scope(application)),
    )


@blueprint.post("/applications/<int:application_id>/letters/<int:document_id>/again")
@signed_in
def letter_again(application_id: int, document_id: int) -> Response:
    """Ask the worker once more for a letter that could not be written."""
    application = _open(actor(), application_id, Action.MAKE_PDF)
    documents.write_again(queries.letter(application, document_id))
    flash(_("The letter is being written. Load this page again in a minute."), "success")
    return redirect(url_for("decisions.letters", application_id=application.id), 303)


@blueprint.get("/applications/<int:application_id>/letters/<int:document_id>")
@signed_in
def letter(application_id: int, document_id: int) -> Response:
    """Download a letter; one that is still being written is not there yet."""
    application = _open(actor(), application_id, Action.VIEW_LETTERS)
    document = queries.letter(application, document_id)
    if document.file is None:
        raise NotFound(f"letter {document_id} is being written")
    return transfer.send(document.file)


@blueprint.get("/applications/<int:application_id>/letters/<int:document_id>/pdf")
@signed_in
def letter_pdf(application_id: int, document_id: int) -> Response:
    """The PDF of a letter, once the worker has made it."""
    application = _open(actor(), application_id, Action.VIEW_LETTERS)
    stored = pdfs.file_of(queries.letter(application, document_id).id)
    if stored is None:
        raise NotFound(f"no PDF of letter {document_id}")
    return transfer.send(stored)


@blueprint.post("/applications/<int:application_id>/letters/<int:document_id>/pdf")
@signed_in
def letter_pdf_post(application_id: int, document_id: int) -> Response:
    """Ask the worker for the PDF once more."""
    application = _open(actor(), application_id, Action.MAKE_PDF)
    document = queries.letter(application, document_id)
    if document.file is None:
        raise NotFound(f"letter {document_id} is being written")
    pdfs.make_now(document)
    flash(_("The PDF is being prepared. Load this page again in a minute."), "success")
    return redirect(url_for("decisions.letters", application_id=application.id), 303)
