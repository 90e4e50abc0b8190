"""Journey A: the life of a memorandum, from the public call to the closed file."""

from tests.browser.papers import paper
from tests.browser.scenes import applying

PAPER = paper("tourism", "Visitors who stay a night longer")
CALL = "Partnership grants Rwanda"

def dev_steps(cast, server, tmp):
    note = tmp / "decision.txt"; note.write_text("The council of Rheden decided on the partnership.\n")
    yield applying.start, (cast, PAPER, CALL)
    yield applying.write_nine_sections, (cast, PAPER)
    yield applying.attach_evidence, (cast, PAPER, note)
    yield applying.sign_off, (cast, PAPER)
    yield applying.submit, (cast, PAPER)
