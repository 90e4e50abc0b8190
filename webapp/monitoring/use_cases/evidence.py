"""What shows that something was done: words and files, written by one side, verified by another."""

from flask_babel import gettext as _

from webapp import clock, policy
from webapp.errors import Forbidden, Invalid
from webapp.extensions import db
from webapp.models.application import AttachedTo, Attachment, StoredFile
from webapp.models.monitoring import Audit, CorrectiveAction, Obligation, Report
from webapp.models.record import AuditEvent
from webapp.models.types import Case
from webapp.monitoring.use_cases.ending import still_open
from webapp.monitoring.use_cases.reports import WRITABLE
from webapp.monitoring.use_cases.shared import enter, needed
from webapp.policy import APPLICANTS, Action, Principal
from webapp.services import audit
from webapp.services.scope import file_scope
from workflows.vocabulary import Role, State


def save_evidence(case: CorrectiveAction | Obligation, evidence: str, actor: Principal) -> None:
    """What shows that it was done; written by the municipalities while it is open, verified by somebody else."""
    role = _may_prove(case, actor)
    case.evidence = needed("evidence", evidence)
    audit.record(case, actor, role, AuditEvent.EDITED, application_id=case.application_id)


def may_prove(case: CorrectiveAction | Obligation, actor: Principal) -> bool:
    """Whether this person can write the evidence now: somebody of the project, while it is open."""
    scope = file_scope(case.application)
    capacity = policy.roles_on(actor, scope) & APPLICANTS
    return bool(capacity) and policy.may(actor, _working_on(case), scope) and case.state is State.OPEN


def _working_on(case: CorrectiveAction | Obligation) -> Action:
    return Action.WORK_ON_ACTION if isinstance(case, CorrectiveAction) else Action.MANAGE_OBLIGATIONS


def _may_prove(case: CorrectiveAction | Obligation, actor: Principal) -> Role:
    enter(case, case.application, _working_on(case), actor)
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
            role = enter(record, record.application, Action.WRITE_REPORT, actor)
            if record.state not in WRITABLE:
                raise Invalid("file", _("This report is submitted. It can be changed only after it is returned."))
            return role, AttachedTo.REPORT
        case Audit():
            role = enter(record.application, record.application, Action.GIVE_OPINION, actor)
            still_open(record)
            return role, AttachedTo.AUDIT
        case CorrectiveAction():
            return _may_prove(record, actor), AttachedTo.ACTION
        case Obligation():
            return _may_prove(record, actor), AttachedTo.OBLIGATION
