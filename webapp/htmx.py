"""The few things a route needs to serve both a whole page and a fragment of it. [PRAG]

Configuration of the client lives in `templates/layout.html` (meta `htmx-config`): 2xx, 409 and 422 answers are swapped
in, every other error is not, and the reader is told in the status region instead.
"""

import json
from collections.abc import Mapping

from flask import Response, make_response, redirect, render_template, request

VARY = ("HX-Request", "HX-Request-Type")


def local(target: str | None) -> str:
    """The path when it is one of ours, else nothing. Browsers skip controls: `/<tab>/host` would be another site."""
    if not target or not target.isprintable() or not target.startswith("/") or target.startswith(("//", "/\\")):
        return ""
    return target


def is_htmx() -> bool:
    """Whether htmx made the current request."""
    return request.headers.get("HX-Request") == "true"


def is_partial() -> bool:
    """Whether the current request wants a fragment, not a page.

    htmx 4 says so in `HX-Request-Type`; htmx 2 does not, and there a boosted or a history request wants the page.
    """
    if not is_htmx():
        return False
    kind = request.headers.get("HX-Request-Type")
    if kind is not None:
        return kind == "partial"
    return not ({"HX-Boosted", "HX-History-Restore-Request"} & set(request.headers.keys()))


def render(page: str, fragment: str, *, status: int = 200, **context: object) -> Response:
    """The fragment for a partial request, else the page that includes it; caches keep the two apart by `Vary`."""
    response = make_response(render_template(fragment if is_partial() else page, **context), status)
    response.vary.update(VARY)
    return response


def hx_redirect(url: str) -> Response:
    """Send the browser to `url` after a POST: 303, or `HX-Redirect` so that htmx loads a whole page.

    `url` is one of ours (from `url_for`, or checked by the caller): it is sent as it is.
    """
    if not is_htmx():
        response = make_response(redirect(url, code=303))
    else:
        response = make_response("", 204)
        response.headers["HX-Redirect"] = url
    response.vary.update(VARY)
    return response


def toast(response: Response, text: str, tone: str = "good") -> Response:
    """Say `text` in the page's status region once `response` arrives; tones are those of the badge."""
    return trigger(response, {"toast": {"text": text, "tone": tone}})


def trigger(response: Response, events: Mapping[str, object]) -> Response:
    """Add client events (name to JSON detail) to those the response already carries in `HX-Trigger`."""
    known = json.loads(response.headers.get("HX-Trigger", "{}"))
    response.headers["HX-Trigger"] = json.dumps({**known, **events})  # ASCII, as a header must be
    return response
