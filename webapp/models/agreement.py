"""Agreements, their immutable documents, the tranche schedule and the signatures [S2.13]–[S2.15]."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    literal,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Mapped, column_property, foreign, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.application import Application, StoredFile
from webapp.models.people import Organisation, Person
from webapp.models.record import OutboxRow
from webapp.models.types import Case, Instant, Money, states_check, word
from workflows.vocabulary import Instrument, Machine, State, Trigger

if TYPE_CHECKING:
    from webapp.models.document_file import DocumentFile
    from webapp.models.monitoring import Obligation
    from webapp.models.negotiation import SpecialClause, VersionApproval
    from webapp.models.signing import SigningDelegation


class SigningOrder(StrEnum):
    """Who may sign when; the programme office is last in either."""

    IN_TURN = "in_turn"
    TOGETHER = "municipalities_together"


class Agreement(Case, Base):
    """What binds the parties. `scheduled` is the sum of the tranches, kept by the database's own triggers."""

    __tablename__ = "agreement"
    __machine__ = Machine.AGREEMENT

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    kind: Mapped[Instrument] = mapped_column(word(Instrument))
    number: Mapped[str] = mapped_column(String(40), unique=True)
    grant: Mapped[Decimal] = mapped_column(Money)
    own_share: Mapped[Decimal] = mapped_column(Money)
    scheduled: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    currency: Mapped[str] = mapped_column(String(3))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    conditions: Mapped[str] = mapped_column(Text, default="")
    special_terms: Mapped[str] = mapped_column(Text, default="")  # written before there were special clauses
    language: Mapped[str] = mapped_column(String(10), default="en")  # of the text; it prevails if there are two
    second_language: Mapped[str] = mapped_column(String(10), default="")  # of the second column; empty: none
    signing_order: Mapped[SigningOrder] = mapped_column(word(SigningOrder), default=SigningOrder.IN_TURN)
    issued_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", use_alter=True))
    in_force_on: Mapped[date | None]

    application: Mapped[Application] = relationship()
    parties: Mapped[list["AgreementParty"]] = relationship(order_by="AgreementParty.position")
    tranches: Mapped[list["Tranche"]] = relationship(order_by="Tranche.number", cascade="all, delete-orphan")
    documents: Mapped[list["Document"]] = relationship(
        back_populates="agreement", foreign_keys="Document.agreement_id", order_by="Document.number"
    )
    issued_document: Mapped["Document | None"] = relationship(foreign_keys=[issued_document_id], post_update=True)
    if TYPE_CHECKING:
        objections_open: Mapped[int]  # counted in webapp/models/negotiation.py, when asked for
    obligations: Mapped[list["Obligation"]] = relationship(order_by="Obligation.id", viewonly=True)
    clauses: Mapped[list["SpecialClause"]] = relationship(
        back_populates="agreement", order_by="(SpecialClause.number, SpecialClause.id)"
    )

    __table_args__ = (
        states_check(Machine.AGREEMENT),
        CheckConstraint('"grant" > 0 AND own_share >= 0', name="amounts"),
        CheckConstraint("ends_on > starts_on", name="period"),
        CheckConstraint("state IN ('draft', 'voided') OR scheduled = \"grant\"", name="tranches_add_up"),
        CheckConstraint("state IN ('draft', 'voided') OR issued_document_id IS NOT NULL", name="issued_has_document"),
        CheckConstraint("(state IN ('in_force', 'ended')) = (in_force_on IS NOT NULL)", name="in_force_dated"),
    )

    def stamp(self, trigger: Trigger, source: State, person_id: int | None, reason: str, at: datetime) -> None:
        """Issuing fixes the newest document; a redraft keeps it named, so that it is not issued a second time.

        A document that leaves signing otherwise than signed says so for ever, wherever it is shown.
        """
        if trigger is Trigger.ISSUE:
            self.issued_document_id = self.documents[-1].id
        elif trigger is Trigger.ENTER_INTO_FORCE:
            self.in_force_on = at.date()
        elif source is State.ISSUED and self.issued_document is not None:
            self.issued_document.end(ENDED_BY[trigger], person_id, reason, at)


