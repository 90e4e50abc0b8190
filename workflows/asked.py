"""Which facts and figures a rule asks for, read from its compiled code: nothing is run, and no source is needed."""

import dis
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

from workflows.definition import Guard, Selector

FACTS = "x"  # what every guard and selector calls the facts it is given


@dataclass(frozen=True, slots=True)
class Asked:
    """`figures` are what it asks of the programme's rules, which are a fact themselves."""

    facts: frozenset[str]
    figures: frozenset[str]


def asked(rule: Guard | Selector) -> Asked:
    """What a rule asks for, on whatever branch."""
    chains = list(_chains(rule.__code__))
    facts = frozenset(chain[0] for chain in chains)
    return Asked(facts, frozenset(chain[1] for chain in chains if chain[0] == "rules" and len(chain) > 1))


def _chains(code: CodeType) -> Iterator[tuple[str, ...]]:
    """`x.rules.quorum` as ("rules", "quorum"); what is asked inside a comprehension too."""
    chain: list[str] | None = None
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_ATTR", "LOAD_METHOD") and chain is not None:
            chain.append(step.argval)
            continue
        if chain:
            yield tuple(chain)
        chain = [] if step.opname.startswith("LOAD_") and step.argval == FACTS else None
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _chains(constant)
