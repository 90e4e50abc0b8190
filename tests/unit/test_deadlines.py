"""Due dates without a database: the sums of days, both partners' calendars, when somebody is told, and who."""

from datetime import UTC, date, datetime

import pytest

from webapp.services import calendars
from workflows.deadlines import KINDS, end_of, kind_of, last_zone, reminders, still_in, told, working_day
from workflows.definitions import ALL
from workflows.facts import Rules
from workflows.vocabulary import DeadlineKind, ReminderStep, Role, State

K, S = DeadlineKind, ReminderStep
NL_RW = ("NL", "RW")


def last_day(day: date, *countries: str) -> date:
    return working_day(day, lambda tried: calendars.is_free(tried, countries))


@pytest.mark.parametrize(
    ("day", "countries", "expected"),
    [
        (date(2026, 3, 12), NL_RW, date(2026, 3, 12)),  # a plain Thursday
        (date(2026, 3, 14), NL_RW, date(2026, 3, 16)),  # Saturday
        (date(2026, 4, 27), NL_RW, date(2026, 4, 28)),  # King's Day, a Monday: free in one country is enough
        (date(2026, 7, 1), NL_RW, date(2026, 7, 2)),  # Independence Day of Rwanda
        (date(2026, 7, 1), ("NL",), date(2026, 7, 1)),
        (date(2026, 4, 3), NL_RW, date(2026, 4, 7 + 1)),  # Good Friday, Easter, and the Memorial Day after it
        (date(2026, 12, 25), NL_RW, date(2026, 12, 29)),  # two days of Christmas, a weekend, and the day given back
        (date(2026, 6, 9), ("NL", "UG"), date(2026, 6, 10)),  # Heroes' Day of Uganda
    ],
)
def test_the_last_day_is_a_working_day_of_both_partners(day: date, countries: tuple[str, ...], expected: date) -> None:
    assert last_day(day, *countries) == expected


def test_of_an_unknown_country_only_weekends_count_and_it_is_said() -> None:
    assert calendars.unknown(("NL", "XX")) == ["XX"]
    assert last_day(date(2026, 7, 4), "XX") == date(2026, 7, 6)
    assert last_day(date(2026, 7, 1), "XX") == date(2026, 7, 1)
    assert last_day(date(2026, 4, 27), "NL", "XX") == date(2026, 4, 28)


def test_a_weekend_is_that_of_the_country() -> None:
    """In Egypt Friday is free and Sunday is not; together with the Netherlands three days are."""
    assert last_day(date(2026, 3, 6), "EG") == date(2026, 3, 8)
    assert last_day(date(2026, 3, 6), "EG", "NL") == date(2026, 3, 9)


def test_a_calendar_without_working_days_is_an_error() -> None:
    with pytest.raises(ValueError, match="no working day"):
        working_day(date(2026, 3, 2), lambda day: True)


@pytest.mark.parametrize(
    ("day", "zone", "instant"),
    [
        (date(2026, 3, 12), "Africa/Kigali", datetime(2026, 3, 12, 22, tzinfo=UTC)),
        (date(2026, 3, 12), "Europe/Amsterdam", datetime(2026, 3, 12, 23, tzinfo=UTC)),
        (date(2026, 3, 29), "Europe/Amsterdam", datetime(2026, 3, 29, 22, tzinfo=UTC)),  # the clock went forward
        (date(2026, 10, 25), "Europe/Amsterdam", datetime(2026, 10, 25, 23, tzinfo=UTC)),
    ],
)
def test_a_day_is_over_when_it_ends_there(day: date, zone: str, instant: datetime) -> None:
    assert end_of(day, zone) == instant


def test_it_ends_where_it_ends_last() -> None:
    """In winter Amsterdam is behind Kigali, in summer they are alike and the name decides."""
    assert last_zone(date(2026, 3, 12), ("Africa/Kigali", "Europe/Amsterdam")) == "Europe/Amsterdam"
    assert last_zone(date(2026, 3, 12), ("UTC", "Europe/Amsterdam", "America/Lima")) == "America/Lima"


# --- who is told, and when --------------------------------------------------------------------------

LAST = date(2026, 3, 12)


def test_reminders_stand_before_on_and_after_the_day() -> None:
    assert reminders(K.REPORT, LAST, Rules()) == [
        (S.BEFORE, date(2026, 3, 5)),
        (S.DUE, LAST),
        (S.AFTER, date(2026, 3, 19)),
        (S.ESCALATED, date(2026, 3, 26)),
        (S.ESCALATED_AGAIN, date(2026, 4, 9)),
    ]


def test_a_programme_sets_the_days_and_may_leave_mails_out() -> None:
    quiet = Rules(remind_before_days=0, remind_after_days=0, escalation_days=30)
    found = reminders(K.REPORT, LAST, quiet)
    assert found == [(S.DUE, LAST), (S.ESCALATED, date(2026, 4, 11)), (S.ESCALATED_AGAIN, date(2026, 5, 11))]
    assert [step for step, _ in reminders(K.APPEAL, LAST, Rules())] == [S.BEFORE, S.DUE]
    assert [step for step, _ in reminders(K.RESERVE, LAST, Rules())] == [S.BEFORE, S.DUE, S.AFTER, S.ESCALATED]


@pytest.mark.parametrize(
    ("kind", "step", "roles"),
    [
        (K.REPORT, S.AFTER, ()),
        (K.REPORT, S.ESCALATED, (Role.PROGRAMME_MANAGER,)),
        (K.REPORT, S.ESCALATED_AGAIN, (Role.PROGRAMME_MANAGER, Role.DIRECTOR)),
        (K.REVIEW, S.ESCALATED, (Role.LEAD_REVIEWER,)),
        (K.REVIEW, S.ESCALATED_AGAIN, (Role.LEAD_REVIEWER, Role.PROGRAMME_MANAGER)),
        (K.APPEAL, S.DUE, ()),
    ],
)
def test_what_stays_late_climbs_the_ladder(kind: K, step: S, roles: tuple[Role, ...]) -> None:
    assert told(kind, step) == roles


def test_every_kind_is_described_and_the_law_moves_for_nobody() -> None:
    assert KINDS.keys() == set(K)
    lawful = [kind for kind, spec in KINDS.items() if spec.fixed_by_law]
    assert lawful == [K.APPEAL]
    assert not any(KINDS[kind].on_working_days or KINDS[kind].still_in for kind in lawful)


def test_time_stands_still_where_nobody_could_act() -> None:
    assert still_in(State.SUSPENDED) == {K.REPORT, K.ACTION, K.OBLIGATION}
    assert still_in(State.CLARIFICATION) == {K.REVIEW}
    assert still_in(State.MONITORING) == set()


def test_any_deadline_of_any_table_is_of_some_kind() -> None:
    kinds = {spec.deadline: kind_of(spec.deadline) for d in ALL for spec in d.states if spec.deadline}
    assert kinds.items() >= {"appeal_days": K.APPEAL, "reserve_days": K.RESERVE}.items()
    assert kind_of("signature_days") is K.SIGNATURE
