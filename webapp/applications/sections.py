"""One writer for each section: what is typed becomes the content; a draft may be partial, nonsense is refused.

`values` has the shape that `use_cases.save_section` documents. A refusal names the field as the form does
(`lines-2-requested`), so that the sentence stands where the cause is.
"""

import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from webapp.errors import Invalid
from webapp.formfields import LARGEST
from webapp.models.application import (
    Application,
    ApplicationSection,
    BudgetCategory,
    BudgetLine,
    Objective,
    Risk,
    RiskKind,
    Section,
)
from webapp.plaintext import tidy
from webapp.services import content

Values = Mapping[str, Any]
TEXT_LIMIT = 4000
ROW_LIMIT = 40


def write(application: Application, row: ApplicationSection, values: Values) -> None:
    """Change the content of one section; raises `Invalid` for what cannot be kept."""
    WRITERS[row.code](application, row, values)


def clean(value: object, field: str, limit: int = TEXT_LIMIT) -> str:
    """Text as people see it: one kind of line break, no control characters, composed letters, at most `limit`."""
    text = unicodedata.normalize("NFC", tidy(str(value or "")))
    if len(text) > limit:
        raise Invalid(field, _("This text is too long: at most %(limit)s characters.", limit=limit))
    return text


def _line(value: object, field: str, limit: int) -> str:
    """Text of a single line."""
    return clean(" ".join(str(value or "").split()), field, limit)


# --- A, B, and the sections of plain texts ------------------------------------------------------------------------


def _parties(application: Application, row: ApplicationSection, values: Values) -> None:
    title = _line(values.get("title"), "title", 200)
    starts, ends = values.get("starts_on"), values.get("ends_on")
    for field, day in (("starts_on", starts), ("ends_on", ends)):
        if day is not None and not 2000 <= day.year <= 2100:
            raise Invalid(field, _("This year cannot be right."))
    if starts is not None and ends is not None and ends <= starts:
        raise Invalid("ends_on", _("The last day must come after the first day."))
    application.title, application.starts_on, application.ends_on = title, starts, ends


def _fit(application: Application, row: ApplicationSection, values: Values) -> None:
    theme_id, goal = values.get("theme_id"), values.get("sdg_goal")
    theme = next((t for t in application.call.plan.themes if t.id == theme_id), None)
    if theme_id is not None and theme is None:
        raise Invalid("theme_id", _("Choose a theme of this country plan."))
    if goal is not None and goal not in range(1, 18):
        raise Invalid("sdg_goal", _("Choose one of the 17 Global Goals."))
    application.theme, application.sdg_goal = theme, goal
    _texts(application, row, values)


def _texts(application: Application, row: ApplicationSection, values: Values) -> None:
    row.answers = {key: clean(values.get(key), key) for key in content.REQUIRED[row.code]}


def _declarations(application: Application, row: ApplicationSection, values: Values) -> None:
    row.answers = {key: bool(values.get(key)) for key in content.DECLARATIONS}


# --- D objectives -------------------------------------------------------------------------------------------------


def _objectives(application: Application, row: ApplicationSection, values: Values) -> None:
    given = _filled(values.get("objectives"), "objectives")
    made = [_objective(item, place, f"objectives-{number}-") for place, (number, item) in enumerate(given, 1)]
    _replace(application.objectives, made)


def _objective(item: Values, place: int, at: str) -> Objective:
    title = _line(item.get("title"), at + "title", 300)
    if not title:
        raise Invalid(at + "title", _("Give this objective a name, or clear the whole row."))
    return Objective(
        position=place,
        title=title,
        activity=clean(item.get("activity"), at + "activity"),
        how=clean(item.get("how"), at + "how"),
        owner=_line(item.get("owner"), at + "owner", 200),
        due_on=item.get("due_on"),
        indicator=_line(item.get("indicator"), at + "indicator", 300),
        baseline_value=_line(item.get("baseline_value"), at + "baseline_value", 100),
        target_value=_line(item.get("target_value"), at + "target_value", 100),
    )


# --- F budget -----------------------------------------------------------------------------------------------------


def _budget(application: Application, row: ApplicationSection, values: Values) -> None:
    given = _filled(values.get("lines"), "lines", ignored=("category", "payer_id", "payee_id"))
    made = [_budget_line(application, item, place, f"lines-{n}-") for place, (n, item) in enumerate(given, 1)]
    if sum((line.total for line in made), Decimal(0)) > LARGEST:
        raise Invalid("lines", _("The lines add up to more than any programme can carry."))
    _replace(application.budget, made)
    application.requested, application.own_share = content.totals(made)


def _budget_line(application: Application, item: Values, place: int, at: str) -> BudgetLine:
    title = _line(item.get("title"), at + "title", 200)
    if not title:
        raise Invalid(at + "title", _("Say what this line is for, or clear the whole row."))
    if not item.get("category"):
        raise Invalid(at + "category", _("Choose the kind of cost."))
    requested = _amount(item.get("requested"), at + "requested")
    own_share = _amount(item.get("own_share"), at + "own_share")
    if requested + own_share <= 0:
        raise Invalid(at + "requested", _("Give an amount: from the grant, as own share, or both."))
    members = {party.organisation_id for party in application.parties}
    payer, payee = item.get("payer_id"), item.get("payee_id")
    if own_share and payer not in members:
        raise Invalid(at + "payer_id", _("Choose which partner pays this own share."))
    if payee is not None and payee not in members:
        raise Invalid(at + "payee_id", _("Choose a partner, or somebody outside the partnership."))
    return BudgetLine(
        position=place,
        title=title,
        category=BudgetCategory(item["category"]),
        total=requested + own_share,
        requested=requested,
        own_share=own_share,
        payer_id=payer if payer in members else content.lead(application),
        payee_id=payee,
    )


