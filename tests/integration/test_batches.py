"""Many files in one go: chosen with reasons, done one by one and once each, stopped, resumed, never half."""

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.applications import statements
from tests.factories.assessing import Visitor
from tests.factories.many import Heap, heap, recommend
from tests.support.database import KINDS
from webapp import clock
from webapp.batches.bulk import bulk_moves
from webapp.documents.storage import LocalStorage
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.batch import Batch, BatchItem, BatchKind, BatchState, ItemState
from webapp.models.people import RoleGrant
from webapp.models.record import AuditEntry, AuditEvent, OutboxRow
from webapp.services import audit
from webapp.services.batches import orders, run
from webapp.services.batches.work import WORKS, Order
from webapp.transaction import writing
from workflows.definitions import CURRENT
from workflows.vocabulary import Machine, Role, State, Trigger

pytestmark = pytest.mark.usefixtures("inside")
on_sqlite = pytest.mark.parametrize("installation", KINDS[:1], indirect=True)  # where the database does not matter
START = "move.start_eligibility.programme_manager"
LAPSE = "move.lapse.programme_manager"
RECOMMEND = "recommend.programme_manager"
CONFIRM = "confirm.programme_manager"


@pytest.fixture
def storage(app: Flask) -> LocalStorage:
    found: LocalStorage = app.extensions["jumelage.storage"]
    return found


def ordered(files: Heap, key: str, name: str = "manager", reason: str = "") -> int:
    """A batch over all files of the heap, started by this person; its number."""
    with writing():
        work = WORKS[key]
        batch = orders.prepare(work, files.the_call, orders.candidates(work, files.the_call), files.who(name))
        orders.start(batch, reason, files.who(name))
        return batch.id


def items(batch_id: int) -> list[BatchItem]:
    db.session.remove()
    return list(
        db.session.scalars(sa.select(BatchItem).where(BatchItem.batch_id == batch_id).order_by(BatchItem.position))
    )


def states(batch_id: int) -> list[ItemState]:
    return [item.state for item in items(batch_id)]


def state_of(batch_id: int) -> BatchState:
    db.session.remove()
    return db.session.get_one(Batch, batch_id).state


def problems(batch_id: int, event: AuditEvent = AuditEvent.MOVED) -> list[str]:
    """A row that is done has one entry of this batch in its file's chain, every other row none."""
    found = []
    for item in items(batch_id):
        mine = (AuditEntry.machine == Machine.APPLICATION, AuditEntry.case_id == item.application_id)
        entries = db.session.scalars(sa.select(AuditEntry).where(*mine, AuditEntry.event == event)).all()
        expected = int(item.state is ItemState.DONE)
        if len(entries) != expected:
            found.append(f"row {item.position} is {item.state}, with {len(entries)} entries")
    return found + [str(link) for link in audit.broken_links()]


# --- which moves ------------------------------------------------------------------------------------------------------


@on_sqlite
def test_the_moves_that_qualify_are_read_from_the_definition() -> None:
    """The office's moves without a form of their own; nothing that binds a party or takes money."""
    assert {trigger for trigger, _role in bulk_moves(CURRENT[Machine.APPLICATION])} == {
        Trigger.START_ELIGIBILITY, Trigger.RECONSIDER, Trigger.LAPSE, Trigger.START_MONITORING, Trigger.SUSPEND,
        Trigger.RESUME, Trigger.START_CLOSING,
    }  # fmt: skip


@on_sqlite
def test_what_a_person_may_order_follows_their_roles() -> None:
    files = heap(1)
    offered = {name: {work.key for work in _works(files, name)} for name in ("manager", "finance", "director")}
    assert {RECOMMEND, CONFIRM, START} <= offered["manager"]
    assert offered["finance"] == {"confirm.finance_officer"}
    assert offered["director"] == {"confirm.director"}


def _works(files: Heap, name: str):  # type: ignore[no-untyped-def]
    from webapp.services.batches.work import works_for

    return works_for(files.who(name), files.the_call)


# --- preview ----------------------------------------------------------------------------------------------------------


@on_sqlite
def test_the_preview_says_for_each_row_why_not_and_who_can_clear_it(client: FlaskClient) -> None:
    files = heap(3)
    with writing():
        db.session.get_one(Application, files.files[1]).manager_id = files.people["second"]
    visitor = Visitor(client, files.person("manager"))
    answer = visitor.post(f"/calls/{files.call}/batches", {"work": RECOMMEND})
    page = visitor.get(answer.headers["Location"])
    assert page.status_code == 200
    assert page.text.count(">Possible<") >= 2
    assert "This step belongs to somebody else." in page.text
    assert "The programme manager can do this." in page.text


