"""How a value stands in a text of each language: days, sums, shares, lists, countries, and the product's own phrases.

A document has one language, or two in columns. The code of the language stands in the context (`locale`); everything
that is printed goes through the `Language` of that code, so that a template holds text and nothing else. Decision 0018
says why this is a table of our own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from babel import Locale

from webapp.documents import countries, spelling
from webapp.documents.phrases import PHRASES

ENGLISH = "en"
HARD_SPACE = "\u00a0"  # not the narrow one, which older fonts print as a box
_FRENCH_NOUNS = ("million", "millions", "milliard", "milliards")  # they take "de" before the currency
BETWEEN = "-"  # of two languages in columns: `en-nl`


@dataclass(frozen=True, slots=True)
class Language:
    """One language of documents. `tag` is what a screen reader is told; `months` are as in the middle of a sentence."""

    code: str
    tag: str
    months: tuple[str, ...]
    thousands: str
    decimal: str
    percent_sign: str
    joint: str  # between the last two names of a list
    spell: Callable[[int], str]
    currencies: dict[str, str]
    cents: str  # "and %s cents"
    first_of_month: str = "1"

    def money(self, amount: Decimal, currency: str) -> str:
        """The ISO code stands first in every language, always two decimals; the separators are the language's."""
        whole, _point, cents = f"{amount:,.2f}".partition(".")
        figures = whole.replace(",", self.thousands) + self.decimal + cents
        return f"{currency} {figures}"

    def day(self, value: date) -> str:
        """The month is a word, so that nobody reads 3 January for 1 March."""
        number = self.first_of_month if value.day == 1 else value.day
        return f"{number} {self.months[value.month - 1]} {value.year}"

    def percent(self, part: Decimal, whole: Decimal) -> str:
        """The share of `part` in `whole`, at most two decimals; of nothing it is zero."""
        share = (part * 100 / whole).quantize(Decimal("0.01")) if whole else Decimal(0)
        text = f"{share:f}"
        short = text.rstrip("0").rstrip(".") if "." in text else text
        return short.replace(".", self.decimal) + self.percent_sign

    def in_words(self, amount: Decimal, currency: str) -> str:
        """A sum as it is spoken; cents follow as a number."""
        whole, cents = divmod(int((amount * 100).to_integral_value()), 100)
        tail = self.cents % cents if cents else ""
        return f"{self._spelled(whole, self.currencies.get(currency, currency))}{tail}"

    def _spelled(self, whole: int, unit: str) -> str:
        """Number and currency; French says "un euro", "deux euros", "un million d’euros"."""
        words = self.spell(whole)
        if self.code != "fr":
            return f"{words} {unit}"
        if whole < 2:
            noun, space, rest = unit.partition(" ")
            return f"{words} {noun.removesuffix('s')}{space}{rest}"
        of = ("d’" if unit[0] in "aeiou" else "de ") if words.endswith(_FRENCH_NOUNS) else ""
        return f"{words} {of}{unit}"

    def listed(self, names: Sequence[str]) -> str:
        """`"A"`, `"A and B"`, `"A, B and C"`."""
        return self.joint.join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

    def phrase(self, english: str, **values: object) -> str:
        """A phrase of the product in this language. KeyError for one that is not in the table, in English too."""
        translations = PHRASES[english]
        return (english if self.code == ENGLISH else translations[self.code]).format(**values)

    def known(self, text: str) -> str:
        """A text that the product proposed and nobody changed, in this language; what people wrote stays as it is."""
        return self.phrase(text) if text in PHRASES else text

    def country(self, code: str) -> str:
        return str(Locale(self.code).territories[code.upper()])

    def in_country(self, code: str) -> str:
        """The country's name as it stands in a sentence: "the Netherlands", "les Pays-Bas"."""
        return countries.WITH_ARTICLE[self.code](code.upper(), self.country(code))

    def law_of(self, code: str) -> str:
        """ "the law of the Netherlands", "het recht van Nederland", "le droit des Pays-Bas"."""
        return countries.LAW[self.code](self.in_country(code))

    def name_of(self, other: str) -> str:
        """What another language is called in this one: "Dutch", "Nederlands"."""
        return str(Locale(self.code).languages[other])


LANGUAGES = {
    language.code: language
    for language in (
        Language(
            code=ENGLISH,
            tag="en-GB",
            months=(
                *("January", "February", "March", "April", "May", "June"),
                *("July", "August", "September", "October", "November", "December"),
            ),
            thousands=",",
            decimal=".",
            percent_sign="%",
            joint=" and ",
            spell=spelling.english,
            currencies={
                "EUR": "euro",
                "USD": "US dollars",
                "GBP": "pounds sterling",
                "CHF": "Swiss francs",
                "SEK": "Swedish kronor",
                "NOK": "Norwegian kroner",
                "RWF": "Rwandan francs",
                "UGX": "Ugandan shillings",
            },
            cents=" and %s cents",
        ),
        Language(
            code="nl",
            tag="nl-NL",
            months=(
                *("januari", "februari", "maart", "april", "mei", "juni"),
                *("juli", "augustus", "september", "oktober", "november", "december"),
            ),
            thousands=".",
            decimal=",",
            percent_sign="%",
            joint=" en ",
            spell=spelling.dutch,
            currencies={
                "EUR": "euro",
                "USD": "Amerikaanse dollar",
                "GBP": "pond sterling",
                "CHF": "Zwitserse frank",
                "SEK": "Zweedse kroon",
                "NOK": "Noorse kroon",
                "RWF": "Rwandese frank",
                "UGX": "Oegandese shilling",
            },
            cents=" en %s cent",
        ),
        Language(
            code="fr",
            tag="fr-FR",
            months=(
                *("janvier", "février", "mars", "avril", "mai", "juin"),
                *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
            ),
            thousands=HARD_SPACE,
            decimal=",",
            percent_sign=f"{HARD_SPACE}%",
            joint=" et ",
            spell=spelling.french,
            currencies={
                "EUR": "euros",
                "USD": "dollars des États-Unis",
                "GBP": "livres sterling",
                "CHF": "francs suisses",
                "SEK": "couronnes suédoises",
                "NOK": "couronnes norvégiennes",
                "RWF": "francs rwandais",
                "UGX": "shillings ougandais",
            },
            cents=" et %s centimes",
            first_of_month="1er",
        ),
    )
}


@cache
def language(code: str) -> Language:
    """The language of a code. KeyError for one that documents are not written in."""
    return LANGUAGES[code]


def is_spoken(code: str) -> bool:
    """Whether the product writes dates, sums and its own phrases in this language, or in both of two."""
    return all(one in LANGUAGES for one in code.split(BETWEEN))


def in_columns(code: str) -> bool:
    """Whether a document's language is two, side by side."""
    return BETWEEN in code


def joined(first: str, second: str) -> str:
    """The language of a document: `en`, or `en-nl` for two columns of which the first prevails."""
    return f"{first}{BETWEEN}{second}" if second else first
