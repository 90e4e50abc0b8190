"""Countries in a sentence: which names carry an article in English, Dutch and French, and the law of a country.

The names are those of the Unicode CLDR, which Babel brings; only the grammar around them stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

_ENGLISH_THE = frozenset({"NL", "GB", "US", "PH", "GM", "CZ", "DO", "CF", "CD", "CG", "KM", "MV", "AE"})
_DUTCH_DE = frozenset({"US", "PH", "DO", "CF", "KM", "MV", "AE", "SC", "SB", "BS", "MH", "FO", "GM"})
_DUTCH_HET = frozenset({"GB"})
_FRENCH_PLURAL = frozenset({"NL", "US", "PH", "AE", "KM", "MV", "SC", "BS", "SB", "MH", "FO", "FJ", "TO"})
_FRENCH_NO_ARTICLE = frozenset(
    {
        *("IL", "CU", "HT", "MG", "MT", "CY", "SG", "BH", "DJ", "OM", "ST", "MU", "MC", "SM", "AD", "TW", "HK", "MO"),
        *("PR", "GU", "JE", "GG", "LC", "VC", "KN", "NR", "NU", "KI", "PW", "TV", "WS", "TT", "AG", "VU", "BN", "GI"),
    }
)
_FRENCH_MASCULINE_IN_E = frozenset({"MX", "MZ", "KH", "ZW", "BZ", "SR", "GB"})
_FRENCH_FEMININE_IN_A = frozenset({"SL"})


def _english(code: str, name: str) -> str:
    return f"the {name}" if code in _ENGLISH_THE else name


def _dutch(code: str, name: str) -> str:
    article = "de " if code in _DUTCH_DE else "het " if code in _DUTCH_HET else ""
    return f"{article}{name}"


def _french(code: str, name: str) -> str:
    """ "les Pays-Bas", "l’Ouganda", "la France", "le Rwanda", and "Madagascar" alone."""
    if code in _FRENCH_NO_ARTICLE:
        return name
    if code in _FRENCH_PLURAL:
        return f"les {name}"
    if name[0] in "AEIOUÉÎ" or code == "HU":
        return f"l’{name}"
    ends_in_e = name.split(" ")[0].split("-")[0].endswith("e")
    feminine = (ends_in_e and code not in _FRENCH_MASCULINE_IN_E) or code in _FRENCH_FEMININE_IN_A
    return f"{'la' if feminine else 'le'} {name}"


def _law_in_french(name: str) -> str:
    if name.startswith("les "):
        return f"le droit des {name[4:]}"
    if name.startswith("le "):
        return f"le droit du {name[3:]}"
    if name[0] in "AEIOUÉÎ":
        return f"le droit d’{name}"
    return f"le droit de {name}"


WITH_ARTICLE: Mapping[str, Callable[[str, str], str]] = {"en": _english, "nl": _dutch, "fr": _french}
LAW: Mapping[str, Callable[[str], str]] = {
    "en": lambda name: f"the law of {name}",
    "nl": lambda name: f"het recht van {name}",
    "fr": _law_in_french,
}
