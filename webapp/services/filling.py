"""A template that somebody uploaded takes seconds to fill, so it is filled while no transaction is open.

Who writes a document asks `Ahead` for the bytes. What is not filled yet raises `NotFilled`: the transaction is given
up, the order is filled, and everything is asked once more. The bytes serve only the very same order, so whatever
changed meanwhile, the template or one word of the contract, is filled anew.
"""

from webapp.services import check_address
from webapp.services.templates import Order


class NotFilled(Exception):
    """The bytes of this order are wanted; nothing was kept."""

    def __init__(self, order: Order) -> None:
        super().__init__(order.kind.value)
        self.order = order


class Ahead:
    """What is filled already, and the one address where the document will be checked: a word of it, too."""

    def __init__(self) -> None:
        self.address = check_address.new()
        self._filled: list[tuple[Order, bytes]] = []

    def fill(self, order: Order) -> bytes:
        """What Jumelage ships takes milliseconds and is filled at once. Raises `NotFilled`, or as `Order.fill`."""
        if not order.uploaded:
            return order.fill()
        content = next((content for known, content in self._filled if known == order), None)
        if content is None:
            raise NotFilled(order)
        return content

    def prepare(self, order: Order) -> None:
        """Takes seconds; call it outside of any transaction. Raises Invalid with a sentence for people."""
        self._filled.append((order, order.fill()))
