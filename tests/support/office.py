"""A stand-in for LibreOffice: a script that is started like `soffice --convert-to` and behaves as a test needs it."""

from __future__ import annotations

import shlex
from pathlib import Path

import fpdf

ARCHIVAL = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><pdfaid:part>2</pdfaid:part></x:xmpmeta>'

_SCRIPT = """#!/bin/sh
env > {folder}/environment
echo "$*" >> {folder}/orders
while [ $# -gt 1 ]; do [ "$1" = --outdir ] && out=$2; shift; done
{behaviour}
"""


def pdf(pages: int = 1, archival: bool = True) -> bytes:
    """A small whole PDF that calls itself PDF/A, or does not."""
    paper = fpdf.FPDF()
    for _page in range(pages):
        paper.add_page()
    if archival:
        paper.set_xmp_metadata(ARCHIVAL)
    return bytes(paper.output())


class Program:
    """The script in a folder of its own. Each `…s()` changes what it does from now on."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.path = folder, folder / "soffice"
        self.leaves(pdf())

    def leaves(self, content: bytes) -> None:
        (self.folder / "result").write_bytes(content)
        self.does(f'cp {shlex.quote(str(self.folder / "result"))} "$out/document.pdf"')

    def leaves_nothing(self) -> None:
        self.does("exit 0")

    def freezes(self) -> None:
        """It hears no polite word, and neither does what it started."""
        self.does(f"trap '' TERM INT\nsleep 600 & echo $! > {shlex.quote(str(self.folder / 'child'))}\nwait")

    def orders(self) -> list[str]:
        """Every command line so far."""
        return (self.folder / "orders").read_text().splitlines()

    def does(self, behaviour: str) -> None:
        """From now on, these lines of shell; `$out` is where the PDF belongs."""
        self.path.write_text(_SCRIPT.format(folder=shlex.quote(str(self.folder)), behaviour=behaviour))
        self.path.chmod(0o755)
