"""Write every template again: `python -m contract_templates.authoring`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from contract_templates.authoring import (
    contract,
    letters,
    memorandum,
    memorandum_en,
    memorandum_fr,
    memorandum_nl,
    two_columns,
)

TARGET = Path(__file__).resolve().parents[1]
BUILDERS: Mapping[str, Callable[[], bytes]] = {
    "memorandum.docx": partial(memorandum.build, memorandum_en.TEXT),
    "memorandum.nl.docx": partial(memorandum.build, memorandum_nl.TEXT),
    "memorandum.fr.docx": partial(memorandum.build, memorandum_fr.TEXT),
    "memorandum.en-nl.docx": partial(two_columns.build, memorandum_en.TEXT, memorandum_nl.TEXT),
    "memorandum.en-fr.docx": partial(two_columns.build, memorandum_en.TEXT, memorandum_fr.TEXT),
    "investment_contract.docx": contract.build,
} | {f"letters/{name}.docx": build for name, build in letters.BUILDERS.items()}


def main() -> None:
    for name, build in BUILDERS.items():
        path = TARGET / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(build())


if __name__ == "__main__":
    main()
