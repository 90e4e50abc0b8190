"""Countries, currencies and time zones to choose from, in the reader's language."""

from unicodedata import combining, normalize
from zoneinfo import available_timezones

from babel.core import get_global
from flask_babel import get_locale

# Codes that Babel names and ISO 3166-1 does not hold: unions, test regions, islands without a code of their own.
NO_COUNTRY = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)  # fmt: skip
CONTINENTS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def countries() -> list[tuple[str, str]]:
    """(ISO 3166-1 alpha-2 code, name) of every country, by name."""
    names = get_locale().territories.items()
    found = [(code, name) for code, name in names if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY]
    return sorted(found, key=lambda pair: _alphabetical(pair[1]))


def _alphabetical(name: str) -> str:
    """Égypte stands among the E, not after the Z."""
    return "".join(sign for sign in normalize("NFD", name.casefold()) if not combining(sign))


def currencies() -> list[tuple[str, str]]:
    """(ISO 4217 code, "EUR – Euro") of every currency that is legal tender somewhere today."""
    rows = (row for rows in get_global("territory_currencies").values() for row in rows)
    in_use = {code for code, _since, until, is_tender in rows if is_tender and until is None}
    names = get_locale().currencies
    return [(code, " – ".join(filter(None, (code, names.get(code))))) for code in sorted(in_use)]


def time_zones() -> list[tuple[str, str]]:
    """(name, how people read it) of every zone that is named after a place, and UTC first."""
    zones = sorted(zone for zone in available_timezones() if zone.startswith(CONTINENTS) and "/" in zone)
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]
