"""The verbs of monitoring: each takes its actor, asks the policy, changes, records, tells. Moves go through `advance`."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from webapp import clock, policy, wording
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.extensions import db
from webapp.models.application import Application, AttachedTo, Attachment, BudgetCategory, StoredFile
from webapp.models.monitoring import (
    Audit,
    CommitteeDecision,
    CorrectiveAction,
    Finding,
    FindingSource,
    FocalPoint,
    Obligation,
    Opinion,
    Report,
    ReportFinance,
    Severity,
    TerminationNotice,
)
from webapp.models.people import Person, RoleGrant
from webapp.models.record import AuditEntry, AuditEvent
from webapp.models.types import Case
from webapp.policy import APPLICANTS, Action, Principal
from webapp.services import announce, audit
from webapp.services.facts import current_agreement, rules_of
from webapp.services.scope import file_scope, principal
from workflows.vocabulary import Role, State

PROJECT_SIDE = frozenset({Role.APPLICANT_EDITOR, Role.SIGNATORY})
PARTIES = frozenset({Role.APPLICANT_EDITOR, Role.SIGNATORY, Role.FOCAL_POINT})
OFFICE = frozenset({Role.PROGRAMME_MANAGER, Role.DIRECTOR})
WRITABLE = frozenset({State.DUE, State.RETURNED})
REPORT_VALUES = (
    "services_count", "services_unit", "quality_score", "quality_narrative", "satisfaction_percent",
    "satisfaction_respondents", "satisfaction_method", "deviations", "lessons",
)  # fmt: skip


def _enter(case: Case, application: Application, action: Action, actor: Principal) -> Role:
    """Wait for whoever is changing this case, then ask the policy; returns the capacity in which the actor acts."""
    db.session.flush()
    db.session.refresh(case, ["state", "revision"], with_for_update=True)
    scope = file_scope(application)
    policy.require(actor, action, scope)
    return min(policy.roles_on(actor, scope) & policy.TABLE[action].roles)


def _not_of_a_party(application: Application, actor: Principal) -> None:
    """Nobody handles the file of a municipality they belong to (EU Financial Regulation art. 61)."""
    if actor.belongs_to & {party.organisation_id for party in application.parties}:
        raise Forbidden("belongs_to_party")


def _needed(field: str, text: str) -> str:
    if not text.strip():
        raise Invalid(field, _("Fill in this field."))
    return text.strip()


def _party_name(application: Application, organisation_id: int | None, field: str) -> str:
    for party in application.parties:
        if party.organisation_id == organisation_id:
            return party.organisation.name
    raise Invalid(field, _("Choose one of the municipalities of this project."))


def _tell(people: Iterable[Person], actor: Principal, key: str, path: str, compose: Callable[[], list[str]]) -> None:
    """One message to each but the actor, in their own language; the first text of `compose` is the subject."""
    for person in people:
        if person.id != actor.person_id:
            with force_locale(person.language):
                subject, *lines = compose()
                lines = [_("Dear %(name)s,", name=person.name), *lines]
                announce.mail(person, key=f"{key}-{person.id}", subject=subject, lines=lines, path=path)


def _address(application: Application) -> str:
    return f"/applications/{application.id}/monitoring"


# --- setting up -----------------------------------------------------------------------------------


def decide_committee(
    application: Application, installed: bool, reason: str, first_chair_id: int | None, actor: Principal
) -> CommitteeDecision:
    """A monitoring committee: yes with its first chair, or no; the reason either way [S1.5]. `Invalid` without it."""
    role = _enter(application, application, Action.SET_UP_MONITORING, actor)
    _not_of_a_party(application, actor)
    reason = _needed("reason", reason)
    if installed:
        _party_name(application, first_chair_id, "first_chair_id")
    query = select(CommitteeDecision).where(CommitteeDecision.application_id == application.id)
    decision = db.session.scalar(query) or CommitteeDecision(application_id=application.id)
    decision.installed, decision.reason = installed, reason
    decision.first_chair_id = first_chair_id if installed else None
    decision.decided_by_id, decision.decided_at = actor.person_id, clock.now()
    db.session.add(decision)
    audit.record(
        application,
        actor,
        role,
        AuditEvent.COMMITTEE_DECIDED,
        application_id=application.id,
        reason=reason,
        data={"installed": installed, "first_chair": decision.first_chair_id},
    )
    return decision


def name_focal_point(application: Application, organisation_id: int, person_id: int, actor: Principal) -> FocalPoint:
    """A senior officer of the municipality who watches independently [S1.4]; gets the role on this file.

    `Invalid` for somebody of another municipality or of the project itself. A municipality's administrator names for
    their own alone (`Forbidden`). The one named before loses the role.
    """
    role = _enter(application, application, Action.NAME_FOCAL_POINT, actor)
    if role is Role.MUNICIPALITY_ADMIN and organisation_id not in actor.organisations(role):
        raise Forbidden("another_municipality")
    _party_name(application, organisation_id, "person_id")
    person = db.session.get(Person, person_id)
    if person is None or (why := why_not_focal_point(application, organisation_id, person)):
        raise Invalid("person_id", why if person else _("Choose a person."))
    point = _focal_point(application, organisation_id)
    if point.person_id != person.id:
        _end_watch(application, point)
        point.person_id, point.named_at = person.id, clock.now()
        today = clock.today(person.time_zone)
        person.grants.append(
            RoleGrant(
                role=Role.FOCAL_POINT,
                organisation_id=organisation_id,
                application_id=application.id,
                starts_on=today,
            )
        )
    db.session.add(point)
    data = {"organisation": organisation_id, "person": person.id}
    audit.record(
        application, actor, role, AuditEvent.FOCAL_POINT_NAMED, application_id=application.id, data=data
    )  # fmt: skip
    _tell([person], actor, announce.instant_key(f"focal-{application.id}"), _address(application), lambda: [
        _("%(title)s: you are the focal point", title=announce.title(application)),
        _("You watch this project for your municipality, independently of the people who carry it out."),
        _("You can read the file, raise findings and verify corrective actions."),
    ])  # fmt: skip
    return point


def why_not_focal_point(application: Application, organisation_id: int, person: Person) -> str:
    """Why this person cannot watch the project for this municipality; empty when they can."""
    who = principal(person)
    if person.left_at is not None or organisation_id not in who.belongs_to:
        return str(_("This person does not belong to the municipality."))
    if policy.roles_on(who, file_scope(application)) & PROJECT_SIDE or _signs(application, person):
        return str(_("This person works on the project or signs for it, so somebody else must watch it."))
    return ""


def _signs(application: Application, person: Person) -> bool:
    agreement = current_agreement(application)
    return agreement is not None and any(party.signatory_id == person.id for party in agreement.parties)


def _focal_point(application: Application, organisation_id: int) -> FocalPoint:
    query = select(FocalPoint).where(
        FocalPoint.application_id == application.id, FocalPoint.organisation_id == organisation_id
    )
    return db.session.scalar(query) or FocalPoint(application_id=application.id, organisation_id=organisation_id)


def _end_watch(application: Application, point: FocalPoint) -> None:
    """Who watched before loses the role now; a role given today alone leaves no day that it held."""
    query = select(RoleGrant).where(
        RoleGrant.application_id == application.id,
        RoleGrant.organisation_id == point.organisation_id,
        RoleGrant.role == Role.FOCAL_POINT,
        RoleGrant.ends_on.is_(None),
    )
    for grant in db.session.scalars(query):
        yesterday = clock.today(grant.person.time_zone) - timedelta(days=1)
        if grant.starts_on > yesterday:
            grant.person.grants.remove(grant)
            db.session.delete(grant)
        else:
            grant.ends_on = yesterday


# --- reports --------------------------------------------------------------------------------------


def save_report(report: Report, values: dict[str, Any], actor: Principal, expected: int | None = None) -> Report:
    """Keep a draft, whole or not. `Conflict` when it was saved since; `Invalid` once it is submitted."""
    role = _enter(report, report.application, Action.WRITE_REPORT, actor)
    if expected is not None and expected != report.revision:
        raise Conflict(expected, report.revision)
    if report.state not in WRITABLE:
        raise Invalid("services_count", _("This report is submitted. It can be changed only after it is returned."))
    for name in REPORT_VALUES:
        value = values.get(name)
        setattr(report, name, value.strip() if isinstance(value, str) else value)
    _set_finance(report, values.get("finance") or [])
    report.revision += 1
    audit.record(report, actor, role, AuditEvent.EDITED, application_id=report.application_id)
    return report


def _set_finance(report: Report, rows: list[dict[str, Any]]) -> None:
    kept = {row.category: row for row in report.finance}
    wanted = {BudgetCategory(row["category"]): row for row in rows if row["spent"] is not None}
    for category, row in wanted.items():
        line = kept.get(category) or ReportFinance(category=category)
        line.spent, line.note = row["spent"], (row.get("note") or "").strip()
        if category not in kept:
            report.finance.append(line)
    for category in kept.keys() - wanted.keys():
        report.finance.remove(kept[category])


# --- findings and corrective actions --------------------------------------------------------------


def raise_finding(application: Application, values: dict[str, Any], actor: Principal) -> Finding:
    """What a report, the committee, a visit or an assessment brought up [S1.9]: source, severity, text, report_id.

    With a `request_id` a repeated request changes nothing.
    """
    role = _enter(application, application, Action.RAISE_FINDING, actor)
    if (done := _already(application, values, "finding")) is not None:
        return db.session.get_one(Finding, done)
    text = _needed("text", values["text"])
    report_id = values.get("report_id")
    if report_id is not None:
        report = db.session.get(Report, report_id)
        if report is None or report.application_id != application.id:
            raise Invalid("report_id", _("Choose a report of this project."))
    finding = Finding(
        application_id=application.id,
        report_id=report_id,
        source=FindingSource(values["source"]),
        severity=Severity(values["severity"]),
        text=text,
        raised_by_id=actor.person_id,
        raised_at=clock.now(),
    )
    db.session.add(finding)
    db.session.flush()
    audit.record(
        application, actor, role, AuditEvent.FINDING_RAISED, application_id=application.id, reason=text,
        data={"finding": finding.id, "severity": finding.severity.value}, request_id=values.get("request_id") or None,
    )  # fmt: skip
    people = announce.people_with(PARTIES | {Role.PROGRAMME_MANAGER}, application)
    _tell(people, actor, f"finding-{finding.id}", _address(application), lambda: [
        _("%(title)s: a finding was raised", title=announce.title(application)),
        _("%(who)s raised a finding. Severity: %(severity)s.", who=actor.name, severity=wording.label(finding.severity)),
        text,
    ])  # fmt: skip
    return finding


def open_action(finding: Finding, values: dict[str, Any], actor: Principal) -> CorrectiveAction:
    """What is done about a finding: description, owner_organisation_id, owner_id (or None), due_on; once a request."""
    application = finding.application
    role = _enter(application, application, Action.RAISE_FINDING, actor)
    if (done := _already(application, values, "action")) is not None:
        return db.session.get_one(CorrectiveAction, done)
    if finding.closed_at is not None:
        raise Invalid("description", _("This finding is closed. Raise a new one."))
    name = _party_name(application, values["owner_organisation_id"], "owner_organisation_id")
    action = CorrectiveAction(
        finding_id=finding.id,
        application_id=application.id,
        description=_needed("description", values["description"]),
        owner_organisation_id=values["owner_organisation_id"],
        owner_id=_owner(values.get("owner_id"), values["owner_organisation_id"]),
        due_on=_day_to_come(values["due_on"]),
    )
    action.application, action.finding = application, finding
    db.session.add(action)
    db.session.flush()
    audit.record(
        application, actor, role, AuditEvent.EDITED, application_id=application.id, reason=action.description,
        data={"action": action.id, "finding": finding.id}, request_id=values.get("request_id") or None,
    )  # fmt: skip
    _tell(announce.people_with(PARTIES, application), actor, f"action-{action.id}", f"/actions/{action.id}", lambda: [
        _("%(title)s: a corrective action for %(name)s", title=announce.title(application), name=name),
        action.description,
        _("It is due on %(day)s.", day=wording.day(action.due_on)),
    ])  # fmt: skip
    return action


def _already(application: Application, values: dict[str, Any], what: str) -> int | None:
    """The id of what the same request made before."""
    request_id = values.get("request_id")
    if not request_id:
        return None
    query = select(AuditEntry).where(AuditEntry.machine == application.__machine__)
    query = query.where(AuditEntry.case_id == application.id, AuditEntry.request_id == request_id)
    entry = db.session.scalar(query)
    return entry.data.get(what) if entry is not None else None


def _owner(person_id: int | None, organisation_id: int) -> int | None:
    if person_id is None:
        return None
    person = db.session.get(Person, person_id)
    if person is None or person.left_at is not None or organisation_id not in principal(person).belongs_to:
        raise Invalid("owner_id", _("This person does not belong to the municipality."))
    return person.id


def _day_to_come(day: date) -> date:
    if day < clock.today():
        raise Invalid("due_on", _("Choose a day that is not past."))
    return day


# --- evidence -------------------------------------------------------------------------------------


def save_evidence(case: CorrectiveAction | Obligation, evidence: str, actor: Principal) -> None:
    """What shows that it was done; written by the municipalities while it is open, verified by somebody else."""
    role = _may_prove(case, actor)
    case.evidence = _needed("evidence", evidence)
    audit.record(case, actor, role, AuditEvent.EDITED, application_id=case.application_id)


def may_prove(case: CorrectiveAction | Obligation, actor: Principal) -> bool:
    """Whether this person can write the evidence now: somebody of the project, while it is open."""
    scope = file_scope(case.application)
    capacity = policy.roles_on(actor, scope) & APPLICANTS
    return bool(capacity) and policy.may(actor, _working_on(case), scope) and case.state is State.OPEN


def _working_on(case: CorrectiveAction | Obligation) -> Action:
    return Action.WORK_ON_ACTION if isinstance(case, CorrectiveAction) else Action.MANAGE_OBLIGATIONS


def _may_prove(case: CorrectiveAction | Obligation, actor: Principal) -> Role:
    _enter(case, case.application, _working_on(case), actor)
    capacity = policy.roles_on(actor, file_scope(case.application)) & APPLICANTS
    if not capacity:
        raise Forbidden("evidence")
    if case.state is not State.OPEN:
        raise Invalid("evidence", _("This is no longer open, so its evidence stays as it is."))
    return min(capacity)


Proven = Report | CorrectiveAction | Obligation | Audit


def add_file(record: Proven, stored: StoredFile, title: str, actor: Principal) -> Attachment:
    """Attach a file as evidence, while the record can still be written. A file alone is evidence too."""
    case: Case = record.application if isinstance(record, Audit) else record
    role, kind = _may_attach(record, actor)
    row = Attachment(
        application_id=record.application_id,
        attached_to=kind,
        subject=str(record.id),
        file_id=stored.id,
        title=title.strip(),
        added_by_id=actor.person_id,
        added_at=clock.now(),
    )
    db.session.add(row)
    if isinstance(record, CorrectiveAction | Obligation) and not record.evidence:
        record.evidence = title.strip() or stored.name
    data = {"file": stored.name, "sha256": stored.sha256, "to": kind.value, "subject": record.id}
    audit.record(case, actor, role, AuditEvent.FILE_ADDED, application_id=record.application_id, data=data)
    return row


def remove_file(row: Attachment, record: Proven, actor: Principal) -> None:
    """Take a file away while its record can still be written; the row and the bytes stay for the record."""
    case: Case = record.application if isinstance(record, Audit) else record
    role, _kind = _may_attach(record, actor)
    row.removed_at = clock.now()
    data = {"attachment": row.id}
    audit.record(case, actor, role, AuditEvent.FILE_REMOVED, application_id=record.application_id, data=data)


def _may_attach(record: Proven, actor: Principal) -> tuple[Role, AttachedTo]:
    match record:
        case Report():
            role = _enter(record, record.application, Action.WRITE_REPORT, actor)
            if record.state not in WRITABLE:
                raise Invalid("file", _("This report is submitted. It can be changed only after it is returned."))
            return role, AttachedTo.REPORT
        case Audit():
            role = _enter(record.application, record.application, Action.GIVE_OPINION, actor)
            _still_open(record)
            return role, AttachedTo.AUDIT
        case CorrectiveAction():
            return _may_prove(record, actor), AttachedTo.ACTION
        case Obligation():
            return _may_prove(record, actor), AttachedTo.OBLIGATION


# --- notice of termination ------------------------------------------------------------------------


def give_notice(application: Application, grounds: str, actor: Principal) -> TerminationNotice:
    """A step of its own: termination is offered once the notice's term (`rules.notice_days`) is over."""
    role = _enter(application, application, Action.GIVE_NOTICE, actor)
    _not_of_a_party(application, actor)
    grounds = _needed("grounds", grounds)
    if _running_notice(application) is not None:
        raise Invalid("grounds", _("Notice was already given for this project. Take it back before you give it anew."))
    notice = TerminationNotice(
        application_id=application.id,
        grounds=grounds,
        given_by_id=actor.person_id,
        given_at=clock.now(),
        ends_on=notice_would_end(application),
    )
    db.session.add(notice)
    db.session.flush()
    audit.record(
        application, actor, role, AuditEvent.NOTICE_GIVEN, application_id=application.id, reason=grounds,
        data={"notice": notice.id, "ends_on": notice.ends_on.isoformat()},
    )  # fmt: skip
    people = announce.people_with(PARTIES | OFFICE, application)
    _tell(people, actor, f"notice-{notice.id}", _address(application), lambda: [
        _("%(title)s: notice of termination", title=announce.title(application)),
        _("%(who)s gave notice of termination for this project.", who=actor.name),
        _("Reason given: %(reason)s", reason=grounds),
        _("The project can be ended after %(day)s.", day=wording.day(notice.ends_on)),
    ])  # fmt: skip
    return notice


