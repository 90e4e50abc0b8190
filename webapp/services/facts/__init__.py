"""From models to the plain facts that the rules judge; `facts_of` is the only way in."""

from collections.abc import Callable
from typing import Any

from webapp.models.agreement import Agreement
from webapp.models.application import Application
from webapp.models.assessment import Review
from webapp.models.monitoring import CorrectiveAction, Obligation, Report
from webapp.models.negotiation import SpecialClause
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.template import DocumentTemplate
from webapp.models.types import Case
from webapp.policy import Principal
from webapp.services.facts.application import (
    current_agreement,
    current_decision,
    last_appeal_day,
    of_application,
    of_applications,
    open_clarification,
    party_people,
    pool,
)
from webapp.services.facts.cases import (
    agreement_gaps,
    approvals_of,
    empty_report_sections,
    of_action,
    of_agreement,
    of_clause,
    of_obligation,
    of_report,
    of_review,
)
from webapp.services.facts.figures import audit_level, programme_of, rules, rules_of
from webapp.services.facts.programme import call_is_open, of_call, of_plan, of_programme, of_template
from workflows import facts as f

__all__ = [
    "agreement_gaps",
    "approvals_of",
    "audit_level",
    "call_is_open",
    "current_agreement",
    "current_decision",
    "empty_report_sections",
    "facts_of",
    "last_appeal_day",
    "of_applications",
    "open_clarification",
    "party_people",
    "pool",
    "programme_of",
    "rules",
    "rules_of",
]


def facts_of(case: Case, actor: Principal | None = None) -> f.Facts:
    """The facts of any case now."""
    return _BUILDERS[type(case)](case, actor)


_BUILDERS: dict[type[Case], Callable[[Any, Principal | None], f.Facts]] = {
    Programme: of_programme,
    CountryPlan: of_plan,
    Call: of_call,
    Application: of_application,
    Review: of_review,
    Agreement: of_agreement,
    Report: of_report,
    CorrectiveAction: of_action,
    Obligation: of_obligation,
    DocumentTemplate: of_template,
    SpecialClause: of_clause,
}
