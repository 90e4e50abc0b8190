"""The contract register [S2.13]: every agreement a person may see, filtered, sorted, summed, one page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp import policy
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application, ApplicationParty
from webapp.models.monitoring import Report
from webapp.models.people import Organisation
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.record import last_day
from webapp.policy import Action, Principal
from webapp.services.pairs import lead_name, partner_names
from webapp.services.scope import file_scope, visible_files
from workflows.vocabulary import DeadlineKind, Instrument, Machine, State

STATES = (State.ISSUED, State.IN_FORCE, State.ENDED)  # a draft binds nobody, a cancelled one never did
AHEAD = (State.DUE, State.RETURNED)
SORTS = ("number", "amount", "signed", "ends", "report")
EXPORTED_AT_ONCE = 500


@dataclass(frozen=True)
class Filter:
    """What the reader asked for; an empty value asks for nothing."""

    text: str = ""
    instrument: Instrument | None = None
    state: State | None = None
    programme: int | None = None
    country: str = ""
    overdue: bool = False
    sort: str = "number"
    descending: bool = False


@dataclass(frozen=True)
class Line:
    """One agreement as the register shows it. Amounts are in `currency`; `opens` names the page it links to, if any."""

    application_id: int
    number: str
    reference: str
    title: str
    lead: str
    partners: str
    kind: Instrument
    grant: Decimal
    own_share: Decimal
    currency: str
    signed_on: date | None
    ends_on: date
    report_due: date | None
    state: State
    programme: str
    country: str
    opens: str = ""

    def overdue(self, today: date) -> bool:
        return self.report_due is not None and self.report_due < today


def lines(who: Principal, chosen: Filter, today: date, *, limit: int, offset: int = 0) -> list[Line]:
    """One page of the register; the second statement finds out what each line may link to."""
    found = db.session.execute(_rows(who, chosen, today).limit(limit).offset(offset)).all()
    pages = _pages(who, [row.id for row in found])
    return [replace(Line(*row), opens=pages.get(row.id, "")) for row in found]


def every_line(who: Principal, chosen: Filter, today: date) -> Iterator[Line]:
    """The whole filtered register, read in portions."""
    statement = _rows(who, chosen, today).execution_options(yield_per=EXPORTED_AT_ONCE)
    for row in db.session.execute(statement):
        yield Line(*row)


def totals(who: Principal, chosen: Filter, today: date) -> list[tuple[str, int, Decimal]]:
    """Currency, number of agreements and sum of their grants, over the whole filtered set; one statement."""
    columns: tuple[Any, ...] = (Agreement.currency, func.count(), func.sum(Agreement.grant))
    query = _joined(select(*columns)).where(*_conditions(who, chosen, today)).group_by(Agreement.currency)
    found = db.session.execute(query.order_by(Agreement.currency))
    return [(currency, number, amount) for currency, number, amount in found]


def choices(who: Principal) -> tuple[list[tuple[int, str]], list[str]]:
    """Programmes and countries that occur in what this person may see; one statement."""
    columns: tuple[Any, ...] = (Programme.id, Programme.title, CountryPlan.country)
    query = _joined(select(*columns).distinct().select_from(Agreement)).where(*_visible(who))
    found = db.session.execute(query).all()
    programmes = {identity: title for identity, title, _country in found}
    return sorted(programmes.items(), key=lambda pair: pair[1]), sorted({country for _id, _title, country in found})


# --- the statement --------------------------------------------------------------------------------


def _next_report() -> Any:
    """The earliest report of an agreement that has not arrived."""
    mine = (Report.agreement_id == Agreement.id) & Report.state.in_(AHEAD)
    last = last_day(DeadlineKind.REPORT, Machine.REPORT, Report.id, Report.due_on)
    return select(func.min(last)).where(mine).correlate(Agreement).scalar_subquery()


def _rows(who: Principal, chosen: Filter, today: date) -> Select[*tuple[Any, ...]]:
    due = _next_report().label("report_due")
    columns: tuple[Any, ...] = (
        Application.id, Agreement.number, Application.reference, Application.title, lead_name(), partner_names(),
        Agreement.kind, Agreement.grant, Agreement.own_share, Agreement.currency, Agreement.in_force_on,
        Agreement.ends_on, due, Agreement.state, Programme.title.label("programme"), CountryPlan.country,
    )  # fmt: skip
    sorts = {"number": Agreement.number, "amount": Agreement.grant, "signed": Agreement.in_force_on}
    sorts |= {"ends": Agreement.ends_on, "report": due}
    key = sorts[chosen.sort]
    order = key.desc().nulls_last() if chosen.descending else key.asc().nulls_last()
    query = _joined(select(*columns)).where(*_conditions(who, chosen, today))
    return query.order_by(order, Agreement.id)


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.join(Application, Application.id == Agreement.application_id)
        .join(Call, Call.id == Application.call_id)
        .join(CountryPlan, CountryPlan.id == Call.plan_id)
        .join(Programme, Programme.id == CountryPlan.programme_id)
    )


def _visible(who: Principal) -> tuple[ColumnElement[bool], ...]:
    return Agreement.state.in_(STATES), visible_files(who)


def _conditions(who: Principal, chosen: Filter, today: date) -> list[ColumnElement[bool]]:
    wanted = list(_visible(who))
    if chosen.instrument:
        wanted.append(Agreement.kind == chosen.instrument)
    if chosen.state:
        wanted.append(Agreement.state == chosen.state)
    if chosen.programme:
        wanted.append(Programme.id == chosen.programme)
    if chosen.country:
        wanted.append(CountryPlan.country == chosen.country)
    if chosen.overdue:
        wanted.append(_next_report() < today)
    wanted.extend(_has(word) for word in chosen.text.split())
    return wanted


def _has(word: str) -> ColumnElement[bool]:
    """The word stands in the number, the reference, the title or the name of a partner."""
    partners = select(ApplicationParty.application_id).join(Organisation).where(_like(Organisation.name, word))
    columns = (Agreement.number, Application.reference, Application.title)
    return or_(*(_like(column, word) for column in columns), Application.id.in_(partners))


def _like(column: Any, word: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.icontains(word, autoescape=True)
    return found


def _pages(who: Principal, ids: Sequence[int]) -> dict[int, str]:
    """Which page of each file this person may open: the agreement, the summary, or none."""
    if not ids:
        return {}
    query = select(Application).where(Application.id.in_(ids)).options(
        joinedload(Application.call).joinedload(Call.plan),
        selectinload(Application.parties).joinedload(ApplicationParty.organisation),
    )  # fmt: skip
    scopes = [file_scope(application) for application in db.session.scalars(query)]
    looks = (("agreements.show", Action.VIEW_AGREEMENT), ("casefile.show", Action.VIEW_FILE),
             ("casefile.show", Action.VIEW_SUMMARY))  # fmt: skip
    return {
        room.application_id: next((page for page, look in looks if policy.may(who, look, room)), "") for room in scopes
    }
