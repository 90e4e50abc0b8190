"""Word templates that a programme uploaded: versions that are activated and retired, never changed or deleted."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.agreement import DocumentKind
from webapp.models.application import StoredFile
from webapp.models.people import Person
from webapp.models.programme import Programme
from webapp.models.types import Case, Instant, states_check, word
from workflows.vocabulary import Machine, Trigger

_IN_USE = text("state = 'active'")


class DocumentTemplate(Case, Base):
    """One version for one kind of document in one language. A programme without one in use has the shipped template.

    `preview_failure` is why the sample could not be written, as a code of `webapp.wording.templates`; empty while there
    is a preview, or none was tried. The PDF beside it is missing where no converter is installed.
    """

    __tablename__ = "document_template"
    __machine__ = Machine.TEMPLATE

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(word(DocumentKind))
    language: Mapped[str] = mapped_column(String(10))
    number: Mapped[int] = mapped_column(SmallInteger)
    note: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    preview_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    preview_pdf_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    preview_failure: Mapped[str] = mapped_column(String(40), default="")
    preview_pdf_failure: Mapped[str] = mapped_column(String(300), default="")
    activated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    activated_at: Mapped[datetime | None] = mapped_column(Instant)

    programme: Mapped[Programme] = relationship()
    file: Mapped[StoredFile] = relationship(foreign_keys=[file_id])
    preview: Mapped[StoredFile | None] = relationship(foreign_keys=[preview_id])
    preview_pdf: Mapped[StoredFile | None] = relationship(foreign_keys=[preview_pdf_id])
    uploaded_by: Mapped[Person] = relationship(foreign_keys=[uploaded_by_id])
    activated_by: Mapped[Person | None] = relationship(foreign_keys=[activated_by_id])

    __table_args__ = (
        states_check(Machine.TEMPLATE),
        UniqueConstraint("programme_id", "kind", "language", "number"),
        Index(
            "uq_document_template_in_use",
            "programme_id",
            "kind",
            "language",
            unique=True,
            sqlite_where=_IN_USE,
            postgresql_where=_IN_USE,
        ),
        CheckConstraint("activated_by_id IS NULL OR activated_by_id <> uploaded_by_id", name="second_person"),
        CheckConstraint("state NOT IN ('active', 'retired') OR activated_by_id IS NOT NULL", name="activated"),
        CheckConstraint("state NOT IN ('previewed', 'active', 'retired') OR preview_id IS NOT NULL", name="previewed"),
        CheckConstraint("(activated_by_id IS NULL) = (activated_at IS NULL)", name="activation_dated"),
    )

    def stamp(self, trigger: Trigger, source: object, person_id: int | None, reason: str, at: datetime) -> None:
        """Who put it into use, and when: the second pair of eyes, kept on the row itself."""
        if trigger is Trigger.ACTIVATE_TEMPLATE:
            self.activated_by_id, self.activated_at = person_id, at
