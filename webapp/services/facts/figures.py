"""The figures a case lives by, and small counts."""

from typing import Any

from sqlalchemy import func, select

from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.types import Case
from webapp.services.scope import application_of
from workflows import facts as f


def rules_of(case: Case) -> f.Rules:
    """The figures of the programme that this case belongs to."""
    return rules(programme_of(case))


def rules(programme: Programme) -> f.Rules:
    """Defaults, overridden by what the programme manager set; amounts are kept as text in the JSON."""
    changed: dict[str, Any] = {}
    for key, value in programme.rules.items():
        default = getattr(f.Rules(), key)  # of the instance: the class holds slots, not values
        changed[key] = type(default)(str(value))
    return f.Rules(**changed)


def programme_of(case: Case) -> Programme:
    if isinstance(case, Programme):
        return case
    if isinstance(case, CountryPlan):
        return case.programme
    if isinstance(case, Call):
        return case.plan.programme
    application = application_of(case)
    if application is None:
        raise TypeError(f"no programme for {type(case).__name__}")
    return application.call.plan.programme


def count(column: Any, *where: Any) -> Any:
    return select(func.count(column)).where(*where).scalar_subquery()
