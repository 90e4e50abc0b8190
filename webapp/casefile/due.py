"""What is due in a file and when, as its page says it: the most urgent first, what is late marked."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from webapp import policy, wording
from webapp.models.application import Application
from webapp.models.record import Deadline
from webapp.policy import Action, FileScope, Principal
from webapp.services import deadlines, reminders
from workflows.deadlines import KINDS
from workflows.vocabulary import DeadlineKind

K = DeadlineKind
# Where the work is done, and who may see it; a kind that is not here is worked on where it is shown.
PAGES: dict[DeadlineKind, tuple[str, str, Action]] = {
    K.ANSWER: ("applications.answer", "application_id", Action.VIEW_FILE),
    K.REVIEW: ("reviews.show", "review_id", Action.VIEW_REVIEWS),
    K.SIGNATURE: ("agreements.show", "application_id", Action.VIEW_AGREEMENT),
    K.REPORT: ("monitoring.report", "report_id", Action.VIEW_MONITORING),
    K.ACTION: ("monitoring.action", "action_id", Action.VIEW_MONITORING),
    K.OBLIGATION: ("monitoring.obligation", "obligation_id", Action.VIEW_MONITORING),
    K.APPEAL: ("decisions.appeal", "application_id", Action.VIEW_APPEAL),
}
INTERNAL = frozenset({K.REVIEW})  # who reviews, and since when, is not told outside


@dataclass(frozen=True)
class DueRow:
    """One thing that is due; `meant` where a calendar made the last day a later one, `more_time` where to give it."""

    what: str
    last_on: date
    today: date
    meant: date | None
    href: str
    more_time: str
    is_still: bool = False  # the time does not run now

    @property
    def is_late(self) -> bool:
        return self.today > self.last_on and not self.is_still


def rows(application: Application, who: Principal, room: FileScope) -> list[DueRow]:
    """Everything that runs and that this person may know of; one statement."""
    may_extend = policy.may(who, Action.EXTEND_DEADLINE, room)
    found = [(row, name) for row, name in deadlines.named(application) if _is_told(row, who, room)]
    return [_row(row, name, who, room, may_extend) for row, name in found]


def _is_told(row: Deadline, who: Principal, room: FileScope) -> bool:
    return row.kind not in INTERNAL or policy.may(who, PAGES[row.kind][2], room)


def _row(row: Deadline, name: str, who: Principal, room: FileScope, may_extend: bool) -> DueRow:
    extendable = may_extend and not KINDS[row.kind].fixed_by_law
    return DueRow(
        what=name or wording.label(row.kind),
        last_on=row.last_on,
        today=reminders.today_of(row),
        meant=row.due_on if row.due_on != row.last_on else None,
        href=_href(row, who, room),
        is_still=KINDS[row.kind].still_in is room.state,
        more_time=url_for("casefile.extend", deadline_id=row.id) if extendable else "",
    )


def _href(row: Deadline, who: Principal, room: FileScope) -> str:
    if row.kind not in PAGES or not policy.may(who, PAGES[row.kind][2], room):
        return ""
    endpoint, argument, _action = PAGES[row.kind]
    numbers: dict[str, Any] = {argument: row.application_id if argument == "application_id" else row.case_id}
    return url_for(endpoint, **numbers)
