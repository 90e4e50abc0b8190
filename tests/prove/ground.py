"""A database with the town on it (tests/factories/everywhere.py): whatever is done there is undone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from tests.factories import breaking, everywhere
from tests.factories.everywhere import Town
from tests.support.installation import Installation, install
from tests.support.undone import undone
from webapp import clock, policy
from webapp.extensions import db
from webapp.models.people import RoleGrant
from webapp.policy import Principal
from webapp.services import scope
from webapp.services.advance import offers
from workflows.definition import Move
from workflows.vocabulary import Machine, Role, Trigger


@dataclass
class Ground:
    """The town, and its people as they are before anything happens."""

    installation: Installation
    town: Town
    people: list[Principal]
    newest_grant: int  # of a role
    makers: dict[Move, Principal] = field(default_factory=dict)

    @property
    def app(self) -> Flask:
        return self.installation.app

    @contextmanager
    def standing(self, machine: Machine, move: Move, *, prepared: bool = True, days: int = 0) -> Iterator[Any]:
        """The case that makes this edge, with what the move needs beside it, on the day when it can be made."""
        days = days or (breaking.DAYS.get(move.trigger, 0) if prepared else 0)
        with undone(self.app), clock.at(clock.now() + timedelta(days=days)):
            case = self.town.case(*breaking.place_of(machine, move))
            if prepared and move.trigger in breaking.PREPARED:
                breaking.PREPARED[move.trigger](case)
            db.session.flush()
            db.session.expire_all()
            yield case

    def ready(self, case: Any, move: Move) -> Principal:
        """Somebody who can make the move now."""
        room, stands = scope.scope_of(case), set[str]()
        for who in self.people:
            if not policy.roles_on(who, room) & asking(move):
                continue
            offer = next((offer for offer in offers(case, who) if offer.move is move), None)
            if offer is not None and offer.ready:
                self.makers[move] = who
                return who
            stands |= {blocker.code for blocker in offer.blockers} if offer else {"not offered"}
        raise AssertionError(f"nobody can make {move.trigger} from {move.source}: {stands}")

    def maker(self, machine: Machine, move: Move) -> Principal:
        """The same, without anything else around it."""
        if move not in self.makers:
            with self.standing(machine, move) as case:
                self.ready(case, move)
        return self.makers[move]


def asking(move: Move) -> frozenset[Role]:
    """A review's own officer is asked, never the manager, who may take anybody off a file."""
    return move.by - {Role.PROGRAMME_MANAGER} if move.trigger is Trigger.RECUSE else move.by


def ground(kind: str, home: Path, worker: str) -> Ground:
    """Made on an installation of its own."""
    installation = install(kind, home, f"{worker}_town")
    with installation.fresh().app_context():
        town = everywhere.town(installation.app)
        everybody = everywhere.everybody()
        newest = db.session.scalar(db.select(db.func.max(RoleGrant.id))) or 0
        db.session.remove()
    return Ground(installation, town, everybody, newest)
