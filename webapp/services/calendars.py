"""The calendars of both partners: where a case is at home, and the days on which nobody works there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays

from webapp.models.application import PartyRole
from webapp.models.people import Organisation
from webapp.models.programme import Call, CountryPlan
from webapp.models.types import Case
from webapp.services.facts import programme_of
from webapp.services.scope import application_of

WEEKEND = frozenset({5, 6})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case is at home: the partners' countries and time zones; the lead's zone is the applicant's."""

    countries: tuple[str, ...]
    zones: tuple[str, ...]
    lead_zone: str


def place_of(case: Case) -> Place:
    """The municipalities of a file; for what is set up before any file, the association or the programme's office."""
    application = application_of(case)
    if application is None:
        return _place([_host(case)], _host(case).time_zone)
    parties = application.parties
    zone = next((p.organisation.time_zone for p in parties if p.role is PartyRole.LEAD), "UTC")
    return _place([party.organisation for party in parties], zone)


def _host(case: Case) -> Organisation:
    if isinstance(case, CountryPlan):
        return case.lga
    return case.plan.lga if isinstance(case, Call) else programme_of(case).operator


def _place(organisations: list[Organisation], lead_zone: str) -> Place:
    countries = tuple(sorted({organisation.country for organisation in organisations}))
    return Place(countries, tuple(sorted({o.time_zone for o in organisations})) or ("UTC",), lead_zone)


def is_free(day: date, countries: Iterable[str]) -> bool:
    """A weekend or public holiday in one of these countries; Saturday and Sunday where nothing is known of one."""
    calendars = [_calendar(country) for country in countries]
    known = [calendar for calendar in calendars if calendar is not None]
    if (len(known) < len(calendars) or not calendars) and day.weekday() in WEEKEND:
        return True
    return any(day.weekday() in calendar.weekend or day in calendar for calendar in known)


def unknown(countries: Iterable[str]) -> list[str]:
    """The countries whose public holidays nobody has told us: there only weekends count."""
    return [country for country in countries if _calendar(country) is None]


@cache
def _calendar(country: str) -> holidays.HolidayBase | None:
    """A country's public holidays; the library fills in a year when it is first asked for a day of it."""
    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return None
