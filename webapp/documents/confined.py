"""Templates that somebody uploaded are read and filled in a child process with limits, killed at a deadline.

A template that loops for ever or eats memory fails here, in words, and takes neither a page nor the worker with it.
Templates that the product ships are rendered in-process, compiled once (`renderer`).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from webapp.documents.catalogue import DocumentKind, Problem
from webapp.documents.child import OUT_OF_MEMORY
from webapp.documents.plain import check_plain
from webapp.documents.renderer import TemplateError

MEGABYTE = 1024 * 1024
_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one template may take. The wall clock is generous, because a busy machine shares its processor."""

    cpu_seconds: int = 10
    wall_seconds: float = 30
    memory: int = 512 * MEGABYTE
    output: int = 20 * MEGABYTE


LIMITS = Limits()


class ConfinedError(RuntimeError):
    """The child gave no answer. `code` says why: too_slow, too_large or broken (see webapp.wording.templates)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


def lint(kind: DocumentKind, template: bytes, limits: Limits = LIMITS, *, columns: bool = False) -> list[Problem]:
    """Everything that is wrong with an uploaded template. Raises ConfinedError and TemplateError."""
    head, _body = _ask({"task": "lint", "kind": kind.value, "columns": columns}, template, limits)
    return [Problem(*problem) for problem in head["problems"]]


def render(kind: DocumentKind, context: Mapping[str, Any], template: bytes, limits: Limits = LIMITS) -> bytes:
    """The Word file of an uploaded template, filled with a stored snapshot. Raises ConfinedError and TemplateError."""
    check_plain(context)
    order = {"task": "render", "kind": kind.value, "context": context}
    return _ask(order, template, limits)[1]


def paragraphs(template: bytes, limits: Limits = LIMITS) -> list[str]:
    """What an uploaded template says, paragraph by paragraph. Raises ConfinedError and TemplateError."""
    head, _body = _ask({"task": "paragraphs"}, template, limits)
    return [str(text) for text in head["paragraphs"]]


def _ask(order: dict[str, Any], template: bytes, limits: Limits) -> tuple[dict[str, Any], bytes]:
    """One child, one answer. What it writes goes to files without a name, whose size the system limits."""
    line = json.dumps(order | {"limits": asdict(limits)}).encode() + b"\n"
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as complaint:
        with subprocess.Popen(
            [sys.executable, "-I", str(_CHILD)], stdin=subprocess.PIPE, stdout=answer, stderr=complaint,
            env={"LANG": "C.UTF-8"}, cwd="/", start_new_session=True,
        ) as process:  # fmt: skip
            try:
                process.communicate(line + template, timeout=limits.wall_seconds)
            except subprocess.TimeoutExpired as error:
                os.killpg(process.pid, signal.SIGKILL)
                raise ConfinedError("too_slow") from error
        _require_good_end(process.returncode, complaint)
        return _read(answer)


def _require_good_end(code: int, complaint: BinaryIO) -> None:
    if code == 0:
        return
    if code in (-signal.SIGXCPU, -signal.SIGKILL):  # the kill follows when the first is ignored
        raise ConfinedError("too_slow")
    complaint.seek(0)
    last = complaint.read(10_000).decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
    if code == OUT_OF_MEMORY or "File too large" in last or "MemoryError" in last:
        raise ConfinedError("too_large")
    raise ConfinedError("broken", last)


def _read(answer: BinaryIO) -> tuple[dict[str, Any], bytes]:
    answer.seek(0)
    try:
        head: dict[str, Any] = json.loads(answer.readline())
    except ValueError as error:
        raise ConfinedError("broken", "no answer") from error
    if "template_error" in head:
        raise TemplateError(head["template_error"])
    return head, answer.read()
