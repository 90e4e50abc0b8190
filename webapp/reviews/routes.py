"""Pages of the reviews: who reviews a file, and one review with its declaration and its grid."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp import caseframe, clock, policy
from webapp.auth.access import actor, signed_in
from webapp.errors import Invalid, NotFound
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import Review
from webapp.policy import Action, Principal
from webapp.reviews import candidates, forms, queries, use_cases
from webapp.services import advance, scope
from webapp.services.facts import rules_of
from workflows import engine, scoring
from workflows.facts import ApplicationFacts
from workflows.stages import alive
from workflows.vocabulary import Machine, State, Trigger

blueprint = Blueprint("reviews", __name__, template_folder="templates")


@blueprint.get("/applications/<int:application_id>/reviews")
@signed_in
def index(application_id: int) -> str:
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_REVIEWS)
    return _index(application, who)


@blueprint.post("/applications/<int:application_id>/reviews")
@signed_in
def assign_post(application_id: int) -> Response | tuple[str, int]:
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_REVIEWS)
    form = forms.AssignForm()
    try:
        if form.validate():
            review = use_cases.assign(application, form.person_id(), who)
            _say_assigned(review)
    except Invalid as invalid:
        form.reviewer.errors = [invalid.message]
    if form.errors:
        return _index(application, who, form=form), 422
    return redirect(url_for("reviews.index", application_id=application_id), 303)


def _say_assigned(review: Review) -> None:
    if review.state is State.RECUSED:
        flash(_("%(name)s has a tie to this file and was recused at once.", name=review.reviewer.name), "warning")
    else:
        flash(_("%(name)s is asked to review. A mail is on its way.", name=review.reviewer.name), "success")


def _index(application: Application, who: Principal, *, form: Any = None) -> str:
    everyone = queries.reviews(application)
    sees = queries.sees_scores(who, application, everyone)
    tally = queries.tally(application, everyone)
    assigns = policy.may(who, Action.ASSIGN_REVIEWER, scope.file_scope(application))
    officers = candidates.officers(application) if assigns else []
    asked = {r.reviewer_id for r in everyone if r.round == application.review_round}
    form = form or forms.AssignForm(formdata=None)
    form.reviewer.choices = [SelectChoice(str(o.person.id), o.person.name) for o in officers if _is_free(o, asked)]
    return render_template(
        "reviews/index.html",
        **caseframe.frame(application, who),
        reviews=everyone,
        sees=sees,
        tally=tally,
        rules=rules_of(application),
        form=form,
        has_errors=bool(form.errors),
        assigns=assigns,
        barred=[(o.person.name, use_cases.tie_reason(o.ties)) for o in officers if not o.is_free],
        mine=next((r for r in everyone if r.reviewer_id == who.person_id and r.state is State.ASSIGNED), None),
        grid=scoring.REVIEW_GRID,
        offers=_offers(application, who, everyone, tally) if application.state is State.REVIEW else [],
        lgas=_associations(application),
    )


def _is_free(officer: candidates.Officer, asked: set[int]) -> bool:
    return officer.is_free and officer.person.id not in asked


def _associations(application: Application) -> dict[int, str]:
    """Association by number → the name of the municipality or plan it stands for."""
    plan = application.call.plan
    names = {p.organisation.lga_id: p.organisation.name for p in application.parties if p.organisation.lga_id}
    return {plan.lga_id: plan.title, **names}


def _offers(
    application: Application, who: Principal, everyone: list[Review], tally: queries.Tally
) -> list[caseframe.OfferRow]:
    """Sending to decision, judged by what the page has loaded."""
    this_round = [r for r in everyone if r.round == application.review_round and r.state is State.SUBMITTED]
    tied = who.belongs_to & {party.organisation_id for party in application.parties}
    facts = ApplicationFacts(
        rules=rules_of(application),
        today=clock.today(),
        party_people=frozenset({who.person_id}) if tied else frozenset(),
        valid_reviews=tally.submitted,
        partner_lga_reviewed=any(r.lga_id == application.call.plan.lga_id for r in this_round),
        review_spread=tally.spread,
        extra_review=any(r.is_extra for r in this_round),
    )
    me = advance.actor_on(application, who)
    judged = engine.offers(advance.definition_of(application), application.state, me, facts)
    mine = [offer for offer in judged if offer.mine and offer.move.trigger is Trigger.SEND_TO_DECISION]
    return caseframe.offer_rows(application, who, mine)


# --- one review -----------------------------------------------------------------------------------


@blueprint.get("/reviews/<int:review_id>")
@signed_in
def show(review_id: int) -> str:
    who = actor()
    review, application = _open(who, review_id)
    return _page(review, application, who)


@blueprint.post("/reviews/<int:review_id>/declaration")
@signed_in
def declare_post(review_id: int) -> Response | tuple[str, int]:
    who = actor()
    review, application = _open(who, review_id)
    form = forms.DeclareForm()
    if form.conflict.data not in ("yes", "no"):
        form.validate()
        form.conflict.errors = [_("Answer yes or no.")]
        return _page(review, application, who, declaration=form), 422
    try:
        if form.validate():
            use_cases.declare(review, form.conflict.data == "no", form.note.data or "", who)
    except Invalid as invalid:
        form.note.errors = [invalid.message]
    if form.errors:
        return _page(review, application, who, declaration=form), 422
    if review.state is State.RECUSED:
        flash(_("You stepped back from this review. Thank you for saying so."), "success")
    else:
        flash(_("Your declaration is kept. You can score now."), "success")
    return redirect(url_for("reviews.show", review_id=review.id), 303)


@blueprint.post("/reviews/<int:review_id>")
@signed_in
def save_post(review_id: int) -> Response | tuple[str, int]:
    """Save the draft; with the button "submit" go on to the Final page when nothing is missing."""
    who = actor()
    review, application = _open(who, review_id)
    form = forms.grid_form(review)
    going_on = "submit" in request.form
    if form.validate():
        scores, comments = forms.typed_scores(form)
        use_cases.save_scores(
            review, scores, comments, form.advice.data, form.conditions.data, form.comment.data, who
        )  # fmt: skip
        if going_on:
            forms.ask_for_the_rest(form)
        if form.errors:
            db.session.commit()  # the draft is kept although the page asks for more
    if form.errors:
        return _page(review, application, who, form=form), 422
    if going_on:
        return redirect(
            url_for("casefile.move", machine="review", case_id=review.id, trigger=Trigger.SUBMIT_REVIEW.value), 303
        )
    flash(_("Your draft is saved. Nobody else sees it."), "success")
    return redirect(url_for("reviews.show", review_id=review.id), 303)


def _open(who: Principal, review_id: int) -> tuple[Review, Application]:
    """The review and its file, if this person may know of it; unknown and foreign are the same."""
    review = queries.review(review_id)
    if review is None:
        raise NotFound(f"review {review_id}")
    return review, scope.open_file(who, review.application_id, Action.VIEW_REVIEWS)


def _page(
    review: Review, application: Application, who: Principal, *, form: Any = None, declaration: Any = None
) -> str:  # fmt: skip
    everyone = queries.reviews(application)
    mine = review.reviewer_id == who.person_id
    room = scope.file_scope(application)
    asked = review.state is State.ASSIGNED
    is_open = asked and review.round == application.review_round and application.state in alive(Machine.REVIEW)
    edits = mine and is_open and policy.may(who, Action.REVIEW, room)
    tied = bool(who.belongs_to & room.party_ids)
    scoring_now = edits and review.no_conflict is True and not tied
    return render_template(
        "reviews/show.html",
        **caseframe.frame(application, who),
        review=review,
        mine=mine,
        edits=edits,
        tied=edits and tied,
        left_over=asked and not is_open,
        scoring_now=scoring_now,
        form=form or (forms.grid_form(review) if scoring_now else None),
        declaration=declaration or forms.DeclareForm(formdata=None),
        has_errors=bool((form and form.errors) or (declaration and declaration.errors)),
        shows=review.state is State.SUBMITTED and (mine or queries.sees_scores(who, application, everyone)),
        scores={row.criterion: row for row in review.scores},
        grid=scoring.REVIEW_GRID,
        reads=policy.may(who, Action.VIEW_FILE, room),
        recuse=url_for("casefile.move", machine="review", case_id=review.id, trigger=Trigger.RECUSE.value),
        may_recuse=is_open and (mine or policy.may(who, Action.ASSIGN_REVIEWER, room)),
    )
