"""G5: somebody who owns the database changes the record, as far as recomputing hashes; the product says so."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import sqlalchemy as sa

from tests.prove.house import House
from webapp.extensions import db
from webapp.models.checkpoint import Checkpoint, Head
from webapp.models.record import AuditEntry
from webapp.services import audit, checkpoint
from webapp.transaction import writing
from workflows.vocabulary import Machine

Attack = Callable[[House], None]
TABLES = ("audit_entry", "audit_checkpoint", "audit_head")


def edit(house: House) -> None:
    _chain(house)[2].reason = "nothing happened"


def edit_and_hash(house: House) -> None:
    entry = _chain(house)[2]
    entry.reason = "nothing happened"
    entry.hash = audit.digest(entry)


def delete_in_the_middle(house: House) -> None:
    db.session.delete(_chain(house)[2])


def replace_an_entry(house: House) -> None:
    """Another row in the place of one, as INSERT OR REPLACE makes it, hash and all."""
    old = _chain(house)[-1]
    values = {column.key: getattr(old, column.key) for column in sa.inspect(AuditEntry).column_attrs}
    db.session.delete(old)
    db.session.flush()
    new = AuditEntry(**values | {"reason": "another"})
    new.hash = audit.digest(new)
    db.session.add(new)


def truncate_the_tail(house: House) -> None:
    for entry in _chain(house)[-2:]:
        db.session.delete(entry)


def rewrite_the_tail(house: House) -> None:
    chain = _chain(house)
    previous = chain[3].hash
    for entry in chain[4:]:
        entry.reason, entry.previous_hash = "nothing happened", previous
        previous = entry.hash = audit.digest(entry)


def delete_a_case(house: House) -> None:
    for entry in _chain(house):
        db.session.delete(entry)


def truncate_everything(house: House) -> None:
    db.session.execute(sa.delete(AuditEntry))


def delete_a_case_and_the_heads(house: House) -> None:
    """The table of heads is emptied too: the file outside the database is left."""
    delete_a_case(house)
    db.session.execute(sa.delete(Head))
    db.session.execute(sa.delete(Checkpoint))


def delete_a_case_and_forge_the_heads(house: House) -> None:
    delete_a_case(house)
    db.session.execute(sa.delete(Head).where(Head.machine == Machine.APPLICATION, Head.case_id == house.deciding))


def delete_a_case_and_the_file(house: House) -> None:
    delete_a_case_and_forge_the_heads(house)
    house.heads.unlink()


def delete_a_case_and_edit_the_file(house: House) -> None:
    delete_a_case_and_forge_the_heads(house)
    text = house.heads.read_text()
    house.heads.write_text(text.replace(f'["application",{house.deciding},', '["application",9999,', 1))


# The attack, and whether the chains alone would find it.
ATTACKS: dict[Attack, bool] = {
    edit: True,
    edit_and_hash: True,
    delete_in_the_middle: True,
    replace_an_entry: False,
    truncate_the_tail: False,
    rewrite_the_tail: False,
    delete_a_case: False,
    truncate_everything: False,
    delete_a_case_and_the_heads: False,
    delete_a_case_and_forge_the_heads: False,
    delete_a_case_and_the_file: False,
    delete_a_case_and_edit_the_file: False,
}


def run(house: House, attacks: Iterable[Attack] = ATTACKS) -> list[str]:
    """Attacks that nobody noticed, and an alarm without an attack."""
    found = [f"false alarm: {fault}" for fault in _after(house, lambda house: None)]
    return found + [f"not found: {attack.__name__}" for attack in attacks if not _after(house, attack)]


def _after(house: House, attack: Attack) -> list[checkpoint.Fault]:
    app = house.fresh()
    with app.app_context():
        with writing():
            _disarm()
            attack(house)
        db.session.remove()
        faults = checkpoint.every_fault(house.heads)
        db.session.remove()
    return faults


def _disarm() -> None:
    """Whoever owns the database can drop its triggers."""
    sqlite = db.engine.dialect.name == "sqlite"
    for table in TABLES:
        for event in ("update", "delete", "replace" if sqlite else "truncate"):
            db.session.execute(sa.text(f"DROP TRIGGER {table}_no_{event}" + ("" if sqlite else f" ON {table}")))


def _chain(house: House) -> list[AuditEntry]:
    mine = (AuditEntry.machine == Machine.APPLICATION, AuditEntry.case_id == house.deciding)
    return list(db.session.scalars(sa.select(AuditEntry).where(*mine).order_by(AuditEntry.sequence)))


@contextmanager
def without_checkpoint() -> Iterator[None]:
    """The planted mutant: verifying asks the chains alone."""
    with patch.object(checkpoint, "faults", lambda file, limit=100: []):
        yield
