"""The address where anybody may check a document: a long random token, so that no other document can be guessed."""

import re
import secrets

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_site: list[str] = []


def set_up(base_url: str) -> None:
    """Say once, at the start of the process, where people reach this installation."""
    _site[:] = [base_url]


def new() -> str:
    """An address for a document that is about to be written; empty while nobody has said where this installation is."""
    return f"{_site[0]}/verify/{secrets.token_urlsafe(16)}" if _site else ""


def token(address: str) -> str | None:
    """The token at the end of such an address; None for any other text."""
    last = address.rpartition("/verify/")[2]
    return last if TOKEN.fullmatch(last) else None
