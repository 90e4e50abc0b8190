"""One article with everything that was said about it, and the forms to say more."""

from flask import flash, render_template, request
from flask_babel import gettext as _

from webapp import policy
from webapp.auth.access import actor, signed_in
from webapp.documents.wordtext import Article
from webapp.errors import Invalid
from webapp.models.agreement import Agreement
from webapp.models.application import Application
from webapp.models.negotiation import ArticleComment
from webapp.negotiation import queries, use_cases
from webapp.negotiation.forms import CommentForm, ReplyForm
from webapp.negotiation.routes import shared
from webapp.negotiation.routes.shared import Answer, blueprint
from webapp.negotiation.routes.text import OPEN, parts_of
from webapp.policy import Action
from webapp.services import scope
from webapp.services.contract import clauses


@blueprint.get("/article")
@signed_in
def article(application_id: int) -> Answer:
    application, agreement = shared.opened(application_id)
    named = request.args.get("article", "")
    if not agreement.documents or not named:
        return shared.to("text", application)
    found = use_cases.article_of(shared.articles(agreement.documents[-1]), named)
    return _page(application, agreement, found, CommentForm(formdata=None), ReplyForm(formdata=None))


@blueprint.post("/article")
@signed_in
def article_post(application_id: int) -> Answer:
    """A new comment, or a reply to the one that the form names."""
    application, agreement = shared.opened(application_id)
    if not agreement.documents:
        return shared.to("text", application)
    found = use_cases.article_of(shared.articles(agreement.documents[-1]), request.args.get("article", ""))
    reply = ReplyForm()
    if reply.reply_to.data:
        return _reply(application, agreement, found, reply)
    form = CommentForm()

    def act() -> None:
        use_cases.comment(agreement, found, form.text.data or "", bool(form.is_objection.data), actor())

    if shared.accepted(form, act):
        flash(_("Your comment stands beside the article. The other side gets a message."), "success")
        return shared.to("article", application, "comments", article=found.key)
    return _page(application, agreement, found, form, ReplyForm(formdata=None)), 422


def _reply(application: Application, agreement: Agreement, found: Article, form: ReplyForm) -> Answer:
    named = form.reply_to.data or ""
    number = int(named) if named.isascii() and named.isdigit() and len(named) < 10 else 0
    parent = use_cases.comment_of(agreement, number)
    if shared.accepted(form, lambda: use_cases.reply(parent, form.reply.data or "", actor())):
        flash(_("Your reply stands under the comment. The other side gets a message."), "success")
        return shared.to("article", application, f"comment-{parent.id}", article=parent.article)
    return _page(application, agreement, found, CommentForm(formdata=None), form, parent.id), 422


def _page(
    application: Application,
    agreement: Agreement,
    found: Article,
    form: CommentForm,
    reply: ReplyForm,
    replying: int = 0,
    problem: str = "",
) -> str:
    who = actor()
    room = scope.file_scope(application)
    open_ = agreement.state in OPEN and policy.may(who, Action.COMMENT_ON_AGREEMENT, room)
    threads = queries.threads(agreement, found.key).get(found.key, [])
    parts = parts_of(shared.articles(agreement.documents[-1]))
    return render_template(
        "negotiation/article.html",
        **shared.frame(application, who),
        agreement=agreement,
        document=agreement.documents[-1],
        article=found,
        part=next((number for number, part in enumerate(parts, 1) if found in part), 1),
        threads=threads,
        clauses=[clause for clause in clauses.live(agreement) if clause.article == found.key],
        comments_open=open_,
        settles={thread.comment.id for thread in threads if open_ and use_cases.may_settle(thread.comment, who)},
        form=form,
        reply=reply,
        replying=replying,
        problem=problem,
        has_errors=bool(form.errors or reply.errors or problem),
    )


@blueprint.post("/comments/<int:comment_id>/resolve")
@signed_in
def resolve(application_id: int, comment_id: int) -> Answer:
    application, agreement = shared.opened(application_id)
    row = use_cases.comment_of(agreement, comment_id)
    try:
        use_cases.resolve(row, actor())
    except Invalid as invalid:
        return _refused(application, agreement, row, invalid.message)
    flash(_("The comment is settled. It can be opened again."), "success")
    return shared.to("article", application, f"comment-{row.id}", article=row.article)


@blueprint.post("/comments/<int:comment_id>/reopen")
@signed_in
def reopen(application_id: int, comment_id: int) -> Answer:
    application, agreement = shared.opened(application_id)
    row = use_cases.comment_of(agreement, comment_id)
    use_cases.reopen(row, actor())
    flash(_("The comment is open again."), "success")
    return shared.to("article", application, f"comment-{row.id}", article=row.article)


def _refused(application: Application, agreement: Agreement, row: ArticleComment, message: str) -> Answer:
    """The page of the article with the reason; the article may be gone from the newest version, the comment is not."""
    known = {found.key: found for found in shared.articles(agreement.documents[-1])}
    found = known.get(row.article) or Article(row.article, "", row.article_label, ())
    page = _page(application, agreement, found, CommentForm(formdata=None), ReplyForm(formdata=None), row.id, message)
    return page, 422
