"""From a Word file to its PDF/A, by LibreOffice when this machine has it (docs/decisions/0013).

Only the worker converts: a conversion costs a third of a second at best and a deadline at worst. Each converter of the
pool is a warm LibreOffice with a profile of its own; what it gives is checked before it is believed.
"""

from __future__ import annotations

import atexit
import queue
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

from flask_babel import lazy_gettext as _

from webapp.documents import archives, fonts
from webapp.documents.office import Failure, Office, executable, take_slot

PDF = "application/pdf"
PDF_A = re.compile(rb"<pdfaid:part>[23]</pdfaid:part>|pdfaid:part=\"[23]\"")


class ConverterMissing(Exception):
    """There is no LibreOffice on this machine: the Word file is the document."""


class ConversionFailed(Exception):
    """No PDF came of it; another try may succeed. Its text is `code: detail`, which `reason` says in plain words."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


REASONS: Mapping[str, Any] = {
    "deadline": _("LibreOffice did not finish within %(detail)s seconds and was ended."),
    "unread": _("LibreOffice could not read the Word file, or ended by itself while reading it."),
    "not_started": _("LibreOffice did not start."),
    "not_whole": _("LibreOffice left a file that is not a whole PDF."),
    "no_pages": _("LibreOffice left a PDF without pages."),
    "not_archival": _("LibreOffice left a PDF that is not made for archives (PDF/A)."),
    "busy": _("Every converter was busy."),
    "unsafe": _("The Word file is damaged, or loads something from elsewhere."),
    "unprintable": _("No font of this installation can print %(detail)s."),
}


def reason(said: str) -> str:
    """Why there is no PDF, for people; of an error that nobody foresaw, only that there was one."""
    code, _colon, detail = said.partition(": ")
    return str(REASONS[code]) % {"detail": detail} if code in REASONS else str(_("The converter met an error."))


class Pool:
    """At most `size` conversions at once, each in a converter that no other thread or process uses."""

    def __init__(self, folder: Path, size: int = 1, deadline: float = 60.0, program: str = "soffice") -> None:
        self.folder, self.deadline, self.program = folder, deadline, program
        self._places: queue.LifoQueue[Office | None] = queue.LifoQueue()
        for _place in range(size):
            self._places.put(None)

    def available(self) -> bool:
        """Whether this machine has the program."""
        return executable(self.program) is not None

    def located(self) -> Path:
        """Where the program stands. Raises ConverterMissing."""
        program = executable(self.program)
        if program is None:
            raise ConverterMissing(self.program)
        return program

    def convert(self, docx: bytes) -> bytes:
        """The bytes of a whole PDF/A-2b. Raises ConverterMissing and ConversionFailed."""
        program = self.located()
        _refuse_unsafe(docx)
        try:
            with self._office(program) as office:
                return checked(office.convert(docx))
        except Failure as failure:
            raise ConversionFailed(failure.code, failure.detail) from failure

    @contextmanager
    def _office(self, program: Path) -> Iterator[Office]:
        """A converter for this thread alone. One whose work failed is stopped, and starts anew when next needed."""
        try:
            office = self._places.get(timeout=self.deadline)
        except queue.Empty:
            raise ConversionFailed("busy") from None
        try:
            if office is None:
                office = Office(program, take_slot(self.folder), self.deadline)
            try:
                yield office
            except BaseException:
                office.stop()
                raise
        finally:
            self._places.put(office)

    def close(self) -> None:
        """Stop every converter that is not at work just now. The pool may be used again."""
        idle = []
        while not self._places.empty():
            idle.append(self._places.get())
        for office in idle:
            if office is not None:
                office.close()
            self._places.put(None)


def checked(content: bytes) -> bytes:
    """The content, when it is a whole PDF/A with pages: LibreOffice may leave less and say nothing. Raises Failure."""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        raise Failure("not_whole")
    if pages(content) < 1:
        raise Failure("no_pages")
    if not PDF_A.search(content):
        raise Failure("not_archival")
    return content


def pages(content: bytes) -> int:
    """How many pages its own catalogue counts; 0 when it cannot be read."""
    from pyhanko.pdf_utils.misc import PdfError  # here: it costs a third of a second, and only the worker needs it
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        return int(PdfFileReader(BytesIO(content)).root["/Pages"]["/Count"])
    except (PdfError, KeyError, TypeError, ValueError):
        return 0


def _refuse_unsafe(docx: bytes) -> None:
    """What would load something from elsewhere, or lose a character, is not converted."""
    try:
        archives.inspect(docx)
    except archives.Refused as refused:
        raise ConversionFailed("unsafe", refused.code) from refused
    if lost := fonts.unprintable(docx):
        named = ", ".join(f"{character} (U+{ord(character):04X})" for character in sorted(lost))
        raise ConversionFailed("unprintable", named)


_pool: Pool | None = None
_guard = Lock()


def set_up(folder: Path, size: int, deadline: float, program: str) -> None:
    """Say once, at the start of the process, how this installation converts. Starts nothing."""
    global _pool  # noqa: PLW0603 - a process has one pool, as it has one LibreOffice
    with _guard:
        if _pool is not None:
            _pool.close()
        _pool = Pool(folder, size, deadline, program)


def pool() -> Pool:
    """The pool of this process. Raises ConverterMissing when nobody has set one up."""
    if _pool is None:
        raise ConverterMissing("not set up")
    return _pool


def available() -> bool:
    """Whether this installation makes PDF."""
    return _pool is not None and _pool.available()


@atexit.register
def _close() -> None:
    """A converter does not outlive the process that started it."""
    if _pool is not None:
        _pool.close()
