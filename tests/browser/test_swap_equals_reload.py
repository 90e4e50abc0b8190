"""After a swap the region is what a fresh load of the pushed address shows; nothing else of the page was loaded."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walk import Person, as_

TEMPLATES = Path(__file__).parents[2] / "webapp"
# Template with an enhanced form -> its page, and what is chosen in it one after the other.
SWAPS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "applications/index.html": (
        "Applications",
        (("State", "Monitoring"), ("Country of a partner", "Uganda"), ("Number, partner or title", "waste")),
    ),
    "register/index.html": (
        "Contract register",
        (("Instrument", "Memorandum"), ("Number, title or partner", "Rheden")),
    ),
}
REGION = """() => {
    const region = document.querySelector(document.querySelector('form[hx-get]').getAttribute('hx-target'))
    const copy = region.cloneNode(true)
    for (const part of [copy, ...copy.querySelectorAll('*')]) {
        part.classList.remove('htmx-added', 'htmx-settling', 'htmx-swapping', 'htmx-request')
        if (!part.classList.length) part.removeAttribute('class')
        const own = [...part.attributes].map(a => a.name).filter(name => name.startsWith('data-htmx'))
        own.forEach(name => part.removeAttribute(name))
    }
    return copy.outerHTML.replace(/\\s+/g, ' ')
}"""
IDLE = "() => !document.querySelector('.htmx-request, .htmx-settling, .htmx-swapping')"


def test_every_enhanced_form_is_tried_here() -> None:
    """A template that swaps and is not listed above fails."""
    enhanced = {
        "/".join(file.parts[-2:])
        for file in TEMPLATES.rglob("*.html")
        if re.search(r"\shx-(get|post|put|delete)=", file.read_text(encoding="utf-8"))
    }
    assert enhanced == set(SWAPS)


@pytest.mark.browser
@pytest.mark.parametrize("template", SWAPS)
def test_a_swap_equals_a_reload(template: str, open_page: Callable[..., Page]) -> None:
    page_name, steps = SWAPS[template]
    person = as_(open_page, "manager").follows(page_name, within="Main")
    person.page.evaluate("() => { window.keptByTheSwap = true }")
    for label, value in steps:
        swapped = swap(person, label, value)
        fresh = person.page.context.new_page()
        fresh.goto(person.page.url)
        assert swapped == fresh.evaluate(REGION), f"{label} = {value} at {person.page.url}"
        fresh.close()
    assert person.page.evaluate("() => window.keptByTheSwap"), "the whole page was loaded"


def swap(person: Person, label: str, value: str) -> str:
    """Choose or type, as a person would; the region once the answer is in. The focus stays where it was."""
    field = person.field(label)
    with person.page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true") as waiting:
        person.fills({label: value})
        field.press("Enter") if field.evaluate("e => e.tagName") == "INPUT" else None
    assert "HX-Request" in waiting.value.headers.get("vary", "")
    assert "<html" not in waiting.value.text()
    person.page.wait_for_function(IDLE)
    expect(person.page).to_have_url(re.compile(r"\?.*="))
    expect(field).to_be_focused() if field.evaluate("e => e.tagName") == "INPUT" else None
    return str(person.page.evaluate(REGION))
