"""At most one open deadline for a case and kind: the database says so, and leaving a state closes its own."""

import pytest
import sqlalchemy as sa

from tests.factories.many import Heap, heap, recommend
from webapp.decisions import use_cases
from webapp.errors import Refused
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.record import Deadline
from webapp.policy import SYSTEM
from webapp.services.advance import advance
from webapp.transaction import writing
from workflows.vocabulary import Role, State, Trigger

pytestmark = pytest.mark.usefixtures("inside")


def in_reserve() -> Heap:
    """A file that went to the reserve list through the door, so that its deadline runs."""
    files = heap(1)
    with writing():
        recommend(files, State.RESERVE)
    with writing():
        file = db.session.get_one(Application, files.files[0])
        use_cases.confirm(file, Role.PROGRAMME_MANAGER, files.who("second"))
    return files


def rows(*, only_open: bool = True) -> list[Deadline]:
    query = sa.select(Deadline).order_by(Deadline.id)
    return list(db.session.scalars(query.where(Deadline.closed_at.is_(None)) if only_open else query))


def test_a_second_open_deadline_of_a_kind_is_refused_by_the_database() -> None:
    in_reserve()
    (row,) = rows()
    copy = {name: getattr(row, name) for name in sa.inspect(Deadline).columns.keys() if name != "id"}  # noqa: SIM118
    with pytest.raises(sa.exc.IntegrityError), writing():
        db.session.execute(sa.insert(Deadline), [copy])
    assert len(rows()) == 1


def test_leaving_the_state_closes_its_deadline() -> None:
    files = in_reserve()
    with writing():
        file = db.session.get_one(Application, files.files[0])
        advance(file, Trigger.RECONSIDER, files.who("manager"))
    assert rows() == [] and len(rows(only_open=False)) == 1
    with pytest.raises(Refused, match="no_such_move"), writing():
        advance(db.session.get_one(Application, files.files[0]), Trigger.LAPSE, SYSTEM)
