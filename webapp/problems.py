"""What went wrong, told to a program: problem details (RFC 9457). Below /api/ every error is one, elsewhere none."""

from typing import Any

from flask import Response, json, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response as BaseResponse

BELOW = "/api/"
MEDIA_TYPE = "application/problem+json"


def are_wanted() -> bool:
    """Whether the current request is a program's."""
    return request.path.startswith(BELOW)


def problem(status: int, detail: str = "", **more: Any) -> Response:
    """The answer itself; `more` are further members, such as `errors` by parameter."""
    body = {"type": "about:blank", "title": HTTP_STATUS_CODES[status], "status": status, "detail": detail} | more
    return Response(json.dumps(body), status, mimetype=MEDIA_TYPE)


def of_http(error: HTTPException) -> BaseResponse:
    """As the framework raised it, with its headers: `Allow` of a 405, `WWW-Authenticate` of a 401."""
    status = error.code or 500
    response = BaseResponse.force_type(error.get_response())
    found = getattr(error, "data", None) or {}
    more = {"errors": found["messages"]} if "messages" in found else {}
    response.set_data(problem(status, _details().get(status, ""), **more).get_data())
    response.mimetype = MEDIA_TYPE
    if status == 429:
        response.headers["Retry-After"] = "60"
    return response


def _details() -> dict[int, str]:
    return {
        401: _("Send an access token that counts: “Authorization: Bearer …”. People make one on their account page."),
        403: _("You know of this, but it is not open to you."),
        404: _("There is no such thing, or it is not yours to see."),
        405: _("This address only reads. Moves are made by people on the pages."),
        422: _("A parameter is wrong or missing; “errors” says which."),
        429: _("Too many requests in a short time. Wait a minute."),
    }


def broken(status: int, reference: str) -> Response:
    """A fault of ours, or a database that is away; the reference stands in the log too. Needs neither."""
    return problem(status, "", reference=reference)


def told(status: int, **more: Any) -> Response:
    """A problem that has one sentence for all."""
    return problem(status, _details()[status], **more)
