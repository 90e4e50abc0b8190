"""What an unknown file carries of ours. It is read in a child with limits, and stays nowhere: on no disk, in no log.

A Word file or a PDF, told by its first bytes. Nothing here says that a file is genuine: only its hash does
(`webapp.services.verification`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from webapp.documents import cage

MEGABYTE = 1024 * 1024
AT_ONCE = BoundedSemaphore(2)  # children of this process: strangers may not take the whole machine
PATIENCE = 10  # seconds to wait for a place
_CHILD = Path(__file__).with_name("checkup_child.py")
_PDFSIG = ("--as=536870912", "--cpu=5", "--fsize=1048576", "--")
_SAYS = re.compile(r"Signature Validation: (.+)")


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take."""

    cpu_seconds: int = 6
    wall_seconds: float = 20
    memory: int = 768 * MEGABYTE
    output: int = MEGABYTE
    files: int = 12


LIMITS = Limits()


class Busy(Exception):
    """Too many files are being read just now."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal in a PDF, as pyHanko finds it."""

    field: str
    fingerprint: str
    ours: bool  # made with a certificate of this installation
    holds: bool  # pyHanko's bottom line: intact, trusted, and nothing changed after it but what it allows
    intact: bool
    reference: str
    at: str
    stamped: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found. `problem`: unreadable, too_large (took too much), or not_word; empty when it was read."""

    tokens: tuple[str, ...] = ()
    seals: tuple[Seal, ...] = ()
    problem: str = ""
    pdfsig: tuple[str, ...] = field(default=())  # what that program says of each seal, where it is installed


def read(content: bytes, known: Iterable[str], limits: Limits = LIMITS) -> Findings:
    """Read an unknown file. `known`: the fingerprints of our certificates. Raises Busy."""
    kind = _kind(content)
    if not kind:
        return Findings(problem="other")
    if not AT_ONCE.acquire(timeout=PATIENCE):
        raise Busy
    try:
        findings = _asked(kind, content, sorted(set(known)), limits)
        return _with_pdfsig(findings, content) if findings.seals else findings
    finally:
        AT_ONCE.release()


def _kind(content: bytes) -> str:
    return "pdf" if content.startswith(b"%PDF-") else "word" if content.startswith(b"PK\x03\x04") else ""


def _asked(kind: str, content: bytes, known: list[str], limits: Limits) -> Findings:
    """One child, one answer, into a file without a name whose size the system limits."""
    order = json.dumps({"kind": kind, "known": known, "limits": asdict(limits)}).encode() + b"\n"
    with tempfile.TemporaryFile() as answer:
        try:
            done = subprocess.run(
                [*cage.around(), sys.executable, "-I", str(_CHILD)], input=order + content, stdout=answer,
                stderr=subprocess.DEVNULL, timeout=limits.wall_seconds, check=False, env={"LANG": "C.UTF-8"}, cwd="/",
                start_new_session=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Findings(problem="too_large")
        if done.returncode != 0:
            return Findings(problem="unreadable" if done.returncode == 1 else "too_large")
        answer.seek(0)
        return _understood(answer.read())


def _understood(answer: bytes) -> Findings:
    try:
        found: dict[str, Any] = json.loads(answer)
        seals = tuple(Seal(**seal) for seal in found.get("seals", ()))
        return Findings(tuple(found.get("tokens", ())), seals, found.get("problem", ""))
    except (ValueError, TypeError):
        return Findings(problem="unreadable")


def _with_pdfsig(findings: Findings, content: bytes) -> Findings:
    """A second opinion on the seals. That program exits 0 in every case: its text is read."""
    if shutil.which("pdfsig") is None:
        return findings
    handle = os.memfd_create("file")  # in memory alone: the program wants a path, and gets one that is no file on disk
    try:
        with os.fdopen(os.dup(handle), "wb") as memory:
            memory.write(content)
        command = [*cage.around(), *_limited(), "pdfsig", "-nocert", f"/proc/self/fd/{handle}"]
        done = subprocess.run(
            command, capture_output=True, timeout=15, check=False, pass_fds=(handle,), cwd="/",
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"},
        )  # fmt: skip
        said = tuple(_SAYS.findall(done.stdout.decode("utf-8", "replace")))
    except (subprocess.TimeoutExpired, OSError):
        said = ()
    finally:
        os.close(handle)
    return Findings(findings.tokens, findings.seals, findings.problem, said)


def _limited() -> tuple[str, ...]:
    return ("prlimit", *_PDFSIG) if shutil.which("prlimit") else ()
