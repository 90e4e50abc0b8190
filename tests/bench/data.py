"""Plausible rows in bulk: many small files, and one whole file with its history. No walk through the moves."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from webapp import clock
from webapp.auth.sessions import begin
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import (
    Application,
    ApplicationParty,
    ApplicationSection,
    BudgetCategory,
    BudgetLine,
    Objective,
    Partnership,
    PartyRole,
    Section,
)
from webapp.models.monitoring import Report, ReportKind
from webapp.models.people import Organisation, OrganisationType, Person, RoleGrant
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.record import AuditEntry, AuditEvent
from webapp.models.types import Case
from webapp.transaction import writing
from workflows.definitions import CURRENT
from workflows.vocabulary import Instrument, Machine, Role, State, Trigger

MUNICIPALITIES = 80
MANAGERS = 20
TO_MOVE = 400  # submitted files of a programme of their own, one for each measured transition
HISTORY = 60
CHUNK = 5000
# A programme that has run for years: most files are over.
MIX = (
    [State.CLOSED] * 9 + [State.REJECTED] * 2 + [State.WITHDRAWN] + [State.MONITORING] * 4 + [State.DRAFT]
    + [State.ELIGIBILITY, State.REVIEW, State.DECISION]
)  # fmt: skip
TOPICS = ("Waste transfer station", "Tourism along the lake", "Revenue register", "Food market", "Land registry")


@dataclass(frozen=True)
class Filled:
    """What the measuring needs to know: the file with a history, the first file to move, tokens of two sessions."""

    application_id: int
    first_to_move: int
    manager_token: str
    mover_token: str


def fill(applications: int) -> Filled:
    """Fill an empty migrated database; must run in an application context."""
    with writing():
        places = _places()
        calls = _programmes(places)
        managers = [_person(f"Programme manager {n}", Role.PROGRAMME_MANAGER, programme_id=1) for n in range(MANAGERS)]
        mover = _person("Manager of the second programme", Role.PROGRAMME_MANAGER, programme_id=2)
        for place in places:
            _person(f"Signatory of place {place}", Role.SIGNATORY, organisation_id=place)
        _applications(applications, places, calls, [person.id for person in managers])
        whole = _whole_file(applications + 1, places, calls[0], managers[0].id)
        return Filled(whole, 1, begin(managers[0]).token, begin(mover).token)


def _add(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def _places() -> list[int]:
    """Municipalities of two countries with their associations; the associations come first."""
    lgas = [_organisation(f"Association {c}", OrganisationType.LGA, c, None) for c in ("NL", "RW")]
    kind = OrganisationType.MUNICIPALITY
    return [
        _organisation(f"Place {n}", kind, ("NL", "RW")[n % 2], lgas[n % 2]) for n in range(MUNICIPALITIES)
    ]  # fmt: skip


def _organisation(name: str, type_: OrganisationType, country: str, lga: int | None) -> int:
    row = Organisation(name=name, legal_name=f"Municipality of {name}", type=type_, country=country, lga_id=lga)
    return int(_add(row).id)


def _person(name: str, role: Role, **scope: int) -> Person:
    person = Person(name=name, email=f"{secrets.token_hex(6)}@example.org", created_at=clock.now())
    _add(person)
    _add(RoleGrant(person_id=person.id, role=role, starts_on=date(2020, 1, 1), **scope))
    db.session.refresh(person, ["grants", "affiliations"])
    return person


def _programmes(places: list[int]) -> list[int]:
    """Two programmes, each with a plan and a call; the second holds the files that are moved."""
    today = clock.today()
    calls = []
    for number in (1, 2):
        drafter = _person(f"Drafter {number}", Role.DIRECTOR, organisation_id=places[0])
        frame: dict[str, Any] = {"starts_on": today - timedelta(days=900), "ends_on": today + timedelta(days=900)}
        programme = Programme(code=f"P{number}", title=f"Programme {number}", budget=Decimal(10**9), currency="EUR",
                              funder="A ministry", operator_id=1, state=State.OPEN, **frame)  # fmt: skip
        _add(programme)
        plan = CountryPlan(programme_id=programme.id, title=f"Plan {number}", country="RW", envelope=Decimal(10**8),
                           lga_id=2, drafted_by_id=drafter.id, state=State.APPROVED, **frame)  # fmt: skip
        _add(plan)
        call = Call(plan_id=plan.id, title=f"Call {number}", opens_on=today, closes_on=today + timedelta(days=60),
                    floor=Decimal(5000), ceiling=Decimal(300_000), state=State.OPEN)  # fmt: skip
        calls.append(int(_add(call).id))
    return calls


def _applications(count: int, places: list[int], calls: list[int], managers: list[int]) -> None:
    """The first `TO_MOVE` wait in the second programme; the others follow the mix, spread over the managers."""
    for start in range(1, count + 1, CHUNK):
        ids = range(start, min(start + CHUNK, count + 1))
        db.session.execute(
            insert(Partnership), [{"id": n, "name": f"Partnership {n}", "since": date(2018, 1, 1)} for n in ids]
        )
        db.session.execute(insert(Application), [_application(n, calls, managers) for n in ids])
        db.session.execute(insert(ApplicationParty), [party for n in ids for party in _parties(n, places)])


def _parties(number: int, places: list[int]) -> list[dict[str, Any]]:
    lead = places[(2 * number) % MUNICIPALITIES]
    partner = places[(2 * number + 1 + 2 * (number // 40)) % MUNICIPALITIES]
    pairs = ((lead, PartyRole.LEAD), (partner, PartyRole.PARTNER))
    return [{"application_id": number, "organisation_id": place, "role": role} for place, role in pairs]


def _application(number: int, calls: list[int], managers: list[int]) -> dict[str, Any]:
    moved = number <= TO_MOVE
    state = State.SUBMITTED if moved else MIX[number % len(MIX)]
    since = clock.now() - timedelta(minutes=number)
    return _case(Machine.APPLICATION, state, since) | {
        "id": number, "reference": f"JUM-{number:06}", "call_id": calls[1 if moved else 0], "partnership_id": number,
        "title": f"{TOPICS[number % len(TOPICS)]} {number}", "requested": Decimal(5000 + number % 200 * 1000),
        "own_share": Decimal(1000), "created_by_id": managers[0], "review_round": 1, "refusals": 0,
        "submitted_at": None if state is State.DRAFT else since, "clarification_waived": "", "support_plan": "",
        "manager_id": None if moved or state is State.DRAFT else managers[number // len(MIX) % len(managers)],
        "instrument_reason": "", "amount_reserved": Decimal(0), "amount_committed": Decimal(0),
    }  # fmt: skip


def _case(machine: Machine, state: State, since: datetime) -> dict[str, Any]:
    version = CURRENT[machine].version
    return {"state": state, "state_since": since, "definition_version": version, "revision": 1, "created_at": since}


def _whole_file(number: int, places: list[int], call: int, manager: int) -> int:
    """One file in monitoring with its content, its agreement, reports and a history of `HISTORY` entries."""
    partnership = _add(Partnership(name="Rheden ⇄ Rubavu", since=date(2018, 1, 1)))
    row: Case = _add(
        Application(**_application(TO_MOVE + 1, [call, call], [manager]) | {
            "id": number, "reference": "JUM-WHOLE", "partnership_id": partnership.id, "state": State.MONITORING,
            "instrument": Instrument.MEMORANDUM, "title": "Tourism along the lake", "manager_id": manager,
            "starts_on": clock.today() - timedelta(days=300), "ends_on": clock.today() + timedelta(days=60),
        })
    )  # fmt: skip
    db.session.execute(insert(ApplicationParty), [p | {"application_id": row.id} for p in _parties(0, places)])
    _content(row.id, places)
    _contract(row.id)
    db.session.execute(insert(AuditEntry), [_entry(row.id, n, manager) for n in range(1, HISTORY + 1)])
    return row.id


def _content(application_id: int, places: list[int]) -> None:
    text = "What the council wants to learn, and how the neighbours will know that it was learnt. " * 8
    for section in Section:
        _add(
            ApplicationSection(application_id=application_id, code=section, answers={"problem": text, "approach": text})
        )
    for place in range(6):
        line = {"total": Decimal(3000), "requested": Decimal(2500), "own_share": Decimal(500)}
        _add(BudgetLine(application_id=application_id, position=place, title=f"Line {place}", payer_id=places[0],
                        payee_id=places[1], category=BudgetCategory.TRAVEL, **line))  # fmt: skip
        _add(Objective(application_id=application_id, position=place, title=f"Objective {place}", how=text))


def _contract(application_id: int) -> None:
    today = clock.today()
    agreement = Agreement(application_id=application_id, kind=Instrument.MEMORANDUM, number="JUM-WHOLE-A",
                          grant=Decimal(18000), own_share=Decimal(2000), currency="EUR",
                          starts_on=today - timedelta(days=300), ends_on=today + timedelta(days=60))  # fmt: skip
    _add(agreement)
    for number in (1, 2, 3):
        due = today + timedelta(days=100 * number - 150)
        period = {"period_start": due - timedelta(days=100), "period_end": due - timedelta(days=30), "due_on": due}
        parts = {"application_id": application_id, "agreement_id": agreement.id}
        _add(Report(kind=ReportKind.INTERIM, number=number, **parts, **period))


def _entry(application_id: int, number: int, person: int) -> dict[str, Any]:
    """Half of the entries are moves; their hashes are not a chain, and nobody checks them here."""
    moved = number % 2 == 0
    return {
        "machine": Machine.APPLICATION, "case_id": application_id, "sequence": number, "actor_id": person,
        "application_id": application_id, "at": clock.now() - timedelta(days=HISTORY - number),
        "role": Role.PROGRAMME_MANAGER, "event": AuditEvent.MOVED if moved else AuditEvent.EDITED,
        "trigger": Trigger.SUSPEND if moved else None, "from_state": State.MONITORING if moved else None,
        "to_state": State.SUSPENDED if moved else None, "reason": "The reason, in a sentence.", "data": {},
        "previous_hash": "0" * 64, "hash": f"{number:064}",
    }  # fmt: skip
