"""What waits for a municipality before its file is decided: drafts, sign-offs, questions."""

from sqlalchemy import and_, select

from webapp.desk.kinds import Kind
from webapp.desk.sources.parts import TODAY, Source, file_row, in_file, in_state, of_parties, own, source
from webapp.models.application import Application, ApplicationParty, Clarification, PartyRole
from webapp.models.programme import Call
from webapp.models.record import last_day
from workflows.vocabulary import DeadlineKind, Machine, Role, State

EDITOR, SIGNATORY = Role.APPLICANT_EDITOR, Role.SIGNATORY
PARTY = ApplicationParty


# A change of the content clears every sign-off, so a sign-off that stands is one of the current content.
UNSIGNED = in_file(PARTY, PARTY.signed_off_sha256.is_(None))
OURS_UNSIGNED = in_file(PARTY, PARTY.signed_off_sha256.is_(None), own("signs", PARTY.organisation_id))
WE_LEAD = in_file(PARTY, PARTY.role == PartyRole.LEAD, own("signs", PARTY.organisation_id))

OPEN_CALLS = select(Call.id).where(Call.state == State.OPEN, Call.closes_on >= TODAY)
DRAFT = and_(in_state(State.DRAFT), Application.call_id.in_(OPEN_CALLS))
_draft = file_row(due=select(Call.closes_on).where(Call.id == Application.call_id).scalar_subquery()).where(DRAFT)

_answer_by = last_day(DeadlineKind.ANSWER, Machine.APPLICATION, Application.id, Clarification.due_on)
_question = (
    file_row(case=Clarification.id, due=_answer_by, since=Clarification.asked_at)
    .join(Clarification, Clarification.application_id == Application.id)
    .where(in_state(State.CLARIFICATION), Clarification.closed_at.is_(None))
)
ANSWERED = Clarification.answer != ""

SOURCES: tuple[Source, ...] = (
    source(Kind.FINISH_DRAFT, EDITOR, _draft.where(of_parties("edits"), ~of_parties("signs"), UNSIGNED)),
    source(Kind.SIGN_OFF, SIGNATORY, _draft.where(OURS_UNSIGNED)),
    source(Kind.SUBMIT, SIGNATORY, _draft.where(WE_LEAD, ~UNSIGNED)),
    source(Kind.ANSWER, (EDITOR, SIGNATORY), _question.where(of_parties("applies"), ~ANSWERED)),
    source(Kind.SIGN_OFF_ANSWER, SIGNATORY, _question.where(ANSWERED, OURS_UNSIGNED)),
    source(Kind.SEND_ANSWER, (EDITOR, SIGNATORY), _question.where(of_parties("applies"), ANSWERED, ~UNSIGNED)),
)
