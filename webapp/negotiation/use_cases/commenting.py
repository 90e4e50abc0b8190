"""Comments on articles: made by either side, answered, settled, opened again. They follow the article."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from webapp import clock, policy
from webapp.documents import wordtext
from webapp.documents.wordtext import Article
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.negotiation import ArticleComment
from webapp.models.record import AuditEvent
from webapp.negotiation.use_cases import shared
from webapp.policy import Action, Principal
from webapp.services import scope
from workflows.vocabulary import Role, State

OPEN = (State.DRAFT, State.ISSUED)  # until the last signature
HOW_MUCH = 200  # characters of a comment in a message


def comment(agreement: Agreement, article: Article, text: str, is_objection: bool, actor: Principal) -> ArticleComment:
    """Say something about one article of the newest version; an objection holds the issue up until it is settled."""
    shared.begin(agreement, Action.COMMENT_ON_AGREEMENT, actor, *OPEN)
    row = _new(agreement, article.key, article.label, shared.clean("text", text), actor)
    row.is_objection = is_objection
    db.session.add(row)
    db.session.flush()
    _note(row, actor, AuditEvent.COMMENTED)
    said = {"article": row.article_label}
    _tell(
        row,
        actor,
        lazy_gettext("Objection to %(article)s", **said)
        if is_objection
        else lazy_gettext("Comment on %(article)s", **said),
    )
    return row


def reply(parent: ArticleComment, text: str, actor: Principal) -> ArticleComment:
    """One level deep: a reply to a reply stands under the comment that both are about."""
    agreement = parent.agreement
    shared.begin(agreement, Action.COMMENT_ON_AGREEMENT, actor, *OPEN)
    if parent.reply_to_id is not None:
        raise Invalid("reply", _("Reply to the comment itself."))
    row = _new(agreement, parent.article, parent.article_label, shared.clean("reply", text), actor)
    row.reply_to_id = parent.id
    db.session.add(row)
    db.session.flush()
    _note(row, actor, AuditEvent.COMMENTED)
    _tell(row, actor, lazy_gettext("Reply on %(article)s", article=row.article_label))
    return row


def _new(agreement: Agreement, key: str, label: str, text: str, actor: Principal) -> ArticleComment:
    role, organisation = shared.side_of(agreement, actor)
    return ArticleComment(
        agreement_id=agreement.id,
        document_id=shared.newest(agreement).id,
        article=key,
        article_label=label[:200],
        text=text,
        author_id=actor.person_id,
        role=role,
        organisation_id=organisation,
        created_at=clock.now(),
    )


def resolve(row: ArticleComment, actor: Principal) -> None:
    """Settle a comment: the programme, or who made it. Somebody else's objection is answered first."""
    _open_to(row, actor)
    if row.resolved_at is not None:
        return
    if row.is_objection and row.author_id != actor.person_id and not _answered(row):
        raise Invalid("text", _("Answer the objection first: write a reply, then settle it."))
    row.resolved_at, row.resolved_by_id = clock.now(), actor.person_id
    db.session.flush()
    _note(row, actor, AuditEvent.COMMENT_RESOLVED)
    _tell(row, actor, lazy_gettext("Settled: comment on %(article)s", article=row.article_label))


def reopen(row: ArticleComment, actor: Principal) -> None:
    """Open it again: the programme, or who made it; who had settled it stands in the record."""
    _open_to(row, actor)
    if row.resolved_at is None:
        return
    row.resolved_at = row.resolved_by_id = None
    db.session.flush()
    _note(row, actor, AuditEvent.COMMENT_REOPENED)
    _tell(row, actor, lazy_gettext("Open again: comment on %(article)s", article=row.article_label))


def may_settle(row: ArticleComment, actor: Principal) -> bool:
    """Whether this person settles and reopens this comment, while comments are open at all."""
    office = policy.roles_on(actor, scope.file_scope(row.agreement.application)) & policy.OFFICE
    return row.reply_to_id is None and (bool(office) or row.author_id == actor.person_id)


def _open_to(row: ArticleComment, actor: Principal) -> None:
    shared.begin(row.agreement, Action.COMMENT_ON_AGREEMENT, actor, *OPEN)
    db.session.refresh(row)
    if not may_settle(row, actor):
        raise Forbidden("not_your_comment")


def _answered(row: ArticleComment) -> bool:
    query = db.select(ArticleComment.id).where(
        ArticleComment.reply_to_id == row.id, ArticleComment.author_id != row.author_id
    )
    return db.session.scalar(query.limit(1)) is not None


def comment_of(agreement: Agreement, comment_id: int) -> ArticleComment:
    """A comment on this very agreement; unknown and foreign alike are not found."""
    found = db.session.get(ArticleComment, comment_id)
    if found is None or found.agreement_id != agreement.id:
        raise NotFound(f"comment {comment_id}")
    return found


def article_of(articles: tuple[Article, ...], key: str) -> Article:
    """An article of this text that can be named in a comment: one with a heading."""
    found = wordtext.find(articles, key)
    if found is None or not found.heading:
        raise NotFound(f"article {key!r}")
    return found


def _note(row: ArticleComment, actor: Principal, event: AuditEvent) -> None:
    role, _organisation = shared.side_of(row.agreement, actor)
    data = {"comment": row.id, "article": row.article_label, "objection": row.is_objection, "text": row.text}
    shared.record(row.agreement, actor, role, event, {**data, "reply_to": row.reply_to_id})


def _tell(row: ArticleComment, actor: Principal, subject: LazyString) -> None:
    """The other side: the municipalities when the programme spoke, else the programme's managers."""
    _role, organisation = shared.side_of(row.agreement, actor)
    roles = shared.APPLICANTS if organisation is None else (Role.PROGRAMME_MANAGER,)
    text = row.text if len(row.text) <= HOW_MUCH else row.text[:HOW_MUCH].rstrip() + "…"
    shared.tell(
        roles,
        row.agreement,
        actor,
        key=f"comment-{row.id}-{clock.now().timestamp():.6f}",
        subject=subject,
        lines=[lazy_gettext("%(who)s wrote or settled this:", who=actor.name), text],
        page=f"article?article={row.article}",
    )
