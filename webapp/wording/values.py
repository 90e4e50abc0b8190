"""Dates, sums, lists and countries as people read them, in the reader's language."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import format_date, format_decimal, get_locale, gettext, ngettext

# Weekday and month are words, so that nobody reads 3 January for 1 March. The day comes first in all our languages.
LONG_DAY = "EEEE d MMMM y"
DAY_THIS_YEAR = "EEEE d MMMM"
PLAIN_DAY = "d MMMM y"


def spelled(value: date, pattern: str) -> str:
    """A day in the reader's language; French calls the first of a month “1er”, which Babel does not know.

    Of an instant it is the day in UTC, whatever zone the database server has.
    """
    value = value.astimezone(UTC) if isinstance(value, datetime) else value
    text = str(format_date(value, pattern, rebase=False))
    return re.sub(r"\b1 (?=[^\W\d])", "1er ", text) if get_locale().language == "fr" else text


def day(value: date) -> str:
    """`date(2026, 11, 24)` → "Tuesday 24 November 2026"."""
    return spelled(value, LONG_DAY)


def due(value: date, today: date) -> str:
    """How far away and when: "due in 3 days, Tuesday 24 November". The year stands there when it is another one."""
    days = (value - today).days
    when = spelled(value, DAY_THIS_YEAR if value.year == today.year else LONG_DAY)
    if days == 0:
        return str(gettext("due today, %(day)s", day=when))
    if days > 0:
        return str(ngettext("due tomorrow, %(day)s", "due in %(num)d days, %(day)s", days, day=when))
    return str(ngettext("overdue by %(num)d day, %(day)s", "overdue by %(num)d days, %(day)s", -days, day=when))


def instant(value: datetime, time_zone: str) -> str:
    """An aware datetime as it was there: "Tuesday 24 November 2026, 14:05 (Amsterdam time)"."""
    there = value.astimezone(ZoneInfo(time_zone))
    when = f"{day(there.date())}, {there:%H:%M}"
    if time_zone == "UTC":
        return f"{when} (UTC)"
    place = time_zone.rpartition("/")[2].replace("_", " ")
    return str(gettext("%(when)s (%(place)s time)", when=when, place=place))


def period(start: date, end: date) -> str:
    """Both days included: "1 March 2026 to 28 February 2027"."""
    first, last = (spelled(value, PLAIN_DAY) for value in (start, end))
    return str(gettext("%(first)s to %(last)s", first=first, last=last))


def amount(value: Decimal, currency: str) -> str:
    """`Decimal(18000), "EUR"` → "EUR 18,000.00": two places always, separators by language, the code and no symbol."""
    return str(gettext("%(currency)s %(number)s", currency=currency, number=format_decimal(value, "#,##0.00")))


def number(value: Decimal | int) -> str:
    """A figure that is not money, with as many decimals as it needs and two at most."""
    return str(format_decimal(value, "#,##0.##"))


def country(code: str) -> str:
    """`"RW"` → "Rwanda". KeyError for a code that does not exist."""
    return str(get_locale().territories[code.upper()])


def contract_language(code: str) -> str:
    """`nl` → "Dutch"; `en-nl` → "English and Dutch in two columns, English prevails"."""
    names = [str(get_locale().languages[part]) for part in code.split("-")]
    if len(names) == 1:
        return names[0]
    return str(gettext("%(first)s and %(second)s in two columns, %(first)s prevails", first=names[0], second=names[1]))


def any_of(names: Sequence[str]) -> str:
    """Several names in one phrase: "a, b or c"."""
    if len(names) < 2:
        return "".join(names)
    return str(gettext("%(names)s or %(last)s", names=", ".join(names[:-1]), last=names[-1]))
