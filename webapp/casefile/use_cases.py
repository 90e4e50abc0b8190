"""Giving more time: by the file's manager, with a reason, where no law fixes the date."""

from datetime import date, timedelta

from flask_babel import gettext as _

from webapp import policy, wording
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.models.application import Application
from webapp.models.record import AuditEvent, Deadline, DeadlineEnd
from webapp.models.types import Case
from webapp.plaintext import tidy
from webapp.policy import Action, Principal
from webapp.services import audit, deadlines, reminders, scope
from webapp.services.facts import party_people
from webapp.services.locking import lock
from workflows.deadlines import KINDS
from workflows.vocabulary import Role

LONGEST = timedelta(days=730)  # an office gives years in an amendment, not in a mail


def extend_deadline(row: Deadline, case: Case, day: date, reason: str, actor: Principal) -> Deadline:
    """A later date for what is due, told to everybody who owes it; the earlier date and its reason stay in the record.

    Raises `Forbidden` where the law fixes the date, `Conflict` when it is over already, `Invalid` for a day or reason
    that does not hold.
    """
    application = scope.application_of(case)
    if application is None:
        raise Forbidden("extend_deadline")
    lock(case)
    policy.require(actor, Action.EXTEND_DEADLINE, scope.file_scope(application))
    if KINDS[row.kind].fixed_by_law:
        raise Forbidden("fixed_by_law")
    if actor.person_id in party_people(application)["party_people"]:
        raise Forbidden("belongs_to_party")
    current = deadlines.running(case)
    if current is None or current.id != row.id:
        raise Conflict(case.revision, case.revision)
    _check(current, day)
    if not (reason := tidy(reason)):
        raise Invalid("reason", _("Give a reason."))
    before = current.last_on
    again = deadlines.another_day(current, day, case, DeadlineEnd.EXTENDED)
    audit.record(
        case, actor, Role.PROGRAMME_MANAGER, AuditEvent.DEADLINE_EXTENDED, application_id=application.id, reason=reason,
        data={"kind": row.kind.value, "from": before.isoformat(), "to": again.last_on.isoformat()},
    )  # fmt: skip
    _tell(again, case, application, reason, actor)
    return again


def _check(row: Deadline, day: date) -> None:
    today = reminders.today_of(row)
    if day <= row.last_on:
        raise Invalid(
            "day", _("Choose a day after %(day)s: more time means a later date.", day=wording.day(row.last_on))
        )
    if day < today:
        raise Invalid("day", _("Choose a day that is not past."))
    if day > today + LONGEST:
        raise Invalid("day", _("Choose a day within two years."))


def _tell(row: Deadline, case: Case, application: Application, reason: str, actor: Principal) -> None:
    for person in reminders.owners(row, case):
        if person.id != actor.person_id:
            reminders.mail(
                person, row, case, f"more-time-{row.id}-{person.id}",
                lambda: [
                    _("%(who)s gave more time until %(day)s.", who=actor.name, day=wording.day(row.last_on)),
                    _("Reason given: %(reason)s", reason=reason),
                ],
            )  # fmt: skip
