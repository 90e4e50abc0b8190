"""What is due of a case in the state it stands in, and on which day: by its table, else as agreed for the part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, literal, select, union_all

from webapp import clock
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import Review
from webapp.models.monitoring import CorrectiveAction, Obligation, Report
from webapp.models.record import Deadline
from webapp.models.types import Case
from webapp.services.calendars import place_of
from webapp.services.facts import open_clarification, rules_of
from webapp.services.scope import application_of
from workflows.deadlines import kind_of
from workflows.definition import Definition
from workflows.definitions import BY_VERSION
from workflows.stages import alive
from workflows.vocabulary import DeadlineKind, Machine, State, Trigger


@dataclass(frozen=True, slots=True)
class Due:
    """What is due: the day that was meant, the figure it came from, and what fires by itself afterwards."""

    kind: DeadlineKind
    day: date
    rule: str = ""
    trigger: Trigger | None = None


def due_of(case: Case) -> Due | None:
    """What is due of this case in the state it stands in: by its table, else by the day agreed for the part.

    Of a part only while its file stands where something can be done about it: nobody owes what stands in an agreement
    that is not signed.
    """
    return due_under(case, BY_VERSION[(case.__machine__, case.definition_version)], case.state_since)


def due_under(case: Case, definition: Definition, since: datetime) -> Due | None:
    """The same under given rules, counted from a given instant."""
    spec = definition.spec(case.state)
    if spec.deadline:
        begun = since.astimezone(ZoneInfo(place_of(case).lead_zone)).date()
        days = int(getattr(rules_of(case), spec.deadline))
        return Due(kind_of(spec.deadline), begun + timedelta(days=days), spec.deadline, spec.on_deadline)
    part = _PARTS.get((case.__machine__, case.state))
    return part(case) if part and _is_alive(case) else None


def _is_alive(case: Case) -> bool:
    """A file itself always is; of its parts, those that belong to where it stands, and to the round of its review."""
    if isinstance(case, Review) and case.round != case.application.review_round:
        return False
    file = application_of(case)
    return file is None or file is case or file.state in alive(case.__machine__)


def _answer(case: Application) -> Due | None:
    question = open_clarification(case)
    return Due(DeadlineKind.ANSWER, question.due_on) if question else None


def _review(case: Review) -> Due:
    days = rules_of(case).review_days
    return Due(DeadlineKind.REVIEW, _today(case) + timedelta(days=days), "review_days")


def _report(case: Report) -> Due:
    return Due(DeadlineKind.REPORT, case.due_on)


def _returned(case: Report) -> Due:
    """Who has to write again gets the time to put something right, also when the report's own day has come."""
    again = _today(case) + timedelta(days=rules_of(case).cure_days)
    return (
        Due(DeadlineKind.REPORT, case.due_on) if case.due_on >= again else Due(DeadlineKind.REPORT, again, "cure_days")
    )


def _action(case: CorrectiveAction) -> Due:
    return Due(DeadlineKind.ACTION, case.due_on)


def _obligation(case: Obligation) -> Due:
    return Due(DeadlineKind.OBLIGATION, case.due_on)


def _today(case: Case) -> date:
    return clock.today(place_of(case).lead_zone)


_PARTS: dict[tuple[Machine, State], Callable[[Any], Due | None]] = {
    (Machine.APPLICATION, State.CLARIFICATION): _answer,
    (Machine.REVIEW, State.ASSIGNED): _review,
    (Machine.REPORT, State.DUE): _report,
    (Machine.REPORT, State.RETURNED): _returned,
    (Machine.ACTION, State.OPEN): _action,
    (Machine.OBLIGATION, State.OPEN): _obligation,
}


def runs_in(definition: Definition, state: State) -> bool:
    """Whether something can be due of a case in this state; in any other no row of its own runs."""
    return bool(definition.spec(state).deadline) or (definition.machine, state) in _PARTS


# What can be due of a file and its parts where no table says so.
MODELS: dict[Machine, type[Case]] = {
    Machine.APPLICATION: Application,
    Machine.REVIEW: Review,
    Machine.REPORT: Report,
    Machine.ACTION: CorrectiveAction,
    Machine.OBLIGATION: Obligation,
}


def unfollowed(cases: Mapping[Machine, type[Case]]) -> list[tuple[Machine, int]]:
    """What has something due of which no row runs: cases whose table says so, and parts of files that stand where they
    belong; one statement.
    """
    arms = [
        select(literal(d.machine.value).label("machine"), cases[d.machine].id).where(
            cases[d.machine].definition_version == d.version,
            cases[d.machine].state == spec.name,
            ~_is_followed(d.machine, cases[d.machine]),
        )
        for d in BY_VERSION.values()
        for spec in d.states
        if spec.deadline
    ]
    for machine, state in _PARTS:
        kind: Any = MODELS[machine]
        rows = select(literal(machine.value).label("machine"), kind.id)
        rows = rows.where(kind.state == state, ~_is_followed(machine, kind))
        if kind is not Application:
            under_way = select(Application.id).where(Application.state.in_(alive(machine)))
            rows = rows.where(kind.application_id.in_(under_way))
        arms.append(rows)
    return [(Machine(machine), case_id) for machine, case_id in db.session.execute(union_all(*arms))]


def _is_followed(machine: Machine, kind: Any) -> Any:
    return exists().where(Deadline.machine == machine, Deadline.case_id == kind.id, Deadline.closed_at.is_(None))
