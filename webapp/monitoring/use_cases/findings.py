"""Findings and what is done about them [S1.9] [S1.11]."""

from datetime import date
from typing import Any

from flask_babel import gettext as _

from webapp import clock, wording
from webapp.errors import Invalid
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.monitoring import CorrectiveAction, Finding, FindingSource, Report, Severity
from webapp.models.people import Person
from webapp.models.record import AuditEvent
from webapp.monitoring.use_cases.shared import PARTIES, address, enter, needed, party_name, today
from webapp.policy import Action, Principal
from webapp.services import announce, audit, deadlines
from webapp.services.scope import principal
from workflows.vocabulary import Role


def raise_finding(application: Application, values: dict[str, Any], actor: Principal) -> Finding:
    """What a report, the committee, a visit or an assessment brought up [S1.9]: source, severity, text, report_id."""
    role = enter(application, application, Action.RAISE_FINDING, actor)
    text = needed("text", values["text"])
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
        data={"finding": finding.id, "severity": finding.severity.value},
    )  # fmt: skip
    people = announce.people_with(PARTIES | {Role.PROGRAMME_MANAGER}, application)
    announce.tell(people, actor, f"finding-{finding.id}", address(application), lambda: [
        _("%(title)s: a finding was raised", title=announce.title(application)),
        _("%(who)s raised a finding.", who=actor.name),
        _("Severity: %(severity)s", severity=wording.label(finding.severity)),
        text,
    ])  # fmt: skip
    return finding


def open_action(finding: Finding, values: dict[str, Any], actor: Principal) -> CorrectiveAction:
    """What is done about a finding: description, owner_organisation_id, owner_id (or None), due_on."""
    application = finding.application
    role = enter(application, application, Action.RAISE_FINDING, actor)
    if finding.closed_at is not None:
        raise Invalid("description", _("This finding is closed. Raise a new one."))
    name = party_name(application, values["owner_organisation_id"], "owner_organisation_id")
    action = CorrectiveAction(
        finding_id=finding.id,
        application_id=application.id,
        description=needed("description", values["description"]),
        owner_organisation_id=values["owner_organisation_id"],
        owner_id=_owner(values.get("owner_id"), values["owner_organisation_id"]),
        due_on=_day_to_come(values["due_on"], application),
    )
    action.application, action.finding = application, finding
    db.session.add(action)
    db.session.flush()
    deadlines.open_for(action)
    audit.record(
        application, actor, role, AuditEvent.EDITED, application_id=application.id, reason=action.description,
        data={"action": action.id, "finding": finding.id},
    )  # fmt: skip
    people = announce.people_with(PARTIES, application)
    announce.tell(people, actor, f"action-{action.id}", f"/actions/{action.id}", lambda: [
        _("%(title)s: a corrective action for %(name)s", title=announce.title(application), name=name),
        action.description,
        _("It is due on %(day)s.", day=wording.day(action.due_on)),
    ])  # fmt: skip
    return action


def _owner(person_id: int | None, organisation_id: int) -> int | None:
    if person_id is None:
        return None
    person = db.session.get(Person, person_id)
    if person is None or person.left_at is not None or organisation_id not in principal(person).belongs_to:
        raise Invalid("owner_id", _("This person does not belong to the municipality."))
    return person.id


def _day_to_come(day: date, application: Application) -> date:
    if day < today(application):
        raise Invalid("due_on", _("Choose a day that is not past."))
    return day
