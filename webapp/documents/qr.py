"""The QR code that leads to the page where a document is checked: the same address gives the same bytes.

A template holds a picture with the name `PLACE` (Word keeps that name when somebody edits the template). Rendering
replaces the bytes of that picture; nothing else of the drawing changes.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Mapping

import segno

PLACE = "Verification QR code"
_DRAWING = re.compile(r"<wp:docPr\b[^>]*\bname=\"" + PLACE + r"\".*?<a:blip\b[^>]*\br:embed=\"([^\"]+)\"", re.DOTALL)
_RELATION = re.compile(r"<Relationship\b[^>]*>")


def png(address: str) -> bytes:
    """A black and white picture with its quiet zone, some hundred dots wide.

    The mask is fixed: comparing all eight would cost more than rendering the whole document, and readers take any.
    """
    target = io.BytesIO()
    segno.make(address, error="m", micro=False, mask=2).save(target, kind="png", scale=4, border=4)
    return target.getvalue()


def place(parts: Mapping[str, bytes]) -> str:
    """The part of a template that holds the picture to replace; empty when it has none."""
    found = _DRAWING.search(parts.get("word/document.xml", b"").decode("utf-8", "replace"))
    relations = parts.get("word/_rels/document.xml.rels", b"").decode("utf-8", "replace")
    if found is None:
        return ""
    for relation in _RELATION.findall(relations):
        if f'Id="{found.group(1)}"' in relation and (target := re.search(r'Target="([^"]+)"', relation)):
            part = posixpath.normpath(posixpath.join("word", target.group(1)))
            return part if part in parts and part.endswith(".png") else ""
    return ""


def drawn(place: str, address: str) -> dict[str, bytes]:
    """The picture of this document, by the part that holds it; empty without place or address."""
    return {place: png(address)} if place and address else {}
