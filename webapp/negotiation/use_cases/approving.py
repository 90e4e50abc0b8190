"""Approving a version: a second officer checks it, a municipality agrees to it; always these bytes and no others."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from webapp import clock
from webapp.documents.storage import LocalStorage
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document
from webapp.models.negotiation import ApprovalKind, ArticleComment, VersionApproval
from webapp.models.record import AuditEvent
from webapp.negotiation.use_cases import shared
from webapp.policy import Action, Principal
from webapp.services.contract import versions
from workflows.vocabulary import Role, State


def check(agreement: Agreement, seen: str, actor: Principal, storage: LocalStorage) -> VersionApproval:
    """A second officer stands behind the newest version; who wrote it never checks it. Asked twice, done once."""
    shared.begin(agreement, Action.CHECK_VERSION, actor, State.DRAFT)
    document = _newest(agreement, seen, storage)
    if document.created_by_id == actor.person_id:
        raise Forbidden("own_version")
    shared.not_of_a_party(agreement, actor)
    mine = (row for row in document.approvals if row.person_id == actor.person_id)
    if (known := next((row for row in mine if row.kind is ApprovalKind.CHECKED), None)) is not None:
        return known
    role = shared.office_role(agreement, actor)
    row = _given(document, ApprovalKind.CHECKED, seen, role, actor)
    shared.record(agreement, actor, role, AuditEvent.VERSION_CHECKED, {"document": document.reference, "sha256": seen})
    _tell(
        (Role.PROGRAMME_MANAGER,),
        agreement,
        row,
        actor,
        lazy_gettext("Version %(number)s is checked", number=document.number),
    )
    return row


def agree(agreement: Agreement, seen: str, actor: Principal, storage: LocalStorage) -> VersionApproval:
    """A municipality's official agrees to the text of the newest version; the signature comes later, and is another."""
    shared.begin(agreement, Action.AGREE_TO_TEXT, actor, State.DRAFT)
    document = _newest(agreement, seen, storage)
    role, organisation = shared.side_of(agreement, actor)
    party = next((party for party in agreement.parties if party.organisation_id == organisation), None)
    if party is None:
        raise Forbidden("no_side")
    if (known := next((row for row in document.approvals if row.party_id == party.id), None)) is not None:
        return known
    if _objects(agreement, party):
        raise Invalid("read", _("Your municipality has an open objection. Settle it first."))
    row = _given(document, ApprovalKind.AGREED, seen, role, actor, party)
    data: dict[str, object] = {"document": document.reference, "sha256": seen, "party": party.organisation.name}
    shared.record(agreement, actor, role, AuditEvent.TEXT_AGREED, data)
    words = {"party": party.organisation.name, "number": document.number}
    _tell(
        (Role.PROGRAMME_MANAGER,),
        agreement,
        row,
        actor,
        lazy_gettext("%(party)s agrees to version %(number)s", **words),
    )
    return row


def _newest(agreement: Agreement, seen: str, storage: LocalStorage) -> Document:
    """The newest version, if it is the one this person read and its stored bytes are still those."""
    document = shared.newest(agreement)
    if document.file is None or document.file.sha256 != seen or document.id == agreement.issued_document_id:
        raise Conflict(agreement.revision, agreement.revision)
    try:
        versions.read(document, storage)
    except versions.UnreadableError as error:
        message = _("The stored file is no longer the one that was written. Write a new version.")
        raise Invalid("read", message) from error
    return document


def _objects(agreement: Agreement, party: AgreementParty) -> bool:
    query = select(ArticleComment.id).where(
        ArticleComment.agreement_id == agreement.id,
        ArticleComment.is_objection,
        ArticleComment.resolved_at.is_(None),
        ArticleComment.organisation_id == party.organisation_id,
    )
    return db.session.scalar(query.limit(1)) is not None


def _given(
    document: Document,
    kind: ApprovalKind,
    sha256: str,
    role: Role,
    actor: Principal,
    party: AgreementParty | None = None,
) -> VersionApproval:
    row = VersionApproval(
        document_id=document.id,
        kind=kind,
        sha256=sha256,
        party_id=party.id if party else None,
        person_id=actor.person_id,
        role=role,
        given_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    db.session.expire(document, ["approvals"])
    return row


def _tell(
    roles: tuple[Role, ...], agreement: Agreement, row: VersionApproval, actor: Principal, subject: LazyString
) -> None:
    said = lazy_gettext("%(who)s: %(what)s.", who=actor.name, what=subject)
    lines = [said, lazy_gettext("It counts for this version only: a new version is checked anew.")]
    shared.tell(roles, agreement, actor, key=f"approval-{row.id}", subject=subject, lines=lines, page="text")
