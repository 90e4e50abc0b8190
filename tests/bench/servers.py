"""Gunicorn on a free port, with the settings `make run` uses; the same for the reference and for us."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.settings import environment

ROOT = Path(__file__).parents[2]
SETTINGS = (
    "--worker-class",
    "gthread",
    "--workers",
    "2",
    "--threads",
    "4",
    "--no-control-socket",
    "--log-level",
    "error",
)
SECONDS_TO_START = 30


@contextmanager
def serving(target: str, folder: Path) -> Iterator[int]:
    """Serve `module:app` on the database of this folder; gives the port."""
    port = _free_port()
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    command = [sys.executable, "-m", "gunicorn", *SETTINGS, "--bind", f"127.0.0.1:{port}", target]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(database_url(folder), folder, PATH=path))
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def database_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'bench.db'}"


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start") from None
            time.sleep(0.1)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
