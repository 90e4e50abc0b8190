"""Negotiation of a draft contract: comments on articles, special clauses, approvals of a version by its hash."""

import hashlib
import json
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.agreement import Agreement, AgreementParty, Document
from webapp.models.application import Application
from webapp.models.people import Organisation, Person
from webapp.models.types import Case, Instant, states_check, word
from workflows.definitions import CURRENT
from workflows.vocabulary import Machine, Role, State, Trigger


class ArticleComment(Base):
    """A remark on one article, or a reply to it. The article is named by its key, so a remark follows it to the next
    version; the document is the version that was read when it was made."""

    __tablename__ = "article_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    article: Mapped[str] = mapped_column(String(60))
    article_label: Mapped[str] = mapped_column(String(200))
    reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("article_comment.id"), index=True)
    is_objection: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(word(Role, "comment_role", checked=False))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))  # None: the programme's office
    created_at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    agreement: Mapped[Agreement] = relationship()
    document: Mapped[Document] = relationship()
    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    organisation: Mapped[Organisation | None] = relationship()
    resolved_by: Mapped[Person | None] = relationship(foreign_keys=[resolved_by_id])

    __table_args__ = (
        CheckConstraint("(resolved_at IS NULL) = (resolved_by_id IS NULL)", name="resolved"),
        CheckConstraint("reply_to_id IS NULL OR (resolved_at IS NULL AND NOT is_objection)", name="reply"),
    )


_OBJECTS = (ArticleComment.agreement_id == Agreement.id, ArticleComment.is_objection)
Agreement.objections_open = column_property(
    select(func.count(ArticleComment.id)).where(*_OBJECTS, ArticleComment.resolved_at.is_(None)).scalar_subquery(),
    deferred=True,
)


class ClauseEffect(StrEnum):
    SUPPLEMENTS = "supplements"
    REPLACES = "replaces"


# Printed in the contract is what has not come to an end; the definition says which states are one.
LIVE = tuple(spec.name for spec in CURRENT[Machine.CLAUSE].states if not spec.is_final)
LIVE_ROWS = text("state IN ({})".format(", ".join(f"'{state.value}'" for state in LIVE)))
DECISIONS = (Trigger.APPROVE_CLAUSE, Trigger.REJECT_CLAUSE)


class SpecialClause(Case, Base):
    """A deviation from the model text, as plain text: it supplements or replaces one article [S2.15].

    A row's text never changes: an edit is a new row that replaces this one, so an approval is of this very text.
    """

    __tablename__ = "special_clause"
    __machine__ = Machine.CLAUSE

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    number: Mapped[int] = mapped_column(SmallInteger)
    article: Mapped[str] = mapped_column(String(60), default="")  # empty: the agreement as a whole
    article_label: Mapped[str] = mapped_column(String(200), default="")  # as the newest version numbers it
    effect: Mapped[ClauseEffect] = mapped_column(word(ClauseEffect))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10), default="en")
    sha256: Mapped[str] = mapped_column(String(64))
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: carried over, nobody known
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_sha256: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")  # of a rejection
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("special_clause.id"))

    agreement: Mapped[Agreement] = relationship(back_populates="clauses")
    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])

    __table_args__ = (
        states_check(Machine.CLAUSE),
        CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL) AND (decided_by_id IS NULL) = (decided_sha256 IS NULL)",
            name="decided",
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'rejected') OR decided_by_id IS NOT NULL", name="decided_by_somebody"
        ),
        CheckConstraint("state <> 'proposed' OR decided_by_id IS NULL", name="proposed_is_open"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> proposed_by_id", name="four_eyes"),
        CheckConstraint("decided_sha256 IS NULL OR decided_sha256 = sha256", name="decided_on_this_text"),
        Index(
            "uq_special_clause_live",
            "agreement_id",
            "number",
            unique=True,
            sqlite_where=LIVE_ROWS,
            postgresql_where=LIVE_ROWS,
        ),
    )

    def stamp(self, trigger: Trigger, source: State, person_id: int | None, reason: str, at: datetime) -> None:
        """Who decided about these words, and when: the second pair of eyes, kept on the row itself."""
        if trigger in DECISIONS:
            self.decided_by_id, self.decided_at, self.decided_sha256 = person_id, at, self.sha256
            self.reason = reason

    @property
    def application(self) -> Application:
        """The file it belongs to."""
        return self.agreement.application

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_approved(self) -> bool:
        """Approved, and for exactly the words that stand here now."""
        return self.state is State.APPROVED and self.decided_sha256 == self.digest()

    def digest(self) -> str:
        """SHA-256 over everything that is approved of a clause; its number and the article's number are not."""
        said = [self.article, ClauseEffect(self.effect).value, self.title, self.text, self.language]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


class ApprovalKind(StrEnum):
    CHECKED = "checked"  # by a second officer of the programme
    AGREED = "agreed"  # by an official of a municipality, for that party


class VersionApproval(Base):
    """Somebody approved the bytes with this hash. Append-only: after a new version it stays and no longer counts."""

    __tablename__ = "version_approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    kind: Mapped[ApprovalKind] = mapped_column(word(ApprovalKind))
    sha256: Mapped[str] = mapped_column(String(64))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("agreement_party.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(word(Role, "approval_role", checked=False))
    given_at: Mapped[datetime] = mapped_column(Instant)

    document: Mapped[Document] = relationship(back_populates="approvals")
    party: Mapped[AgreementParty | None] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("document_id", "party_id"),
        UniqueConstraint("document_id", "kind", "person_id"),
        CheckConstraint("(kind = 'agreed') = (party_id IS NOT NULL)", name="for_a_party"),
    )


class Standing(StrEnum):
    """Where one version of a contract stands."""

    DRAFT = "draft"
    ISSUED = "issued"
    SIGNED = "signed"
    TAKEN_BACK = "taken_back"
    SUPERSEDED = "superseded"
    VOIDED = "voided"
