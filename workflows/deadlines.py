"""Due dates as rules: who has the next move, who is told when it is late, what moves a date, the sums of days. Pure.

Which day a case is due stands in its table (`StateSpec.deadline`) or in what a person agreed; a row of the database
carries it. What such a row means, by its kind, stands here alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflows.facts import Rules
from workflows.vocabulary import DeadlineKind, ReminderStep, Role, State, Trigger

K, R, S, T = DeadlineKind, Role, ReminderStep, Trigger
DAY = timedelta(days=1)
MORNING = time(8)  # a reminder is in the mailbox when the office opens
LONGEST_HOLIDAY = 60  # days; a calendar that knows no working day at all is broken


@dataclass(frozen=True, slots=True)
class KindSpec:
    """`owners` have the next move. `ladder`: who is told when it stays late.

    `move` is what is due: what stands in its way is what is still missing; an appeal is a right, so nothing is due.
    `fixed_by_law`: nobody extends it, and no calendar moves it. `on_working_days`: its last day is a working day of
    both partners. `still_in`: while the file stands there, nobody could do it and its time does not run.
    """

    owners: tuple[Role, ...]
    ladder: tuple[tuple[Role, ...], ...] = ()
    fixed_by_law: bool = False
    on_working_days: bool = True
    still_in: State | None = None
    move: Trigger | None = None


APPLICANTS = (R.SIGNATORY, R.APPLICANT_EDITOR)
OFFICE = ((R.PROGRAMME_MANAGER,), (R.DIRECTOR,))
KINDS: dict[DeadlineKind, KindSpec] = {
    K.APPEAL: KindSpec(APPLICANTS, fixed_by_law=True, on_working_days=False),
    K.RESERVE: KindSpec((R.PROGRAMME_MANAGER,), ((R.DIRECTOR,),), move=T.RECONSIDER),
    K.ANSWER: KindSpec(APPLICANTS, OFFICE, move=T.ANSWER_CLARIFICATION),
    K.REVIEW: KindSpec(
        (R.LGA_OFFICER,), ((R.LEAD_REVIEWER,), (R.PROGRAMME_MANAGER,)), still_in=State.CLARIFICATION,
        move=T.SUBMIT_REVIEW,
    ),
    K.SIGNATURE: KindSpec((R.SIGNATORY, R.DIRECTOR), OFFICE, move=T.ENTER_INTO_FORCE),
    K.REPORT: KindSpec(APPLICANTS, OFFICE, still_in=State.SUSPENDED, move=T.SUBMIT_REPORT),
    K.ACTION: KindSpec(APPLICANTS, OFFICE, still_in=State.SUSPENDED, move=T.MARK_DONE),
    K.OBLIGATION: KindSpec(APPLICANTS, OFFICE, still_in=State.SUSPENDED, move=T.DELIVER),
}  # fmt: skip
STANDSTILLS = sorted({spec.still_in for spec in KINDS.values() if spec.still_in})


def still_in(state: State) -> frozenset[DeadlineKind]:
    """The kinds whose time does not run while a file stands in this state."""
    return frozenset(kind for kind, spec in KINDS.items() if spec.still_in is state)


# The programme's figure that a state's deadline is made of, and what it is about; start-up refuses any other.
BY_FIGURE: dict[str, DeadlineKind] = {
    "appeal_days": K.APPEAL,
    "reserve_days": K.RESERVE,
    "signature_days": K.SIGNATURE,
}
# Figures that give a part its time where no state's deadline does.
OF_PARTS = frozenset({"review_days", "cure_days"})


def kind_of(figure: str) -> DeadlineKind:
    """What a state's deadline is about, by the figure it is counted with."""
    return BY_FIGURE[figure]


def reminders(kind: DeadlineKind, last_on: date, rules: Rules) -> list[tuple[ReminderStep, date]]:
    """On which days somebody is told, in their order; a figure of 0 leaves its mail out."""
    spec, late = KINDS[kind], timedelta(days=rules.escalation_days)
    days = [(S.DUE, last_on)]
    if rules.remind_before_days:
        days.insert(0, (S.BEFORE, last_on - timedelta(days=rules.remind_before_days)))
    if rules.remind_after_days and spec.ladder:
        days.append((S.AFTER, last_on + timedelta(days=rules.remind_after_days)))
    steps = (S.ESCALATED, S.ESCALATED_AGAIN)
    days += [(step, last_on + late * place) for place, step in enumerate(steps[: len(spec.ladder)], 1)]
    return days


def told(kind: DeadlineKind, step: ReminderStep) -> tuple[Role, ...]:
    """The roles above the owners that hear of this step; who was told before hears of it again."""
    heard = {S.ESCALATED: 1, S.ESCALATED_AGAIN: 2}.get(step, 0)
    return tuple(role for roles in KINDS[kind].ladder[:heard] for role in roles)


# --- sums of days ---------------------------------------------------------------------------------


def working_day(day: date, is_free: Callable[[date], bool]) -> date:
    """This day, or the next one on which nobody is free."""
    for later in range(LONGEST_HOLIDAY):
        if not is_free(day + later * DAY):
            return day + later * DAY
    raise ValueError(f"no working day within {LONGEST_HOLIDAY} days of {day}")


def end_of(day: date, zone: str) -> datetime:
    """The instant at which a day is over in a time zone: the first of the next day."""
    return datetime.combine(day + DAY, time(), ZoneInfo(zone))


def last_zone(day: date, zones: Iterable[str]) -> str:
    """The time zone where this day ends last: nobody is late while it is still that day where they are."""
    return max(sorted(set(zones)), key=lambda zone: end_of(day, zone).timestamp())


def morning_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, MORNING, ZoneInfo(zone))
