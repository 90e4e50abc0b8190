"""What the pages of a negotiation show, in few statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document
from webapp.models.negotiation import ApprovalKind, ArticleComment, SpecialClause, VersionApproval
from webapp.services.facts import approvals_of


@dataclass
class Thread:
    """A comment with its replies, oldest first."""

    comment: ArticleComment
    replies: list[ArticleComment] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.comment.resolved_at is None


def threads(agreement: Agreement, article: str | None = None) -> Mapping[str, list[Thread]]:
    """Every comment by article, those that are open first; one statement."""
    query = (
        select(ArticleComment)
        .where(ArticleComment.agreement_id == agreement.id)
        .order_by(ArticleComment.id)
        .options(
            joinedload(ArticleComment.author),
            joinedload(ArticleComment.organisation),
            joinedload(ArticleComment.resolved_by),
            joinedload(ArticleComment.document).defer(Document.context),
        )
    )
    if article is not None:
        query = query.where(ArticleComment.article == article)
    begun: dict[int, Thread] = {}
    found: dict[str, list[Thread]] = defaultdict(list)
    for row in db.session.scalars(query):
        if row.reply_to_id is not None:
            begun[row.reply_to_id].replies.append(row)
            continue
        begun[row.id] = Thread(row)
        found[row.article].append(begun[row.id])
    return {key: sorted(known, key=lambda thread: not thread.is_open) for key, known in found.items()}


def clauses(agreement: Agreement) -> Sequence[SpecialClause]:
    """Every clause with who proposed and who decided, the past ones included; one statement."""
    query = (
        select(SpecialClause)
        .where(SpecialClause.agreement_id == agreement.id)
        .order_by(SpecialClause.number, SpecialClause.id)
        .options(joinedload(SpecialClause.proposed_by), joinedload(SpecialClause.decided_by))
    )
    return db.session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class Approvals:
    """Who stands behind a version, and which municipality does not yet."""

    checked: Sequence[VersionApproval]
    agreed: Sequence[VersionApproval]
    open: Sequence[AgreementParty]


def approvals(agreement: Agreement, document: Document) -> Approvals:
    """Only approvals of exactly the bytes that are stored for this version."""
    given = approvals_of(document)
    agreed = [row for row in given if row.kind is ApprovalKind.AGREED]
    known = {row.party_id for row in agreed}
    waiting = [party for party in agreement.parties if not party.is_operator and party.id not in known]
    return Approvals([row for row in given if row.kind is ApprovalKind.CHECKED], agreed, waiting)
