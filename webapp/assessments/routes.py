"""Pages of the eligibility checklist and of the baseline assessments."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import caseframe, clock, policy
from webapp.assessments import forms, queries, use_cases
from webapp.auth.access import actor, signed_in
from webapp.errors import Invalid, NotFound
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import Baseline
from webapp.policy import Action, Principal
from webapp.services import advance, scope
from webapp.services.facts import rules_of
from workflows import engine, scoring
from workflows.facts import ApplicationFacts
from workflows.vocabulary import State, Trigger

blueprint = Blueprint("assessments", __name__, template_folder="templates")
ELIGIBILITY_MOVES = (Trigger.PASS_ELIGIBILITY, Trigger.FAIL_ELIGIBILITY)
BASELINE_MOVES = (Trigger.SEND_TO_REVIEW, Trigger.HOLD_FOR_CAPACITY, Trigger.RESUME_BASELINE)


@blueprint.get("/applications/<int:application_id>/eligibility")
@signed_in
def eligibility(application_id: int) -> str:
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_ASSESSMENT)
    return _checklist(application, who)


@blueprint.post("/applications/<int:application_id>/eligibility")
@signed_in
def eligibility_post(application_id: int) -> Response | tuple[str, int]:
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_ASSESSMENT)
    rows = queries.checks(application)
    form = forms.checklist_form(rows)
    if form.seen.data != (now := queries.seen(rows)):
        form.seen.data = now
        text = _("Somebody else saved verdicts after you opened this page. Yours are still below and not saved yet.")
        return _checklist(application, who, form=form, conflict=text), 409
    if not form.validate():
        return _checklist(application, who, form=form), 422
    try:
        count = use_cases.check_rules(application, forms.checked_rows(form, [row.rule for row in rows]), who)
    except Invalid as invalid:
        db.session.rollback()
        application = scope.open_file(who, application_id, Action.VIEW_ASSESSMENT)
        rule, _sign, field = invalid.field.rpartition("-")
        form[rule].form[field].errors = [invalid.message]
        return _checklist(application, who, form=form), 422
    flash(_("Saved.") if count else _("Nothing has changed."), "success")
    return redirect(url_for("assessments.eligibility", application_id=application_id), 303)


@blueprint.post("/applications/<int:application_id>/eligibility/waive")
@signed_in
def waive_post(application_id: int) -> Response | tuple[str, int]:
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_ASSESSMENT)
    form = forms.WaiveForm()
    try:
        if form.validate():
            use_cases.waive_clarification(application, form.reason.data or "", who)
    except Invalid as invalid:
        form.reason.errors = [invalid.message]
    if form.errors:
        return _checklist(application, who, waive=form), 422
    flash(_("Noted why the applicants are not asked."), "success")
    return redirect(url_for("assessments.eligibility", application_id=application_id), 303)


def _checklist(
    application: Application, who: Principal, *, form: Any = None, waive: Any = None, conflict: str = ""
) -> str:
    rows = queries.checks(application)
    around = queries.surroundings(application)
    facts = queries.eligibility_facts(application, rows, around, who)
    edits = policy.may(who, Action.CHECK_ELIGIBILITY, scope.file_scope(application)) and not facts.party_people
    return render_template(
        "assessments/eligibility.html",
        **caseframe.frame(application, who),
        rows=rows,
        form=form or forms.checklist_form(rows, queries.seen(rows)),
        waive=waive or forms.WaiveForm(formdata=None),
        known=queries.what_we_know(application, around),
        around=around,
        facts=facts,
        edits=edits,
        conflict=conflict,
        has_errors=bool((form and form.errors) or (waive and waive.errors)),
        offers=_offers(application, who, facts, ELIGIBILITY_MOVES) if application.state is State.ELIGIBILITY else [],
    )


def _offers(
    application: Application, who: Principal, facts: ApplicationFacts, triggers: tuple[Trigger, ...]
) -> list[caseframe.OfferRow]:
    """The moves of this page as this person sees them, judged by the facts that the page has loaded."""
    me = advance.actor_on(application, who)
    judged = engine.offers(advance.definition_of(application), application.state, me, facts)
    rows = caseframe.offer_rows(application, who, [offer for offer in judged if offer.move.trigger in triggers])
    return [replace(row, href=_final(application, row.trigger)) for row in rows if row.mine]


def _final(application: Application, trigger: Trigger) -> str:
    return url_for("casefile.move", machine="application", case_id=application.id, trigger=trigger.value)


# --- baseline -------------------------------------------------------------------------------------


@blueprint.get("/applications/<int:application_id>/baseline")
@blueprint.get("/applications/<int:application_id>/baseline/<int:organisation_id>")
@signed_in
def baseline(application_id: int, organisation_id: int | None = None) -> str:
    """The assessment of one municipality; without a name the first one that is not finished."""
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_ASSESSMENT)
    return _assessment(application, who, organisation_id)


@blueprint.post("/applications/<int:application_id>/baseline/<int:organisation_id>")
@signed_in
def baseline_post(application_id: int, organisation_id: int) -> Response | tuple[str, int]:
    """Save the items that are whole; the others keep what was typed and say what they lack."""
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_ASSESSMENT)
    row = _pick(queries.baselines(application), organisation_id)
    today = clock.today(row.organisation.time_zone)
    form = forms.baseline_form(row, today)
    form.validate()
    count = use_cases.score_items(row, forms.whole_rows(form, today), who)
    if form.errors:
        db.session.commit()  # what is whole is kept although the page asks for more
        return _assessment(application, who, organisation_id, form=form, saved=count), 422
    flash(forms.saved_sentence(count) if count else _("Nothing has changed."), "success")
    return redirect(
        url_for("assessments.baseline", application_id=application_id, organisation_id=organisation_id), 303
    )


@blueprint.post("/applications/<int:application_id>/support-plan")
@signed_in
def support_plan_post(application_id: int) -> Response | tuple[str, int]:
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_ASSESSMENT)
    form = forms.SupportPlanForm()
    try:
        if form.validate():
            use_cases.save_support_plan(application, form.support_plan.data or "", who)
    except Invalid as invalid:
        form.support_plan.errors = [invalid.message]
    if form.errors:
        return _assessment(application, who, None, plan=form), 422
    flash(_("The support plan is saved."), "success")
    return redirect(url_for("assessments.baseline", application_id=application_id), 303)


def _assessment(
    application: Application, who: Principal, organisation_id: int | None, *, form: Any = None, plan: Any = None,
    saved: int = 0,
) -> str:  # fmt: skip
    rows = queries.baselines(application)
    bar = rules_of(application).baseline_bar
    results = [queries.result(row, bar) for row in rows]
    chosen = _pick(rows, organisation_id, next((r.organisation_id for r in results if not r.complete), None))
    mine = chosen is not None and chosen.assessor_id == who.person_id
    open_now = policy.may(who, Action.SCORE_BASELINE, scope.file_scope(application))
    return render_template(
        "assessments/baseline.html",
        **caseframe.frame(application, who),
        chosen=chosen,
        results=results,
        current=next((r for r in results if chosen and r.organisation_id == chosen.organisation_id), None),
        bar=bar,
        edits=mine and open_now,
        mine=mine,
        grid=scoring.BASELINE_GRID,
        scores={row.item: row for row in chosen.scores} if chosen else {},
        form=form or (forms.baseline_form(chosen, clock.today()) if mine and open_now and chosen else None),
        plan=plan or forms.SupportPlanForm(formdata=None, support_plan=application.support_plan),
        saved=forms.saved_sentence(saved) if saved else "",
        has_errors=bool((form and form.errors) or (plan and plan.errors)),
        offers=_offers(application, who, queries.baseline_facts(application, results, who), BASELINE_MOVES),
        assesses=any(row.assessor_id == who.person_id for row in rows),
    )


def _pick(rows: list[Baseline], organisation_id: int | None, unfinished: int | None = None) -> Any:
    """The assessment asked for; `NotFound` for one that this file does not have."""
    if organisation_id is None:
        return next((row for row in rows if row.organisation_id == unfinished), rows[0] if rows else None)
    found = next((row for row in rows if row.organisation_id == organisation_id), None)
    if found is None:
        raise NotFound(f"baseline of {organisation_id}")
    return found
