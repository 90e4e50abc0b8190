"""A child that may be killed: forked from a parent that has everything loaded, heard through a pipe."""

import os
import signal
import sys
from collections.abc import Callable
from types import TracebackType

from flask import Flask

from webapp.extensions import db

Say = Callable[[str], None]


class Child:
    """Runs `work(say)` in a fork of this process; `heard()` is what it said so far, line by line."""

    def __init__(self, work: Callable[[Say], None]) -> None:
        reading, writing = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reading)
            _work(work, writing)
        os.close(writing)
        self.pipe = os.fdopen(reading, "rb", buffering=0)
        self.text = b""

    def wait_for_a_word(self) -> None:
        """Until it says something, or ends."""
        self.text += self.pipe.read(1) or b""

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def heard(self) -> list[str]:
        """Everything it said until it ended; only whole lines count."""
        while some := self.pipe.read(65536):
            self.text += some
        _pid, self.status = os.waitpid(self.pid, 0)
        self.pipe.close()
        return self.text.decode().split("\n")[:-1]

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self.pipe.closed:
            self.kill()
            self.heard()


def _work(work: Callable[[Say], None], pipe: int) -> None:
    """Never returns: nothing of the parent (its tests, its exit handlers) may run twice."""
    status = 1
    try:
        work(lambda line: _say(pipe, line))
        status = 0
    except BaseException as error:  # noqa: BLE001 - the parent must hear of it
        _say(pipe, f"error {type(error).__name__}: {str(error)[:300]!r}")
    finally:
        os._exit(status)


def _say(pipe: int, line: str) -> None:
    os.write(pipe, line.encode() + b"\n")


def alone(app: Flask) -> None:
    """Close every connection, so that a fork shares none."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
