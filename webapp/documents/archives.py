"""Office files are zip archives: what may stand in one, read with limits. Used for evidence and for templates."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any

from lxml import etree

MAX_PARTS = 200
MAX_PART = 20 * 1024 * 1024
MAX_TOTAL = 50 * 1024 * 1024
MAX_PARSED = 2 * 1024 * 1024  # of XML that is really parsed
MAX_RATIO = 200
_CHUNK = 64 * 1024
_SLACK = 1024 * 1024  # a small part may compress well: the ratio counts above this size

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what office programs write; others unpack at other costs

_ACTIVE = re.compile(
    r"vbaproject|vbadata|activex|/embeddings/|oleobject|macrosheets|/basic/|^scripts/|^basic/|"
    r"\.(bin|exe|dll|js|vbs|com|bat|hta|jar)$",
    re.IGNORECASE,
)
_HARMLESS_BINARY = re.compile(r"(printerSettings/printerSettings\d+)\.bin$")
_ACTIVE_TYPE = (b"macroEnabled", b"vbaProject", b"activeX", b"oleObject")
_MAIN_TYPE = ((b"wordprocessingml.document.main+xml", "word"), (b"spreadsheetml.sheet.main+xml", "excel"))
_HYPERLINK = "/hyperlink"
_ODT_TYPE = b"application/vnd.oasis.opendocument.text"
_ODT_ACTIVE = (
    b"<script:event-listener",
    b"<office:scripts><office:script",
    b"<draw:object-ole",
    b"<draw:plugin",
    b"<draw:applet",
)
_ODT_EXTERNAL = re.compile(
    rb"<(?:draw:image|draw:object|draw:floating-frame|text:section-source)[^>]*?"
    rb"xlink:href=\"(?:[a-z]+:|/|\.\./)",
    re.IGNORECASE,
)


class Refused(Exception):
    """A file that is not taken. `code` names the reason (see `uploads.REFUSALS`), `params` its figures."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def inspect(content: bytes) -> str:
    """What the archive is: "word", "excel" or "text" (OpenDocument). Raises Refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_directory(archive)
            parts = _read(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        UnicodeDecodeError,
        OSError,
        ValueError,
    ) as error:
        raise Refused("upload_damaged") from error
    if parts.get("mimetype") == _ODT_TYPE:
        return _check_odt(parts)
    if "[Content_Types].xml" in parts:
        return _check_office(parts)
    raise Refused("upload_type")


def _check_directory(archive: zipfile.ZipFile) -> None:
    """What the directory admits to: enough to refuse most bombs without unpacking a byte."""
    members = archive.infolist()
    names = [member.filename.casefold() for member in members]
    if len(members) > MAX_PARTS or sum(member.file_size for member in members) > MAX_TOTAL:
        raise Refused("upload_archive")
    if len(set(names)) != len(names) or any(_strange(name) for name in names):
        raise Refused("upload_damaged")
    for member in members:
        if member.flag_bits & 0x1:
            raise Refused("upload_encrypted")
        if member.compress_type not in _METHODS:
            raise Refused("upload_damaged")
        if member.file_size > MAX_PART or (
            member.file_size > _SLACK and member.file_size > MAX_RATIO * member.compress_size
        ):
            raise Refused("upload_archive")
        if _ACTIVE.search(member.filename) and not _HARMLESS_BINARY.search(member.filename):
            raise Refused("upload_active")


def _strange(name: str) -> bool:
    """A path that leaves the archive or means something to the system."""
    return name.startswith("/") or "\\" in name or "\x00" in name or ":" in name or ".." in name.split("/")


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Every XML part and the type marker, in bounded reads: the directory may lie about sizes."""
    parts, total = {}, 0
    for member in archive.infolist():
        with archive.open(member) as file:
            content = bytearray()
            while piece := file.read(_CHUNK):
                total += len(piece)
                content += piece
                if len(content) > MAX_PART or total > MAX_TOTAL:
                    raise Refused("upload_archive")
        if member.filename.endswith((".xml", ".rels", ".rdf")) or member.filename == "mimetype":
            parts[member.filename] = bytes(content)
    for name, part in parts.items():
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part or part[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Refused("upload_damaged", part=name)
    return parts


def _check_office(parts: dict[str, bytes]) -> str:
    types = parts["[Content_Types].xml"]
    if any(mark.lower() in types.lower() for mark in _ACTIVE_TYPE):
        raise Refused("upload_active")
    for name, part in parts.items():
        if name.endswith(".rels"):
            _check_relationships(part)
    for mark, kind in _MAIN_TYPE:
        if mark in types:
            return kind
    raise Refused("upload_type")


def _check_relationships(part: bytes) -> None:
    if len(part) > MAX_PARSED:
        raise Refused("upload_archive")
    try:
        root = etree.fromstring(
            part, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        )
    except etree.XMLSyntaxError as error:
        raise Refused("upload_damaged") from error
    for relation in root:
        kind = str(relation.get("Type", ""))
        if relation.get("TargetMode") == "External" and not kind.endswith(_HYPERLINK):
            raise Refused("upload_external")
        if kind.endswith(("/vbaProject", "/oleObject", "/control", "/package", "/attachedTemplate")):
            raise Refused("upload_active")


def _check_odt(parts: dict[str, bytes]) -> str:
    if "content.xml" not in parts:
        raise Refused("upload_damaged")
    for part in parts.values():
        if any(mark in part for mark in _ODT_ACTIVE):
            raise Refused("upload_active")
        if _ODT_EXTERNAL.search(part):
            raise Refused("upload_external")
    return "text"
