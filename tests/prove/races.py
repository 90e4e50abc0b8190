"""G4: thirty-two at once confirm, sign, or make one move: one winner, readable refusals, no error of the database."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from unittest.mock import patch

import sqlalchemy as sa

from tests.prove.house import House, acting, agreement, application
from webapp.agreements import use_cases as contracts
from webapp.agreements.signing import CONSENT_VERSION
from webapp.decisions import use_cases as decisions
from webapp.errors import Conflict, Invalid, Refused
from webapp.extensions import db
from webapp.models.agreement import Signature
from webapp.models.assessment import DecisionConfirmation
from webapp.models.record import AuditEntry, AuditEvent
from webapp.policy import Principal
from webapp.services.advance import advance
from workflows.vocabulary import Role, State, Trigger

WAYS = 32
Fire = Callable[[House, Principal], object]
Check = Callable[[House], Iterator[str]]


def confirm(house: House, who: Principal) -> object:
    return decisions.confirm(application(house.deciding), Role.PROGRAMME_MANAGER, who)


def confirmed_once(house: House) -> Iterator[str]:
    """The money is set aside once, the move is in the record once."""
    file = application(house.deciding)
    yield from _unless(file.state is State.APPROVED, f"the file is {file.state}")
    yield from _unless(file.call.plan.reserved == Decimal(18000), f"reserved: {file.call.plan.reserved}")
    yield from _unless(_count(DecisionConfirmation.id) == 2, "confirmations")  # the other file's is the first
    yield from _unless(_moves(Trigger.APPROVE, house.deciding) == 1, "entries of the approval")


def sign(house: House, who: Principal) -> object:
    issued = agreement(house.agreement)
    sha256 = issued.issued_document.file.sha256  # type: ignore[union-attr]  # the house issued it
    return contracts.sign(
        issued, who, storage=house.storage, document_sha256=sha256, consent="I sign.", consent_version=CONSENT_VERSION,
        language="en", address="", user_agent="",
    ).id  # fmt: skip


def signed_once(house: House) -> Iterator[str]:
    """The last signature stands once, puts the agreement in force once and binds the money once."""
    signed = agreement(house.agreement)
    plan = signed.application.call.plan
    yield from _unless(signed.state is State.IN_FORCE, f"the agreement is {signed.state}")
    yield from _unless(
        (plan.reserved, plan.committed) == (Decimal(0), signed.grant), f"{plan.reserved}, {plan.committed}"
    )
    yield from _unless(_count(Signature.id) == len(signed.parties), "signatures")
    yield from _unless(_moves(Trigger.ENTER_INTO_FORCE, signed.id) == 1, "entries of the entry into force")
    yield from _unless(_moves(Trigger.CONCLUDE, signed.application_id) == 1, "entries of the conclusion")


def move(house: House, who: Principal) -> object:
    return advance(application(house.submitted), Trigger.START_ELIGIBILITY, who)


def moved_once(house: House) -> Iterator[str]:
    file = application(house.submitted)
    yield from _unless(file.state is State.ELIGIBILITY, f"the file is {file.state}")
    yield from _unless(_moves(Trigger.START_ELIGIBILITY, file.id) == 1, "entries of the move")


# What is raced, who races, how many may be told "done", and what must be true afterwards. Signing again gives the
# signature that stands, so everybody is told that; everybody must be told the same one.
RACES: dict[str, tuple[Fire, tuple[str, ...], int, Check]] = {
    "confirm": (confirm, ("second", "third"), 1, confirmed_once),
    "sign": (sign, ("director of the agreement",), WAYS, signed_once),
    "move": (move, ("manager", "second"), 1, moved_once),
}


def run(house: House, name: str, rounds: int, ways: int = WAYS) -> list[str]:
    """Race this many rounds, each in the world as it was made; what went wrong, in words."""
    found: list[str] = []
    for number in range(rounds):
        found += [f"{name}, round {number + 1}: {problem}" for problem in _round(house, name, ways)]
    return found


def _round(house: House, name: str, ways: int) -> Iterator[str]:
    fire, names, winners, check = RACES[name]
    app = house.fresh()
    with app.app_context():
        vars(db.engine.pool)["_max_overflow"] = ways  # a connection for each; 15 is the library's default
        everybody = [house.who(house.director if name == "sign" else person) for person in names]
        db.session.remove()
    start = threading.Barrier(ways)

    def once(number: int) -> str:
        start.wait()
        try:
            with acting(app):
                result = fire(house, everybody[number % len(everybody)])
            return f"done {result}" if winners > 1 else "done"
        except (Refused, Conflict, Invalid):
            return "refused"
        except Exception as error:  # noqa: BLE001 - whatever it is, the race has found it
            return f"{type(error).__name__}: {str(error)[:120]}"

    with ThreadPoolExecutor(ways) as pool:
        answers = list(pool.map(once, range(ways)))
    done = [answer for answer in answers if answer.startswith("done")]
    strange = {answer for answer in answers if answer != "refused" and answer not in done}
    yield from sorted(strange)
    if len(done) != min(winners, ways) or len(set(done)) > 1:
        yield f"{len(done)} of {ways} were told that it is done"
    with app.app_context():
        yield from check(house)
        db.session.remove()


@contextmanager
def without_locks() -> Iterator[None]:
    """The planted mutant: no row lock anywhere and no IMMEDIATE."""
    places = ("webapp.services.advance", "webapp.decisions.use_cases", "webapp.agreements.signing")
    with patch("webapp.transaction.for_writing", db.session.rollback):
        patches = [patch(f"{place}.lock", lambda case: None) for place in places]
        for one in patches:
            one.start()
        try:
            yield
        finally:
            for one in patches:
                one.stop()


def _unless(holds: bool, problem: str) -> Iterator[str]:
    if not holds:
        yield problem


def _count(column: "sa.orm.InstrumentedAttribute[int]") -> int:
    return db.session.scalar(sa.select(sa.func.count(column))) or 0


def _moves(trigger: Trigger, case_id: int) -> int:
    query = sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.trigger == trigger, AuditEntry.case_id == case_id)
    return db.session.scalar(query.where(AuditEntry.event == AuditEvent.MOVED)) or 0
