"""What the moves of monitoring also do: the reports' dates, the audit with its auditor, the closing of a finding."""

from decimal import Decimal

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from webapp import clock
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.monitoring import Audit, AuditKind, CorrectiveAction, Obligation, Report
from webapp.models.people import Person
from webapp.monitoring import suspension
from webapp.services import announce, deadlines
from webapp.services.assignment import least_busy, let_in
from webapp.services.contract.reporting import report_periods
from webapp.services.effects import Moved, handles
from webapp.services.facts import audit_level, current_agreement, pool, rules_of
from workflows.vocabulary import AuditLevel, Effect, Role, State


@handles(Effect.SCHEDULE_REPORTS)
def schedule_reports(moved: Moved) -> None:
    """The dates of all reports follow from the agreement's period and the programme's figures [P]."""
    application = moved.case
    agreement = current_agreement(application) if isinstance(application, Application) else None
    if agreement is None:
        raise LookupError("monitoring starts under an agreement in force")
    for period in report_periods(agreement.starts_on, agreement.ends_on, rules_of(application)):
        report = Report(
            application_id=application.id,
            agreement_id=agreement.id,
            kind=period.kind,
            number=period.number,
            period_start=period.starts,
            period_end=period.ends,
            due_on=period.due,
        )
        db.session.add(report)
        db.session.flush()
        deadlines.open_for(report)
    owed = select(Obligation).where(Obligation.agreement_id == agreement.id, Obligation.state == State.OPEN)
    for obligation in db.session.scalars(owed).all():
        if deadlines.running(obligation) is None:  # handed in and given back since the signature: it runs already
            deadlines.open_for(obligation)


@handles(Effect.MOVE_DATES)
def move_dates(moved: Moved) -> None:
    """A project that goes on loses no time: every date to come moves by the days that it really stood still."""
    if not isinstance(moved.case, Application):
        raise TypeError("only a project stands still")
    suspension.move_dates(moved.case, moved.actor)


@handles(Effect.OPEN_AUDIT)
def open_audit(moved: Moved) -> None:
    """As closely as the programme asks for this file [S2.18], perhaps not at all; the auditor only reads."""
    application = moved.case
    if not isinstance(application, Application):
        raise TypeError("an audit belongs to an application")
    level = audit_level(rules_of(application), application.instrument, application.amount_committed)
    if level is AuditLevel.NONE:
        return
    auditor = _auditor(application)
    audit = Audit(
        application_id=application.id,
        kind=AuditKind(level.value),
        auditor_id=auditor.id if auditor else None,
        requested_at=clock.now(),
        ineligible=Decimal(0),
    )
    db.session.add(audit)
    db.session.flush()
    if auditor is not None:
        _assign(auditor, application)


def _auditor(application: Application) -> Person | None:
    """The auditor of the programme with the fewest audits, tied to none of the parties."""
    candidates = pool(Role.AUDITOR, application)
    if not candidates:
        return None
    query = select(Audit.auditor_id, func.count(Audit.id)).where(Audit.auditor_id.in_(candidates))
    counted = db.session.execute(query.group_by(Audit.auditor_id))
    busy = {auditor: count for auditor, count in counted if auditor is not None}
    return db.session.get_one(Person, least_busy(candidates, busy))


def _assign(auditor: Person, application: Application) -> None:
    """Let the auditor in and tell them; who was asked before is not asked again."""
    if not let_in(application, auditor.id, Role.AUDITOR):
        return
    with force_locale(auditor.language):
        announce.mail(
            auditor,
            key=f"audit-{application.id}-{auditor.id}",
            subject=_("%(title)s: you are the auditor", title=announce.title(application)),
            lines=[
                _("Dear %(name)s,", name=auditor.name),
                _("You are asked to audit this project. You can read the whole file from now on."),
                _("Please give your opinion on the page of the audit. The file can close only after it."),
            ],
            path=f"/applications/{application.id}/audit",
        )


@handles(Effect.CLOSE_FINDING)
def close_finding(moved: Moved) -> None:
    """A finding closes with its last action, and so with evidence that somebody else has verified [S1.9]."""
    action = moved.case
    if not isinstance(action, CorrectiveAction):
        raise TypeError("a finding closes through its actions")
    query = select(func.count(CorrectiveAction.id)).where(
        CorrectiveAction.finding_id == action.finding_id,
        CorrectiveAction.id != action.id,
        CorrectiveAction.state != State.CLOSED,
    )
    if not db.session.scalar(query):
        action.finding.closed_at = clock.now()