@pytest.mark.parametrize(("key", "state"), [(RECOMMEND, State.DECISION), (CONFIRM, State.DECISION),
                                            (START, State.SUBMITTED), (LAPSE, State.RESERVE)])  # fmt: skip
def test_two_hundred_rows_cost_the_statements_of_two(client: FlaskClient, key: str, state: State) -> None:
    counted = []
    for count in (2, 200):
        files = heap(count, state)
        if key == CONFIRM:
            with writing():
                recommend(files)
        visitor = Visitor(client, files.person("second"))
        address = visitor.post(f"/calls/{files.call}/batches", {"work": key}).headers["Location"]
        with statements() as seen:
            assert visitor.get(address).status_code == 200
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 10, counted


@on_sqlite
def test_ticks_are_kept_page_by_page(client: FlaskClient) -> None:
    files = heap(120, State.SUBMITTED)
    visitor = Visitor(client, files.person("manager"))
    address = visitor.post(f"/calls/{files.call}/batches", {"work": START}).headers["Location"]
    batch_id = int(address.split("/")[2])
    rows = [item.id for item in items(batch_id)]
    answer = visitor.post(address, {"shown": rows[:100], "row": rows[1:100], "go": "2"})
    assert answer.headers["Location"].endswith("page=2")
    visitor.post(address, {"shown": rows[100:], "row": rows[100:110], "go": "on"})
    assert states(batch_id).count(ItemState.LEFT_OUT) == 11
    assert "109 applications" in visitor.get(f"/batches/{batch_id}/confirm").text


# --- running ----------------------------------------------------------------------------------------------------------


@on_sqlite
def test_a_whole_order_by_its_pages(client: FlaskClient, storage: LocalStorage) -> None:
    files = heap(3, State.SUBMITTED)
    visitor = Visitor(client, files.person("manager"))
    address = visitor.post(f"/calls/{files.call}/batches", {"work": START}).headers["Location"]
    batch_id = int(address.split("/")[2])
    assert "You act as Programme manager" in visitor.get(f"/batches/{batch_id}/confirm").text
    assert visitor.post(f"/batches/{batch_id}/confirm").status_code == 303
    assert "0 of 3 handled" in visitor.get(f"/batches/{batch_id}").text
    assert run.rounds(storage) == 3
    page = visitor.get(f"/batches/{batch_id}").text
    assert "3 of 3 handled" in page and "hx-trigger" not in page
    assert problems(batch_id) == [] and state_of(batch_id) is BatchState.DONE
    entry = db.session.get_one(AuditEntry, items(batch_id)[0].entry_id)
    assert (entry.actor_id, entry.role, entry.data) == (
        files.people["manager"], Role.PROGRAMME_MANAGER, {"batch": batch_id},
    )  # fmt: skip


def test_many_applications_are_rejected_by_two_people(app: Flask, storage: LocalStorage) -> None:
    """One recommends with one text, another confirms: one entry each, a letter each, one mail to who confirms."""
    files = heap(24)
    first = ordered(files, RECOMMEND, reason="The projects do not fit the plan.")
    run.rounds(storage)
    assert problems(first, AuditEvent.RECOMMENDED) == [] and set(states(first)) == {ItemState.DONE}
    mails = db.session.scalars(sa.select(OutboxRow.key).where(OutboxRow.key.like(f"batch-{first}-%"))).all()
    assert mails == [f"batch-{first}-{files.people['second']}"]
    second = ordered(files, CONFIRM, "second")
    run.rounds(storage)
    assert problems(second) == [] and set(states(second)) == {ItemState.DONE}
    rejected = sa.select(sa.func.count()).where(Application.state == State.REJECTED)
    assert db.session.scalar(rejected) == 24
    assert all(item.document_id for item in items(second))


