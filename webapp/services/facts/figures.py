"""The figures a case lives by, and small counts."""

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from webapp.models.application import Application
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.template import DocumentTemplate
from webapp.models.types import Case
from webapp.services.scope import application_of
from workflows import facts as f
from workflows.vocabulary import AuditLevel, Instrument


def rules_of(case: Case) -> f.Rules:
    """The figures of the programme that this case belongs to."""
    return rules(programme_of(case))


def rules(programme: Programme) -> f.Rules:
    """Defaults, overridden by what the programme manager set; amounts are kept as text in the JSON."""
    changed: dict[str, Any] = {}
    for key, value in programme.rules.items():
        kind = type(getattr(f.Rules(), key))  # of the instance: the class holds slots, not values
        changed[key] = Decimal(str(value)) if kind is Decimal else kind(value)
    return f.Rules(**changed)


def audit_level(rules: f.Rules, instrument: Instrument | None, grant: Decimal) -> AuditLevel:
    """How a file is audited at its closing [S2.18]; an investment contract above the programme's sum in detail."""
    if instrument is not Instrument.INVESTMENT_CONTRACT:
        return rules.memorandum_audit
    return AuditLevel.DETAILED if grant > rules.detailed_audit_above else rules.investment_audit


def is_audited(case: Application) -> bool:
    """Whether an audit will be asked for when the closing begins."""
    return audit_level(rules_of(case), case.instrument, case.amount_committed) is not AuditLevel.NONE


def programme_of(case: Case) -> Programme:
    if isinstance(case, Programme):
        return case
    if isinstance(case, (CountryPlan, DocumentTemplate)):
        return case.programme
    if isinstance(case, Call):
        return case.plan.programme
    application = application_of(case)
    if application is None:
        raise TypeError(f"no programme for {type(case).__name__}")
    return application.call.plan.programme


def count(column: Any, *where: Any) -> Any:
    return select(func.count(column)).where(*where).scalar_subquery()
