"""A page of a list: exact counts to 1,000, then "more than"; the same object feeds every pagination."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

PER_PAGE = 50
COUNT_LIMIT = 1000

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`total` is exact up to `COUNT_LIMIT`; `COUNT_LIMIT + 1` says "more". `url` gives the address of a page number."""

    rows: Sequence[Row]
    number: int
    total: int
    url: Callable[[int], str]
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-min(self.total, COUNT_LIMIT) // self.per_page))

    @property
    def prev(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        more = self.number < self.pages or (self.total > COUNT_LIMIT and len(self.rows) == self.per_page)
        return self.number + 1 if more else None


def page_number(text: str | None) -> int:
    """A page number from an address; anything strange is page 1."""
    return min(int(text), 10_000) if text and text.isascii() and text.isdigit() and int(text) > 0 else 1
