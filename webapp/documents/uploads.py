"""The one guard for files that people attach as evidence.

The type is told by the content, never by the name. Archives (docx, xlsx, odt) are read part by part with limits, so
that a bomb is refused before it unfolds. A refusal is a code with figures; its sentence stands in `REFUSALS`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from flask_babel import lazy_gettext as _

from webapp.documents import archives
from webapp.documents.archives import Refused

MEGABYTE = 1024 * 1024
MAX_BYTES = 10 * MEGABYTE

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
TEXT = "text/plain"
CSV = "text/csv"
SUFFIXES: Mapping[str, tuple[str, ...]] = {
    PDF: ("pdf",),
    PNG: ("png",),
    JPEG: ("jpg", "jpeg"),
    DOCX: ("docx",),
    XLSX: ("xlsx",),
    ODT: ("odt",),
    TEXT: ("txt",),
    CSV: ("csv",),
}

REFUSALS: Mapping[str, Any] = {
    "upload_empty": _("The file is empty. Choose the file again."),
    "upload_too_large": _("The file is larger than %(limit)s MB. Make it smaller or split it."),
    "upload_type": _(
        "This kind of file is not accepted. Send a PDF, an image (PNG or JPEG), a Word or Excel file, an "
        "OpenDocument text, plain text or CSV."
    ),
    "upload_name": _(
        "The name ends in “%(suffix)s”, but the content is something else. Rename the file or save it again."
    ),
    "upload_damaged": _("The file is damaged or not complete. Open it, save it again and try once more."),
    "upload_encrypted": _("The file is protected with a password. Send it without protection."),
    "upload_active": _(
        "The file holds macros, scripts or embedded programs. Save it without them, for example as PDF."
    ),
    "upload_archive": _(
        "The file unpacks to far more than it shows, or to too many parts. Save it again or send a PDF."
    ),
    "upload_external": _("The file loads content from elsewhere. Embed the pictures and save it again."),
    "upload_text": _("The text holds characters that cannot be read. Save it as UTF-8."),
}

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(rb"\s*(<!doctype|<\?xml|<html|<svg|<script|<!--|<head|<body|<iframe|#!|\{\\rtf)", re.IGNORECASE)
_PDF_STREAM = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.DOTALL)
_PDF_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile)\b")
_UNSAFE = re.compile(r"[^\w.()+ -]+")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What is kept about an accepted file. `safe_name` is for display and download, never for a path."""

    content_type: str
    size: int
    sha256: str
    safe_name: str
    content: bytes


def inspect(stream: BinaryIO, filename: str, max_bytes: int = MAX_BYTES) -> Accepted:
    """Read at most `max_bytes` and say what the file is. Raises Refused(code, params)."""
    content = stream.read(max_bytes + 1)
    if not content:
        raise Refused("upload_empty")
    if len(content) > max_bytes:
        raise Refused("upload_too_large", limit=max(1, max_bytes // MEGABYTE))
    name = safe_name(filename)
    kind = _kind(content, name)
    _agree(name, kind)
    return Accepted(kind, len(content), hashlib.sha256(content).hexdigest(), name, content)


def safe_name(filename: str) -> str:
    """The last part of the name, in letters, digits and a few marks, at most 120 characters; never empty."""
    last = unicodedata.normalize("NFC", filename.replace("\\", "/").rsplit("/", 1)[-1])
    kept = _UNSAFE.sub("_", last).strip(" ._")
    stem, dot, suffix = kept.rpartition(".")
    if not dot:
        return kept[:120] or "file"
    return f"{stem[:110].rstrip(' .')}.{suffix[:9].lower()}"


def _kind(content: bytes, name: str) -> str:
    for magic, check in _MAGIC:
        if content.startswith(magic):
            return check(content)
    return _text(content, name)


def _agree(name: str, kind: str) -> None:
    """A name may lack a suffix, but it may not promise something else."""
    _stem, dot, suffix = name.rpartition(".")
    if dot and suffix not in SUFFIXES[kind]:
        raise Refused("upload_name", suffix=suffix)


def _pdf(content: bytes) -> str:
    if b"%%EOF" not in content[-2048:]:
        raise Refused("upload_damaged")
    structure = _PDF_STREAM.sub(b"", content)  # compressed bytes can spell anything by chance
    if b"/Encrypt" in structure:
        raise Refused("upload_encrypted")
    if _PDF_ACTIVE.search(structure):
        raise Refused("upload_active")
    return PDF


def _png(content: bytes) -> str:
    if len(content) < 45 or content[12:16] != b"IHDR" or b"IEND" not in content[-16:]:
        raise Refused("upload_damaged")
    return PNG


def _jpeg(content: bytes) -> str:
    if b"\xff\xd9" not in content[-1024:]:
        raise Refused("upload_damaged")
    return JPEG


def _archive(content: bytes) -> str:
    return {"word": DOCX, "excel": XLSX, "text": ODT}[archives.inspect(content)]


def _text(content: bytes, name: str) -> str:
    if _CONTROL.search(content[:4096]) or _MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")):
        raise Refused("upload_type")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("upload_text") from error
    if any(unicodedata.category(character) == "Cc" and character not in "\t\n\r\f" for character in set(text)):
        raise Refused("upload_text")
    return CSV if name.endswith(".csv") else TEXT


_MAGIC: tuple[tuple[bytes, Callable[[bytes], str]], ...] = (
    (b"%PDF-", _pdf),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"\xff\xd8\xff", _jpeg),
    (b"PK\x03\x04", _archive),
)
