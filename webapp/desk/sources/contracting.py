"""What waits from approval to signature: the agreement to write, check, issue, and to sign in its order [S2.13]."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from webapp.desk.kinds import Kind
from webapp.desk.sources.parts import (
    INDEPENDENT,
    ME,
    Source,
    file_row,
    in_state,
    of_managed,
    of_programmes,
    source,
)
from webapp.models.agreement import Agreement, AgreementParty, Document, Signature, SigningOrder
from webapp.models.application import Application, StoredFile
from webapp.models.negotiation import LIVE, ApprovalKind, ArticleComment, SpecialClause, VersionApproval
from webapp.models.record import last_day
from webapp.models.signing import SignatureScan, SigningDelegation
from workflows.vocabulary import DeadlineKind, Machine, Role, State

MANAGER = Role.PROGRAMME_MANAGER
OFFICE = (Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR)
EARLIER = aliased(AgreementParty)
NEWER = aliased(Document)

_agreement = (
    file_row(
        case=Agreement.id,
        label=Agreement.number,
        due=last_day(DeadlineKind.SIGNATURE, Machine.AGREEMENT, Agreement.id),
        since=Agreement.state_since,
    )
    .join(Agreement, Agreement.application_id == Application.id)
    .where(in_state(State.CONTRACTING))
)
_draft = _agreement.where(Agreement.state == State.DRAFT, *of_managed(State.CONTRACTING))


def _signed(party: type[AgreementParty]) -> ColumnElement[bool]:
    on_it = Signature.document_id == Agreement.issued_document_id
    return exists().where(on_it, Signature.party_id == party.id).correlate(Agreement, party)


# The parties sign in the order of the document: somebody earlier who has not signed comes first.
SOMEBODY_FIRST = (
    exists()
    .where(EARLIER.agreement_id == Agreement.id, EARLIER.position < AgreementParty.position, ~_signed(EARLIER))
    # All municipalities may sign at once where the manager chose so; the programme still comes last.
    .where(or_(Agreement.signing_order == SigningOrder.IN_TURN, AgreementParty.is_operator))
    .correlate(Agreement, AgreementParty)
)


def _of_party(table: Any, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a row of this table is about this party and the issued document."""
    on_it = (table.document_id == Agreement.issued_document_id, table.party_id == AgreementParty.id)
    return exists().where(*on_it, *where).correlate(Agreement, AgreementParty)


_MINE = or_(
    and_(AgreementParty.signatory_id == ME, ~_of_party(SigningDelegation)),
    _of_party(SigningDelegation, SigningDelegation.receiver_id == ME),
)
_WAITS = SignatureScan.settled_at.is_(None)
_signing = _agreement.join(AgreementParty, AgreementParty.agreement_id == Agreement.id).where(
    Agreement.state == State.ISSUED
)
_to_sign = _signing.where(_MINE, ~_signed(AgreementParty), ~SOMEBODY_FIRST, ~_of_party(SignatureScan, _WAITS))
_to_attest = _signing.where(
    _of_party(SignatureScan, _WAITS, SignatureScan.uploaded_by_id != ME, SignatureScan.person_id != ME)
)

# A second officer's work, whoever of the office comes first: never who wrote the version, or proposed the clause.
_second_officer = (in_state(State.CONTRACTING), Agreement.state == State.DRAFT, of_programmes("office"), INDEPENDENT)
_is_newest = ~exists().where(NEWER.agreement_id == Agreement.id, NEWER.number > Document.number).correlate(
    Agreement, Document
)
_is_checked = (
    exists()
    .where(
        VersionApproval.document_id == Document.id,
        VersionApproval.kind == ApprovalKind.CHECKED,
        VersionApproval.sha256 == StoredFile.sha256,
    )
    .correlate(Document, StoredFile)
)
_to_check = (
    file_row(case=Agreement.id, label=Document.reference, since=Document.created_at)
    .join(Agreement, Agreement.application_id == Application.id)
    .join(Document, Document.agreement_id == Agreement.id)
    .join(StoredFile, StoredFile.id == Document.file_id)
    .where(*_second_officer, _is_newest, ~_is_checked)
    .where(or_(Agreement.issued_document_id.is_(None), Agreement.issued_document_id != Document.id))
    .where(or_(Document.created_by_id.is_(None), Document.created_by_id != ME))
)
# What the manager of a draft does next, in the order of the steps: write, answer what is objected to, issue. While a
# second officer checks a version or decides on a clause, the manager waits, and that stands on the officer's desk.
_version = exists().where(Document.agreement_id == Agreement.id).correlate(Agreement)
_usable = (
    exists()  # a version that was taken back from signing is not issued again
    .where(Document.agreement_id == Agreement.id)
    .where(or_(Agreement.issued_document_id.is_(None), Document.id > Agreement.issued_document_id))
    .correlate(Agreement)
)
_of_agreement = SpecialClause.agreement_id == Agreement.id
_proposed = exists().where(_of_agreement, SpecialClause.state == State.PROPOSED).correlate(Agreement)
_newest_at = (
    select(func.max(Document.created_at)).where(Document.agreement_id == Agreement.id).correlate(Agreement)
).scalar_subquery()
_dropped = (State.REJECTED, State.WITHDRAWN)
_reworded = (  # the newest version lacks a clause that stands now, or prints one that is gone
    exists()
    .where(
        _of_agreement,
        or_(
            and_(SpecialClause.state.in_(LIVE), SpecialClause.proposed_at > _newest_at),
            and_(SpecialClause.state.in_(_dropped), SpecialClause.decided_at > _newest_at),
        ),
    )
    .correlate(Agreement)
)
_objected = (
    exists()
    .where(ArticleComment.agreement_id == Agreement.id, ArticleComment.is_objection)
    .where(ArticleComment.resolved_at.is_(None))
    .correlate(Agreement)
)
_to_write = _draft.where(~_version)
_to_write_anew = _draft.where(_version, or_(~_usable, and_(_reworded, ~_objected)))
_to_answer = _draft.where(_usable, _objected)
_to_issue = (
    _draft.join(Document, Document.agreement_id == Agreement.id)
    .join(StoredFile, StoredFile.id == Document.file_id)
    .where(_is_newest, _is_checked, _usable, ~_reworded, ~_objected, ~_proposed)
)
_to_approve = (
    file_row(case=SpecialClause.id, label=Agreement.number, since=SpecialClause.proposed_at)
    .join(Agreement, Agreement.application_id == Application.id)
    .join(SpecialClause, SpecialClause.agreement_id == Agreement.id)
    .where(*_second_officer, SpecialClause.state == State.PROPOSED)
    .where(or_(SpecialClause.proposed_by_id.is_(None), SpecialClause.proposed_by_id != ME))
)

SOURCES: tuple[Source, ...] = (
    source(Kind.APPROVE_CLAUSE, OFFICE, _to_approve),
    source(Kind.CHECK_VERSION, OFFICE, _to_check),
    source(Kind.START_CONTRACTING, MANAGER, file_row().where(*of_managed(State.APPROVED))),
    source(Kind.WRITE_AGREEMENT, MANAGER, _to_write),
    source(Kind.REWRITE_AGREEMENT, MANAGER, _to_write_anew),
    source(Kind.SETTLE_OBJECTION, MANAGER, _to_answer),
    source(Kind.ISSUE_AGREEMENT, MANAGER, _to_issue),
    source(Kind.SIGN, (Role.SIGNATORY, Role.DIRECTOR), _to_sign),
    source(Kind.ATTEST_SCAN, OFFICE, _to_attest),
)
