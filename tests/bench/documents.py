"""What the compiled templates save: the eight-page contract, ours and plain docxtpl in turn, in processor time."""

import io
import time
from collections.abc import Callable
from statistics import median

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.bench.engine import Line
from webapp.documents import samples
from webapp.documents.catalogue import CATALOGUE, DocumentKind, shipped
from webapp.documents.plain import as_context
from webapp.documents.renderer import fill, prepared

ROUNDS = 100
AIM = 8


def lines(rounds: int = ROUNDS) -> list[Line]:
    """Interleaved, so that a busy machine slows both alike."""
    entry = CATALOGUE[DocumentKind.INVESTMENT_CONTRACT]
    context = as_context(samples.contract())
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)

    def ours() -> None:
        fill(prepared(shipped(entry.kind), entry.context), context)

    def plain() -> None:
        template = DocxTemplate(entry.template())
        template.render(context, environment)
        template.save(io.BytesIO())

    ours()  # compiled once per version of the template
    pairs = [(_cpu(ours), _cpu(plain)) for _round in range(rounds)]
    mine, theirs = (1000 * median(times) for times in zip(*pairs, strict=True))
    beside = f"plain docxtpl, in turn, {rounds} times each: {theirs:.1f} ms; aim ≥ {AIM}×"
    found = Line("One contract, compiled template", f"{mine:.2f} ms of processor, {theirs / mine:.1f}× less", beside)
    return [Line(found.what, found.value, found.beside, theirs >= AIM * mine)]


def _cpu(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