@on_sqlite
def test_a_larger_mandate_needs_both_confirmations(storage: LocalStorage) -> None:
    """The first one is kept and decides nothing; the second rejects."""
    files = heap(2, requested=100_000)
    with writing():
        recommend(files)
    first = ordered(files, "confirm.finance_officer", "finance")
    run.rounds(storage)
    assert problems(first, AuditEvent.CONFIRMED) == [] and set(states(first)) == {ItemState.DONE}
    assert db.session.get_one(Application, files.files[0]).state is State.DECISION
    with pytest.raises(Invalid, match="None of the chosen"):
        ordered(files, "confirm.finance_officer", "finance")
    second = ordered(files, CONFIRM, "second")
    run.rounds(storage)
    assert problems(second) == []
    assert db.session.get_one(Application, files.files[0]).state is State.REJECTED


@on_sqlite
def test_who_recommended_many_confirms_none() -> None:
    files = heap(2)
    with writing():
        recommend(files)
    with pytest.raises(Invalid, match="None of the chosen"):
        ordered(files, CONFIRM)


def test_a_batch_is_stopped_and_resumed_between_two_files(storage: LocalStorage) -> None:
    files = heap(5, State.SUBMITTED)
    batch_id = ordered(files, START)
    run.rounds(storage, limit=2)
    with writing():
        orders.stop(db.session.get_one(Batch, batch_id))
    assert run.rounds(storage) == 0
    assert states(batch_id) == [ItemState.DONE] * 2 + [ItemState.WAITING] * 3 and problems(batch_id) == []
    with writing():
        orders.resume(db.session.get_one(Batch, batch_id), files.who("manager"))
    assert run.rounds(storage) == 3
    assert problems(batch_id) == [] and state_of(batch_id) is BatchState.DONE


def test_a_stop_that_comes_after_the_claim_still_counts(storage: LocalStorage) -> None:
    files = heap(1, State.SUBMITTED)
    batch_id = ordered(files, START)
    with writing():
        claimed = run._claim()
    assert claimed is not None
    with writing():
        orders.stop(db.session.get_one(Batch, batch_id))
    with writing():
        run._do(*claimed, storage)
    (item,) = items(batch_id)
    assert (item.state, item.claimed_by, item.attempts) == (ItemState.WAITING, None, 0)


def test_who_lost_the_role_meanwhile_is_refused_in_words(client: FlaskClient, storage: LocalStorage) -> None:
    files = heap(2, State.SUBMITTED)
    batch_id = ordered(files, START)
    run.rounds(storage, limit=1)
    with writing():
        mine = RoleGrant.person_id == files.people["manager"]
        db.session.execute(sa.update(RoleGrant).where(mine).values(ends_on=clock.today() - timedelta(days=1)))
    run.rounds(storage)
    assert states(batch_id) == [ItemState.DONE, ItemState.REFUSED] and problems(batch_id) == []
    page = Visitor(client, files.person("director")).get(f"/batches/{batch_id}").text
    assert "This step belongs to somebody else." in page and "The programme manager can do this." in page


@on_sqlite
def test_a_recommendation_replaced_meanwhile_is_not_confirmed_unread(storage: LocalStorage) -> None:
    from webapp.decisions import use_cases

    files = heap(1)
    with writing():
        recommend(files)
    batch_id = ordered(files, CONFIRM, "second")
    with writing():
        file = db.session.get_one(Application, files.files[0])
        use_cases.recommend(file, State.REJECTED, None, "", "For quite other reasons.", files.who("manager"))
    run.rounds(storage)
    (item,) = items(batch_id)
    assert item.state is ItemState.REFUSED and item.blockers[0].code == "changed_meanwhile"
    assert db.session.get_one(Application, files.files[0]).state is State.DECISION


def test_one_that_fails_fails_alone_and_can_be_tried_again(storage: LocalStorage) -> None:
    files = heap(3, State.SUBMITTED)
    batch_id = ordered(files, START)
    bad = files.files[1]
    with _failing(lambda order: order.file.id == bad):
        run.rounds(storage)
    assert states(batch_id) == [ItemState.DONE, ItemState.FAILED, ItemState.DONE] and problems(batch_id) == []
    with writing():
        assert orders.again(db.session.get_one(Batch, batch_id), files.who("manager")) == 1
    run.rounds(storage)
    assert set(states(batch_id)) == {ItemState.DONE} and problems(batch_id) == []


@on_sqlite
def test_a_frozen_one_is_interrupted_and_fails_alone(storage: LocalStorage) -> None:
    files = heap(2, State.SUBMITTED)
    batch_id = ordered(files, START)
    frozen = files.files[0]

    def freeze(order: Order) -> bool:
        if order.file.id == frozen:
            assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= run.PATIENCE
            signal.raise_signal(signal.SIGALRM)  # the minute is over
        return False

    with _failing(freeze):
        run.rounds(storage)
    assert states(batch_id) == [ItemState.FAILED, ItemState.DONE] and problems(batch_id) == []
    assert "not done within" in items(batch_id)[0].error


