"""Which instrument binds the parties: computed from the budget, explained on screen [S2.15]."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from workflows.vocabulary import Instrument

INVESTMENT = "investment"


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A budget line as the rule sees it. `granted` is the part the grant pays."""

    title: str
    category: str
    granted: Decimal
    paid_to_partner: bool


@dataclass(frozen=True, slots=True)
class InstrumentFinding:
    instrument: Instrument
    because: tuple[str, ...]  # titles of the lines that decide it; empty for a memorandum


def compute(lines: Iterable[LineFacts]) -> InstrumentFinding:
    """Any grant-financed investment line paid to a partner asks for an investment contract, otherwise a memorandum."""
    deciding = tuple(
        line.title for line in lines if line.category == INVESTMENT and line.granted > 0 and line.paid_to_partner
    )
    return InstrumentFinding(Instrument.INVESTMENT_CONTRACT if deciding else Instrument.MEMORANDUM, deciding)


def is_downgrade(chosen: Instrument, computed: Instrument) -> bool:
    """An override may only go upwards: a memorandum never stands where an investment contract is computed."""
    return chosen is Instrument.MEMORANDUM and computed is Instrument.INVESTMENT_CONTRACT
