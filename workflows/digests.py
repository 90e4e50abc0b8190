"""The digest of every version that was given out: its cases count on that topology, so start-up refuses another.

A changed table gets the next number and the old one stays in EARLIER. Before release 1.0 a version may be given out
anew (docs/decisions/0009): `python -m workflows.digests` writes the file.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from workflows.definition import Definition
from workflows.definitions import KNOWN

FILE = Path(__file__).with_name("digests.json")


def of(definitions: Iterable[Definition]) -> dict[str, str]:
    return {_key(definition): definition.digest() for definition in definitions}


def given_out() -> dict[str, str]:
    """The digests as they were written down."""
    found: dict[str, str] = json.loads(FILE.read_text())
    return found


def changed(definitions: Iterable[Definition], known: Mapping[str, str]) -> list[str]:
    """Versions that are not what was given out under their number, in words for their author."""
    said = "is not the table that was given out under this number (workflows/digests.py)"
    return [
        f"{definition.machine}: version {definition.version} {said}"
        for definition in definitions
        if known.get(_key(definition)) != definition.digest()
    ]


def write() -> None:
    FILE.write_text(json.dumps(dict(sorted(of(KNOWN).items())), indent=2) + "\n")


def _key(definition: Definition) -> str:
    return f"{definition.machine} {definition.version}"


if __name__ == "__main__":
    write()
