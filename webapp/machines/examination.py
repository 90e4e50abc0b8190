"""Everything that can be wrong with the rules of a machine, held against what the product really has."""

from webapp.machines import handbook
from webapp.services.effects import HANDLERS
from webapp.services.facts.loaded import loaded
from workflows import digests, verify
from workflows.definitions import KNOWN


def reports() -> list[verify.Report]:
    """The examination of every version of every machine."""
    known = loaded()
    return [verify.report(definition, HANDLERS, known) for definition in KNOWN]


def unfit() -> list[str]:
    """Versions that stand there twice, or are no longer what was given out under their number."""
    return [*verify.doubled(KNOWN), *digests.changed(KNOWN, digests.given_out())]


def unsaid() -> list[str]:
    """What nobody has found words for; asked of sound tables, inside an application's context."""
    return [text for definition in KNOWN for text in handbook.unsaid(definition)]


def require_sound() -> None:
    """Raise `BrokenDefinition` with each machine and what is wrong there; for start-up."""
    found = [*unfit(), *(fault for report in reports() for fault in report.faults)]
    if not found:
        found = [f"{text} has no words" for text in unsaid()]
    if found:
        raise verify.BrokenDefinition("; ".join(found))
