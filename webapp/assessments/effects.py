"""What the moves of eligibility and baseline also do: manager, checklist, assessments, letter."""

from sqlalchemy import func, insert, select

from webapp.extensions import db
from webapp.models.application import Application, BudgetCategory, BudgetLine
from webapp.models.assessment import MANDATORY_RULES, Baseline, EligibilityCheck, RuleCode, Verdict
from webapp.services import letters
from webapp.services.assignment import least_busy, let_in
from webapp.services.effects import Moved, handles
from webapp.services.facts import pool
from workflows.vocabulary import Effect, Role, State


def _file(moved: Moved) -> Application:
    if not isinstance(moved.case, Application):
        raise TypeError(f"{moved.move.trigger} moves no application")
    return moved.case


@handles(Effect.ASSIGN_MANAGER)
def assign_manager(moved: Moved) -> None:
    """Who takes the file up becomes its manager."""
    _file(moved).manager_id = moved.actor.person_id


@handles(Effect.OPEN_CHECKLIST)
def open_checklist(moved: Moved) -> None:
    """One open row per rule; a land title is required only where the grant pays an investment [S2.11] [S2.15]."""
    application = _file(moved)
    known = set(db.session.scalars(select(EligibilityCheck.rule).where(_mine(application))))
    invests = select(BudgetLine.id).where(
        BudgetLine.application_id == application.id, BudgetLine.category == BudgetCategory.INVESTMENT
    )
    needs_land = db.session.scalar(invests.limit(1)) is not None
    rows = [
        {
            "application_id": application.id,
            "rule": rule,
            "mandatory": needs_land if rule is RuleCode.LAND_TITLE else rule in MANDATORY_RULES,
        }
        for rule in RuleCode
        if rule not in known
    ]
    if rows:
        db.session.execute(insert(EligibilityCheck), rows)


@handles(Effect.REOPEN_ELIGIBILITY)
def reopen_eligibility(moved: Moved) -> None:
    """After an upheld appeal the failed rules are looked at anew; what was seen before stays to read."""
    application = _file(moved)
    failed = select(EligibilityCheck).where(_mine(application), EligibilityCheck.verdict == Verdict.FAIL)
    for check in db.session.scalars(failed):
        check.verdict = check.checked_by_id = check.checked_at = None
    application.clarification_waived = ""


def _mine(application: Application):  # type: ignore[no-untyped-def]  # a WHERE clause
    return EligibilityCheck.application_id == application.id


@handles(Effect.OPEN_BASELINE)
def open_baseline(moved: Moved) -> None:
    """One assessment per municipality by the least busy assessor; rows of an earlier visit stay [S2.12]."""
    application = _file(moved)
    rows = db.session.scalars(select(Baseline).where(Baseline.application_id == application.id)).all()
    assessor = rows[0].assessor_id if rows else _free_assessor(application)
    known = {row.organisation_id for row in rows}
    for party in application.parties:
        if party.organisation_id not in known:
            db.session.add(
                Baseline(application_id=application.id, organisation_id=party.organisation_id, assessor_id=assessor)
            )
    let_in(application, assessor, Role.ASSESSOR)


def _free_assessor(application: Application) -> int:
    """The guard has seen that there is one."""
    candidates = pool(Role.ASSESSOR, application)
    busy = (
        select(Baseline.assessor_id, func.count(Baseline.application_id.distinct()))
        .join(Application, Application.id == Baseline.application_id)
        .where(Application.state.in_([State.BASELINE, State.CAPACITY_HOLD]), Application.id != application.id)
        .group_by(Baseline.assessor_id)
    )
    files = {row[0]: row[1] for row in db.session.execute(busy)}
    return least_busy(candidates, files)


@handles(Effect.LETTER_INELIGIBLE)
def letter_ineligible(moved: Moved) -> None:
    """The letter with rule, evidence and what was asked before."""
    letters.ineligible(_file(moved), moved.actor)
