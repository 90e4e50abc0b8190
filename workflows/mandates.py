"""Who must confirm a decision of which amount (`domain.md` §4, Mandate [P])."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from workflows.facts import Rules
from workflows.vocabulary import Role

FIGURES = ("mandate_manager", "mandate_finance")
CENT = Decimal("0.01")


def required(amount: Decimal, rules: Rules) -> tuple[Role, ...]:
    """The confirmations needed beside the recommendation by the file's manager; always different people."""
    if amount <= rules.mandate_manager:
        return (Role.PROGRAMME_MANAGER,)
    if amount <= rules.mandate_finance:
        return (Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER)
    return (Role.FINANCE_OFFICER, Role.DIRECTOR)


def missing(amount: Decimal, rules: Rules, confirmed: Sequence[Role]) -> tuple[Role, ...]:
    """The roles whose confirmation is still open."""
    return tuple(role for role in required(amount, rules) if role not in confirmed)


def levels(rules: Rules, largest: Decimal) -> Iterator[tuple[str, tuple[Role, ...]]]:
    """The levels at which grants up to the largest are decided: the figure that makes each, and who must confirm."""
    lowest, middle, highest = (
        min(rules.mandate_manager, largest),
        rules.mandate_manager + CENT,
        rules.mandate_finance + CENT,
    )
    if lowest > 0:
        yield "mandate_manager", required(lowest, rules)
    if middle <= min(rules.mandate_finance, largest):
        yield "mandate_manager", required(middle, rules)
    if highest <= largest:
        yield "mandate_finance", required(highest, rules)


def people_needed(role: Role) -> int:
    """Who recommends is a programme manager too and does not confirm: it takes two of them."""
    return 2 if role is Role.PROGRAMME_MANAGER else 1
