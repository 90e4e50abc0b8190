"""The stage on which the demonstration is played: accounts by key, a day to play on, one transaction per step."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from webapp import clock
from webapp.documents.storage import LocalStorage
from webapp.extensions import db
from webapp.models.people import Organisation, Person
from webapp.models.types import Case
from webapp.policy import Principal
from webapp.services import scope
from webapp.services.advance import advance
from webapp.services.deliver import Courier
from webapp.transaction import writing
from workflows.vocabulary import Trigger


class Stage:
    """Where the demonstration stands while it is being made."""

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self.storage: LocalStorage = courier.storage
        self.today = clock.today()
        self.minute = 0
        self.people: dict[str, int] = {}
        self.places: dict[str, int] = {}
        self.files: dict[str, int] = {}
        self.themes: dict[tuple[str, str], int] = {}
        self.calls: dict[str, int] = {}

    def day(self, ago: int) -> date:
        """The calendar day `ago` days before today; negative is to come."""
        return self.today - timedelta(days=ago)

    @contextmanager
    def on(self, ago: int) -> Iterator[None]:
        """One step of the play: `ago` days before today, in a transaction of its own; its mail and letters follow."""
        self.minute = (self.minute + 7) % 420
        instant = datetime.combine(self.day(ago), time(8, 0), UTC) + timedelta(minutes=self.minute)
        with clock.at(min(instant, clock.now())):
            with writing():
                yield
            self.courier.drain()

    def who(self, key: str) -> Principal:
        """The principal behind an account's key, with the grants of the day that is played."""
        person = db.session.get_one(Person, self.people[key], populate_existing=True)
        db.session.refresh(person, ["grants", "affiliations"])
        return scope.principal(person)

    def place(self, key: str) -> Organisation:
        return db.session.get_one(Organisation, self.places[key])

    def person_of(self, person_id: int) -> str:
        """The key of an account, for steps done by whoever was assigned."""
        return next(key for key, known in self.people.items() if known == person_id)

    def move(self, case: Case, trigger: Trigger, key: str, reason: str = "") -> None:
        advance(case, trigger, self.who(key), reason=reason)


def holds_anything() -> bool:
    """Whether the database already holds people or organisations."""
    return any(db.session.scalar(select(kind.id).limit(1)) is not None for kind in (Person, Organisation))
