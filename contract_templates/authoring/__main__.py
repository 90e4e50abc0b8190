"""Write every template again: `python -m contract_templates.authoring`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from contract_templates.authoring import contract, letters, memorandum

TARGET = Path(__file__).resolve().parents[1]
BUILDERS: Mapping[str, Callable[[], bytes]] = {
    "memorandum.docx": memorandum.build,
    "investment_contract.docx": contract.build,
} | {f"letters/{name}.docx": build for name, build in letters.BUILDERS.items()}


def main() -> None:
    for name, build in BUILDERS.items():
        path = TARGET / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(build())


if __name__ == "__main__":
    main()
