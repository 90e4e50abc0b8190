"""What is different, paragraph by paragraph, between a template and the one that it would replace."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from flask_babel import gettext as _

from webapp import wording
from webapp.documents import catalogue, confined, lint
from webapp.documents.catalogue import MissingTranslationError
from webapp.documents.confined import ConfinedError
from webapp.documents.renderer import TemplateError
from webapp.documents.storage import LocalStorage
from webapp.errors import Invalid
from webapp.models.template import DocumentTemplate
from webapp.services.difference import Run, runs
from webapp.services.templates import IN_A_REQUEST

_WORDS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\s+|[^\s{]+|\{")  # a placeholder or tag is one word
MOST_PARAGRAPHS = 4000  # a page compares what a person can read; more would keep the page waiting
LONG_PARAGRAPH = 4000  # characters: above, not word by word


@dataclass(frozen=True, slots=True)
class Change:
    """One paragraph: added, removed or changed (`runs` say how); or a stretch of `same` paragraphs left out."""

    kind: str
    runs: tuple[Run, ...] = ()
    same: int = 0


def difference(
    template: DocumentTemplate, before: DocumentTemplate | None, storage: LocalStorage
) -> tuple[Change, ...] | None:
    """From what is in use now (the programme's own, else the shipped one) to `template`; None when there is none.

    Raises Invalid with a sentence where a file cannot be read.
    """
    try:
        new = confined.paragraphs(storage.read(template.file.sha256), IN_A_REQUEST)
        if before is not None:
            old = confined.paragraphs(storage.read(before.file.sha256), IN_A_REQUEST)
        else:
            kind = catalogue.DocumentKind(template.kind.value)
            old = lint.paragraphs(catalogue.shipped(kind, template.language))
    except MissingTranslationError:
        return None
    except ConfinedError as error:
        raise Invalid("file", wording.failure(error.code)) from error
    except TemplateError as error:
        raise Invalid("file", wording.failure("broken")) from error
    if len(old) + len(new) > MOST_PARAGRAPHS:
        raise Invalid("file", _("These files are too long to be compared here. Compare them in Word."))
    return tuple(changes(old, new))


def changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield Change("same", same=i2 - i1)
        else:
            for before, after in zip_longest(old[i1:i2], new[j1:j2]):
                yield _change(before, after)


def _change(before: str | None, after: str | None) -> Change:
    if before is None:
        return Change("added", runs("", after or ""))
    if after is None:
        return Change("removed", runs(before, ""))
    if max(len(before), len(after)) > LONG_PARAGRAPH:
        return Change("changed", (Run("removed", before), Run("added", after)))
    return Change("changed", runs(before, after, _WORDS))
