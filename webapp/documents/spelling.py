"""Whole numbers in words, in the languages that contracts are written in: a sum stands in figures and in words.

Each speller follows the spelling that lawyers of the language use: British English with "and", Dutch in one word up to
thousand with a diaeresis after "twee" and "drie", French with hyphens below a hundred and no plural before "mille".
"""

from __future__ import annotations

_ENGLISH_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_ENGLISH_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ENGLISH_SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))

_DUTCH_ONES = (
    *("nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf"),
    *("dertien", "veertien", "vijftien", "zestien", "zeventien", "achttien", "negentien"),
)
_DUTCH_TENS = ("", "", "twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig")
_DUTCH_SCALES = ((1_000_000_000, "miljard"), (1_000_000, "miljoen"))

_FRENCH_ONES = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    *("treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_FRENCH_TENS = ("", "", "vingt", "trente", "quarante", "cinquante", "soixante", "soixante", "quatre-vingt")
_FRENCH_SCALES = ((1_000_000_000, "milliard"), (1_000_000, "million"))


def english(number: int) -> str:
    """`180_000` → "one hundred and eighty thousand"."""
    for scale, name in _ENGLISH_SCALES:
        if number >= scale:
            head, rest = divmod(number, scale)
            joint = " and " if 0 < rest < 100 else " "
            return f"{english(head)} {name}" + (joint + english(rest) if rest else "")
    if number >= 100:
        head, rest = divmod(number, 100)
        return f"{_ENGLISH_ONES[head]} hundred" + (f" and {english(rest)}" if rest else "")
    if number >= 20:
        head, rest = divmod(number, 10)
        return _ENGLISH_TENS[head] + (f"-{_ENGLISH_ONES[rest]}" if rest else "")
    return _ENGLISH_ONES[number]


def dutch(number: int) -> str:
    """`18_500` → "achttienduizend vijfhonderd"; `22` → "tweeëntwintig"."""
    for scale, name in _DUTCH_SCALES:
        if number >= scale:
            head, rest = divmod(number, scale)
            return f"{dutch(head)} {name}" + (f" {dutch(rest)}" if rest else "")
    if number >= 1_000:
        head, rest = divmod(number, 1_000)
        return ("" if head == 1 else dutch(head)) + "duizend" + (f" {dutch(rest)}" if rest else "")
    if number >= 100:
        head, rest = divmod(number, 100)
        return ("" if head == 1 else _DUTCH_ONES[head]) + "honderd" + (dutch(rest) if rest else "")
    if number >= 20:
        head, rest = divmod(number, 10)
        joint = "ën" if rest in (2, 3) else "en"
        return (_DUTCH_ONES[rest] + joint if rest else "") + _DUTCH_TENS[head]
    return _DUTCH_ONES[number]


def french(number: int) -> str:
    """`80_000` → "quatre-vingt mille"; `200` → "deux cents"; `71` → "soixante et onze"."""
    for scale, name in _FRENCH_SCALES:
        if number >= scale:
            head, rest = divmod(number, scale)
            plural = "s" if head > 1 else ""
            return f"{french(head)} {name}{plural}" + (f" {french(rest)}" if rest else "")
    if number >= 1_000:
        head, rest = divmod(number, 1_000)
        before = "" if head == 1 else f"{_singular(french(head))} "
        return f"{before}mille" + (f" {french(rest)}" if rest else "")
    if number >= 100:
        head, rest = divmod(number, 100)
        before = "" if head == 1 else f"{_FRENCH_ONES[head]} "
        return f"{before}cent" + (f" {french(rest)}" if rest else "s" if head > 1 else "")
    return _french_below_hundred(number)


def _french_below_hundred(number: int) -> str:
    if number < 20:
        return _FRENCH_ONES[number]
    ten = number // 10 - (1 if number // 10 in (7, 9) else 0)  # 70 counts on from 60, 90 from 80
    rest = number - ten * 10
    if not rest:
        return "quatre-vingts" if ten == 8 else _FRENCH_TENS[ten]
    joint = " et " if rest in (1, 11) and ten != 8 else "-"
    return f"{_FRENCH_TENS[ten]}{joint}{_FRENCH_ONES[rest]}"


def _singular(words: str) -> str:
    """Before "mille", "cents" and "quatre-vingts" lose their s."""
    return words[:-1] if words.endswith(("cents", "vingts")) else words
