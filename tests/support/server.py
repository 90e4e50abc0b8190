"""The product as `make run` starts it, server and worker, with demonstration data, for a browser to visit."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.settings import environment

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 90


@dataclass
class LiveServer:
    """A running server on its own folder."""

    url: str
    folder: Path
    accounts: list[dict[str, Any]]
    process: "subprocess.Popen[bytes]"

    def flask(self, *command: str) -> str:
        """What a command of the product prints, run against this server's data."""
        return run_flask(self.folder, *command)

    def log(self) -> str:
        """Everything the server and its worker have said."""
        return (self.folder / "server.log").read_text()

    def stop(self) -> None:
        """Ask it to stop, as an operator would, and see that it does."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(20)
        finally:
            _end_group(self.process.pid)


def demonstration(folder: Path) -> Path:
    """A folder with a migrated database and demonstration data, made once and copied for each server."""
    folder.mkdir(parents=True)
    run_flask(folder, "db", "upgrade")
    run_flask(folder, "demo", "load")
    return folder


def start_server(template: Path, folder: Path) -> LiveServer:
    """Start server and worker on a copy of the template folder and a free port, and wait until it answers."""
    shutil.copytree(template, folder)
    accounts = json.loads(run_flask(folder, "demo", "accounts", "--json"))
    port = _free_port()
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [ROOT / ".bin" / "serve"], cwd=ROOT, env=_environment(folder, PORT=str(port), WEB_PROCESSES="1"),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    server = LiveServer(f"http://127.0.0.1:{port}", folder, accounts, process)
    _wait(server)
    return server


def run_flask(folder: Path, *command: str) -> str:
    """Run `flask --app wsgi` with these words on the data of this folder; its errors are shown whole."""
    words = [sys.executable, "-m", "flask", "--app", "wsgi", *command]
    done = subprocess.run(words, check=False, cwd=ROOT, env=_environment(folder), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"flask {' '.join(command)}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _environment(folder: Path, **more: str) -> dict[str, str]:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return environment(f"sqlite:///{folder / 'jumelage.db'}", folder, PATH=path, **more)


def _wait(server: LiveServer) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            urllib.request.urlopen(server.url, timeout=5).close()  # noqa: S310 - our own server
        except urllib.error.HTTPError:
            return
        except OSError:
            if server.process.poll() is not None or time.monotonic() > deadline:
                server.stop()
                raise RuntimeError(f"The server did not start:\n{server.log()}") from None
            time.sleep(0.1)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_group(leader: int) -> None:
    """Nothing may outlive a test, even when the orderly stop failed."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
