"""Countries, currencies and time zones to choose from, in the reader's language."""

from zoneinfo import available_timezones

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
    return sorted(found, key=lambda pair: pair[1])


def currencies() -> list[tuple[str, str]]:
    """(ISO 4217 code, "EUR – Euro") of every currency in use; those of the past carry years in brackets."""
    names = get_locale().currencies.items()
    found = [(code, f"{code} – {name}") for code, name in names if "(" not in name and not code.startswith("X")]
    shared = [(code, f"{code} – {get_locale().currencies[code]}") for code in ("XAF", "XOF")]
    return sorted(found + shared)


def time_zones() -> list[tuple[str, str]]:
    """(name, how people read it) of every zone that is named after a place, and UTC first."""
    zones = sorted(zone for zone in available_timezones() if zone.startswith(CONTINENTS) and "/" in zone)
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]
