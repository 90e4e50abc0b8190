"""What the agreement's pages show, in few statements."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer

from webapp.errors import NotFound
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document, Signature
from webapp.models.application import Application
from webapp.models.people import Person
from webapp.models.record import AuditEntry, AuditEvent
from webapp.services import pdfs, seals
from webapp.services.contract.current import current

RECENT = 50  # entries of the record that are looked through


def agreement_of(application: Application) -> Agreement | None:
    """The agreement that counts, whole, in one statement: all that its pages show and its text is made of."""
    return current(
        application,
        joinedload(Agreement.parties).joinedload(AgreementParty.signatory),
        joinedload(Agreement.tranches),
        joinedload(Agreement.obligations),
        undefer(Agreement.objections_open),
        joinedload(Agreement.clauses),
        joinedload(Agreement.documents).options(undefer(Document.address), undefer(Document.is_sample)),
        joinedload(Agreement.documents).options(*pdfs.loaded(), *seals.loaded()),
        joinedload(Agreement.documents).joinedload(Document.delegations),
        joinedload(Agreement.documents).joinedload(Document.signatures).joinedload(Signature.person),
    )


def the_agreement(application: Application) -> Agreement:
    found = agreement_of(application)
    if found is None:
        raise NotFound(f"application {application.id} has no agreement")
    return found


def document_of(application: Application, document_id: int) -> Document:
    """A written contract of this very application; letters and foreign documents are not found."""
    query = select(Document).where(Document.id == document_id).options(joinedload(Document.file))
    found = db.session.scalar(query)
    if found is None or found.application_id != application.id or found.agreement_id is None or found.file is None:
        raise NotFound(f"document {document_id}")
    return found


def names(person_ids: set[int]) -> dict[int, str]:
    """What these people are called; no statement for nobody."""
    if not person_ids:
        return {}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}


def last_saved(application: Application, key: str, value: str | None = None) -> AuditEntry | None:
    """Who changed last what the record calls `key`: a party (by its name), the tranches, the language, the order."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.application_id == application.id, AuditEntry.event == AuditEvent.EDITED)
        .options(joinedload(AuditEntry.actor))
        .order_by(AuditEntry.id.desc())
        .limit(RECENT)
    )
    rows = db.session.scalars(query)
    return next((row for row in rows if key in row.data and value in (None, row.data[key])), None)