def _failing(fails: Callable[[Order], bool]):  # type: ignore[no-untyped-def]
    """After the move, inside its transaction, this happens."""
    work = WORKS[START]
    do = work.do

    def moved_and_failed(order: Order) -> AuditEntry | None:
        entry = do(order)
        if fails(order):
            raise RuntimeError("the disk of this one is full")
        return entry

    planted = type(work)(**{**work.__dict__, "do": moved_and_failed})
    return patch.dict(WORKS, {START: planted})


# --- workers that die, workers that meet ------------------------------------------------------------------------------


class Killed(BaseException):
    """As good as kill −9 for a transaction: nothing of ours runs afterwards."""


def test_a_worker_that_dies_leaves_nothing_half_and_the_next_one_goes_on(storage: LocalStorage) -> None:
    files = heap(3, State.SUBMITTED)
    batch_id = ordered(files, START)
    _die_after_the_move(storage)
    assert states(batch_id) == [ItemState.WAITING] * 3 and problems(batch_id) == []
    assert run.rounds(storage) == 2  # the first is still leased to the dead one
    with clock.at(clock.now() + timedelta(minutes=3)):
        assert run.rounds(storage) == 1
    assert set(states(batch_id)) == {ItemState.DONE} and problems(batch_id) == []


def _die_after_the_move(storage: LocalStorage) -> None:
    def die(_order: Order) -> bool:
        raise Killed

    with pytest.raises(Killed), _failing(die):
        run.rounds(storage)
    db.session.remove()


@on_sqlite
def test_the_planted_mutant_that_records_apart_is_noticed(storage: LocalStorage) -> None:
    """The move is committed before its row, and its number is not kept: after a death the row and the file disagree."""
    files = heap(2, State.SUBMITTED)
    batch_id = ordered(files, START)

    def commit_and_die(_order: Order) -> bool:
        db.session.commit()
        raise Killed

    with patch.object(Order, "request_id", None):
        with pytest.raises(Killed), _failing(commit_and_die):
            run.rounds(storage)
        db.session.remove()
        with clock.at(clock.now() + timedelta(minutes=3)):
            run.rounds(storage)
    assert problems(batch_id) == ["row 1 is refused, with 1 entries"]


@on_sqlite
def test_one_that_takes_its_workers_down_fails_at_last(storage: LocalStorage) -> None:
    files = heap(1, State.SUBMITTED)
    batch_id = ordered(files, START)
    later = clock.now()
    for _life in range(run.MAX_ATTEMPTS):
        with clock.at(later):
            _die_after_the_move(storage)
        later += timedelta(minutes=3)
    with clock.at(later):
        run.rounds(storage)
    assert states(batch_id) == [ItemState.FAILED] and problems(batch_id) == []


def test_four_workers_do_each_file_once(app: Flask, storage: LocalStorage) -> None:
    files = heap(12, State.SUBMITTED)
    batch_id = ordered(files, START)
    db.session.remove()

    def work(_number: int) -> int:
        with app.app_context():
            handled = run.rounds(storage)
            db.session.remove()
            return handled

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 12
    run.rounds(storage)
    assert set(states(batch_id)) == {ItemState.DONE} and problems(batch_id) == []
    assert state_of(batch_id) is BatchState.DONE


# --- whose ------------------------------------------------------------------------------------------------------------


@on_sqlite
def test_a_batch_is_the_business_of_its_office_alone(client: FlaskClient, storage: LocalStorage) -> None:
    files, others = heap(2, State.SUBMITTED), heap(1)
    batch_id = ordered(files, START)
    asked = {"director": files, "elsewhere": others, "signatory": files}
    answers = {}
    for name, of in asked.items():
        visitor = Visitor(client, of.person("manager" if name == "elsewhere" else name))
        answers[name] = [
            visitor.get(address).status_code
            for address in (f"/batches/{batch_id}", f"/calls/{files.call}/batches", f"/calls/{files.call}/letters")
        ]
    assert answers == {"director": [200] * 3, "elsewhere": [404] * 3, "signatory": [404] * 3}


