"""What the agreement's pages show, in few statements."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from webapp.errors import NotFound
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document, Signature
from webapp.models.application import Application, BudgetLine
from webapp.models.monitoring import Obligation
from webapp.models.people import Person
from webapp.services import pdfs, seals
from webapp.services.contract.current import current


def agreement_of(application: Application) -> Agreement | None:
    """The agreement that counts, whole, in one statement: tranches, clauses, files, delegations and signatures too."""
    return current(
        application,
        joinedload(Agreement.parties).joinedload(AgreementParty.signatory),
        joinedload(Agreement.tranches),
        joinedload(Agreement.clauses),
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


def load_budget(application: Application) -> None:
    """The budget lines in one statement; payees are parties, so they are known already."""
    query = select(BudgetLine).where(BudgetLine.application_id == application.id).order_by(BudgetLine.position)
    set_committed_value(application, "budget", list(db.session.scalars(query)))


def obligations(agreement: Agreement) -> Sequence[Obligation]:
    return db.session.scalars(
        select(Obligation).where(Obligation.agreement_id == agreement.id).order_by(Obligation.id)
    ).all()


def names(person_ids: set[int]) -> dict[int, str]:
    """What these people are called; no statement for nobody."""
    if not person_ids:
        return {}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}
