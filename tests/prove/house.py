"""A small world with a case ready for every proof, made once and brought back by a copy of its database."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from tests.factories import agreements, assessing, people, register
from tests.support.database import Database
from tests.support.installation import Installation, install
from webapp.documents.storage import LocalStorage
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application
from webapp.models.people import Person
from webapp.policy import SYSTEM, Principal
from webapp.services import checkpoint
from webapp.transaction import writing
from workflows.vocabulary import Role, State

RUNNING = 8  # files that can be suspended and resumed for ever


@dataclass(frozen=True)
class House:
    """Numbers of rows. `people` are those of the assessed file, by the names of tests/factories/assessing.py."""

    installation: Installation
    folder: Path
    people: dict[str, int]
    submitted: int
    deciding: int
    agreement: int  # issued; all have signed but the director
    director: int
    running: tuple[int, ...]
    mover: int  # manager of the running files

    def fresh(self) -> Flask:
        """The application on the world as it was made, the file of heads included."""
        kept = self.folder / "heads.kept"
        shutil.copyfile(kept, self.heads)
        return self.installation.fresh()

    @property
    def app(self) -> Flask:
        return self.installation.app

    @property
    def heads(self) -> Path:
        return checkpoint.file_in(self.app.config["SETTINGS"].var)

    @property
    def storage(self) -> LocalStorage:
        storage: LocalStorage = self.app.extensions["jumelage.storage"]
        return storage

    def who(self, name_or_number: str | int) -> Principal:
        """A principal, in an application context; it may be used on any thread."""
        if name_or_number == "system":
            return SYSTEM
        number = self.people[name_or_number] if isinstance(name_or_number, str) else name_or_number
        return people.acting(db.session.get_one(Person, number))


def build(kind: str, home: Path, worker: str, database: Database | None = None) -> House:
    """Make the world on an installation of its own."""
    installation = install(kind, home, worker, database)
    app = installation.fresh()
    with app.app_context():
        folder = home / worker / f"{kind}-proofs"
        shutil.rmtree(folder, ignore_errors=True)  # a worker may come back to a module that it had left
        folder.mkdir(parents=True)
        house = _furnish(installation, folder)
        with writing():
            checkpoint.write(house.heads)
        db.session.remove()
    shutil.copyfile(house.heads, house.folder / "heads.kept")
    installation.disconnect()
    installation.database.keep_as_template()
    return house


def _furnish(installation: Installation, folder: Path) -> House:
    storage = installation.app.extensions["jumelage.storage"]
    file = assessing.in_decision()
    assessing.recommended(file)
    submitted = assessing.another(file.rooms, title="Waits for eligibility")
    with writing():
        signing = agreements.approved(suffix=" B")
        agreements.issued(signing, storage)
        for who in signing.signatories()[:-1]:
            agreements.signed_by(signing, who, storage)
        agreement, director = signing.agreement.id, signing.director.id
    with writing():
        world = register.world()
        mover = people.holding(Role.PROGRAMME_MANAGER, programme_id=world.programme.id)
        world.of_lead(Role.SIGNATORY), world.of_partner(Role.APPLICANT_EDITOR)
        running = tuple(register.application(world, State.MONITORING).id for _number in range(RUNNING))
    names = {name: getattr(file.rooms, name) for name in ("editor", "signatory", "partner_signatory", "manager")}
    return House(installation, folder, file.ids | names, submitted, file.number, agreement, director, running, mover.id)


@contextmanager
def acting(app: Flask) -> Iterator[None]:
    """A write transaction in an application context of its own, as a request has one."""
    with app.app_context(), writing():
        yield


def application(number: int) -> Application:
    return db.session.get_one(Application, number)


def agreement(number: int) -> Agreement:
    return db.session.get_one(Agreement, number)
