"""Words about document templates: their language, what is wrong with one, and why a preview could not be made."""

from enum import StrEnum

from babel import Locale, UnknownLocaleError
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from webapp.wording.words import label

# Codes of `webapp.documents.catalogue.FAULTS`: what is wrong, and what to do.
FAULTS: dict[str, LazyString] = {
    "unknown": _("“%(name)s” is no placeholder of this kind of document. Copy the right one from the list."),
    "construct": _("Not allowed: %(name)s. A template may hold names, conditions and loops, nothing else."),
    "not_a_list": _("“%(name)s” is not a list, so there is nothing to repeat."),
    "loop": _("A loop must have one name, as in “for line in lines”, and no condition of its own."),
    "syntax": _("The tag cannot be read: %(name)s. Check that each “if” and “for” has its end."),
    "raw": _("“%(name)s” would put its text where nobody sees it. Write it without the letter after “{{”."),
    "merged": _("“%(name)s” changes columns or cells. Repeat rows instead, with “{%%tr for … %%}”."),
    "text_lost": _("The text “%(name)s” stands beside a tag that takes the whole paragraph or row. Move it out."),
    "not_filled": _("A placeholder stands in a part of the file that is not filled. Move it to the text itself."),
    "tracked": _("There is a tracked change. Accept or refuse all changes in Word and save again."),
    "comment": _("There is a comment in the margin. Every document would carry it: delete it in Word and save again."),
    "field": _("The field “%(name)s” fetches or changes something by itself. Remove it, or write it as text."),
}
# What the syntax tree calls a part of template code, and how people know it; others keep their name.
CONSTRUCTS: dict[str, LazyString] = {
    "Filter": _("a filter, as in “project|upper”"),
    "Call": _("a call, as in “name()”"),
    "Getitem": _("square brackets, as in “lines[0]”"),
    "Assign": _("“set”"),
    "Include": _("“include”"),
    "Extends": _("“extends”"),
    "Import": _("“import”"),
    "Macro": _("“macro”"),
    "Mul": _("a calculation"),
    "Add": _("a calculation"),
    "Sub": _("a calculation"),
    "Div": _("a calculation"),
    "Pow": _("a calculation"),
    "Concat": _("a calculation"),
    "Test": _("“is”"),
}
# Codes of `webapp.documents.confined`: why there is no document.
FAILURES: dict[str, LazyString] = {
    "too_slow": _("Filling the template takes too long. It was stopped. Look for loops inside loops."),
    "too_large": _("The filled template becomes too large. It was stopped. Look for loops inside loops."),
    "broken": _("The file cannot be read as a Word document. Open it in Word, save it again and upload that."),
    "unfit": _("The filled template is not a correct Word document. Save the file again in Word and upload that."),
}
_PARTS: dict[str, LazyString] = {
    "document": _("Text"),
    "header": _("Header"),
    "footer": _("Footer"),
    "footnotes": _("Footnotes"),
    "endnotes": _("Endnotes"),
    "core": _("Properties of the file"),
}


def fault(code: str, name: str) -> str:
    """What is wrong with a template, and what to do. KeyError for a code without words."""
    shown = CONSTRUCTS.get(name, name) if code == "construct" else name
    return str(FAULTS[code] % {"name": shown})


def failure(code: str) -> str:
    """Why a template could not be filled. KeyError for a code without words."""
    return str(FAILURES[code])


def place(part: str, paragraph: int) -> str:
    """ "Text, paragraph 12": where in a Word file something stands."""
    name = part.rpartition("/")[2].removesuffix(".xml")
    known = _PARTS.get(name.rstrip("0123456789"))
    if known is None:
        return part
    if name == "core":
        return str(known)
    return str(gettext("%(part)s, paragraph %(number)s", part=known, number=paragraph))


def language(code: str) -> str:
    """ "Dutch"; for two languages side by side "English and Dutch, in two columns"; an unknown code as it is."""
    names = [_name(part) for part in code.split("-")]
    if len(names) == 2:
        return str(gettext("%(first)s and %(second)s, in two columns", first=names[0], second=names[1]))
    return names[0]


def _name(code: str) -> str:
    try:
        found = Locale.parse(code).get_language_name(get_locale() or "en")
    except (UnknownLocaleError, ValueError):
        return code
    return found[0].upper() + found[1:] if found else code


def template_title(kind: StrEnum, code: str, number: int) -> str:
    """ "Memorandum, Dutch, version 2"."""
    return str(
        gettext("%(kind)s, %(language)s, version %(number)s", kind=label(kind), language=language(code), number=number)
    )
