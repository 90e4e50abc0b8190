"""G3b: at least one sync of the disk per commit. A kill test passes without one; a power cut would not.

Run as a program (`python -m tests.prove.syncs FOLDER COMMITS [off]`) it makes that many committed transitions, with a
system call after each that strace writes down between the syncs.
"""

import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from tests.prove.child import alone
from tests.prove.house import House
from tests.support import programs
from tests.support.settings import environment, settings_for

ROOT = Path(__file__).parents[2]
MARK = "no-such-folder-of-the-proofs"


def run(house: House, commits: int, *, synchronous: bool = True) -> list[str]:
    """Commits without a sync; skips the calling test loudly, or fails with CI=true, where strace is missing."""
    strace = programs.path_of("strace")
    folder = house.folder / "syncs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    house.fresh()
    alone(house.app)
    shutil.copyfile(house.installation.database.url.removeprefix("sqlite:///"), folder / "test.db")
    child = [sys.executable, "-m", "tests.prove.syncs", str(folder), str(commits), *([] if synchronous else ["off"])]
    command = [strace, "-f", "-qq", "-e", "trace=fsync,fdatasync,rmdir", "-o", str(folder / "trace"), *child]
    arguments = [str(house.mover), *map(str, house.running)]
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, env=environment(_url(folder), folder), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        return [done.stderr[-2000:]]
    return _judge((folder / "trace").read_text(), commits)


def _judge(trace: str, commits: int) -> list[str]:
    """Split the trace at the marks: before the first is the start, after each lies one commit."""
    _start, *between = re.split(rf'rmdir\("{MARK}"', trace)
    found = [] if len(between) == commits + 1 else [f"{len(between) - 1} marks for {commits} commits"]
    counts = [len(re.findall(r"\b(?:fsync|fdatasync)\(", part)) for part in between[:commits]]
    return found + [f"commit {number} was not synced" for number, count in enumerate(counts, 1) if not count]


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'test.db'}"


def _mark() -> None:
    with suppress(FileNotFoundError):
        Path(MARK).rmdir()


def _child(folder: Path, commits: int, off: bool, mover: int, running: list[int]) -> None:
    from tests.factories import people
    from tests.prove.house import acting, application
    from tests.prove.kills import BACK_AND_FORTH
    from webapp import create_app
    from webapp.extensions import db
    from webapp.models.people import Person
    from webapp.services.advance import advance

    app = create_app(settings_for(_url(folder), folder))
    with app.app_context():
        if off:  # the planted mutant
            sa.event.listen(db.engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))
        who = people.acting(db.session.get_one(Person, mover))
        db.session.remove()
        _mark()
        for number in range(commits):
            with acting(app):
                file = application(running[number % len(running)])
                advance(file, BACK_AND_FORTH[file.state], who, reason="Once more")
            _mark()


if __name__ == "__main__":
    place, count, *rest = sys.argv[1:]
    without = rest[:1] == ["off"]
    first, *files = map(int, rest[1:] if without else rest)
    _child(Path(place), int(count), without, first, files)
