"""Drafts of reports: four sections, lessons, deviations [S1.10] [S2.19]."""

from typing import Any

from flask_babel import gettext as _

from webapp.errors import Conflict, Invalid
from webapp.models.application import BudgetCategory
from webapp.models.monitoring import Report, ReportFinance
from webapp.models.record import AuditEvent
from webapp.monitoring.use_cases.shared import enter
from webapp.policy import Action, Principal
from webapp.services import audit
from workflows.vocabulary import State

WRITABLE = frozenset({State.DUE, State.RETURNED})
REPORT_VALUES = (
    "services_count", "services_unit", "quality_score", "quality_narrative", "satisfaction_percent",
    "satisfaction_respondents", "satisfaction_method", "deviations", "lessons",
)  # fmt: skip


def save_report(report: Report, values: dict[str, Any], actor: Principal, expected: int | None = None) -> Report:
    """Keep a draft, whole or not. `Conflict` when it was saved since; `Invalid` once it is submitted."""
    role = enter(report, report.application, Action.WRITE_REPORT, actor)
    if expected is not None and expected != report.revision:
        raise Conflict(expected, report.revision)
    if report.state not in WRITABLE:
        raise Invalid("services_count", _("This report is submitted. It can be changed only after it is returned."))
    for name in REPORT_VALUES:
        value = values.get(name)
        setattr(report, name, value.strip() if isinstance(value, str) else value)
    _set_finance(report, values.get("finance") or [])
    report.revision += 1
    audit.record(report, actor, role, AuditEvent.EDITED, application_id=report.application_id)
    return report


def _set_finance(report: Report, rows: list[dict[str, Any]]) -> None:
    kept = {row.category: row for row in report.finance}
    wanted = {BudgetCategory(row["category"]): row for row in rows if row["spent"] is not None}
    for category, row in wanted.items():
        line = kept.get(category) or ReportFinance(category=category)
        line.spent, line.note = row["spent"], (row.get("note") or "").strip()
        if category not in kept:
            report.finance.append(line)
    for category in kept.keys() - wanted.keys():
        report.finance.remove(kept[category])
