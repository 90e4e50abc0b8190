"""Column types and the parts that several tables share."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, Enum, Integer, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from webapp import clock
from workflows.definitions import CURRENT
from workflows.vocabulary import Machine, State, Trigger


class Money(TypeDecorator[Decimal]):
    """A Decimal with exactly two places, kept as integer minor units in both databases (docs/decisions/0003)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        minor = Decimal(value) * 100
        if minor != minor.to_integral_value():
            raise ValueError(f"{value} has more than two decimal places")
        return int(minor)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else (Decimal(value) / 100).quantize(Decimal("0.01"))


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


def word(vocabulary: type[StrEnum], column: str = "", *, checked: bool = True) -> Enum:
    """A closed vocabulary as a short text column; the CHECK is part of the table, named after the word or `column`.

    The record of the past goes unchecked: it must still be readable when a vocabulary has moved on.
    """
    return Enum(
        vocabulary,
        native_enum=False,
        create_constraint=checked,
        length=40,
        values_callable=lambda words: [w.value for w in words],
        name=f"word_{column or vocabulary.__name__.lower()}",
    )


def states_check(machine: Machine) -> CheckConstraint:
    """Only the states of this machine's definition."""
    names = ", ".join(f"'{spec.name.value}'" for spec in CURRENT[machine].states)
    return CheckConstraint(f"state IN ({names})", name="state_of_machine")


class Case:
    """A row that a machine moves. Only `services.advance` writes these columns after the insert."""

    __machine__: Machine

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[State] = mapped_column(
        Enum(
            State, native_enum=False, create_constraint=False, length=40, values_callable=lambda w: [s.value for s in w]
        )
    )
    state_since: Mapped[datetime] = mapped_column(Instant)
    definition_version: Mapped[int] = mapped_column(SmallInteger)
    revision: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Instant)

    def __init__(self, **columns: Any) -> None:
        definition = CURRENT[self.__machine__]
        instant = clock.now()
        begin = {
            "state": definition.initial,
            "state_since": instant,
            "definition_version": definition.version,
            "revision": 1,
            "created_at": instant,
        }
        super().__init__(**{**begin, **columns})

    def stamp(self, trigger: Trigger, source: State, person_id: int | None, reason: str, at: datetime) -> None:
        """What a move writes beside the state: who, when, from where. `advance` calls it; a model overrides it."""
