"""The tree keeps the promises of the house, and each of these checks notices when it does not."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import layout

ROOT = Path(__file__).parents[2]
Check = Callable[[Path], list[str]]


def foreign_imports(root: Path) -> list[str]:
    return layout.foreign_imports(root, {"workflows/engine.py": {"transitions"}}, sys.stdlib_module_names)


CHECKS: list[Check] = [
    layout.strangers,
    layout.long_files,
    layout.long_functions,
    layout.postponed,
    layout.secrets,
    foreign_imports,
]

LONG = "def long():\n" + "    print()\n" * 61
MEDIUM = "def medium():\n" + "    print()\n" * 21
MUTANTS: list[tuple[Check, str, str]] = [
    (layout.strangers, "helpers.py", ""),
    (layout.strangers, "services/mail.py", ""),
    (layout.long_files, "webapp/everything.py", "x = 1\n" * 400),
    (layout.long_functions, "webapp/long.py", LONG),
    (layout.long_functions, "workflows/medium.py", MEDIUM),
    (layout.postponed, "webapp/later.py", "# TO" + "DO: the rest"),
    (layout.postponed, "webapp/templates/later.html", "{# FIX" + "ME #}"),
    (layout.postponed, "webapp/stub.py", "raise NotImplemented" + "Error"),
    (layout.secrets, "docs/deploy.md", "-----BEGIN RSA PRIVATE " + "KEY-----"),
    (layout.secrets, "config.py", "URL = 'postgresql://jumelage:" + "hunter2@db/jumelage'"),
    (layout.secrets, ".ci/token", "gh" + "p_" + "a" * 36),
    (layout.secrets, "docs/setup.md", "cd /ho" + "me/somebody/jumelage"),
    (layout.secrets, "requirements.txt", "--index" + "-url https://packages.example/simple"),
    (foreign_imports, "workflows/guards.py", "from sqlalchemy import select"),
    (foreign_imports, "workflows/guards.py", "import transitions"),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_tree_is_in_order(check: Check) -> None:
    assert check(ROOT) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_small_tidy_tree_passes(check: Check, tree: Path) -> None:
    assert check(tree) == []


@pytest.mark.parametrize(("check", "name", "text"), MUTANTS, ids=[f"{m[0].__name__}-{m[1]}" for m in MUTANTS])
def test_disorder_is_noticed(check: Check, name: str, text: str, tree: Path) -> None:
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text(text)
    assert len(check(tree)) == 1


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tidy repository to plant disorder in."""
    for name in ("webapp/clock.py", "workflows/engine.py", "docs/why.md", ".ruff.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path
