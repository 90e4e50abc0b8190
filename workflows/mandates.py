"""Who must confirm a decision of which amount (`domain.md` §4, Mandate [P])."""

from collections.abc import Sequence
from decimal import Decimal

from workflows.facts import Rules
from workflows.vocabulary import Role


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
