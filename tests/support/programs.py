"""Programs the tests need beside Python. Missing: skipped with a loud line on a desk, an error with CI=true."""

import os
import shutil

import pytest

NEEDED = {
    "Chromium": ("chromium", "browser tests and accessibility scans"),
    "LibreOffice": ("soffice", "the look of Word documents"),
    "pdftotext": ("pdftotext", "the text of printed documents"),
    "strace": ("strace", "whether each commit reaches the disk"),
}


def path_of(name: str) -> str:
    """Where this program is; the calling test is skipped, or fails with CI=true, when it is missing."""
    path = shutil.which(NEEDED[name][0])
    if path is None:
        (pytest.fail if in_ci() else pytest.skip)(f"{name} is missing")
    return path


def missing() -> list[str]:
    """One sentence for each missing program, saying what it keeps from being tested."""
    return [
        f"{name} is missing, so {purpose} cannot be tested. On Debian, .ci/run installs it."
        for name, (program, purpose) in NEEDED.items()
        if shutil.which(program) is None
    ]


def in_ci() -> bool:
    """Whether a missing program is an error."""
    return os.environ.get("CI", "").lower() in {"1", "true"}
