"""What can go wrong in a use case, as types that a route turns into an answer."""

from workflows.engine import Refusal


class NotFound(LookupError):
    """Unknown or foreign: the same answer for both (404)."""


class Forbidden(Exception):
    """May see the thing, may not do this to it; `code` says why (403)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(Exception):
    """The engine said no; carries every blocker (409 on a page, with the reasons)."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.trigger}: {', '.join(b.code for b in refusal.blockers)}")
        self.refusal = refusal


class Conflict(Exception):
    """Somebody else moved it on since this form was opened (409)."""

    def __init__(self, was: int, now: int) -> None:
        super().__init__(f"version {was} is stale, it is {now}")
        self.was = was
        self.now = now


class Overtaken(Exception):
    """What the form stood on was changed by somebody else; `now` is the hash of what is stored (409)."""

    def __init__(self, now: str) -> None:
        super().__init__(f"what is stored now: {now}")
        self.now = now


class Repeated(Exception):
    """The same form came before and was kept; `location` is where it led (the answer leads there again)."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


class Invalid(Exception):
    """What was typed does not hold; `field` names where to say so, `message` is a translated sentence (422).

    `others` are further (field, message) pairs where several things were found at once.
    """

    def __init__(self, field: str, message: str, others: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
        self.others = others
