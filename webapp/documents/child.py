"""The program of the confined child: one template that somebody made, one task, one answer. Started by `confined`.

It limits itself before it looks at anything: processor time, memory, the size of its answer, and not one more open
file or socket than standard input, output and error. What it needs of Python is loaded before that.

Input: a line of JSON (task, kind, context, limits), then the template. Output: a line of JSON, then the document.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import types
from pathlib import Path
from typing import Any, BinaryIO

OUT_OF_MEMORY = 3
# Loaded on first use by the libraries; nothing can be opened any more by then.
_LATE = ("webapp.documents.lint", "encodings.cp437", "encodings.unicode_escape", "jinja2.debug", "linecache")


def main() -> int:
    _without_the_product()
    for name in _LATE:
        importlib.import_module(name)
    order = json.loads(sys.stdin.buffer.readline())
    _confine(order["limits"])
    try:
        _answer(_done(order, sys.stdin.buffer.read()), sys.stdout.buffer)
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _without_the_product() -> None:
    """`webapp` as a bare folder: importing the product itself would take a second, and read settings."""
    package = types.ModuleType("webapp")
    package.__path__ = [str(Path(__file__).parents[1])]
    sys.modules["webapp"] = package


def _confine(limits: dict[str, int]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"]))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["output"], limits["output"]))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def _done(order: dict[str, Any], template: bytes) -> tuple[dict[str, Any], bytes]:
    """The head of the answer and its body. A template that does not fit is an answer, not a failure."""
    from webapp.documents.renderer import TemplateError

    try:
        return _TASKS[order["task"]](order, template)
    except TemplateError as error:
        return {"template_error": str(error)}, b""


def _lint(order: dict[str, Any], template: bytes) -> tuple[dict[str, Any], bytes]:
    from webapp.documents.catalogue import DocumentKind
    from webapp.documents.lint import lint

    found = lint(DocumentKind(order["kind"]), template, order["columns"])
    return {"problems": [[problem.code, problem.name, problem.part, problem.line] for problem in found]}, b""


def _render(order: dict[str, Any], template: bytes) -> tuple[dict[str, Any], bytes]:
    from webapp.documents.renderer import render

    return {}, render(order["kind"], order["context"], template)


def _paragraphs(order: dict[str, Any], template: bytes) -> tuple[dict[str, Any], bytes]:
    from webapp.documents.lint import paragraphs

    return {"paragraphs": paragraphs(template)}, b""


_TASKS = {"lint": _lint, "render": _render, "paragraphs": _paragraphs}


def _answer(answer: tuple[dict[str, Any], bytes], target: BinaryIO) -> None:
    head, body = answer
    target.write(json.dumps(head).encode() + b"\n")
    target.write(body)
    target.flush()


if __name__ == "__main__":
    sys.exit(main())
