"""The Final pages of a version: a second officer checks it, a municipality agrees to it."""

from collections.abc import Callable

from flask import flash, render_template
from flask_babel import gettext as _

from webapp.auth.access import actor, signed_in
from webapp.models.agreement import Agreement
from webapp.models.application import Application
from webapp.negotiation import queries, use_cases
from webapp.negotiation.forms import ApproveForm
from webapp.negotiation.routes import shared
from webapp.negotiation.routes.shared import Answer, blueprint
from webapp.policy import Action
from webapp.services.contract import versions
from webapp.transfer import storage
from workflows.vocabulary import State


@blueprint.get("/check")
@signed_in
def check(application_id: int) -> Answer:
    application, agreement = shared.opened(application_id, Action.CHECK_VERSION)
    return _page("check", application, agreement, ApproveForm(formdata=None))


@blueprint.post("/check")
@signed_in
def check_post(application_id: int) -> Answer:
    application, agreement = shared.opened(application_id, Action.CHECK_VERSION)
    done = _("You have checked version %(number)s. It can be issued when nothing else is open.")
    return _post("check", application, agreement, use_cases.check, done)


@blueprint.get("/agree")
@signed_in
def agree(application_id: int) -> Answer:
    application, agreement = shared.opened(application_id, Action.AGREE_TO_TEXT)
    return _page("agree", application, agreement, ApproveForm(formdata=None))


@blueprint.post("/agree")
@signed_in
def agree_post(application_id: int) -> Answer:
    application, agreement = shared.opened(application_id, Action.AGREE_TO_TEXT)
    done = _("Your municipality agrees to version %(number)s. The programme knows.")
    return _post("agree", application, agreement, use_cases.agree, done)


def _post(kind: str, application: Application, agreement: Agreement, act: Callable[..., object], done: str) -> Answer:
    form = ApproveForm()
    if shared.accepted(form, lambda: act(agreement, form.sha256.data or "", actor(), storage())):
        flash(done % {"number": agreement.documents[-1].number}, "success")
        return shared.to("text", application)
    page = _page(kind, application, agreement, form)
    return page if isinstance(page, tuple) else (page, 422)


def _page(kind: str, application: Application, agreement: Agreement, form: ApproveForm) -> str | tuple[str, int]:
    """What will be approved, by its hash; 409 when there is nothing to approve now."""
    document = agreement.documents[-1] if agreement.documents else None
    fresh = document is not None and document.id != agreement.issued_document_id and document.file is not None
    if document is None or document.file is None or agreement.state is not State.DRAFT or not fresh:
        happened = _("There is no draft to approve now: none is written, or it was issued.")
        return render_template("errors/409.html", what_happened=happened, link=_home(application)), 409
    if form.sha256.data is None:
        form.sha256.data = document.file.sha256
    who = actor()
    return render_template(
        f"negotiation/{kind}.html",
        **shared.frame(application, who),
        form=form,
        agreement=agreement,
        document=document,
        standing=versions.standing(agreement, document),
        approvals=queries.approvals(agreement, document),
        is_writer=document.created_by_id == who.person_id,
    )


def _home(application: Application) -> str:
    return f"/applications/{application.id}/agreement"
