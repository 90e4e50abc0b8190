"""Word files with one planted fault, made from a template that the product ships."""

from __future__ import annotations

from webapp.documents.catalogue import DocumentKind, shipped
from webapp.documents.package import pack, unpack

MAIN = "word/document.xml"
ANCHOR = "{{ operator.name }}"  # stands in the memorandum's body once and more


def planted(new: str, old: str = ANCHOR, part: str = MAIN, kind: DocumentKind = DocumentKind.MEMORANDUM) -> bytes:
    """The shipped template with `old` replaced once by `new`, as it stands in the XML."""
    parts = unpack(shipped(kind))
    assert old.encode() in parts[part]
    return pack(parts | {part: parts[part].replace(old.encode(), new.encode(), 1)})


def with_part(name: str, content: bytes, kind: DocumentKind = DocumentKind.MEMORANDUM) -> bytes:
    return pack(unpack(shipped(kind)) | {name: content})


def run(text: str) -> str:
    """Ends the run that the anchor stands in, and begins another after `text`."""
    return f"</w:t></w:r>{text}<w:r><w:t>"


NESTED = 18  # loops in each other: a few rows each, and the sun burns out before the last
ENDLESS = planted("".join(f"{{% for a{n} in lines %}}" for n in range(NESTED)) + "x" + "{% endfor %}" * NESTED)
GREEDY = planted("".join(f"{{% for a{n} in lines %}}" for n in range(12)) + "{{ aim }}" * 40 + "{% endfor %}" * 12)
