"""What waits after signature: reports, findings and actions, shared knowledge, audit and the end."""

from sqlalchemy import and_, exists, or_

from webapp.desk.kinds import Kind
from webapp.desk.sources.parts import (
    INDEPENDENT,
    MANAGED_BY_ME,
    ME,
    SOON,
    TODAY,
    Source,
    file_row,
    in_file,
    in_state,
    of_managed,
    of_parties,
    of_programmes,
    own,
    source,
)
from webapp.models.application import Application, ApplicationParty
from webapp.models.monitoring import (
    Audit,
    CorrectiveAction,
    Finding,
    FocalPoint,
    Obligation,
    Report,
    ReportKind,
    TerminationNotice,
)
from webapp.models.people import Organisation
from webapp.models.record import last_day
from workflows.stages import STAGES
from workflows.vocabulary import DeadlineKind, Machine, Role, State

S = State
MANAGER, DIRECTOR = Role.PROGRAMME_MANAGER, Role.DIRECTOR
APPLICANTS = (Role.APPLICANT_EDITOR, Role.SIGNATORY)
WATCHERS = (Role.FOCAL_POINT, Role.COMMITTEE_MEMBER)
REPORTING, WORKING, SHARING = (
    tuple(sorted(STAGES[machine])) for machine in (Machine.REPORT, Machine.ACTION, Machine.OBLIGATION)
)

NAMED = (
    exists()
    .where(FocalPoint.application_id == Application.id, FocalPoint.organisation_id == ApplicationParty.organisation_id)
    .correlate(Application, ApplicationParty)
)
_unnamed = (
    file_row(case=Organisation.id, label=Organisation.name)
    .join(ApplicationParty, ApplicationParty.application_id == Application.id)
    .join(Organisation, Organisation.id == ApplicationParty.organisation_id)
    .where(
        in_state(S.SIGNED, S.MONITORING),
        own("administers", ApplicationParty.organisation_id),
        ~NAMED,
    )
)
_report = file_row(
    case=Report.id,
    label=Report.kind,
    number=Report.number,
    due=last_day(DeadlineKind.REPORT, Machine.REPORT, Report.id, Report.due_on),
    since=Report.state_since,
).join(Report, Report.application_id == Application.id)
_to_write = _report.where(in_state(*REPORTING), of_parties("applies"))
_submitted = (
    file_row(case=Report.id, label=Report.kind, number=Report.number, since=Report.state_since)
    .join(Report, Report.application_id == Application.id)
    .where(Report.state == S.SUBMITTED, *of_managed(*REPORTING))
    .where(or_(Report.author_id.is_(None), Report.author_id != ME))
)
_action = file_row(
    case=CorrectiveAction.id,
    label=CorrectiveAction.description,
    due=last_day(DeadlineKind.ACTION, Machine.ACTION, CorrectiveAction.id, CorrectiveAction.due_on),
    since=CorrectiveAction.state_since,
).join(CorrectiveAction, CorrectiveAction.application_id == Application.id)
_to_do = _action.where(CorrectiveAction.state == S.OPEN, in_state(*WORKING), of_parties("applies"))
_to_verify = _action.where(
    CorrectiveAction.state == S.DONE,
    in_state(*WORKING),
    or_(CorrectiveAction.done_by_id.is_(None), CorrectiveAction.done_by_id != ME),
    or_(CorrectiveAction.owner_id.is_(None), CorrectiveAction.owner_id != ME),
)
_obligation = file_row(
    case=Obligation.id,
    label=Obligation.trainee + ": " + Obligation.activity,
    due=last_day(DeadlineKind.OBLIGATION, Machine.OBLIGATION, Obligation.id, Obligation.due_on),
    since=Obligation.state_since,
).join(Obligation, Obligation.application_id == Application.id)
HAS_ACTION = exists().where(CorrectiveAction.finding_id == Finding.id).correlate(Finding)
ALL_ACCEPTED = and_(
    in_file(Report, Report.kind == ReportKind.FINAL, Report.state == S.ACCEPTED),
    ~in_file(Report, Report.state != S.ACCEPTED),
)

SOURCES: tuple[Source, ...] = (
    source(Kind.SET_UP_MONITORING, MANAGER, file_row().where(*of_managed(S.SIGNED))),
    source(Kind.NAME_FOCAL_POINT, Role.MUNICIPALITY_ADMIN, _unnamed),
    source(
        Kind.WRITE_REPORT,
        APPLICANTS,
        _to_write.where(Report.state == S.DUE, or_(Report.period_end < TODAY, Report.due_on <= SOON)),
    ),
    source(Kind.CORRECT_REPORT, APPLICANTS, _to_write.where(Report.state == S.RETURNED)),
    source(Kind.JUDGE_REPORT, MANAGER, _submitted),
    source(
        Kind.PLAN_ACTION,
        MANAGER,
        file_row(case=Finding.id, label=Finding.text, since=Finding.raised_at)
        .join(Finding, Finding.application_id == Application.id)
        .where(
            Finding.closed_at.is_(None), ~exists().where(CorrectiveAction.finding_id == Finding.id).correlate(Finding)
        )
        .where(*of_managed(*WORKING)),
    ),
    source(
        Kind.DO_ACTION,
        APPLICANTS,
        _to_do.where(or_(CorrectiveAction.owner_id == ME, own("applies", CorrectiveAction.owner_organisation_id))),
    ),
    source(
        Kind.VERIFY_ACTION,
        (MANAGER, *WATCHERS),
        _to_verify.where(or_(own("followed", Application.id), and_(of_programmes("managed"), MANAGED_BY_ME))),
    ),
    source(Kind.CLOSE_ACTION, MANAGER, _action.where(CorrectiveAction.state == S.VERIFIED, *of_managed(*WORKING))),
    source(
        Kind.DELIVER,
        APPLICANTS,
        _obligation.where(Obligation.state == S.OPEN, in_state(*SHARING), own("applies", Obligation.organisation_id)),
    ),
    source(
        Kind.CONFIRM_DELIVERY,
        MANAGER,
        _obligation.where(
            Obligation.state == S.DELIVERED,
            *of_managed(*SHARING),
            or_(Obligation.delivered_by_id.is_(None), Obligation.delivered_by_id != ME),
        ),
    ),
    source(Kind.START_CLOSING, MANAGER, file_row().where(*of_managed(S.MONITORING), ALL_ACCEPTED)),
    source(
        Kind.GIVE_OPINION,
        Role.AUDITOR,
        file_row(case=Audit.id, since=Audit.requested_at)
        .join(Audit, Audit.application_id == Application.id)
        .where(in_state(S.CLOSING), own("audited", Application.id), Audit.opinion.is_(None))
        .where(or_(Audit.auditor_id.is_(None), Audit.auditor_id == ME)),
    ),
    source(
        Kind.TERMINATE,
        DIRECTOR,
        file_row(case=TerminationNotice.id, due=TerminationNotice.ends_on, since=TerminationNotice.given_at)
        .join(TerminationNotice, TerminationNotice.application_id == Application.id)
        .where(in_state(S.SIGNED, S.MONITORING, S.SUSPENDED), of_programmes("directed"), INDEPENDENT)
        .where(TerminationNotice.withdrawn_at.is_(None), TerminationNotice.ends_on < TODAY),
    ),
)
