"""The program of a confined child that reads one unknown file: what it carries of ours, and whether its seals hold.

It limits itself before it looks at the file: processor time, memory, no file written, hardly any opened. Input: a line
of JSON (limits, fingerprints of our certificates), then the file. Output: a line of JSON. Started by `checkup`.
"""

from __future__ import annotations

import importlib
import io
import json
import logging
import re
import resource
import sys
import types
import zipfile
from pathlib import Path
from typing import Any

ADDRESS = re.compile(rb"/verify/([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])")
TEXTS = re.compile(r"word/(document|header\d*|footer\d*)\.xml|docProps/core\.xml|word/_rels/document\.xml\.rels")
MOST_SEALS = 10


def main() -> None:
    package = types.ModuleType("webapp")  # a bare folder: importing the product would take a second, and read settings
    package.__path__ = [str(Path(__file__).parents[1])]
    sys.modules["webapp"] = package
    logging.disable(logging.CRITICAL)
    order = json.loads(sys.stdin.buffer.readline())
    reader = {"pdf": _pdf, "word": _word}[order["kind"]]
    for name in {"pdf": _PDF_NEEDS, "word": ("webapp.documents.archives", "encodings.cp437")}[order["kind"]]:
        importlib.import_module(name)
    _confine(order["limits"])
    print(json.dumps(reader(sys.stdin.buffer.read(), order["known"])))  # noqa: T201 - its answer


_PDF_NEEDS = (
    "pyhanko.pdf_utils.reader", "pyhanko.sign.validation", "pyhanko_certvalidator", "asyncio", "uritools", "zlib",
    "encodings.idna", "encodings.latin_1", "encodings.utf_16_be", "encodings.ascii",
)  # fmt: skip


def _confine(limits: dict[str, int]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"]))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["output"], limits["output"]))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits["files"], limits["files"]))


def _word(content: bytes, _known: list[str]) -> dict[str, Any]:
    """A Word file: the guard for uploads first, then the addresses that its texts carry."""
    from webapp.documents import archives

    if archives.inspect(content) != "word":
        return {"problem": "not_word"}
    found: list[str] = []
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            if TEXTS.fullmatch(name):
                found += _tokens(package.read(name))
    return {"tokens": found, "seals": []}


def _pdf(content: bytes, known: list[str]) -> dict[str, Any]:
    """A PDF: the addresses in it, and every seal with what pyHanko says of it."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    seals, tokens = [], _tokens(content)
    for embedded in list(PdfFileReader(io.BytesIO(content)).embedded_signatures)[:MOST_SEALS]:
        seals.append(_seal(embedded, known))
        tokens += _tokens(str(embedded.sig_object.get("/ContactInfo", "")).encode())
    return {"tokens": tokens, "seals": seals}


def _seal(embedded: Any, known: list[str]) -> dict[str, Any]:
    """One seal. A certificate is trusted when its fingerprint is one of ours, and no other is."""
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    mark = embedded.signer_cert.sha256.hex()
    ours = mark in known
    context = ValidationContext(trust_roots=[embedded.signer_cert] if ours else [], allow_fetching=False)
    status = validate_pdf_signature(embedded, context)
    return {
        "field": str(embedded.field_name)[:60],
        "fingerprint": mark,
        "ours": ours,
        "holds": bool(status.bottom_line),
        "intact": bool(status.intact and status.valid),
        "reference": str(embedded.sig_object.get("/Reason", ""))[:100],
        "at": status.signer_reported_dt.isoformat() if status.signer_reported_dt else "",
        "stamped": status.timestamp_validity is not None,
    }


def _tokens(text: bytes) -> list[str]:
    return sorted({found.decode() for found in ADDRESS.findall(text)})[:20]


if __name__ == "__main__":
    main()
