"""The guard for Word files that are to become templates: stricter than for evidence, and before anything is parsed.

`uploads.inspect` tells the file by its content and reads the archive with limits; here the rest: only a Word file, at
most 5 MB, at most 2 MB of XML altogether (4 MB took a parser 23 seconds), every part UTF-8.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any, BinaryIO

from flask_babel import lazy_gettext as _
from lxml import etree

from webapp.documents import uploads
from webapp.documents.archives import MAX_PARSED, Refused
from webapp.documents.renderer import strict_parser
from webapp.documents.uploads import DOCX, MEGABYTE, Accepted

MAX_BYTES = 5 * MEGABYTE
MAIN = "word/document.xml"  # what is checked and filled must be what a reader opens
_PARTS = (
    ".xml", ".rels", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".odttf",
    "printerSettings1.bin",
)  # fmt: skip

REFUSALS: Mapping[str, Any] = {
    **uploads.REFUSALS,
    "upload_type": _("This is not a Word file (.docx). Save the template as a Word document and send that."),
    "upload_active": _("The file holds macros or embedded programs. Save it as a plain Word document (.docx)."),
    "template_text": _("The file holds more text than a template can have. Remove what was pasted in and save again."),
    "template_parts": _(
        "The file holds parts that a template cannot have: save pictures as PNG or JPEG and the file as a plain Word "
        "document (.docx) again."
    ),
    "template_encoding": _("A part of the file is not UTF-8. Open the file in Word and save it again."),
}


def inspect(stream: BinaryIO, filename: str) -> Accepted:
    """What is kept of an acceptable file. Raises Refused(code, params); the sentences stand in REFUSALS."""
    accepted = uploads.inspect(stream, filename, max_bytes=MAX_BYTES)
    if accepted.content_type != DOCX:
        raise Refused("upload_type")
    with zipfile.ZipFile(io.BytesIO(accepted.content)) as archive:
        _check_text(archive)
        _check_parts(archive)
    return accepted


def _check_parts(archive: zipfile.ZipFile) -> None:
    """Only parts that are looked at, and the text where everybody expects it: a decoy would be checked in its place."""
    if not all(name.endswith(_PARTS) or name.endswith("/") for name in archive.namelist()):
        raise Refused("template_parts")
    relations = etree.fromstring(archive.read("_rels/.rels"), strict_parser())
    mains = [str(r.get("Target")).lstrip("/") for r in relations if str(r.get("Type")).endswith("/officeDocument")]
    if mains != [MAIN]:
        raise Refused("template_parts")


def _check_text(archive: zipfile.ZipFile) -> None:
    """The sizes are the true ones: `archives` has read every part and refused a directory that lies."""
    if not {MAIN, "_rels/.rels"} <= set(archive.namelist()):
        raise Refused("template_parts")
    parts = [member for member in archive.infolist() if member.filename.endswith((".xml", ".rels"))]
    if sum(member.file_size for member in parts) > MAX_PARSED:
        raise Refused("template_text")
    if any(b"\0" in archive.read(member) for member in parts):
        raise Refused("template_encoding")
