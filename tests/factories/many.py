"""Many applications of one call in one state, and the office that works on them; placed, not walked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from tests.factories import people, register
from webapp import clock
from webapp.extensions import db
from webapp.models.application import Application, ApplicationParty, ApplicationVersion, Partnership, PartyRole
from webapp.models.assessment import Decision
from webapp.models.people import Person
from webapp.models.programme import Call
from webapp.policy import Principal
from webapp.transaction import writing
from workflows.vocabulary import Role, State

OFFICE = {
    "manager": Role.PROGRAMME_MANAGER, "second": Role.PROGRAMME_MANAGER, "finance": Role.FINANCE_OFFICER,
    "director": Role.DIRECTOR,
}  # fmt: skip


@dataclass(frozen=True)
class Heap:
    """Numbers of rows, so that they outlive a session; `people` are those of `OFFICE` and a signatory of the lead."""

    programme: int
    call: int
    files: tuple[int, ...]
    people: dict[str, int]

    def person(self, name: str) -> Person:
        return db.session.get_one(Person, self.people[name])

    def who(self, name: str) -> Principal:
        return people.acting(self.person(name))

    @property
    def the_call(self) -> Call:
        return db.session.get_one(Call, self.call)


def heap(count: int, state: State = State.DECISION, requested: int = 18_000, **columns: Any) -> Heap:
    """So many applications of one call, all in this state; in a transaction of its own."""
    with writing():
        world = register.world()
        office = {name: people.grant(people.person(name.title()), role, programme_id=world.programme.id)
                  for name, role in OFFICE.items()}  # fmt: skip
        office["signatory"] = world.of_lead(Role.SIGNATORY)
        files = more(world, count, state, requested, **columns)
        return Heap(world.programme.id, world.call.id, files, {name: row.id for name, row in office.items()})


def more(world: register.World, count: int, state: State, requested: int, **columns: Any) -> tuple[int, ...]:
    """Files of this world with what was submitted; four statements or so, however many they are."""
    stem = f"{world.programme.code}-{state.value}"
    partnerships = [Partnership(name=f"Partnership {stem} {n}", since=date(2018, 1, 1)) for n in range(count)]
    db.session.add_all(partnerships)
    db.session.flush()
    rows = [
        Application(
            reference=f"{stem}-{number:03}", call_id=world.call.id, partnership_id=partnership.id, state=state,
            title=f"Project {number}", requested=Decimal(requested), own_share=Decimal(2000),
            created_by_id=world.drafter.id, submitted_at=clock.now(), **columns,
        )
        for number, partnership in enumerate(partnerships, start=1)
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        for place, role in ((world.lead, PartyRole.LEAD), (world.partner, PartyRole.PARTNER)):
            db.session.add(ApplicationParty(application_id=row.id, organisation_id=place.id, role=role))
        db.session.add(
            ApplicationVersion(
                application_id=row.id, number=1, content={}, sha256="a" * 64, requested=row.requested,
                own_share=row.own_share, total=row.requested + row.own_share, created_at=clock.now(),
                created_by_id=world.drafter.id,
            )
        )  # fmt: skip
    db.session.flush()
    return tuple(row.id for row in rows)


def recommend(files: Heap, outcome: State = State.REJECTED) -> None:
    """An open recommendation of the manager on each file; inside the caller's transaction."""
    version = ApplicationVersion
    versions = dict(db.session.execute(select(version.application_id, version.id)).all())
    for number in files.files:
        db.session.add(
            Decision(
                application_id=number, outcome=outcome, amount=Decimal(0 if outcome is State.REJECTED else 18_000),
                conditions="", reasons="Too thin.", recommended_by_id=files.people["manager"],
                recommended_at=clock.now(), version_id=versions[number],
            )
        )  # fmt: skip
    db.session.flush()
