"""Every machine of the product, by name and version. A case keeps the version it began with.

To change a published machine: move its table to EARLIER as it is, give the new one in ALL the next number, write its
digest with `python -m tests.unit.test_versions`, and offer the carry with `flask --app wsgi workflow migrate`. A
version may leave EARLIER when `flask --app wsgi workflow verify` finds no case in it any more.
"""

from workflows.definition import Definition, reading
from workflows.vocabulary import Machine

with reading("definitions"):
    from workflows.definitions.agreement import AGREEMENT
    from workflows.definitions.application import APPLICATION
    from workflows.definitions.clause import CLAUSE
    from workflows.definitions.monitoring import ACTION, OBLIGATION, REPORT
    from workflows.definitions.programme import CALL, PLAN, PROGRAMME
    from workflows.definitions.review import REVIEW
    from workflows.definitions.template import TEMPLATE

ALL: tuple[Definition, ...] = (
    PROGRAMME, PLAN, CALL, APPLICATION, REVIEW, AGREEMENT, REPORT, ACTION, OBLIGATION, TEMPLATE, CLAUSE,
)  # fmt: skip
CURRENT: dict[Machine, Definition] = {definition.machine: definition for definition in ALL}
EARLIER: tuple[Definition, ...] = ()
KNOWN = (*EARLIER, *ALL)
BY_VERSION: dict[tuple[Machine, int], Definition] = {(d.machine, d.version): d for d in KNOWN}