def notice_would_end(application: Application) -> date:
    """The last day of the term of a notice given today."""
    return clock.today() + timedelta(days=rules_of(application).notice_days)


def _running_notice(application: Application) -> TerminationNotice | None:
    query = select(TerminationNotice).where(
        TerminationNotice.application_id == application.id, TerminationNotice.withdrawn_at.is_(None)
    )
    return db.session.scalar(query)


def withdraw_notice(notice: TerminationNotice, actor: Principal) -> None:
    """Take a notice back; a second time changes nothing."""
    application = db.session.get_one(Application, notice.application_id)
    role = _enter(application, application, Action.GIVE_NOTICE, actor)
    if notice.withdrawn_at is not None:
        return
    notice.withdrawn_at = clock.now()
    audit.record(
        application, actor, role, AuditEvent.NOTICE_WITHDRAWN, application_id=application.id, data={"notice": notice.id}
    )
    people = announce.people_with(PARTIES | OFFICE, application)
    _tell(people, actor, f"notice-back-{notice.id}", _address(application), lambda: [
        _("%(title)s: the notice of termination is withdrawn", title=announce.title(application)),
        _("%(who)s took the notice of termination back. The project goes on.", who=actor.name),
    ])  # fmt: skip


# --- audit ----------------------------------------------------------------------------------------


