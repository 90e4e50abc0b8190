"""What leads to a signature: who opened the document, who signs for whom, scans that wait, signing at a provider."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.agreement import AgreementParty, Document
from webapp.models.application import StoredFile
from webapp.models.people import Person
from webapp.models.types import Instant


class SigningView(Base):
    """When a signatory first opened the issued document to sign it."""

    __tablename__ = "signing_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("agreement_party.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    viewed_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("document_id", "party_id", "person_id"),)


class SigningReminder(Base):
    """That those whose turn it was were reminded; at most once a day and document."""

    __tablename__ = "signing_reminder"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_on: Mapped[date]
    sent_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("document_id", "sent_on"),)


class SigningDelegation(Base):
    """A signatory lets a colleague with the same role sign one document in their place, under an own mandate."""

    __tablename__ = "signing_delegation"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("agreement_party.id"))
    giver_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    capacity: Mapped[str] = mapped_column(String(200))
    mandate_act: Mapped[str] = mapped_column(String(300))
    mandate_number: Mapped[str] = mapped_column(String(100), default="")
    mandate_date: Mapped[date]
    given_at: Mapped[datetime] = mapped_column(Instant)

    giver: Mapped[Person] = relationship(foreign_keys=[giver_id], lazy="joined")
    receiver: Mapped[Person] = relationship(foreign_keys=[receiver_id], lazy="joined")

    __table_args__ = (
        UniqueConstraint("document_id", "party_id"),
        UniqueConstraint("document_id", "receiver_id"),
        CheckConstraint("giver_id <> receiver_id", name="another"),
    )


class SignatureScan(Base):
    """A scan of a signature on paper. It counts once a second officer attests it; then a `Signature` is written."""

    __tablename__ = "signature_scan"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("agreement_party.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  # whose hand signed
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    signed_on: Mapped[date]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime] = mapped_column(Instant)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    attested: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    document: Mapped[Document] = relationship()
    party: Mapped[AgreementParty] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    uploaded_by: Mapped[Person] = relationship(foreign_keys=[uploaded_by_id])
    file: Mapped[StoredFile] = relationship()

    __table_args__ = (
        Index(
            "uq_signature_scan_waiting",
            "document_id",
            "party_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        CheckConstraint("(settled_at IS NULL) = (attested IS NULL)", name="settled"),
        CheckConstraint("settled_by_id <> uploaded_by_id AND settled_by_id <> person_id", name="four_eyes"),
    )


class TrustTransaction(Base):
    """A signature begun at a trust provider: what was agreed to here, until the provider answers; it serves once."""

    __tablename__ = "trust_transaction"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(100), unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("agreement_party.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    document_sha256: Mapped[str] = mapped_column(String(64))
    consent: Mapped[str] = mapped_column(Text)
    consent_version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10))
    begun_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
