"""What assessing people do: check a rule, note why nothing was asked, score a municipality, plan its support."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from webapp import clock
from webapp.errors import Forbidden, Invalid, Refused
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import Baseline, BaselineScore, EligibilityCheck, RuleCode, Verdict
from webapp.models.record import AuditEvent
from webapp.plaintext import tidy
from webapp.policy import Action, Principal
from webapp.services import audit, scope
from webapp.services.locking import lock
from workflows.engine import Refusal
from workflows.facts import Blocker
from workflows.scoring import BASELINE_ITEMS
from workflows.vocabulary import Role, Trigger


def check_rule(
    application: Application, rule: RuleCode, verdict: Verdict, evidence: str, actor: Principal
) -> EligibilityCheck:
    """Record the verdict on one rule with what was seen [S2.11]; a required rule is met or not met, nothing between."""
    _require_checker(application, actor)
    query = select(EligibilityCheck).where(EligibilityCheck.application_id == application.id)
    check = db.session.scalars(query.where(EligibilityCheck.rule == rule)).one()
    _validate_check(check, verdict, tidy(evidence))
    _record_check(check, verdict, tidy(evidence), application, actor)
    return check


def check_rules(application: Application, rows: dict[RuleCode, tuple[Verdict | None, str]], actor: Principal) -> int:
    """Record every rule that has a verdict, the others stay open; returns how many changed. Nothing on an error."""
    _require_checker(application, actor)
    query = select(EligibilityCheck).where(EligibilityCheck.application_id == application.id)
    changed = 0
    for check in db.session.scalars(query.order_by(EligibilityCheck.id)):
        verdict, typed = rows.get(check.rule, (None, ""))
        evidence = tidy(typed)
        if verdict is None or (check.verdict, check.evidence) == (verdict, evidence):
            continue
        _validate_check(check, verdict, evidence)
        _record_check(check, verdict, evidence, application, actor)
        changed += 1
    return changed


def _require_checker(application: Application, actor: Principal) -> None:
    lock(application)  # no verdict changes while the file passes on it
    scope.require_still(actor, Action.CHECK_ELIGIBILITY, application)
    if actor.belongs_to & scope.file_scope(application).party_ids:
        raise Refused(Refusal(Trigger.PASS_ELIGIBILITY, (Blocker("belongs_to_party", (Role.PROGRAMME_MANAGER,)),)))


def _validate_check(check: EligibilityCheck, verdict: Verdict, evidence: str) -> None:
    if verdict is Verdict.NOT_APPLICABLE and check.mandatory:
        raise Invalid(f"{check.rule.value}-verdict", _("This rule is required here, so it is met or not met."))
    if not evidence:
        raise Invalid(f"{check.rule.value}-evidence", _("Write what you looked at and what you saw."))


def _record_check(
    check: EligibilityCheck, verdict: Verdict, evidence: str, application: Application, actor: Principal
) -> None:
    check.verdict = verdict
    check.evidence = evidence
    check.checked_by_id = actor.person_id
    check.checked_at = clock.now()
    data = {"rule": check.rule.value, "verdict": verdict.value, "evidence": evidence}
    audit.record(
        application, actor, Role.PROGRAMME_MANAGER, AuditEvent.CHECKED, application_id=application.id, data=data
    )


def waive_clarification(application: Application, reason: str, actor: Principal) -> None:
    """Record that asking the applicants was considered and would not help (European Ombudsman 1846/2023)."""
    _require_checker(application, actor)
    text = tidy(reason)
    if not text:
        raise Invalid("reason", _("Write why a question to the applicants would not help."))
    application.clarification_waived = text
    data = {"clarification_waived": True}
    audit.record(
        application, actor, Role.PROGRAMME_MANAGER, AuditEvent.EDITED, application_id=application.id, reason=text,
        data=data,
    )  # fmt: skip


def score_items(baseline: Baseline, rows: Sequence[dict[str, Any]], actor: Principal) -> int:
    """Save scores (0–4) with evidence and the day it was seen; items not named stay as they are [S2.12].

    Only the assessor of this municipality may. Returns how many items changed; raises `Invalid` at `<item>-<field>`.
    """
    _require_assessor(baseline.application, baseline.assessor_id, actor)
    db.session.expire(baseline, ["scores"])  # somebody may have saved while this one waited
    known = {row.item: row for row in baseline.scores}
    today = clock.today(baseline.organisation.time_zone)
    changed: dict[str, int] = {}
    for row in rows:
        item, score, evidence, observed_on = _whole_row(row, today)
        saved = known.get(item)
        if saved is None:
            saved = BaselineScore(baseline_id=baseline.id, item=item)
            baseline.scores.append(saved)
        elif (saved.score, saved.evidence, saved.observed_on) == (score, evidence, observed_on):
            continue
        saved.score, saved.evidence, saved.observed_on = score, evidence, observed_on
        changed[item] = score
    if changed:
        data = {"municipality": baseline.organisation_id, "scores": changed}
        application = baseline.application
        audit.record(
            application, actor, Role.ASSESSOR, AuditEvent.SCORED, application_id=application.id, data=data
        )  # fmt: skip
    return len(changed)


def _whole_row(row: dict[str, Any], today: date) -> tuple[str, int, str, date]:
    item, score, evidence, observed_on = row["item"], row["score"], tidy(row["evidence"]), row["observed_on"]
    if item not in BASELINE_ITEMS:
        raise Invalid("item", _("This item is not part of the assessment."))
    if score not in range(5):
        raise Invalid(f"{item}-score", _("Choose a score from 0 to 4."))
    if not evidence:
        raise Invalid(f"{item}-evidence", _("Write the evidence for this score."))
    if not isinstance(observed_on, date):
        raise Invalid(f"{item}-observed_on", _("Give the day on which you saw the evidence."))
    if observed_on > today:
        raise Invalid(f"{item}-observed_on", _("This day is still to come. Give the day on which you saw it."))
    return item, score, evidence, observed_on


def save_support_plan(application: Application, text: str, actor: Principal) -> None:
    """Keep what the municipality below the bar will work on before the assessment goes on."""
    assessors = select(Baseline.assessor_id).where(Baseline.application_id == application.id)
    scope.require_still(actor, Action.SCORE_BASELINE, application)
    if actor.person_id not in set(db.session.scalars(assessors)):
        raise Forbidden("not_the_assessor")
    plan = tidy(text)
    if not plan:
        raise Invalid("support_plan", _("Write what the municipality will work on, with whom and until when."))
    application.support_plan = plan
    data = {"support_plan": True}
    audit.record(application, actor, Role.ASSESSOR, AuditEvent.EDITED, application_id=application.id, data=data)


def _require_assessor(application: Application, assessor_id: int, actor: Principal) -> None:
    lock(application)
    scope.require_still(actor, Action.SCORE_BASELINE, application)
    if actor.person_id != assessor_id:
        raise Forbidden("not_the_assessor")
