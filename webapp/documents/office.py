"""One warm LibreOffice: a process of its own on a profile of its own, with a deadline on everything.

LibreOffice hands a second command line on to the one that already runs on the same profile. So the standing process is
started once with an empty document (without one it ends after the first conversion), and each conversion is the plain
`soffice --convert-to pdf`: quick when the standing process is there, slower and just as right when it is not.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

from webapp.documents import cage, profile

START_SECONDS = 20.0
REUSES = 200  # then a fresh process: what leaks, leaks for an hour at most


class Failure(Exception):
    """A conversion gave nothing. `code` names the reason (see `pdf.REASONS`)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


class Slot:
    """A folder that one converter holds: no other thread or process of this installation takes it meanwhile."""

    def __init__(self, folder: Path, lock: IO[str]) -> None:
        self.folder, self._lock = folder, lock

    def release(self) -> None:
        self._lock.close()


def take_slot(folder: Path) -> Slot:
    """The first folder that nobody holds. Two LibreOffices on one profile lose a PDF without a word."""
    number = 0
    while True:
        number += 1
        place = folder / f"converter-{number}"
        place.mkdir(parents=True, exist_ok=True)
        lock = (place / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            return Slot(place, lock)


class Office:
    """A slot with its LibreOffice. Not for two threads at once: the pool sees to that."""

    def __init__(self, program: Path, slot: Slot, deadline: float) -> None:
        self.program, self.slot, self.deadline = program, slot, deadline
        self._standing: subprocess.Popen[bytes] | None = None
        self._uses = 0

    @property
    def _profile(self) -> Path:
        return self.slot.folder / "profile"

    def convert(self, docx: bytes) -> bytes:
        """What LibreOffice leaves for this Word file. Raises Failure; then nothing of it runs any more."""
        until = time.monotonic() + self.deadline
        self._stand(until)
        work = self._fresh("work")
        (work / "document.docx").write_bytes(docx)
        order = ["--convert-to", "pdf", "--outdir", str(work), str(work / "document.docx")]
        self._run(self._start(self.program, *order), until)
        self._uses += 1
        try:
            return (work / "document.pdf").read_bytes()
        except FileNotFoundError:
            raise Failure("unread") from None
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _run(self, process: subprocess.Popen[bytes], until: float) -> None:
        """Wait for the conversion until its deadline; what still runs then is ended, the standing process too."""
        try:
            process.wait(max(until - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            self.stop()
            raise Failure("deadline", f"{self.deadline:g}") from None
        finally:
            _end(process)

    def _stand(self, until: float) -> None:
        """Have the standing process up; without it the conversion would start a second one on this profile."""
        if self._standing is not None and self._standing.poll() is None and self._uses < REUSES:
            return
        self.stop()
        profile.prepare(self._profile)
        binary = self.program.with_name("soffice.bin")
        if not (cage.can_watch() and binary.exists()):
            return
        limit = min(until, time.monotonic() + START_SECONDS)
        self._run(self._start(binary, "--terminate_after_init"), limit)  # completes a new profile, then wants a restart
        self._standing, self._uses = self._start(binary, "--nodefault", "private:factory/swriter"), 0
        while not cage.listens(self._standing.pid):
            if self._standing.poll() is not None or time.monotonic() > limit:
                raise Failure("not_started")
            time.sleep(0.02)

    def _start(self, program: Path, *order: str) -> subprocess.Popen[bytes]:
        """A caged LibreOffice on our profile, leader of a process group, so that all of it can be ended."""
        place = f"-env:UserInstallation={self._profile.resolve().as_uri()}"
        still = ["--headless", "--norestore", "--nologo", "--nolockcheck"]
        with (self.slot.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*cage.around(), str(program), place, *still, *order], cwd=self.slot.folder,
                env=cage.surroundings(self.slot.folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def _fresh(self, name: str) -> Path:
        path = self.slot.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path

    def stop(self) -> None:
        """End the standing process with everything it started. The next conversion starts a new one."""
        if self._standing is not None:
            _end(self._standing)
            self._standing = None

    def close(self) -> None:
        """Stop, and leave the slot to others."""
        self.stop()
        self.slot.release()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole group: a frozen process hears nothing less than KILL."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def executable(program: str) -> Path | None:
    """Where the program really stands, followed through links: its parts lie beside it. None when it is missing."""
    found = shutil.which(program) if program else None
    return Path(found).resolve() if found else None
