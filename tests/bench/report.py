"""The table, on the screen and as docs/benchmarks.md, with what was aimed at and what came out."""

import os
import platform
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.engine import Line
from tests.bench.measure import CLIENTS, Target
from tests.bench.servers import SETTINGS
from webapp import clock

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
HEADS = ("What", "requests/s", "p50 ms", "p95 ms", "× reference", "SQL", "bytes", "gzipped")
TIMES, STATEMENTS, GROWTH = 4.0, 10, 1.2


def table(targets: Sequence[Target], reference: Target) -> list[tuple[str, ...]]:
    return [HEADS, *(_row(target, reference) for target in targets)]


def _row(target: Target, reference: Target) -> tuple[str, ...]:
    return (
        target.name,
        f"{target.rate:,.0f}",
        f"{1000 * target.p50:.1f}",
        f"{1000 * target.p95:.1f}",
        f"{target.p50 / reference.p50:.1f}",
        "–" if target.statements is None else str(target.statements),
        f"{target.size:,}",
        f"{target.compressed:,}",
    )


def verdicts(aimed: Sequence[Target], reference: Target, small: Target, large: Target) -> list[tuple[bool, str]]:
    """Each aim of issue 2 with whether it is met."""
    found = []
    for target in aimed:
        times = target.p50 / reference.p50
        found.append((times <= TIMES, f"{target.name}: {times:.1f}× the reference, aim ≤ {TIMES:.0f}×"))
        number = target.statements or 0
        found.append((number <= STATEMENTS, f"{target.name}: {number} SQL statements, aim ≤ {STATEMENTS}"))
    growth = large.p50 / small.p50
    found.append((growth <= GROWTH, f"The list at 50,000 takes {growth:.2f}× its time at 5,000, aim ≤ {GROWTH}×"))
    return found


def aligned(rows: Sequence[tuple[str, ...]]) -> str:
    """The table for a terminal: names to the left, figures to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    lines = [[cell.rjust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    return "\n".join("  ".join([row[0].ljust(widths[0]), *line[1:]]) for row, line in zip(rows, lines, strict=True))


NO_COMPRESSION = """The server does not compress: that is the work of the proxy before it. The last column is what gzip
  makes of the body."""


def write(
    rows: Sequence[tuple[str, ...]], inside: Sequence[Line], found: Sequence[tuple[bool, str]], seconds: float,
    compresses: bool,
) -> None:  # fmt: skip
    """Replace docs/benchmarks.md."""
    engine = [f"| {line.what} | {line.value} | {line.beside} |" for line in inside]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "| --- |" + " ---: |" * (len(HEADS) - 1))
    aims = [f"- {'met' if good else '**missed**'}: {text}" for good, text in found]
    PAGE.write_text(
        f"""# Benchmarks

Made by `make bench` on {clock.today().isoformat()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite
{sqlite3.sqlite_version}, {sys.platform}; the whole run took {seconds:.0f} seconds. The machine also runs the client, so
read the ratios before the milliseconds.

{chr(10).join(lines)}

| The engine | | Beside |
| --- | ---: | --- |
{chr(10).join(engine)}

{chr(10).join(aims)}

How it is measured (`tests/bench`):

- The reference is a bare Flask page: one primary-key query through SQLAlchemy on the same database, 10 KB of Jinja.
- Both run under `gunicorn {" ".join(SETTINGS)}` on SQLite files with our own settings (WAL, full durability).
- p50 and p95 are of one client, requests interleaved one by one; requests/s are of bursts of {CLIENTS} clients, page
  after page. The Word document is rendered in the bench's own process, by one client.
- SQL counts the statements of one request, signing in included, BEGIN and COMMIT left out.
- The lines of the engine are medians in the bench's own process. A decision is asked for each edge of the
  application's machine, and so is the plain table, in turn. A transition is a file suspended or resumed by its manager
  with record, deadlines and what the worker is to tell, from a fresh session to the commit; then the database is set
  back, and the driver alone is asked the same statements in the same transactions ("raw"). PostgreSQL runs with the
  tests' settings, which do not sync.
- {"The server compresses." if compresses else NO_COMPRESSION}
""",
        encoding="utf-8",
    )
