"""A person at a screen, driven by what that person can read: labels, buttons, links and questions, never ids.

editor = as_(open_page, "editor.rheden")
editor.follows("Applications")
editor.fills({"Title of the project": "Visitors who stay"})
editor.presses("Save")
editor.sees("Saved")
"""

import re
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Download, Locator, Page, expect

PASSWORD = "demonstration"
OPTIONAL = r"(\s*\(optional\))?"
Values = Mapping[str, str | date | bool]


class Person:
    """Somebody signed in on a page of their own."""

    def __init__(self, page: Page, account: str) -> None:
        self.page, self.account = page, account

    def signs_in(self) -> "Person":
        """On the sign-in page, wherever it leads."""
        self.fills({"E-mail address": f"{self.account}@jumelage.example", "Password": PASSWORD})
        return self.presses("Sign in").misses("I forgot my password")

    # --- going somewhere ------------------------------------------------------------------------------------------

    def goes(self, address: str) -> "Person":
        """Type an address that the person knows by heart: the desk, or the public front page."""
        self.page.goto(address)
        return self

    def follows(self, *labels: str, within: str = "") -> "Person":
        """Press one link after the other. A label may be the beginning of what the link says."""
        for label in labels:
            self.link(label, within).click()
            self.page.wait_for_load_state()
        return self

    def opens(self, title: str) -> "Person":
        """The page of an application, from the list of applications."""
        return self.goes("/desk").follows("Applications", within="Main").follows(title)

    # --- doing something ------------------------------------------------------------------------------------------

    def fills(self, values: Values, within: str = "") -> "Person":
        """Write, choose or tick, by the label of each field; `within` is the legend of the group they stand in."""
        for label, value in values.items():
            self._fill(self.field(label, within), value)
        return self

    def chooses(self, question: str, answer: str, within: str = "") -> "Person":
        """One of several answers to a question."""
        group = self._part(within).get_by_role("group", name=_begins(question))
        group.get_by_role("radio", name=answer, exact=True).check()
        return self

    def ticks(self, question: str, *answers: str) -> "Person":
        group = self.main.get_by_role("group", name=_begins(question))
        for answer in answers:
            group.get_by_role("checkbox", name=answer, exact=True).check()
        return self

    def adds(self, label: str, file: Path) -> "Person":
        """Choose a file from the disk."""
        self.field(label).set_input_files(file)
        return self

    def presses(self, *labels: str) -> "Person":
        for label in labels:
            self.main.get_by_role("button", name=label, exact=True).click()
            self.page.wait_for_load_state()
        return self

    def makes(self, move: str, reason: str = "") -> "Person":
        """A move of the file: its button, the page that says what will happen, the reason if asked, and yes."""
        self.follows(move)
        if reason:
            self.fills({"Reason": reason})
        return self.presses(move)

    def downloads(self, label: str) -> Download:
        with self.page.expect_download() as waiting:
            self.link(label).click()
        return waiting.value

    # --- seeing something -----------------------------------------------------------------------------------------

    def sees(self, *texts: str | re.Pattern[str]) -> "Person":
        for text in texts:
            self._check(expect(self.page.locator("body")).to_contain_text, text, "does not see")
        return self

    def misses(self, *texts: str | re.Pattern[str]) -> "Person":
        """None of these stands anywhere on the page."""
        for text in texts:
            self._check(expect(self.page.locator("body")).not_to_contain_text, text, "should not see")
        return self

    def until_seen(self, text: str, tab: str = "", seconds: float = 30) -> "Person":
        """Load the page again until the worker has done its part; `tab` is the part of the file to look at."""
        if tab:
            self.follows(tab, within="Parts of this file")
        deadline = time.monotonic() + seconds
        while text not in self.main.inner_text() and time.monotonic() < deadline:
            self.page.wait_for_timeout(300)
            self.page.reload()
        return self.sees(text)

    def adds_text(self, text: str) -> "Person":
        """In a difference this stands marked as added, by more than a colour."""
        expect(self.main.get_by_role("insertion").filter(has_text=text)).to_have_count(1)
        return self.sees(f"added: {text}")

    def has_in_view(self, label: str, within: str = "") -> "Person":
        """A link led to this very field."""
        expect(self.field(label, within)).to_be_in_viewport()
        return self

    def _check(self, holds: Callable[..., None], text: str | re.Pattern[str], complaint: str) -> None:
        try:
            holds(text)
        except AssertionError:
            where = f"{self.account} {complaint} {text!r} at {self.page.url}"
            raise AssertionError(f"{where}\n{self.main.inner_text()}") from None

    def has_no(self, *labels: str) -> "Person":
        """No link and no button of these names is offered."""
        for label in labels:
            expect(self.main.get_by_role("link", name=label, exact=True)).to_have_count(0)
            expect(self.main.get_by_role("button", name=label, exact=True)).to_have_count(0)
        return self

    def is_refused(self, *sentences: str) -> "Person":
        """The page names a problem at its top and in its title, and says these sentences."""
        expect(self.page).to_have_title(_begins("Error:"))
        expect(self.main.get_by_role("alert")).to_contain_text("Something needs your attention")
        return self.sees(*sentences)

    def is_at(self, state: str) -> "Person":
        """The badge beside the heading of the file."""
        expect(self.page.locator("main .heading .badge")).to_have_text(state)
        return self

    # --- finding --------------------------------------------------------------------------------------------------

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def link(self, label: str, within: str = "") -> Locator:
        place = self.page.get_by_role("navigation", name=within, exact=True) if within else self.main
        exact = place.get_by_role("link", name=label, exact=True)
        return exact.first if exact.count() else place.get_by_role("link", name=_begins(label)).first

    def field(self, label: str, within: str = "") -> Locator:
        return self._part(within).get_by_label(re.compile(rf"^\s*{re.escape(label)}{OPTIONAL}\s*$"))

    def _part(self, within: str) -> Locator:
        """A group by its legend, which may carry a number before it."""
        named = re.compile(rf"^\s*(\d+\.\s*)?{re.escape(within)}")
        return self.main.get_by_role("group", name=named) if within else self.main

    def _fill(self, field: Locator, value: str | date | bool) -> None:
        kind = field.evaluate("field => field.type")
        if isinstance(value, bool):
            field.set_checked(value)
        elif kind == "select-one":
            field.select_option(label=str(value))
        else:
            field.fill(str(value))


class Cast:
    """Everybody who takes part: each signs in once and keeps the page."""

    def __init__(self, open_page: Callable[..., Page], **options: Any) -> None:
        self.open_page, self.options = open_page, options
        self.people: dict[str, Person] = {}

    def __call__(self, account: str) -> Person:
        if account not in self.people:
            self.people[account] = as_(self.open_page, account, **self.options)
        return self.people[account]

    def visitor(self) -> Person:
        """Somebody who has not signed in."""
        return Person(self.open_page(**self.options), "visitor")

    def enters(self, visitor: Person, account: str) -> Person:
        """The visitor, asked to sign in, turns out to be this account."""
        visitor.account = account
        self.people[account] = visitor.signs_in()
        return visitor


def as_(open_page: Callable[..., Page], account: str, **options: Any) -> Person:
    """Sign in as an account of the demonstration, on a page of its own."""
    person = Person(open_page(**options), account).goes("/sign-in").signs_in()
    expect(person.page).to_have_url(re.compile(r"/desk"))
    return person


def _begins(text: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(text)}")
