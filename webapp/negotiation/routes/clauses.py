"""Special clauses: the list both sides see, the form of the manager, and the page where somebody else decides."""

from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request
from flask_babel import gettext as _

from webapp import caseframe, policy, wording
from webapp.auth.access import actor, signed_in
from webapp.documents import wordtext
from webapp.documents.wordtext import Article
from webapp.errors import NotFound
from webapp.models.agreement import Agreement
from webapp.models.application import Application
from webapp.models.negotiation import ClauseEffect, SpecialClause
from webapp.negotiation import queries, use_cases
from webapp.negotiation.forms import ApproveForm, ClauseForm, RejectForm
from webapp.negotiation.routes import shared
from webapp.negotiation.routes.shared import Answer, blueprint
from webapp.policy import Action
from webapp.services import scope
from webapp.services.contract.current import current
from workflows.vocabulary import State, Trigger

WHOLE = ""  # the agreement as a whole, no article


@blueprint.get("/clauses")
@signed_in
def clauses(application_id: int) -> Answer:
    """Every clause with its state, the past ones folded away, and the conditions that the decision set."""
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_AGREEMENT)
    agreement = current(application)
    rows = queries.clauses(agreement) if agreement is not None else []
    return render_template(
        "negotiation/clauses.html",
        **shared.frame(application, who),
        agreement=agreement,
        live=[clause for clause in rows if clause.is_live],
        past=[clause for clause in rows if not clause.is_live],
        may_propose=agreement is not None and bool(agreement.documents) and _may(application, agreement),
    )


def _may(application: Application, agreement: Agreement, action: Action = Action.PROPOSE_CLAUSE) -> bool:
    return agreement.state is State.DRAFT and policy.may(actor(), action, scope.file_scope(application))


@blueprint.get("/clauses/new")
@signed_in
def new_clause(application_id: int) -> Answer:
    application, agreement = shared.opened(application_id, Action.PROPOSE_CLAUSE)
    if not agreement.documents or agreement.state is not State.DRAFT:
        return shared.to("clauses", application)
    form = ClauseForm(formdata=None, article=request.args.get("article", WHOLE), effect=ClauseEffect.SUPPLEMENTS.value)
    return _form_page(application, agreement, form)


@blueprint.post("/clauses/new")
@signed_in
def new_clause_post(application_id: int) -> Answer:
    application, agreement = shared.opened(application_id, Action.PROPOSE_CLAUSE)
    if not agreement.documents:
        return shared.to("clauses", application)
    form = ClauseForm()
    known = _offer(form, agreement)
    if shared.accepted(form, lambda: use_cases.propose(agreement, _words(form, known), actor())):
        flash(_("The clause is proposed. A second person approves it; the next version prints it."), "success")
        return shared.to("clauses", application)
    return _form_page(application, agreement, form), 422


@blueprint.get("/clauses/<int:clause_id>")
@signed_in
def clause(application_id: int, clause_id: int) -> Answer:
    application, agreement = shared.opened(application_id)
    return _clause_page(application, agreement, use_cases.clause_of(agreement, clause_id))


@blueprint.get("/clauses/<int:clause_id>/change")
@signed_in
def change_clause(application_id: int, clause_id: int) -> Answer:
    application, agreement = shared.opened(application_id, Action.PROPOSE_CLAUSE)
    row = use_cases.clause_of(agreement, clause_id)
    if not row.is_live or agreement.state is not State.DRAFT:
        return shared.to("clause", application, clause_id=row.id)
    given = {"article": row.article, "effect": row.effect.value, "title": row.title, "text": row.text}
    return _form_page(application, agreement, ClauseForm(formdata=None, sha256=row.sha256, **given), row)


@blueprint.post("/clauses/<int:clause_id>/change")
@signed_in
def change_clause_post(application_id: int, clause_id: int) -> Answer:
    application, agreement = shared.opened(application_id, Action.PROPOSE_CLAUSE)
    row = use_cases.clause_of(agreement, clause_id)
    form = ClauseForm()
    known = _offer(form, agreement)
    seen = form.sha256.data or ""
    if shared.accepted(form, lambda: use_cases.change(row, seen, _words(form, known), actor())):
        flash(_("The clause is changed. It needs an approval of its own; the earlier one no longer counts."), "success")
        return shared.to("clauses", application)
    return _form_page(application, agreement, form, row), 422


