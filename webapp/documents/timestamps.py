"""The time from an authority that others trust as well (RFC 3161), when one is configured."""

from __future__ import annotations

import urllib.request
from functools import cache
from typing import Any
from urllib.error import URLError

WAIT = 15  # seconds
LARGEST = 64 * 1024  # of an answer


class TimestampError(RuntimeError):
    """The authority did not answer, or not with a time stamp; the worker tries again later."""


@cache
def stamper(url: str) -> Any:
    """A time stamper of pyHanko's for this authority; None without one. Raises TimestampError for a strange address."""
    if not url:
        return None
    if not url.startswith(("https://", "http://")):
        raise TimestampError(f"a time stamp authority has a web address, not {url}")
    from pyhanko.sign.timestamps import TimeStamper

    class Authority(TimeStamper):
        async def async_request_tsa_response(self, req: Any) -> Any:
            return asked(url, req.dump())

    return Authority()  # type: ignore[no-untyped-call]  # pyHanko's own


def asked(url: str, request: bytes) -> Any:
    """One question to the authority and its parsed answer."""
    from asn1crypto import tsp  # pyHanko's own types

    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    order = urllib.request.Request(url, data=request, headers=headers)  # noqa: S310 - the scheme was checked
    try:
        with urllib.request.urlopen(order, timeout=WAIT) as answer:  # noqa: S310
            if answer.headers.get_content_type() != "application/timestamp-reply":
                raise TimestampError(f"{url} answered with something else than a time stamp")
            return tsp.TimeStampResp.load(answer.read(LARGEST))
    except (URLError, TimeoutError) as error:
        raise TimestampError(f"{url} does not answer") from error