class AgreementParty(Base):
    """Who signs, at which place in the order: at first the partner municipality, the director last."""

    __tablename__ = "agreement_party"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    is_operator: Mapped[bool] = mapped_column(default=False)
    signatory_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    capacity: Mapped[str] = mapped_column(String(200), default="")
    mandate_act: Mapped[str] = mapped_column(String(300), default="")
    mandate_date: Mapped[date | None]
    mandate_number: Mapped[str] = mapped_column(String(100), default="")
    mandate_limit: Mapped[Decimal | None] = mapped_column(Money)

    organisation: Mapped[Organisation] = relationship()
    signatory: Mapped[Person | None] = relationship()

    __table_args__ = (
        UniqueConstraint("agreement_id", "organisation_id"),
        UniqueConstraint("agreement_id", "position"),
    )


class Tranche(Base):
    """One planned payment; the schedule adds up to the grant before anything is issued."""

    __tablename__ = "tranche"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    number: Mapped[int] = mapped_column(SmallInteger)
    amount: Mapped[Decimal] = mapped_column(Money)
    condition: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date]
    is_balance: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        CheckConstraint("amount > 0", name="amount"),
    )


WRITING = "document-"  # the keys of the jobs, before the number of the document
CONVERSION = "pdf-of-document-"
SEALING = "seal-of-document-"


class DocumentKind(StrEnum):
    MEMORANDUM = "memorandum"
    INVESTMENT_CONTRACT = "investment_contract"
    AWARD = "award"
    RESERVE = "reserve"
    REJECTION = "rejection"
    INELIGIBLE = "ineligible"
    APPEAL_OUTCOME = "appeal_outcome"
    CLOSING = "closing"


class DocumentEnd(StrEnum):
    """How an issued document left signing without being in force."""

    TAKEN_BACK = "taken_back"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOIDED = "voided"


ENDED_BY = {
    Trigger.REDRAFT: DocumentEnd.TAKEN_BACK,
    Trigger.DECLINE: DocumentEnd.DECLINED,
    Trigger.EXPIRE: DocumentEnd.EXPIRED,
    Trigger.VOID: DocumentEnd.VOIDED,
}


