"""Settings for one installation under test: its own database and folder, nothing from the developer's machine."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config import Settings

# What a process needs of its surroundings; every setting of the product is left out and falls to its default.
SURROUNDINGS = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "CI")


def environment(database_url: str, folder: Path, **more: str) -> dict[str, str]:
    """The whole environment of a product under test."""
    kept = {name: os.environ[name] for name in SURROUNDINGS if name in os.environ}
    ours = {"DATABASE_URL": database_url, "JUMELAGE_VAR": str(folder), "SECRET_KEY": "a key for tests alone"}
    ours["SOFFICE"] = ""  # hundreds of documents are written in passing; tests of the PDF bring their own
    return kept | ours | more


def settings_for(database_url: str, folder: Path, **more: str) -> "Settings":
    """Settings read as the product reads them; `more` adds environment variables."""
    from config import Settings

    return replace(Settings.from_env(environment(database_url, folder, **more)), testing=True)
