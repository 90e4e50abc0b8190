"""How mail leaves: by SMTP when a server is set, else as a file that anybody can open, under `var/mail`."""

import smtplib
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from webapp import clock


class Mailer(Protocol):
    """Delivers one message; doing it twice with the same key does no harm."""

    def deliver(self, message: EmailMessage, key: str) -> None: ...


class FileMailer:
    """One `.eml` file per message, named by its key, so that a repeat overwrites itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, message: EmailMessage, key: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".{key}.tmp"
        temporary.write_bytes(message.as_bytes())
        temporary.replace(self.folder / f"{key}.eml")


class SmtpMailer:
    """The Message-ID is made from the key, so that a repeated delivery is recognisable."""

    def __init__(self, server: str) -> None:
        host, _, port = server.partition(":")
        self.host, self.port = host, int(port or 25)

    def deliver(self, message: EmailMessage, key: str) -> None:
        with smtplib.SMTP(self.host, self.port, timeout=30) as smtp:
            smtp.send_message(message)


def compose(payload: Mapping[str, str], sender: str, key: str) -> EmailMessage:
    """A plain-text message; header injection is refused by the standard library's policy."""
    message = EmailMessage()
    message["Subject"] = " ".join(payload["subject"].split())
    message["From"] = sender
    message["To"] = payload["to"]
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{key}@jumelage.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(payload["body"])
    return message