class Document(Base):
    """An immutable Word file: the snapshot it was written from, and the hash of its bytes once written.

    A contract version is never replaced, only followed. `file_id` is None until the letter has been rendered.
    """

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(word(DocumentKind))
    reference: Mapped[str] = mapped_column(String(60), unique=True)
    number: Mapped[int] = mapped_column(SmallInteger, default=1)
    language: Mapped[str] = mapped_column(String(10), default="en")  # `en-nl`: two columns, the first one prevails
    context: Mapped[dict[str, Any]] = mapped_column(JSON)
    # Two words of the snapshot, for whoever does not need it whole.
    address: Mapped[str | None] = column_property(context["verification_url"].as_string(), deferred=True)
    is_sample: Mapped[bool | None] = column_property(context["demonstration"].as_boolean(), deferred=True)
    context_sha256: Mapped[str] = mapped_column(String(64))
    template_id: Mapped[int | None] = mapped_column(ForeignKey("document_template.id"))  # None: one that is shipped
    template_sha256: Mapped[str | None] = mapped_column(String(64))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    token: Mapped[str | None] = mapped_column(String(43))  # the address where anybody may check it
    ended_as: Mapped[DocumentEnd | None] = mapped_column(word(DocumentEnd))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_reason: Mapped[str] = mapped_column(Text, default="")

    application: Mapped[Application] = relationship()
    agreement: Mapped[Agreement | None] = relationship(back_populates="documents", foreign_keys=[agreement_id])
    file: Mapped[StoredFile | None] = relationship()
    signatures: Mapped[list["Signature"]] = relationship(order_by="Signature.id")
    created_by: Mapped[Person | None] = relationship(foreign_keys=[created_by_id])
    delegations: Mapped[list["SigningDelegation"]] = relationship(order_by="SigningDelegation.id", viewonly=True)
    approvals: Mapped[list["VersionApproval"]] = relationship(back_populates="document", order_by="VersionApproval.id")
    # The PDF, and the job that makes it: rows of their own, here only to be read with the document (services/pdfs.py).
    pdf: Mapped["DocumentFile | None"] = relationship(
        primaryjoin="and_(DocumentFile.document_id == Document.id, DocumentFile.role == 'pdf')", viewonly=True
    )
    files: Mapped[list["DocumentFile"]] = relationship(order_by="DocumentFile.id", viewonly=True)
    writing: Mapped[OutboxRow | None] = relationship(
        primaryjoin=lambda: foreign(OutboxRow.key) == literal(WRITING) + sql_cast(Document.id, String), viewonly=True
    )
    conversion: Mapped[OutboxRow | None] = relationship(
        primaryjoin=lambda: foreign(OutboxRow.key) == Document.conversion_key(), viewonly=True
    )
    sealing: Mapped[OutboxRow | None] = relationship(
        primaryjoin=lambda: foreign(OutboxRow.key) == literal(SEALING) + sql_cast(Document.id, String), viewonly=True
    )

    __table_args__ = (Index("uq_document_token", "token", unique=True),)

    @classmethod
    def conversion_key(cls) -> ColumnElement[str]:
        """The key of the job that makes the PDF."""
        return literal(CONVERSION) + sql_cast(cls.id, String)

    def end(self, how: DocumentEnd, person_id: int | None, reason: str, at: datetime) -> None:
        """It was out for signature and binds nobody: how, by whom and why."""
        self.ended_as, self.ended_by_id, self.ended_reason, self.ended_at = how, person_id, reason, at


class SignatureLevel(StrEnum):
    """How strong a signature is, from a click to a qualified one."""

    CLICK = "click-to-sign"
    WET_INK = "wet-ink"
    TEST = "qualified (test provider)"
    QUALIFIED = "qualified"


class Signature(Base):
    """A person's signature for one party, in their capacity, against the hash of the stored file; never changed.

    `hash_after` is the hash of what carries the signature: the same file after a click, the scan of the paper, or the
    provider's signature over the file's bytes.
    """

    __tablename__ = "signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("agreement_party.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    capacity: Mapped[str] = mapped_column(String(200))
    mandate: Mapped[str] = mapped_column(String(500))
    document_sha256: Mapped[str] = mapped_column(String(64))
    consent: Mapped[str] = mapped_column(Text)
    consent_version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    level: Mapped[str] = mapped_column(String(40), default=SignatureLevel.CLICK.value)
    address: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    signed_at: Mapped[datetime] = mapped_column(Instant)
    signed_in_how: Mapped[str] = mapped_column(String(40), default="password")
    hash_after: Mapped[str] = mapped_column(String(64), default="")
    delegated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    scan_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    attested_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    attested_at: Mapped[datetime | None] = mapped_column(Instant)
    signature_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    certificate_sha256: Mapped[str] = mapped_column(String(64), default="")
    provider_reference: Mapped[str] = mapped_column(String(100), default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    delegated_by: Mapped[Person | None] = relationship(foreign_keys=[delegated_by_id])
    attested_by: Mapped[Person | None] = relationship(foreign_keys=[attested_by_id])
    scan: Mapped[StoredFile | None] = relationship(foreign_keys=[scan_file_id])
    signature_file: Mapped[StoredFile | None] = relationship(foreign_keys=[signature_file_id])
    party: Mapped[AgreementParty] = relationship()

    __table_args__ = (UniqueConstraint("document_id", "party_id"), UniqueConstraint("document_id", "person_id"))

    @property
    def strength(self) -> SignatureLevel:
        """The level as a word of the product."""
        return SignatureLevel(self.level)
