"""No text of the product escapes the catalogues: with every translation marked, nothing is left but what people typed.

A Dutch reader follows the links, in process; `tests/support/texts.py` says what counts as a text.
"""

import shutil
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from zoneinfo import available_timezones

import pytest
from babel.support import NullTranslations
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import Domain, get_locale
from sqlalchemy import inspect, text

from tests.browser.test_every_page import pattern_of
from tests.support import texts
from tests.support.settings import settings_for

ROLES = (
    "visitor", "manager", "finance", "panel1", "assessor", "auditor", "admin", "ralga-lead", "editor.rheden",
    "signatory.goes",
)  # fmt: skip
PER_PATTERN = 1


class English(NullTranslations):  # type: ignore[misc]
    """What a document in English gets, whoever asked for it."""

    ugettext = NullTranslations.gettext
    ungettext = NullTranslations.ngettext


@pytest.fixture(scope="module")
def product(demonstration_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Flask]":
    """The demonstration, read by somebody whose catalogue marks every text."""
    from webapp import create_app

    folder = tmp_path_factory.mktemp("texts") / "var"
    shutil.copytree(demonstration_folder, folder)
    app = create_app(settings_for(f"sqlite:///{folder / 'jumelage.db'}", folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Domain, "get_translations", lambda _domain: _catalogue())
        yield app


def _catalogue() -> Any:
    return English() if str(get_locale() or "en") == "en" else texts.Marked()


@pytest.fixture(scope="module")
def typed(product: Flask) -> set[str]:
    """Everything that the database holds as text; and the names of time zones."""
    from webapp.extensions import db

    with product.app_context():
        names = inspect(db.engine).get_table_names()
        rows = [tuple(row) for name in names for row in db.session.execute(text(f'SELECT * FROM "{name}"'))]  # noqa: S608 - our own tables
    return texts.typed_in(rows) | {zone.replace("_", " ") for zone in available_timezones()}


@pytest.mark.parametrize("account", ROLES)
def test_every_text_of(account: str, product: Flask, typed: set[str]) -> None:
    client = product.test_client()
    if account != "visitor":
        entry = {"email": f"{account}@jumelage.example", "password": "demonstration"}
        assert client.post("/sign-in", data=entry).status_code == 303
    client.post("/language", data={"lang": "nl"})
    start = "/" if account == "visitor" else "/desk"
    pages = list(_walk(client, start))
    assert len(pages) > 4
    quoted = texts.typed_in([texts.Texts(html).foreign for _pattern, html in pages])  # contracts, in their language
    wrong = defaultdict(set)
    for pattern, html in pages:
        assert texts.LEFT in html, pattern
        for escaped in texts.escaped(html, typed | quoted):
            wrong[escaped].add(pattern)
    assert not wrong, "\n".join(f"{escaped!r} on {sorted(patterns)[:3]}" for escaped, patterns in sorted(wrong.items()))


def _walk(client: FlaskClient, start: str) -> Iterator[tuple[str, str]]:
    """Breadth first, one page of each pattern."""
    waiting, known, seen = deque([start]), {start}, Counter[str]()
    while waiting:
        address = waiting.popleft()
        pattern = pattern_of(address)
        if seen[pattern] >= PER_PATTERN:
            continue
        seen[pattern] += 1
        answer = client.get(address, follow_redirects=True)
        if not answer.content_type.startswith("text/html"):
            continue
        html = answer.get_data(as_text=True)
        yield pattern, html
        links = {urljoin(answer.request.path, href).partition("#")[0] for href in texts.Texts(html).links}
        fresh = sorted(link for link in links - known if link.startswith("/"))
        known.update(fresh)
        waiting.extend(fresh)


MUTANTS = (
    "<p>Save the draft</p>",
    "<p>⟦Saved by⟧ Anne ⟦on⟧ Tuesday</p>",
    '<nav aria-label="Main"></nav>',
    "<option>All states</option>",
    '<input type="submit" value="Save">',
    '<input type="text" placeholder="Search">',
    '<div data-failed="That did not work"></div>',
    "<p lang='en'>Typed <b>words</b></p><p>Not typed</p>",
    "<title>⟦Desk⟧ – Overview</title>",
)


@pytest.mark.parametrize("html", MUTANTS)
def test_a_text_that_escapes_is_noticed(html: str) -> None:
    assert len(texts.escaped(html, {"Anne"})) == 1


def test_what_people_typed_is_no_text_of_ours() -> None:
    html = (
        '<html lang="nl"><title>⟦Desk⟧ – Jumelage</title><p>⟦By ⟦a manager⟧⟧ Anne, Oeganda, 3 maart 2026</p>'
        '<div lang="en">Article <br> 1 <p>Purpose</p></div><script>alert("x y")</script><b>LGP-2026-01 · Rheden</b>'
    )
    assert texts.escaped(html, texts.typed_in([("Anne", '{"reference": "LGP-2026-01"}', "Rheden")])) == []
