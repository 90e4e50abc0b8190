"""The content of an application as people read it, and what changed between two versions of it.

Both work on a snapshot (`content.snapshot`, or the frozen content of a version): the same reading for what is written
now, what was submitted and what was signed off.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from flask_babel import gettext as _

from webapp import wording
from webapp.models.application import Application, BudgetCategory, PartyRole, RiskKind, Section
from webapp.services.content import REQUIRED
from webapp.wording import questions

DECLARED = ("double_funding", "truth", "conflict")


@dataclass(frozen=True, slots=True)
class Names:
    """What a snapshot names by number."""

    organisations: Mapping[int, str]
    themes: Mapping[int, str]
    currency: str


def names_for(application: Application, *snapshots: Mapping[str, Any]) -> Names:
    """The names these snapshots need; a statement for the plan's themes only when one names another than today's."""
    plan = application.call.plan
    known = [application.theme] if application.theme else []
    if any(snapshot["theme"] not in (None, application.theme_id) for snapshot in snapshots):
        known = plan.themes
    return Names(
        {party.organisation_id: party.organisation.name for party in application.parties},
        {theme.id: theme.title for theme in known},
        plan.programme.currency,
    )


@dataclass(frozen=True, slots=True)
class Text:
    """One question and its answer; empty when nothing is written yet."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    kind: str = "text"  # as in the table macro: head, text, money


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind: objectives, budget lines, risks, files."""

    key: str
    label: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its answers."""

    section: Section
    texts: tuple[Text, ...] = ()
    tables: tuple[Table, ...] = ()

    @property
    def empty(self) -> bool:
        return not any(t.value for t in self.texts) and not any(t.rows for t in self.tables)


def parts(snapshot: Mapping[str, Any], names: Names) -> tuple[Part, ...]:
    """The nine sections in order; files stand with the section they belong to."""
    return tuple(
        Part(section, tuple(_texts(section, snapshot, names)), tuple(_tables(section, snapshot, names)))
        for section in Section
    )


def part(snapshot: Mapping[str, Any], names: Names, section: Section) -> Part:
    """One section of it."""
    return next(found for found in parts(snapshot, names) if found.section is section)


def _texts(section: Section, snapshot: Mapping[str, Any], names: Names) -> Iterable[Text]:
    answers = snapshot["sections"].get(section.value, {})
    if section is Section.PARTIES:
        yield _text("title", snapshot["title"])
        yield _text("parties", _partners(snapshot["parties"], names))
        yield _text("period", _period(*snapshot["period"]))
    elif section is Section.FIT:
        yield _text("theme_id", names.themes.get(snapshot["theme"], ""))
        goal = snapshot["sdg_goal"]
        yield _text("sdg_goal", f"{goal}. {wording.goal(goal)}" if goal else "")
    elif section is Section.DECLARATIONS:
        for key in DECLARED:
            yield _text(key, _("Declared") if answers.get(key) else "")
    for key in REQUIRED.get(section, ()):
        yield _text(key, str(answers.get(key, "")))


def _text(key: str, value: str) -> Text:
    return Text(key, questions.label(key), value)


def _partners(members: Sequence[Sequence[Any]], names: Names) -> str:
    lines = (f"{names.organisations.get(number, '?')} ({wording.label(PartyRole(role))})" for number, role in members)
    return "\n".join(lines)


def _period(start: str, end: str) -> str:
    if start and end:
        return wording.period(date.fromisoformat(start), date.fromisoformat(end))
    return " – ".join(wording.day(date.fromisoformat(day)) for day in (start, end) if day)


def _tables(section: Section, snapshot: Mapping[str, Any], names: Names) -> Iterable[Table]:
    if section is Section.OBJECTIVES:
        yield _objectives(snapshot["objectives"])
    elif section is Section.BUDGET:
        yield _budget(snapshot["budget"], names)
    elif section is Section.RISKS:
        yield _risks(snapshot["risks"])
    rows = tuple((str(name), str(digest)[:12]) for subject, name, digest in snapshot["files"] if subject == section)
    if rows:
        columns = (Column(questions.label("file.name"), "head"), Column(questions.label("file.sha256")))
        yield Table("files", questions.label("files"), columns, rows)


OBJECTIVE = ("title", "activity", "how", "owner", "due_on", "indicator", "baseline_value", "target_value")


