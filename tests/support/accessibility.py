"""The accessibility scan: axe-core, vendored beside this file with its licence, run inside the page."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """tags => axe.run(document, {
    runOnly: {type: 'tag', values: tags},
    rules: {'target-size': {enabled: true}},
    resultTypes: ['violations'],
})"""


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds on the page as it now stands, WCAG 2.2 levels A and AA."""
    if not page.evaluate("() => typeof axe === 'object'"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(RUN, TAGS)["violations"]
    return found


def assert_accessible(page: Page) -> None:
    """Fail with every violation, where it is and what would mend it."""
    found = violations(page)
    if found:
        raise AssertionError(f"{page.url} is not accessible:\n" + "\n".join(map(_readable, found)))


def _readable(violation: dict[str, Any]) -> str:
    places = [
        f"    {' '.join(map(str, node['target']))}\n      {node['failureSummary']}" for node in violation["nodes"]
    ]
    return "\n".join([f"  {violation['id']} ({violation['impact']}): {violation['help']}", *places])