def give_opinion(application: Application, opinion: Opinion, summary: str, ineligible: Decimal, actor: Principal) -> Audit:
    """The auditor's word on the file, once; `ineligible` in the agreement's currency, at most the grant [S2.18]."""
    role = _enter(application, application, Action.GIVE_OPINION, actor)
    record = db.session.scalars(select(Audit).where(Audit.application_id == application.id)).one()
    _still_open(record)
    agreement = current_agreement(application)
    if agreement is not None and ineligible > agreement.grant:
        limit = wording.amount(agreement.grant, agreement.currency)
        raise Invalid("ineligible", _("This is more than the grant, which is %(grant)s.", grant=limit))
    record.summary = _needed("summary", summary)
    record.auditor_id = actor.person_id
    record.opinion, record.ineligible, record.delivered_at = opinion, ineligible, clock.now()
    audit.record(
        application, actor, role, AuditEvent.OPINION_GIVEN, application_id=application.id, reason=record.summary,
        data={"opinion": opinion.value, "ineligible": str(ineligible)},
    )  # fmt: skip
    people = announce.people_with(PARTIES | OFFICE, application)
    _tell(people, actor, f"opinion-{record.id}", _address(application), lambda: [
        _("%(title)s: the audit opinion is given", title=announce.title(application)),
        _("The opinion of the auditor: %(opinion)s.", opinion=wording.label(opinion)),
    ])  # fmt: skip
    return record


def _still_open(record: Audit) -> None:
    if record.opinion is not None:
        raise Invalid("opinion", _("The opinion is given. It cannot be changed."))
