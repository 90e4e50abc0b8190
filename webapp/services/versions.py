"""The versions that cases stand in: what is stored must be known, and a case can be carried to another version."""

from collections.abc import Mapping

import sqlalchemy as sa

from webapp.errors import Conflict
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application
from webapp.models.assessment import Review
from webapp.models.monitoring import CorrectiveAction, Obligation, Report
from webapp.models.negotiation import SpecialClause
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.record import AuditEntry, AuditEvent
from webapp.models.template import DocumentTemplate
from webapp.models.types import Case
from webapp.policy import SYSTEM, Principal
from webapp.services import audit, deadlines, scope
from workflows import versions
from workflows.definition import Definition
from workflows.vocabulary import Machine, Role, State

CASES: dict[Machine, type[Case]] = {
    Machine.PROGRAMME: Programme,
    Machine.PLAN: CountryPlan,
    Machine.CALL: Call,
    Machine.APPLICATION: Application,
    Machine.REVIEW: Review,
    Machine.AGREEMENT: Agreement,
    Machine.REPORT: Report,
    Machine.ACTION: CorrectiveAction,
    Machine.OBLIGATION: Obligation,
    Machine.TEMPLATE: DocumentTemplate,
    Machine.CLAUSE: SpecialClause,
}
# Further columns that hold a state of the case's own machine and are carried with it.
REMEMBERED: dict[Machine, tuple[str, ...]] = {Machine.APPLICATION: ("return_state", "refused_as")}


class UnknownVersion(RuntimeError):
    """The database holds cases whose rules this release does not have."""


def stored() -> list[tuple[Machine, int, State]]:
    """Every (machine, version, state) that some case stands in; one statement."""
    parts = [
        sa.select(
            sa.literal(machine.value).label("machine"), kind.definition_version, sa.cast(kind.state, sa.String(40))
        ).distinct()
        for machine, kind in CASES.items()
    ]
    return [(Machine(m), version, State(state)) for m, version, state in db.session.execute(sa.union_all(*parts))]


def unknown_stored() -> list[str] | None:
    """What is stored and has no rules; None when there is no database to ask, or it has no tables yet."""
    try:
        with db.engine.connect() as connection:
            tables = set(sa.inspect(connection).get_table_names())
    except sa.exc.OperationalError:
        return None
    if not {sa.inspect(kind).local_table.name for kind in CASES.values()} <= tables:
        return None
    return versions.unknown(stored())


def require_known() -> None:
    """Refuse to work on cases without rules: raises `UnknownVersion` with each (machine, version, state).

    Asked where the product starts to work on a database: by `flask --app wsgi worker`, which `.bin/serve` runs beside
    the server (one ends, both stop), and by `flask --app wsgi workflow verify`. Never when the program is imported: the
    same program must start to make the database, and before it has one.
    """
    if found := unknown_stored():
        raise UnknownVersion("No rules for: " + "; ".join(found))


def waiting(old: Definition) -> list[tuple[int, State]]:
    """Number and state of each case that still stands in this version, in order."""
    kind = CASES[old.machine]
    query = sa.select(kind.id, kind.state).where(kind.definition_version == old.version).order_by(kind.id)
    return [(number, state) for number, state in db.session.execute(query)]


def carry(
    case_id: int, old: Definition, new: Definition, target: Mapping[State, State], actor: Principal = SYSTEM
) -> AuditEntry | None:
    """Carry one case, inside the caller's transaction; None when it was carried before, so that a run can be resumed.

    `actor` is the administrator who ordered it; the system where nobody says who that is.

    Beside `advance` this alone writes a state: nothing happens to the case, only its rules are others from now on. So
    no guard is asked, no effect runs and nobody gets mail; the record says from where to where.
    """
    kind = CASES[old.machine]
    case = db.session.get(kind, case_id, with_for_update={"of": kind}, populate_existing=True)
    if case is None or case.definition_version == new.version:
        return None
    if case.definition_version != old.version:
        raise Conflict(old.version, case.definition_version)
    if case.state not in target:
        raise versions.CannotCarry([f"{case.state} is no state of version {old.version}"])
    before = case.state
    with db.session.no_autoflush:
        case.state, case.definition_version = target[before], new.version
        case.revision += 1
        for column in REMEMBERED.get(old.machine, ()):
            if (remembered := getattr(case, column)) in target:
                setattr(case, column, target[remembered])
    deadlines.settle(case, new)
    application = scope.application_of(case)
    return audit.record(
        case,
        actor,
        Role.SYSTEM if actor.person_id == SYSTEM.person_id else Role.SYSTEM_ADMIN,
        AuditEvent.MIGRATED,
        application_id=application.id if application else None,
        from_state=before,
        to_state=case.state,
        data={"from_version": old.version, "to_version": new.version},
    )
