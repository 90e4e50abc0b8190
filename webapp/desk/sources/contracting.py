"""What waits from approval to signature: the agreement to write, to issue, and to sign in its order [S2.13]."""

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased

from webapp.desk.kinds import Kind
from webapp.desk.sources.parts import ME, Source, file_row, in_state, of_managed, source
from webapp.models.agreement import Agreement, AgreementParty, Signature
from webapp.models.application import Application
from webapp.models.record import last_day
from workflows.vocabulary import DeadlineKind, Machine, Role, State

MANAGER = Role.PROGRAMME_MANAGER
EARLIER = aliased(AgreementParty)

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
    .correlate(Agreement, AgreementParty)
)
_to_sign = (
    _agreement.join(AgreementParty, AgreementParty.agreement_id == Agreement.id)
    .where(Agreement.state == State.ISSUED, AgreementParty.signatory_id == ME)
    .where(~_signed(AgreementParty), ~SOMEBODY_FIRST)
)

SOURCES: tuple[Source, ...] = (
    source(Kind.START_CONTRACTING, MANAGER, file_row().where(*of_managed(State.APPROVED))),
    source(Kind.WRITE_AGREEMENT, MANAGER, _draft.where(Agreement.issued_document_id.is_(None))),
    source(Kind.ISSUE_AGREEMENT, MANAGER, _draft.where(Agreement.issued_document_id.is_not(None))),
    source(Kind.SIGN, (Role.SIGNATORY, Role.DIRECTOR), _to_sign),
)