def _objectives(rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = tuple(
        Column(questions.label(f"objective.{key}"), "head" if key == "title" else "text") for key in OBJECTIVE
    )
    cells = tuple(tuple(_day(row[key]) if key == "due_on" else str(row[key]) for key in OBJECTIVE) for row in rows)
    return Table("objectives", questions.label("objectives"), columns, cells)


def _day(value: str) -> str:
    return wording.day(date.fromisoformat(value)) if value else ""


def _budget(rows: Sequence[Mapping[str, Any]], names: Names) -> Table:
    keys = (("title", "head"), ("category", "text"), ("payee_id", "text"), ("payer_id", "text"))
    money = (("requested", "money"), ("own_share", "money"), ("total", "money"))
    columns = tuple(Column(questions.label(f"line.{key}"), kind) for key, kind in (*keys, *money))
    cells = tuple(_line(row, names) for row in rows)
    sums = tuple(
        wording.amount(sum((Decimal(row[key]) for row in rows), Decimal(0)), names.currency) for key, _kind in money
    )
    return Table("budget", questions.label("budget"), columns, cells, (_("Total"), "", "", "", *sums) if rows else ())


def _line(row: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    payee = names.organisations.get(row["payee"], _("Somebody outside the partnership"))
    payer = names.organisations.get(row["payer"], "?") if Decimal(row["own_share"]) else "–"
    money = (wording.amount(Decimal(row[key]), names.currency) for key in ("requested", "own_share", "total"))
    return (str(row["title"]), wording.label(BudgetCategory(row["category"])), payee, payer, *money)


def _risks(rows: Sequence[Mapping[str, Any]]) -> Table:
    keys = ("kind", "likelihood", "impact", "mitigation", "owner")
    columns = tuple(Column(questions.label(f"risk.{key}"), "head" if key == "kind" else "text") for key in keys)
    order = list(RiskKind)
    cells = tuple(
        (
            wording.label(RiskKind(row["kind"])),
            str(questions.LIKELIHOOD[row["likelihood"]]),
            str(questions.IMPACT[row["impact"]]),
            str(row["mitigation"]),
            str(row["owner"]),
        )
        for row in sorted(rows, key=lambda r: order.index(RiskKind(r["kind"])))
    )
    return Table("risks", questions.label("risks"), columns, cells)


# --- what changed -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text: same, removed or added."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class TextChange:
    label: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row: same, removed, added or changed; each cell as runs."""

    kind: str
    cells: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class TableChange:
    label: str
    columns: tuple[Column, ...]
    rows: tuple[RowChange, ...]


@dataclass(frozen=True, slots=True)
class PartChange:
    """What changed in one section."""

    section: Section
    texts: tuple[TextChange, ...]
    tables: tuple[TableChange, ...]


def difference(old: Mapping[str, Any], new: Mapping[str, Any], names: Names) -> tuple[PartChange, ...]:
    """The sections that differ between two snapshots, old to new, field by field and row by row."""
    changes = []
    for before, after in zip(parts(old, names), parts(new, names), strict=True):
        texts = tuple(
            TextChange(b.label, runs(a.value, b.value))
            for a, b in zip(before.texts, after.texts, strict=True)
            if a.value != b.value
        )
        tables = tuple(_table_changes(before.tables, after.tables))
        if texts or tables:
            changes.append(PartChange(before.section, texts, tables))
    return tuple(changes)


def _table_changes(old: Sequence[Table], new: Sequence[Table]) -> Iterable[TableChange]:
    before, after = {t.key: t for t in old}, {t.key: t for t in new}
    for key in {**before, **after}:
        known = after.get(key) or before[key]
        rows_before = before[key].rows if key in before else ()
        rows_after = after[key].rows if key in after else ()
        if rows_before != rows_after:
            yield TableChange(known.label, known.columns, tuple(_row_changes(rows_before, rows_after)))


def _row_changes(old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]]) -> Iterable[RowChange]:
    """Rows are matched by their content, then by their first cell (the name of an objective, line or risk)."""
    for tag, a, b, c, d in SequenceMatcher(None, list(old), list(new), autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (RowChange("same", tuple((Run("same", cell),) for cell in row)) for row in new[c:d])
        else:
            yield from _replaced(old[a:b], list(new[c:d]))


def _replaced(old: Sequence[tuple[str, ...]], new: list[tuple[str, ...]]) -> Iterable[RowChange]:
    pairs: list[tuple[tuple[str, ...], tuple[str, ...] | None]] = []
    for row in old:
        same_name = next((other for other in new if other[0] == row[0]), None)
        if same_name is not None:
            new.remove(same_name)
        pairs.append((row, same_name))
    if len(pairs) == len(new) == 1 and pairs[0][1] is None:
        pairs = [(old[0], new.pop())]  # one row for one row: it was renamed
    for row, other in pairs:
        if other is None:
            yield RowChange("removed", tuple((Run("removed", cell),) for cell in row))
        else:
            yield RowChange("changed", tuple(runs(a, b) for a, b in zip(row, other, strict=True)))
    yield from (RowChange("added", tuple((Run("added", cell),) for cell in row)) for row in new)


_WORDS = re.compile(r"\s+|[^\s]+")


def runs(old: str, new: str, words: re.Pattern[str] = _WORDS) -> tuple[Run, ...]:
    """The difference of two texts by words: what stayed, what went, what came. `words` finds what counts as one."""
    a, b = words.findall(old), words.findall(new)
    found: list[Run] = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Run("same", "".join(a[i:j])))
            continue
        if i < j:
            found.append(Run("removed", "".join(a[i:j])))
        if k < m:
            found.append(Run("added", "".join(b[k:m])))
    return tuple(found)
