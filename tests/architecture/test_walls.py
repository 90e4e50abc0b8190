"""The walls of .importlinter stand: the tree keeps them, and each kind of breach is noticed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What is planted, where, and the contract that must break.
BREACHES = [
    ("workflows/vocabulary.py", "import webapp.models", "Workflows know no web"),
    ("workflows/vocabulary.py", "import transitions", "Only the engine knows"),
    ("webapp/utils.py", "", "Each module stands on its floor"),
    ("webapp/models/__init__.py", "import webapp.services", "Each module stands on its floor"),
    ("webapp/applications/queries.py", "import webapp.reviews.queries", "Each module stands on its floor"),
    ("webapp/reviews/forms.py", "import webapp.reviews.use_cases", "Inside a feature"),
    ("webapp/reviews/use_cases.py", "from flask import request", "What a use case needs, it is given"),
    ("webapp/services/audit.py", "from flask_login import current_user", "What a use case needs, it is given"),
]


@pytest.mark.parametrize(("name", "line", "contract"), BREACHES, ids=[f"{b[0]}-{b[1]}" for b in BREACHES])
def test_a_breach_is_noticed(name: str, line: str, contract: str, house: Path) -> None:
    with (house / name).open("a") as module:
        module.write(f"\n{line}\n")
    assert [broken for broken in _broken(house) if broken.startswith(contract)]


def test_the_walls_stand() -> None:
    assert _broken(ROOT) == []


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the code to plant breaches in."""
    for package in ("webapp", "workflows"):
        for module in (ROOT / package).rglob("*.py"):
            copy = tmp_path / module.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(module, copy)
    shutil.copyfile(ROOT / ".importlinter", tmp_path / ".importlinter")
    return tmp_path


def _broken(house: Path) -> list[str]:
    """The names of the contracts that do not hold in this folder."""
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [program, "--no-cache"], cwd=house, env={"COLUMNS": "200"}, check=False, capture_output=True, text=True
    )
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if line.endswith("BROKEN") or "BROKEN (" in line]
