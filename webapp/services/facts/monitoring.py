"""What monitoring and closing ask of an application."""

from functools import cache
from typing import Any

from sqlalchemy import func, select

from webapp.models.application import Application, ApplicationParty
from webapp.models.monitoring import (
    Audit,
    CommitteeDecision,
    CorrectiveAction,
    Finding,
    FocalPoint,
    Obligation,
    Report,
    ReportKind,
    TerminationNotice,
)
from webapp.models.people import RoleGrant
from webapp.services.facts.figures import count, is_audited
from webapp.services.facts.together import FILES, Together
from workflows.vocabulary import Role, State


def monitoring(case: Application, among: Together) -> dict[str, Any]:
    """Everything that monitoring and closing ask, in one statement of counts: a row per party of each file."""
    counted = among.rows(_counts, case)
    _file, committee, final, reports, audits, audit, auditors, *more = counted[0]
    obligations, actions, findings, notice, *_party = more
    named = {row[-2] for row in counted if row[-1]}
    return {
        "committee_decided": bool(committee),
        "final_report_accepted": bool(final),
        "reports_open": reports,
        "audit_needed": bool(audits) or is_audited(case),
        "audit_opinion": bool(audit),
        "auditor_named": bool(auditors) or not audits,
        "obligations_open": obligations,
        "actions_open": actions,
        "findings_open": findings,
        "notice_ends_on": notice,
        "focal_points_missing": tuple(p.organisation.name for p in case.parties if p.organisation_id not in named),
    }


@cache
def _counts() -> Any:
    mine = Application.id
    done = [State.VERIFIED, State.WAIVED]
    return (
        select(
            Application.id,
            count(CommitteeDecision.id, CommitteeDecision.application_id == mine),
            count(
                Report.id,
                Report.application_id == mine,
                Report.kind == ReportKind.FINAL,
                Report.state == State.ACCEPTED,
            ),
            count(Report.id, Report.application_id == mine, Report.state != State.ACCEPTED),
            count(Audit.id, Audit.application_id == mine),
            count(Audit.id, Audit.application_id == mine, Audit.opinion.is_not(None)),
            count(
                RoleGrant.id,
                RoleGrant.application_id == mine,
                RoleGrant.role == Role.AUDITOR,
                RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= func.current_date()),
            ),
            count(Obligation.id, Obligation.application_id == mine, Obligation.state.not_in(done)),
            count(CorrectiveAction.id, CorrectiveAction.application_id == mine, CorrectiveAction.state != State.CLOSED),
            count(Finding.id, Finding.application_id == mine, Finding.closed_at.is_(None)),
            select(func.max(TerminationNotice.ends_on))
            .where(TerminationNotice.application_id == mine, TerminationNotice.withdrawn_at.is_(None))
            .scalar_subquery(),
            ApplicationParty.organisation_id,
            count(
                FocalPoint.id,
                FocalPoint.application_id == mine,
                FocalPoint.organisation_id == ApplicationParty.organisation_id,
            ),
        )
        .join(ApplicationParty, ApplicationParty.application_id == mine)
        .where(mine.in_(FILES))
    )
