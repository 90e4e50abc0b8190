"""Where every chain stood at a moment, kept in the database and in a file outside it.

A chain proves that its own links follow each other; it cannot miss what is gone as a whole, nor tell a tail that was
written anew with fresh hashes. The heads kept here can. The file's lines form a chain of their own, so whoever wants to
hide something has to change the record, the table and the file, and every copy of the file that an operator took.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import and_, func, select, tuple_

from webapp import clock
from webapp.extensions import db
from webapp.models.checkpoint import Checkpoint, Head
from webapp.models.record import AuditEntry
from webapp.services import audit
from workflows.vocabulary import Machine

FILE = "audit-heads.jsonl"
EVERY = timedelta(days=1)
AT_ONCE = 400  # heads asked for in one statement
Fault = tuple[str, int, int, str]  # machine, case, sequence, what is wrong
Key = tuple[str, int, int]  # machine, case, sequence


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file: the heads that were new, and the digest of the line before."""

    at: str
    previous: str
    heads: tuple[tuple[str, int, int, str], ...]

    def digest(self) -> str:
        content = json.dumps([self.at, self.previous, self.heads], separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()


def write(file: Path) -> Checkpoint | None:
    """Keep the heads of all chains that have grown, in the table and at the end of `file`; None when none has.

    Must run in a write transaction of its own. The file is written, and synced, before the commit: the table never
    knows a checkpoint that the file does not.
    """
    grown = _grown()
    if not grown:
        return None
    now = clock.now()
    line = Line(now.isoformat(timespec="microseconds"), _last_digest(file), tuple(grown))
    checkpoint = Checkpoint(at=now, digest=line.digest())
    db.session.add(checkpoint)
    db.session.flush()
    for machine, case_id, sequence, digest in grown:
        head = Head(checkpoint_id=checkpoint.id, machine=Machine(machine), case_id=case_id, sequence=sequence)
        head.hash = digest
        db.session.add(head)
    db.session.flush()  # a second worker stops here, before it has touched the file
    _append(file, line)
    return checkpoint


def is_due(now: datetime) -> bool:
    """Whether the last checkpoint is a day old, or there is none."""
    last = db.session.scalar(select(func.max(Checkpoint.at)))
    return last is None or last + EVERY <= now


def faults(file: Path, limit: int = 100) -> list[Fault]:
    """Everything in which the record differs from a head that was kept, in the table or in the file."""
    lines, found = _read(file)
    digests = {line.digest() for line in lines}
    for number, digest in db.session.execute(select(Checkpoint.id, Checkpoint.digest).order_by(Checkpoint.id)):
        if digest not in digests:
            found.append(("checkpoint", number, 0, f"{file.name} does not hold it"))
    in_file = {
        (machine, case_id, sequence): digest for line in lines for machine, case_id, sequence, digest in line.heads
    }
    in_table = {_key(head): head.hash for head in db.session.scalars(select(Head))}
    kept = in_table | in_file
    found += [
        (*key, "the table and the file of heads differ")
        for key in sorted(in_table.keys() & in_file.keys())
        if in_table[key] != in_file[key]
    ]
    return [*found, *_changed(kept)][:limit]


def every_fault(file: Path, limit: int = 100) -> list[Fault]:
    """What the chains say and what the heads say, together: the whole answer to "does the record hold?"."""
    return [*audit.broken_links(limit), *faults(file, limit)][:limit]


def file_in(var: Path) -> Path:
    """Where an installation keeps the heads outside its database."""
    return var / FILE


def _grown() -> list[tuple[str, int, int, str]]:
    newest = (
        select(AuditEntry.machine, AuditEntry.case_id, func.max(AuditEntry.sequence).label("sequence"))
        .group_by(AuditEntry.machine, AuditEntry.case_id)
        .subquery()
    )
    same = (newest.c.machine == AuditEntry.machine, newest.c.case_id == AuditEntry.case_id)
    kept = (
        Head.machine == AuditEntry.machine,
        Head.case_id == AuditEntry.case_id,
        Head.sequence == AuditEntry.sequence,
    )
    query = (
        select(AuditEntry.machine, AuditEntry.case_id, AuditEntry.sequence, AuditEntry.hash)
        .join(newest, and_(*same, newest.c.sequence == AuditEntry.sequence))
        .where(~select(Head.id).where(*kept).exists())
        .order_by(AuditEntry.machine, AuditEntry.case_id)
    )
    return [
        (machine.value, case_id, sequence, digest) for machine, case_id, sequence, digest in db.session.execute(query)
    ]


def _changed(kept: dict[Key, str]) -> Iterator[Fault]:
    for some in _portions(sorted(kept)):
        there = dict(_entries(some))
        for key in some:
            if key not in there:
                yield (*key, "was kept at a checkpoint and is gone")
            elif there[key] != kept[key]:
                yield (*key, "is not what was kept at a checkpoint")


def _entries(keys: list[Key]) -> Iterator[tuple[Key, str]]:
    columns = (AuditEntry.machine, AuditEntry.case_id, AuditEntry.sequence)
    wanted = [(Machine(machine), case_id, sequence) for machine, case_id, sequence in keys]
    for machine, case_id, sequence, digest in db.session.execute(
        select(*columns, AuditEntry.hash).where(tuple_(*columns).in_(wanted))
    ):
        yield (machine.value, case_id, sequence), digest


def _portions(keys: list[Key]) -> Iterator[list[Key]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def _key(head: Head) -> Key:
    return head.machine.value, head.case_id, head.sequence


def _last_digest(file: Path) -> str:
    lines, _found = _read(file)
    return lines[-1].digest() if lines else audit.GENESIS


def _read(file: Path) -> tuple[list[Line], list[Fault]]:
    """The lines that can be read, and what is wrong with the file itself.

    A line that cannot be read is no fault of its own: a crash may tear the last one before its checkpoint is committed.
    Where a whole one was damaged, the line after it or its checkpoint in the table misses it.
    """
    lines: list[Line] = []
    found: list[Fault] = []
    previous = audit.GENESIS
    for number, text in enumerate(_texts(file), 1):
        try:
            line, digest = _parse(json.loads(text))
        except (ValueError, KeyError, TypeError):
            continue
        if digest != line.digest():
            found.append(("file", number, 0, "was changed"))
        elif line.previous != previous:
            found.append(("file", number, 0, "does not follow the line before it"))
        previous = line.digest()
        lines.append(line)
    return lines, found


def _texts(file: Path) -> Iterable[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else ()


def _parse(given: dict[str, Any]) -> tuple[Line, str]:
    heads = tuple((str(m), int(c), int(s), str(h)) for m, c, s, h in given["heads"])
    return Line(str(given["at"]), str(given["previous"]), heads), str(given["digest"])


def _append(file: Path, line: Line) -> None:
    """One line, on the disk when this returns; a line that a crash left half written is ended first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {"at": line.at, "previous": line.previous, "heads": line.heads, "digest": line.digest()}
    with file.open("ab+") as end:
        if end.tell():
            end.seek(-1, os.SEEK_END)
            torn = end.read(1) != b"\n"
            end.write(b"\n" if torn else b"")
        end.write(json.dumps(content, separators=(",", ":")).encode() + b"\n")
        end.flush()
        os.fsync(end.fileno())
