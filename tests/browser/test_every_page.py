"""Every page that a person can reach by links, looked at as a careful visitor would: it works, fits and is light.

Links are followed by plain requests, so that every role walks its whole part of the site; a page that no role before
had is then opened in Chromium, scanned for accessibility and tried at 360 px.
"""

import gzip
import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from playwright.sync_api import APIResponse, Page

from tests.browser.walk import Person, as_
from tests.support.accessibility import assert_accessible

ROLES = (
    "visitor", "manager", "finance", "director", "panel1", "assessor", "auditor", "admin", "ralga-lead", "vng",
    "editor.rheden", "signatory.goes", "signatory.deventer", "editor.valkenswaard", "admin.goes", "senior.rheden",
)  # fmt: skip
PATTERNS, PER_PATTERN = 60, 3
HTML_LIMIT, FIRST_LIMIT = 15 * 1024, 60 * 1024  # bytes, compressed
NARROW = 360
SAME = {"/applications/<n>/baseline": "/applications/<n>/baseline/<n>"}  # without a number: the first unfinished one
LOOKED_AT: set[str] = set()  # what an earlier role had in the browser already
OVERFLOW = """() => [...document.querySelectorAll('main *, header *, footer *')]
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && e.offsetParent)
    .slice(0, 3).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40))"""


class Links(HTMLParser):
    """The links, the title and what else a page loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.assets: list[str] = []
        self.feed(html)
        found = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
        self.title = " ".join(found.group(1).split()) if found else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.hrefs.append(given["href"])
        elif tag == "link" or (tag == "script" and given.get("src")):
            self.assets.append(given.get("href") or given["src"])


@dataclass
class Walk:
    """One person's way through the site, breadth first."""

    page: Page
    base: str
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    to_look_at: dict[str, str] = field(default_factory=dict)  # pattern -> address
    titles: dict[str, set[str]] = field(default_factory=dict)  # title -> patterns

    def go(self, start: str) -> None:
        waiting, known = deque([(start, "the start")]), {start}
        while waiting:
            address, source = waiting.popleft()
            pattern = pattern_of(address)
            if self.seen[pattern] >= PER_PATTERN or (pattern not in self.seen and len(self.seen) >= PATTERNS):
                continue
            self.seen[pattern] += 1
            for link in self.visit(address, pattern, source):
                if link not in known:
                    known.add(link)
                    waiting.append((link, address))

    def visit(self, address: str, pattern: str, source: str) -> list[str]:
        answer = self.page.request.get(address)
        if answer.status != 200:
            self.wrong.append(f"{address} answers {answer.status}; {source} links to it")
            return []
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return []
        found = Links(answer.text())
        self.weigh(address, answer, found)
        if not re.fullmatch(r"\S.* – Jumelage", found.title):
            self.wrong.append(f"{address} has the title {found.title!r}")
        path = urlsplit(pattern_of(answer.url)).path
        self.titles.setdefault(found.title, set()).add(SAME.get(path, path))
        self.to_look_at.setdefault(pattern, address)
        links = (urljoin(answer.url, href).partition("#")[0] for href in found.hrefs)
        return [link for link in links if link.startswith(f"{self.base}/")]

    def weigh(self, address: str, answer: APIResponse, found: Links) -> None:
        light = len(gzip.compress(answer.body()))
        if light > HTML_LIMIT:
            self.wrong.append(f"{address} weighs {light} bytes compressed")
        first = light + sum(asset_weight(self.page, urljoin(answer.url, asset)) for asset in found.assets)
        if first > FIRST_LIMIT:
            self.wrong.append(f"{address} weighs {first} bytes compressed on a first visit")


WEIGHTS: dict[str, int] = {}


def asset_weight(page: Page, address: str) -> int:
    name = urlsplit(address).path
    if name not in WEIGHTS:
        WEIGHTS[name] = len(gzip.compress(page.request.get(address).body()))
    return WEIGHTS[name]


def pattern_of(address: str) -> str:
    """The address without its numbers and without what was searched for."""
    parts = urlsplit(address)
    keys = sorted({key for key, _value in parse_qsl(parts.query)})
    path = re.sub(r"/\d+(?=/|$)", "/<n>", parts.path)
    return f"{path}?{'&'.join(keys)}" if keys else path


@pytest.mark.browser
@pytest.mark.parametrize("account", ROLES)
def test_every_page_of(account: str, open_page: Callable[..., Page], tmp_path: Path) -> None:
    wide = {"viewport": {"width": 1280, "height": 900}}
    is_visitor = account == "visitor"
    person = Person(open_page(**wide), account).goes("/") if is_visitor else as_(open_page, account, **wide)
    walk = Walk(person.page, person.page.url.rstrip("/") if is_visitor else person.page.url.removesuffix("/desk"))
    walk.go(f"{walk.base}/" if is_visitor else f"{walk.base}/desk")
    for pattern, address in walk.to_look_at.items():
        if pattern not in LOOKED_AT:
            LOOKED_AT.add(pattern)
            walk.wrong += look_at(person.page, address, tmp_path / f"{len(LOOKED_AT)}.png")
    shared = {title: patterns for title, patterns in walk.titles.items() if len(patterns) > 1}
    walk.wrong += [f"{len(p)} pages are called {title!r}: {sorted(p)}" for title, p in shared.items()]
    assert not walk.wrong, "\n".join(walk.wrong)


def look_at(page: Page, address: str, screenshot: Path) -> list[str]:
    """Accessible, and no wider than a phone."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address)
    wrong = []
    try:
        assert_accessible(page)
    except AssertionError as error:
        wrong.append(str(error))
    page.set_viewport_size({"width": NARROW, "height": 740})
    if page.evaluate("() => document.documentElement.scrollWidth") > NARROW:
        wrong.append(f"{address} is wider than {NARROW} px: {page.evaluate(OVERFLOW)}")
    if wrong:
        page.screenshot(path=screenshot, full_page=True)
        wrong.append(f"see {screenshot}")
    return wrong