@on_sqlite
def test_only_who_started_it_lets_it_go_on(storage: LocalStorage) -> None:
    files = heap(2, State.SUBMITTED)
    batch_id = ordered(files, START)
    with writing():
        orders.stop(db.session.get_one(Batch, batch_id))
    with pytest.raises(Forbidden), writing():
        orders.resume(db.session.get_one(Batch, batch_id), files.who("second"))
    with pytest.raises(Conflict), writing():
        orders.start(db.session.get_one(Batch, batch_id), "", files.who("manager"))


@on_sqlite
def test_what_is_prepared_is_private_and_can_be_thrown_away(client: FlaskClient) -> None:
    files = heap(2, State.SUBMITTED)
    address = Visitor(client, files.person("manager")).post(f"/calls/{files.call}/batches", {"work": START})
    batch_id = int(address.headers["Location"].split("/")[2])
    assert Visitor(client, files.person("second")).get(f"/batches/{batch_id}/rows").status_code == 404
    assert Visitor(client, files.person("manager")).post(f"/batches/{batch_id}/discard").status_code == 303
    assert items(batch_id) == [] and db.session.get(Batch, batch_id) is None


@on_sqlite
@pytest.mark.parametrize("typed", ["", "confirm.director", "move.approve.director", "nonsense", "letters.director"])
def test_what_is_not_offered_is_not_prepared(client: FlaskClient, typed: str) -> None:
    files = heap(1)
    answer = Visitor(client, files.person("manager")).post(f"/calls/{files.call}/batches", {"work": typed})
    assert answer.status_code == 422 and "Choose what shall happen." in answer.text


@on_sqlite
def test_strange_row_numbers_change_nothing(client: FlaskClient) -> None:
    files = heap(2, State.SUBMITTED)
    visitor = Visitor(client, files.person("manager"))
    address = visitor.post(f"/calls/{files.call}/batches", {"work": START}).headers["Location"]
    visitor.post(address, {"shown": ["x", "-1", "9" * 30, "999999999"], "row": ["²", ""], "go": "'"})
    assert states(int(address.split("/")[2])) == [ItemState.WAITING] * 2


@on_sqlite
def test_a_batch_needs_its_reason(client: FlaskClient) -> None:
    files = heap(1)
    visitor = Visitor(client, files.person("manager"))
    address = visitor.post(f"/calls/{files.call}/batches", {"work": RECOMMEND}).headers["Location"]
    answer = visitor.post(address.replace("rows", "confirm"), {"reason": " \n "})
    assert answer.status_code == 422 and "Give a reason." in answer.text


@on_sqlite
def test_kinds_are_those_of_the_works() -> None:
    assert {work.kind for work in WORKS.values()} == set(BatchKind)


def test_the_list_hands_over_what_its_filters_find(client: FlaskClient) -> None:
    files = heap(3, State.SUBMITTED)
    with writing():
        db.session.get_one(Application, files.files[1]).title = "Something else"
    visitor = Visitor(client, files.person("manager"))
    where = f"?call={files.call}&q=Project"
    assert f'value="{START}"' in visitor.get(f"/applications{where}").text
    assert f'value="{START}"' not in visitor.get("/applications").text
    address = visitor.post(f"/applications/together{where}", {"work": START}).headers["Location"]
    assert [item.application_id for item in items(int(address.split("/")[2]))] == [files.files[2], files.files[0]]
    assert visitor.post(f"/applications/together{where}", {"work": "x"}).status_code == 404
    stranger = Visitor(client, files.person("signatory"))
    assert stranger.post(f"/applications/together{where}", {"work": START}).status_code == 404


@on_sqlite
def test_the_desk_shows_what_is_not_finished(client: FlaskClient, storage: LocalStorage) -> None:
    files = heap(1, State.SUBMITTED)
    batch_id = ordered(files, START)
    visitor = Visitor(client, files.person("manager"))
    assert f"/batches/{batch_id}" in visitor.get("/desk").text
    run.rounds(storage)
    assert f"/batches/{batch_id}" not in visitor.get("/desk").text


@on_sqlite
def test_several_batches_take_turns(storage: LocalStorage) -> None:
    """Who orders a few things does not wait behind somebody's hundreds."""
    large, small = heap(6, State.SUBMITTED), heap(2, State.SUBMITTED)
    first, second = ordered(large, START), ordered(small, START)
    run.rounds(storage, limit=4)
    assert state_of(second) is BatchState.DONE and states(first).count(ItemState.DONE) == 2
