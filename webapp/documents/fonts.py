"""Which characters of a Word file no font of this machine can print.

LibreOffice draws an empty box for them and keeps the character in the text layer: a search finds what a reader cannot
see. So they are found before, by asking fontconfig, which LibreOffice asks as well.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import unicodedata
import zipfile
from functools import lru_cache

import structlog
from lxml import etree

log = structlog.get_logger()
_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
_SILENT = {"Cc", "Cf", "Zs", "Zl", "Zp"}  # printed as space or not at all
_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))  # choose a shape, print nothing themselves


def checkable() -> bool:
    """Whether this machine has fontconfig's program; without it a PDF may hold empty boxes that nobody was told of."""
    return shutil.which("fc-list") is not None


def unprintable(docx: bytes) -> set[str]:
    """The characters without a glyph; empty, and said loudly, where nobody can tell."""
    if not checkable():
        log.error("fonts not checked", missing="fc-list", remedy="install fontconfig", risk="empty boxes in the PDF")
        return set()
    return {character for character in _characters(docx) if not _has_glyph(character)}


def _characters(docx: bytes) -> set[str]:
    """What is printed beyond ASCII, which every font has."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    found: set[str] = set()
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        for name in package.namelist():
            if _PARTS.fullmatch(name):
                for text in etree.fromstring(package.read(name), parser).iter(_TEXT):
                    found.update(text.text or "")
    return {character for character in found if not character.isascii() and _prints(character)}


def _prints(character: str) -> bool:
    return unicodedata.category(character) not in _SILENT and ord(character) not in _SELECTORS


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    query = ["fc-list", f":charset={ord(character):x}", "file"]
    return bool(subprocess.run(query, check=False, capture_output=True, timeout=30).stdout.strip())
