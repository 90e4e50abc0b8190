"""What a converter may: no network, a clean environment, little memory, little time, a low place in the queue.

Each wall is a small program of the system (util-linux, coreutils). Where one is missing or not permitted the converter
runs without that wall, and the log says so once; the hardened profile (`profile`) stands in any case.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

import structlog

log = structlog.get_logger()
MEMORY = 4 * 1024**3  # addresses, not pages: LibreOffice maps some 1.5 GB and uses 0.2
FILE = 200 * 1024**2
CPU_SECONDS = 900
_LIMITS = ("prlimit", f"--as={MEMORY}", f"--fsize={FILE}", f"--cpu={CPU_SECONDS}", "--core=0", "--")
_NETWORK = (("unshare", "--net"), ("unshare", "--map-current-user", "--net"), ("unshare", "--map-root-user", "--net"))
_LISTENING = "00010000"  # the flag SO_ACCEPTCON in the kernel's table of sockets
_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--no-new-privs")  # a killed worker leaves no converter behind


@cache
def around() -> tuple[str, ...]:
    """The words to put before a command, found out once."""
    walls: list[str] = []
    for name, choices in (
        ("priority", (("nice", "-n", "10"),)),
        ("limits", (_LIMITS,)),
        ("network", _NETWORK),
        ("with_us", (_WITH_US,)),
    ):
        wall = next((choice for choice in choices if _permitted(choice)), None)
        if wall is None:
            log.warning("the converter runs without this wall", wall=name)
        walls.extend(wall or ())
    return tuple(walls)


def _permitted(wall: tuple[str, ...]) -> bool:
    if shutil.which(wall[0]) is None:
        return False
    return subprocess.run([*wall, "true"], check=False, capture_output=True, timeout=10).returncode == 0


def surroundings(home: Path) -> dict[str, str]:
    """The whole environment of a converter: no secret of ours, no display, temporary files in its slot."""
    temporary = home / "tmp"
    temporary.mkdir(exist_ok=True)
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
    }


def can_watch() -> bool:
    """Whether the system shows what a process listens on."""
    return Path("/proc/self/net/unix").exists()


def listens(pid: int) -> bool:
    """Whether this process has opened the pipe on which LibreOffice takes orders."""
    try:
        own = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
        table = Path(f"/proc/{pid}/net/unix").read_text().splitlines()
    except OSError:
        return False
    pipes = [line.split() for line in table if "SingleOfficeIPC" in line]
    return any(words[3] == _LISTENING and f"socket:[{words[6]}]" in own for words in pipes)
