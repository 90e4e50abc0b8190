"""Fixtures every kind of test may ask for.

`app`, `client`      the product on a freshly migrated database, once on SQLite and once on PostgreSQL
`inside`             the test stands in the application, and `client` is a browser outside of it
`reader`             somebody who reads English, for words without the product
`live_server`        server and worker with demonstration data, one for each module of browser tests
`browser_page`, `no_javascript_page`, `phone_page`   a page of Chromium on that server
`libreoffice`        the path of the office program
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import postgres, programs
from tests.support.database import KINDS

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.support.installation import Installation
    from tests.support.server import LiveServer

HOME = "JUMELAGE_TEST_HOME"  # one folder for a run and all its workers, thrown away at the end
ORDER = ("unit", "architecture", "integration", "documents", "browser")
CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    if _is_worker(config):
        return
    _catalogues_are_compiled(config.rootpath)
    if programs.in_ci() and programs.missing():
        raise pytest.UsageError("\n".join(programs.missing()))
    os.environ[HOME] = tempfile.mkdtemp(prefix="jumelage-")


def _catalogues_are_compiled(root: Path) -> None:
    """Without them every page would be in English, and what is said of Dutch and French would not be tested."""
    for po in sorted((root / "webapp" / "translations").glob("*/LC_MESSAGES/messages.po")):
        mo = po.with_suffix(".mo")
        if not mo.is_file() or mo.stat().st_mtime < po.stat().st_mtime:
            command = "pybabel compile --directory webapp/translations"
            raise pytest.UsageError(f"{po.relative_to(root)} is not compiled. Run: {command} (`make test` does it.)")


def pytest_unconfigure(config: pytest.Config) -> None:
    if _is_worker(config) or HOME not in os.environ:
        return
    home = Path(os.environ.pop(HOME))
    postgres.stop_server(home)
    shutil.rmtree(home)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for sentence in programs.missing():
        terminalreporter.write_line(f"!!! SKIPPED: {sentence}", red=True, bold=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The quick ones first: a broken guard should not wait for a browser."""
    folders = {name: place for place, name in enumerate(ORDER)}
    tests = config.rootpath / "tests"
    items.sort(key=lambda item: folders.get(item.path.relative_to(tests).parts[0], len(ORDER)))


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def test_home() -> Path:
    """The folder of this run: below it a worker keeps its databases, files and servers."""
    return Path(os.environ[HOME])


@pytest.fixture(scope="session")
def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


@pytest.fixture(scope="session", params=KINDS)
def installation(request: pytest.FixtureRequest, test_home: Path, worker_name: str) -> "Iterator[Installation]":
    from tests.support.installation import install

    installed = install(request.param, test_home, worker_name)
    yield installed
    installed.disconnect()
    installed.database.remove()


@pytest.fixture
def app(installation: "Installation") -> "Flask":
    """The product on a freshly migrated database without a row of data."""
    return installation.fresh()


@pytest.fixture
def inside(app: "Flask") -> Iterator[None]:
    """An application context around the test, which may then read rows and call use cases as it likes."""
    from webapp.extensions import db

    with app.app_context():
        yield
        db.session.remove()


@pytest.fixture
def client(app: "Flask", request: pytest.FixtureRequest) -> "FlaskClient":
    """A browser that shares nothing with the test."""
    from tests.factories.outside import Outside

    return Outside(app, app.response_class) if "inside" in request.fixturenames else app.test_client()


@pytest.fixture
def reader() -> Iterator[None]:
    """Somebody who reads English; the product itself is not needed for words."""
    from flask import Flask
    from flask_babel import Babel

    app = Flask(__name__)
    Babel(app, default_locale="en")
    with app.app_context():
        yield


@pytest.fixture(scope="session")
def demonstration_folder(test_home: Path, worker_name: str) -> Path:
    from tests.support.server import demonstration

    return demonstration(test_home / worker_name / "demonstration")


@pytest.fixture(scope="module")
def live_server(request: pytest.FixtureRequest, demonstration_folder: Path, test_home: Path) -> "Iterator[LiveServer]":
    """Server and worker on a copy of the demonstration data that this module may change as it likes."""
    from tests.support.server import start_server

    server = start_server(demonstration_folder, test_home / "servers" / request.module.__name__.rpartition(".")[2])
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, kept from calling anybody."""
    return {"executable_path": programs.path_of("Chromium"), "args": CHROMIUM_ARGS}


@pytest.fixture
def open_page(browser: "Browser", live_server: "LiveServer") -> "Iterator[Callable[..., Page]]":
    """Open a page in a context of its own, as one more person would; an error in the page's console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(**options: Any) -> "Page":
        context = browser.new_context(base_url=live_server.url, locale="en-GB", timezone_id="UTC", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console", lambda message: complaints.append(f"{page.url}: {message.text}") if _is_fault(message) else None
        )
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def _is_fault(message: Any) -> bool:
    """A refused form answers 422 or 409, a foreign one 403 or 404; Chromium notes them, and that is no fault."""
    return message.type == "error" and "the server responded with a status of 4" not in message.text


@pytest.fixture
def browser_page(open_page: "Callable[..., Page]") -> "Page":
    return open_page(viewport={"width": 1280, "height": 900})


@pytest.fixture
def no_javascript_page(open_page: "Callable[..., Page]") -> "Page":
    return open_page(java_script_enabled=False)


@pytest.fixture
def phone_page(open_page: "Callable[..., Page]") -> "Page":
    return open_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)


@pytest.fixture(scope="session")
def libreoffice() -> str:
    return programs.path_of("LibreOffice")
