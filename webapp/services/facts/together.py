"""Rows of several applications, each table read once for all of them: the facts of a list cost what those of one do."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Integer, bindparam, select
from sqlalchemy.sql.base import ExecutableOption

from webapp.extensions import db
from webapp.models.application import Application, ApplicationParty
from webapp.models.people import Affiliation, RoleGrant
from webapp.policy import MUNICIPAL

Row = TypeVar("Row")
FILES = bindparam("files", expanding=True, type_=Integer)


class Together:
    """What hangs on these applications. A table is read when it is first asked for, and then kept for the others."""

    def __init__(self, cases: Sequence[Application]) -> None:
        self.ids = sorted({case.id for case in cases})
        self._kept: dict[Any, dict[int, list[Any]]] = {}

    def of(
        self,
        kind: type[Row],
        case: Application,
        *options: ExecutableOption,
        where: tuple[ColumnElement[bool], ...] = (),
    ) -> list[Row]:
        """The rows of a table that belong to this application, oldest first; ask a table always in the same way."""
        if kind not in self._kept:
            table: Any = kind
            query = select(table).where(table.application_id.in_(self.ids), *where).order_by(table.id)
            self._kept[kind] = {}
            for row in db.session.scalars(query.options(*options)).unique():
                self._kept[kind].setdefault(row.application_id, []).append(row)
        return self._kept[kind].get(case.id, [])

    def party_people(self, case: Application) -> frozenset[int]:
        """Everybody who belongs to one of the municipalities, by role or by affiliation (our own data, art. 61)."""
        return frozenset(person for _file, person in self.rows(_people, case))

    def once(self, key: object, load: Callable[[], Row]) -> Row:
        """What is the same for several of these files, such as the people of their programme."""
        if key not in self._kept:
            self._kept[key] = {0: [load()]}
        found: Row = self._kept[key][0][0]
        return found

    def rows(self, statement: Callable[[], Any], case: Application) -> list[Any]:
        """The rows of one statement over all these applications; its first column is the application's number.

        It is built once for good (`@cache`) and is told them as `FILES`: building it costs more than asking it.
        """
        if statement not in self._kept:
            self._kept[statement] = {}
            if db.session.autoflush:
                db.session.flush()  # what was changed counts; the rows are plain, no object is wanted
            for row in db.session.connection().execute(statement(), {"files": self.ids}):
                self._kept[statement].setdefault(row[0], []).append(row)
        return self._kept[statement].get(case.id, [])


@cache
def _people() -> Any:
    party = select(ApplicationParty.application_id).where(ApplicationParty.application_id.in_(FILES))
    by_role = party.add_columns(RoleGrant.person_id).join(
        RoleGrant, RoleGrant.organisation_id == ApplicationParty.organisation_id
    )
    by_tie = party.add_columns(Affiliation.person_id).join(
        Affiliation, Affiliation.organisation_id == ApplicationParty.organisation_id
    )
    return by_role.where(RoleGrant.role.in_(MUNICIPAL)).union(by_tie)
