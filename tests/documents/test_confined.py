"""Uploaded templates are filled in a child that limits itself: endless, greedy and broken ones fail alone, in words."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.documents.planting import ENDLESS, GREEDY, planted
from webapp.documents import child, confined, samples
from webapp.documents.catalogue import DocumentKind, shipped
from webapp.documents.confined import ConfinedError, Limits
from webapp.documents.plain import as_context
from webapp.documents.renderer import TemplateError, render

MEMORANDUM = DocumentKind.MEMORANDUM
CONTEXT = as_context(samples.memorandum())
SHORT = Limits(cpu_seconds=1)


def failure(template: bytes, limits: Limits) -> str:
    started = time.monotonic()
    with pytest.raises(ConfinedError) as failed:
        confined.render(MEMORANDUM, CONTEXT, template, limits)
    assert time.monotonic() - started < 20
    return failed.value.code


@pytest.mark.parametrize("kind", [MEMORANDUM, DocumentKind.INVESTMENT_CONTRACT], ids=str)
def test_the_child_writes_the_same_bytes(kind: DocumentKind) -> None:
    context = samples.MAKERS[kind]()
    assert confined.render(kind, as_context(context), shipped(kind)) == render(kind, context)


def test_the_child_lints_and_reads() -> None:
    assert confined.lint(MEMORANDUM, shipped(MEMORANDUM)) == []
    (problem,) = confined.lint(MEMORANDUM, planted("{{ operator.nmae }}"))
    assert (problem.code, problem.name) == ("unknown", "operator.nmae")
    assert confined.lint(MEMORANDUM, planted("{{ operator. }}"))[0].code == "syntax"
    assert len(confined.paragraphs(shipped(MEMORANDUM))) > 100


def test_a_template_without_end_is_stopped_by_its_processor_time() -> None:
    assert confined.lint(MEMORANDUM, ENDLESS) == [], "the checks alone would let it in: this test needs such a one"
    assert failure(ENDLESS, SHORT) == "too_slow"


def test_a_template_without_end_is_stopped_at_the_deadline() -> None:
    assert failure(ENDLESS, Limits(wall_seconds=0.8)) == "too_slow"


def test_a_greedy_template_is_stopped_by_its_memory() -> None:
    assert failure(GREEDY, Limits(memory=230 * confined.MEGABYTE)) == "too_large"


def test_a_large_answer_is_stopped_by_its_size() -> None:
    assert failure(shipped(MEMORANDUM), Limits(output=4000)) == "too_large"


def test_without_the_limit_the_endless_one_would_run_on() -> None:
    """The planted mutant: processor time is what stops it, not a fault in the template."""
    with pytest.raises(ConfinedError):
        confined.render(MEMORANDUM, CONTEXT, ENDLESS, Limits(cpu_seconds=60, wall_seconds=2))


def test_a_template_that_does_not_fit_is_an_answer() -> None:
    with pytest.raises(TemplateError, match=r"operator\.nmae"):
        confined.render(MEMORANDUM, CONTEXT, planted("{{ operator.nmae }}"))
    with pytest.raises(TemplateError, match="too many statically nested"):
        many = "".join(f"{{% for a{n} in lines %}}" for n in range(30)) + "{% endfor %}" * 30
        confined.lint(MEMORANDUM, planted(many))


def test_a_child_that_says_nothing_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mute = tmp_path / "mute.py"
    mute.write_text("raise SystemExit('gone')")
    monkeypatch.setattr(confined, "_CHILD", mute)
    assert failure(shipped(MEMORANDUM), SHORT) == "broken"
    mute.write_text("print('not json')")
    assert failure(shipped(MEMORANDUM), SHORT) == "broken"


def test_inside_nothing_can_be_opened() -> None:
    """No file, no socket, no process, and the limits hold: asked of the child's own confinement."""
    program = (
        "import resource, socket, sys; sys.path.insert(0, sys.argv[1]); import child, json\n"
        "child._confine(json.loads(sys.argv[2]))\n"
        "for attempt in (lambda: open('/etc/hostname'), lambda: open('/tmp/x', 'w'), socket.socket):\n"
        "    try: attempt()\n"
        "    except OSError as error: print(error.errno)\n"
        "print(resource.getrlimit(resource.RLIMIT_CPU)[1], resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    limits = json.dumps({"cpu_seconds": 7, "memory": 2**29, "output": 1})
    arguments = [sys.executable, "-I", "-c", program, str(Path(child.__file__).parent), limits]
    said = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.split()
    assert said == ["24", "24", "24", "7", "0"]  # 24: too many open files
