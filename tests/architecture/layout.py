"""What a reader of the tree may expect, as questions about a folder; each answers with what is wrong, line by line."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

TOP_LEVEL = {
    "webapp", "workflows", "contract_templates", "migrations", "tests", "docs",
    "config.py", "wsgi.py", "requirements.txt", "Makefile",
    "README.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "publiccode.yml",
}  # fmt: skip
PRODUCT = ("webapp", "workflows", "config.py", "wsgi.py")
GENERATED = ("migrations/versions/", "webapp/static/", "tests/support/vendor/", ".assets/package-lock.json")

FILE_LINES_P90, FUNCTION_LINES_P90, FUNCTION_LINES_MOST = 300, 20, 60

# Written in pieces, so that this file does not find itself.
POSTPONED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b|raise NotImplemented" r"Error")
SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE " r"KEY-----"),
    "a token": re.compile(r"\b(gh[pousr]_\w{30,}|glpat-[\w-]{20,}|AKIA[0-9A-Z]{16}|xox[abpr]-[\w-]{20,})"),
    "a password in an address": re.compile(r"\b[a-z+]{3,20}://[^\s/:@'\"{}$]+:[^\s/:@'\"{}$]{3,}@[\w.-]+"),
    "a machine's path": re.compile(r"(?<![\w.$}])/(home|root|Users|work)/[\w.-]+"),
    "a registry's address": re.compile(
        r"(--(extra-)?index-url|\bregistry\s*=)|https?://[\w.-]*(pypi|npmjs|artifactory|nexus)[\w.-]*", re.IGNORECASE
    ),
}


@dataclass(frozen=True)
class Function:
    """A function and how many lines it takes, decorators and docstring left out."""

    place: str
    lines: int


def files(root: Path) -> list[str]:
    """Every file git tracks or would track here, generated ones left out."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted({name for name in names if name and (root / name).is_file() and not name.startswith(GENERATED)})


def strangers(root: Path) -> list[str]:
    """Names at the top level nobody agreed on. Dotfiles hold the settings of tools."""
    return sorted({top for name in files(root) if (top := name.split("/")[0]) not in TOP_LEVEL and top[0] != "."})


def long_files(root: Path) -> list[str]:
    """The longest files, when a tenth or more of all Python files is too long to read in one sitting."""
    sizes = {name: len(lines) for name, lines in _texts(root, ".py")}
    if _p90(list(sizes.values())) <= FILE_LINES_P90:
        return []
    return [f"{name}: {size} lines" for name, size in sizes.items() if size > FILE_LINES_P90]


def long_functions(root: Path) -> list[str]:
    """Functions of the product that do not fit a screen; all long ones when a tenth or more is long."""
    functions = [function for name in files(root) if name.startswith(PRODUCT) for function in _functions(root, name)]
    bound = FUNCTION_LINES_MOST if _p90([f.lines for f in functions]) <= FUNCTION_LINES_P90 else FUNCTION_LINES_P90
    return [f"{function.place}: {function.lines} lines" for function in functions if function.lines > bound]


def postponed(root: Path) -> list[str]:
    """Work left for later in a comment, where nobody plans it."""
    return [
        f"{name}:{number}: {line.strip()}"
        for name, lines in _texts(root, ".py", ".html", ".js", ".scss", ".sh", "Makefile", "/run", "/serve")
        for number, line in enumerate(lines, 1)
        if POSTPONED.search(line)
    ]


def secrets(root: Path) -> list[str]:
    """What a public repository must not carry: secrets, paths of one machine, addresses of package registries."""
    return [
        f"{name}:{number}: {what}: {line.strip()[:80]}"
        for name, lines in _texts(root)
        for number, line in enumerate(lines, 1)
        for what, pattern in SECRETS.items()
        if pattern.search(line)
    ]


def foreign_imports(root: Path, allowed: dict[str, set[str]], standard: frozenset[str]) -> list[str]:
    """Imports in `workflows` that are neither its own nor the standard library's, exceptions by file."""
    return [
        f"{name}: {module}"
        for name, lines in _texts(root, ".py")
        if name.startswith("workflows/")
        for module in _imported("\n".join(lines))
        if module not in standard | {"workflows"} | allowed.get(name, set())
    ]


def _texts(root: Path, *endings: str) -> Iterator[tuple[str, list[str]]]:
    for name in files(root):
        if endings and not name.endswith(endings):
            continue
        try:
            yield name, (root / name).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a picture or a Word file


def _functions(root: Path, name: str) -> Iterator[Function]:
    if not name.endswith(".py"):
        return
    for node in ast.walk(ast.parse((root / name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            yield Function(f"{name}:{node.lineno} {node.name}", lines)


def _imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def _p90(sizes: list[int]) -> float:
    return quantiles(sizes, n=10)[8] if len(sizes) > 1 else float(sum(sizes))
