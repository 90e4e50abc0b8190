"""A question to the applicants, and their answer."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import caseframe, clock, policy, wording
from webapp.applications import queries, use_cases
from webapp.applications.blueprint import blueprint
from webapp.applications.forms import AnswerForm, QuestionForm, put_error
from webapp.auth.access import actor, signed_in
from webapp.errors import Forbidden, Invalid
from webapp.models.application import Application, Clarification, Section
from webapp.policy import Action, Principal
from webapp.services import content, deadlines, reading, scope
from webapp.services.facts import open_clarification, rules_of
from workflows.vocabulary import Role, Trigger


@blueprint.get("/applications/<int:application_id>/clarify")
@signed_in
def clarify(application_id: int) -> str:
    who = actor()
    application = queries.open_content(who, application_id, Action.ASK_CLARIFICATION)
    return _clarify_page(application, who, QuestionForm(formdata=None))


@blueprint.post("/applications/<int:application_id>/clarify")
@signed_in
def clarify_post(application_id: int) -> Response | tuple[str, int]:
    who, form = actor(), QuestionForm()
    application = queries.open_content(who, application_id, Action.ASK_CLARIFICATION)
    _offer_sections(form)
    valid = form.validate()
    due_on = form.due_on.data
    if valid and due_on is None:
        put_error(form, "due_on", _("Choose the day by which you need the answer."))
    if form.errors or due_on is None:
        return _clarify_page(application, who, form), 422
    try:
        asked = form.sections.data or []
        use_cases.ask_clarification(application, form.question.data or "", asked, due_on, who)
    except Invalid as invalid:
        put_error(form, invalid.field, invalid.message)
        return _clarify_page(application, who, form), 422
    flash(_("Your question is sent to the applicants."), "success")
    return redirect(url_for("casefile.show", application_id=application.id), 303)


def _offer_sections(form: QuestionForm) -> None:
    form.sections.choices = [(s, f"{wording.section_letter(s)}. {wording.section(s)}") for s in Section]


def _clarify_page(application: Application, who: Principal, form: QuestionForm) -> str:
    _offer_sections(form)
    return render_template(
        "applications/clarify.html",
        **caseframe.frame(application, who),
        form=form,
        most=rules_of(application).clarification_days,
        earlier=[c for c in application.clarifications if c.closed_at is not None],
    )


@blueprint.get("/applications/<int:application_id>/answer")
@signed_in
def answer(application_id: int) -> Response | str:
    """The open question and where its answer stands; without one, the file."""
    who = actor()
    application = queries.open_content(who, application_id, Action.VIEW_FILE, *queries.QUESTIONS)
    question = open_clarification(application)
    if question is None:
        return redirect(url_for("casefile.show", application_id=application.id), 303)
    return _answer_page(application, who, question, AnswerForm(formdata=None, answer=question.answer))


@blueprint.post("/applications/<int:application_id>/answer")
@signed_in
def answer_post(application_id: int) -> Response | tuple[str, int]:
    who, form = actor(), AnswerForm()
    application = queries.open_content(who, application_id, Action.ANSWER_CLARIFICATION)
    question = open_clarification(application)
    if question is None:
        raise Forbidden("no_open_question")
    if not form.validate():
        return _answer_page(application, who, question, form), 422
    try:
        use_cases.answer_clarification(application, form.answer.data or "", who)
    except Invalid as invalid:
        put_error(form, invalid.field, invalid.message)
        return _answer_page(application, who, question, form), 422
    flash(_("Your answer is saved. It is sent when every partner has signed off."), "success")
    return redirect(url_for("applications.answer", application_id=application.id), 303)


def _answer_page(application: Application, who: Principal, question: Clarification, form: AnswerForm) -> str:
    snapshot = content.snapshot(application)
    before, digest = question.base_version.content, content.sha256(snapshot)
    rows = caseframe.offer_rows(application, who)
    return render_template(
        "applications/answer.html",
        **caseframe.frame(application, who),
        form=form,
        question=question,
        last_on=deadlines.last_on(application, question.due_on),
        asked_by=_asked_by(question, policy.roles_on(who, scope.file_scope(application))),
        today=clock.today(),
        mine=policy.may(who, Action.ANSWER_CLARIFICATION, scope.file_scope(application)),
        may_sign=policy.may(who, Action.SIGN_OFF, scope.file_scope(application)),
        sections=[Section(code) for code in question.sections],
        changes=reading.difference(before, snapshot, reading.names_for(application, before, snapshot)),
        waiting=[p.organisation.name for p in application.parties if p.signed_off_sha256 != digest],
        send=next((row for row in rows if row.trigger is Trigger.ANSWER_CLARIFICATION and row.mine), None),
    )


def _asked_by(question: Clarification, reader: frozenset[Role]) -> str:
    """The person, or the role alone where a reviewer asked and the reader is not told who reviews."""
    role = min(policy.ASKS[question.from_state])
    return question.asked_by.name if policy.is_named(role, reader) else wording.role(role)