def _amount(value: Decimal | int | None, field: str) -> Decimal:
    amount = Decimal(value or 0)
    if not amount.is_finite() or amount < 0 or amount > LARGEST or amount != amount.quantize(Decimal("0.01")):
        raise Invalid(field, _("Write an amount of 0 or more, with at most two decimal places."))
    return amount.quantize(Decimal("0.01"))


# --- G risks ------------------------------------------------------------------------------------------------------


def _risks(application: Application, row: ApplicationSection, values: Values) -> None:
    """A risk counts once it is rated; what is typed before that is kept as it is, so that nothing is lost."""
    rated: dict[RiskKind, dict[str, Any]] = {}
    unrated: dict[str, dict[str, Any]] = {}
    for number, item in enumerate(values.get("risks") or ()):
        at = f"risks-{number}-"
        kind, columns = RiskKind(item["kind"]), _risk(item, at)
        if columns["likelihood"] and columns["impact"]:
            rated[kind] = columns
        elif any(columns.values()):
            unrated[kind.value] = columns
    row.answers = {"unrated": unrated} if unrated else {}
    for risk in list(application.risks):
        if risk.kind not in rated:
            application.risks.remove(risk)
    known = {risk.kind: risk for risk in application.risks}
    for kind, columns in rated.items():
        if kind in known:
            for column, value in columns.items():
                setattr(known[kind], column, value)
        else:
            application.risks.append(Risk(kind=kind, **columns))


def _risk(item: Values, at: str) -> dict[str, Any]:
    scale: dict[str, Any] = {}
    for column in ("likelihood", "impact"):
        scale[column] = item.get(column)
        if scale[column] is not None and scale[column] not in range(1, 6):
            raise Invalid(at + column, _("Choose a figure from 1 to 5."))
    mitigation = clean(item.get("mitigation"), at + "mitigation")
    return {**scale, "mitigation": mitigation, "owner": _line(item.get("owner"), at + "owner", 200)}


# --- rows ---------------------------------------------------------------------------------------------------------


def _filled(rows: Any, field: str, ignored: tuple[str, ...] = ()) -> list[tuple[int, Values]]:
    """The rows in which something is written, with their number in the form. A choice alone is not yet writing."""
    kept = []
    for number, row in enumerate(rows or ()):
        if any(value not in (None, "") and str(value).strip() for key, value in row.items() if key not in ignored):
            kept.append((number, row))
    if len(kept) > ROW_LIMIT:
        raise Invalid(field, _("At most %(limit)s rows. Put small things together.", limit=ROW_LIMIT))
    return kept


def _replace(collection: list[Any], made: list[Any]) -> None:
    """Rows that did not change keep their place in the database; only the rest is written."""
    for position, new in enumerate(made):
        if position < len(collection):
            _copy(new, collection[position])
        else:
            collection.append(new)
    del collection[len(made) :]


def _copy(source: Any, target: Any) -> None:
    for column in source.__mapper__.column_attrs.keys():  # noqa: SIM118 - not a dict
        if column not in ("id", "application_id"):
            setattr(target, column, getattr(source, column))


Writer = Callable[[Application, ApplicationSection, Values], None]
WRITERS: dict[Section, Writer] = {
    Section.PARTIES: _parties,
    Section.FIT: _fit,
    Section.PROBLEM: _texts,
    Section.OBJECTIVES: _objectives,
    Section.LEARNING: _texts,
    Section.BUDGET: _budget,
    Section.RISKS: _risks,
    Section.SUSTAINABILITY: _texts,
    Section.DECLARATIONS: _declarations,
}


def current(application: Application, section: Section) -> dict[str, Any]:
    """What is stored, in the shape `write` takes: to fill the form, and to hold two versions against each other."""
    answers = content.answers(application, section)
    if section is Section.PARTIES:
        return {key: getattr(application, key) for key in ("title", "starts_on", "ends_on")}
    if section is Section.FIT:
        return {"theme_id": application.theme_id, "sdg_goal": application.sdg_goal, **answers}
    if section is Section.OBJECTIVES:
        return {"objectives": [_columns(row, OBJECTIVE) for row in application.objectives]}
    if section is Section.BUDGET:
        return {"lines": [_columns(row, LINE) for row in application.budget]}
    if section is Section.RISKS:
        return {"risks": _current_risks(application, answers.get("unrated", {}))}
    return dict(answers)


OBJECTIVE = ("title", "activity", "how", "owner", "due_on", "indicator", "baseline_value", "target_value")
LINE = ("title", "category", "requested", "own_share", "payer_id", "payee_id")


def _columns(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _current_risks(application: Application, unrated: Mapping[str, Any]) -> list[dict[str, Any]]:
    rated = {risk.kind: _columns(risk, ("likelihood", "impact", "mitigation", "owner")) for risk in application.risks}
    empty: dict[str, Any] = {"likelihood": None, "impact": None, "mitigation": "", "owner": ""}
    return [{"kind": kind.value, **rated.get(kind, unrated.get(kind.value, empty))} for kind in RiskKind]
