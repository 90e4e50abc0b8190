"""The agreement of an application, with what its pages show around it."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.base import ExecutableOption

from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document
from webapp.models.application import Application
from webapp.models.negotiation import VersionApproval
from workflows.vocabulary import State


def current(application: Application, *also: ExecutableOption) -> Agreement | None:
    """The newest agreement, a voided one only when there is no other; in one statement with all that `also` loads.

    Parties, versions and their approvals always come along. They are a handful each, so that one join is cheaper than
    many questions; the snapshots of the versions stay behind until somebody asks.
    """
    newest = (
        select(Agreement.id)
        .where(Agreement.application_id == application.id)
        .order_by((Agreement.state == State.VOIDED), Agreement.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Agreement)
        .where(Agreement.id == newest)
        .options(
            joinedload(Agreement.parties).joinedload(AgreementParty.organisation),
            joinedload(Agreement.documents).defer(Document.context),
            joinedload(Agreement.documents).joinedload(Document.file),
            joinedload(Agreement.documents).joinedload(Document.created_by),
            joinedload(Agreement.documents).joinedload(Document.approvals).joinedload(VersionApproval.person),
            *also,
        )
    )
    return db.session.scalars(query).unique().one_or_none()
