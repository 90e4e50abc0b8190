"""Typed text as it can be kept and printed: without the characters that nobody sees and no document can show."""

import re

from wtforms.validators import Length

# C0 and C1 controls except tab and line feed, lone surrogates, and the two marks that turn digits round.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202d\u202e\ufffe\uffff]")


def tidy(text: str | None) -> str:
    """Line ends made alike, invisible controls (they come along when pasting) removed, no blank edges."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return _INVISIBLE.sub("", lines).strip()


class AtMost(Length):
    """A limit for short answers on a page with many of them: no counter beside each, an error when it is passed."""

    def __init__(self, limit: int) -> None:
        super().__init__(max=limit)
        self.field_flags: dict[str, object] = {}