@blueprint.post("/clauses/<int:clause_id>/approve")
@signed_in
def approve_clause(application_id: int, clause_id: int) -> Answer:
    form = ApproveForm()
    said = _("You have approved the clause.")
    return _decided(application_id, clause_id, form, lambda row: use_cases.approve(row, _seen(form), actor()), said)


@blueprint.post("/clauses/<int:clause_id>/reject")
@signed_in
def reject_clause(application_id: int, clause_id: int) -> Answer:
    form = RejectForm()
    said = _("You have rejected the clause. It leaves the contract with the next version.")

    def act(row: SpecialClause) -> None:
        use_cases.reject(row, _seen(form), form.reason.data or "", actor())

    return _decided(application_id, clause_id, form, act, said)


@blueprint.post("/clauses/<int:clause_id>/withdraw")
@signed_in
def withdraw_clause(application_id: int, clause_id: int) -> Answer:
    application, agreement = shared.opened(application_id, Action.PROPOSE_CLAUSE)
    row = use_cases.clause_of(agreement, clause_id)
    use_cases.withdraw(row, request.form.get("sha256", ""), actor())
    flash(_("The clause is withdrawn. It leaves the contract with the next version."), "success")
    return shared.to("clauses", application)


def _seen(form: ApproveForm | RejectForm) -> str:
    return form.sha256.data or ""


def _decided(
    application_id: int,
    clause_id: int,
    form: ApproveForm | RejectForm,
    act: Callable[[SpecialClause], None],
    said: str,
) -> Answer:
    application, agreement = shared.opened(application_id, Action.APPROVE_CLAUSE)
    row = use_cases.clause_of(agreement, clause_id)
    if shared.accepted(form, lambda: act(row)):
        flash(said, "success")
        return shared.to("clauses", application)
    return _clause_page(application, agreement, row, form), 422


def _clause_page(
    application: Application, agreement: Agreement, row: SpecialClause, form: ApproveForm | RejectForm | None = None
) -> str:
    """The clause beside the article that it is about, as the newest version has it."""
    who = actor()
    found = shared.articles(agreement.documents[-1]) if agreement.documents else ()
    known = {offer.trigger: offer for offer in caseframe.offer_rows(row, who) if offer.mine}
    deciding = known.get(Trigger.APPROVE_CLAUSE) if _may(application, agreement, Action.APPROVE_CLAUSE) else None
    forms: dict[str, Any] = {"approve": ApproveForm(formdata=None), "reject": RejectForm(formdata=None)}
    if form is not None:
        forms["approve" if isinstance(form, ApproveForm) else "reject"] = form
    for shown in forms.values():
        shown.sha256.data = row.sha256
    return render_template(
        "negotiation/clause.html",
        **shared.frame(application, who),
        **forms,
        form=form,
        agreement=agreement,
        clause=row,
        article=wordtext.find(found, row.article) if row.article else None,
        deciding=deciding,
        may_change=Trigger.WITHDRAW_CLAUSE in known and _may(application, agreement),
        former=[other for other in queries.clauses(agreement) if other.number == row.number and other.id != row.id],
    )


def _form_page(
    application: Application, agreement: Agreement, form: ClauseForm, row: SpecialClause | None = None
) -> str:
    _offer(form, agreement)
    return render_template(
        "negotiation/clause_form.html",
        **shared.frame(application, actor()),
        form=form,
        agreement=agreement,
        clause=row,
    )


def _offer(form: ClauseForm, agreement: Agreement) -> dict[str, Article]:
    """The articles of the newest version to choose from, and how a clause can stand to one."""
    found = {article.key: article for article in shared.articles(agreement.documents[-1]) if article.heading}
    form.article.choices = [(WHOLE, _("The agreement as a whole"))] + [(a.key, a.label) for a in found.values()]
    form.effect.choices = wording.choices(ClauseEffect)
    return found


def _words(form: ClauseForm, known: dict[str, Article]) -> use_cases.Words:
    key = form.article.data or WHOLE
    if key and key not in known:
        raise NotFound(f"article {key!r}")
    return use_cases.Words(known.get(key), ClauseEffect(form.effect.data), form.title.data or "", form.text.data or "")
