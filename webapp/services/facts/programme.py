"""Facts of programmes, country plans and calls."""

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from webapp import clock
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.template import DocumentTemplate
from webapp.policy import Principal
from webapp.services.facts.figures import count, rules
from workflows import facts as f
from workflows.vocabulary import State


def of_programme(case: Programme, actor: Principal | None) -> f.ProgrammeFacts:
    plans = select(CountryPlan.id).where(CountryPlan.programme_id == case.id)
    calls = select(Call.id).where(Call.plan_id.in_(plans))
    over = [State.CLOSED, State.TERMINATED, State.WITHDRAWN]
    open_calls, open_cases = db.session.execute(
        select(
            count(Call.id, Call.plan_id.in_(plans), Call.state == State.OPEN),
            count(Application.id, Application.call_id.in_(calls), Application.state.not_in(over)),
        )
    ).one()
    return f.ProgrammeFacts(rules(case), open_calls, open_cases)


def of_plan(case: CountryPlan, actor: Principal | None) -> f.PlanFacts:
    others = select(func.coalesce(func.sum(CountryPlan.envelope), 0)).where(
        CountryPlan.programme_id == case.programme_id,
        CountryPlan.id != case.id,
        CountryPlan.state.in_([State.APPROVED]),
    )
    taken = Decimal(db.session.scalar(others) or 0)
    sections = ("actors", "policies", "windows", "objectives")
    return f.PlanFacts(
        empty_sections=tuple(name for name in sections if not getattr(case, name).strip()),
        policy_references=len(case.references),
        sector_benefit=bool(case.sector_benefit.strip()),
        themes=len(case.themes),
        endorsed=any(e.voided_at is None and e.lga_id == case.lga_id for e in case.endorsements),
        envelope=case.envelope,
        budget_left=case.programme.budget - taken,
        drafted_by=case.drafted_by_id,
        open_calls=sum(call.state is State.OPEN for call in case.calls),
    )


def of_call(case: Call, actor: Principal | None) -> f.CallFacts:
    plan = case.plan
    today = clock.today(plan.lga.time_zone)
    return f.CallFacts(plan.state, plan.programme.state, case.closes_on, today, len(plan.themes))


def of_template(case: DocumentTemplate, actor: Principal | None) -> f.TemplateFacts:
    """Only a template that could be put into use asks which one is."""
    others = select(DocumentTemplate.number).where(
        DocumentTemplate.programme_id == case.programme_id,
        DocumentTemplate.kind == case.kind,
        DocumentTemplate.language == case.language,
        DocumentTemplate.state == State.ACTIVE,
    )
    in_use = db.session.scalar(others) if case.state is State.PREVIEWED else None
    return f.TemplateFacts(case.preview_id is not None, case.uploaded_by_id, in_use)


def call_opens_on(call: Call) -> date | None:
    """The first day on which people can apply, where it is still to come in the plan's country."""
    return call.opens_on if clock.today(call.plan.lga.time_zone) < call.opens_on else None


def call_is_open(call: Call) -> bool:
    """Open means opened by the manager, and today lies between its dates in the plan's country."""
    today = clock.today(call.plan.lga.time_zone)
    return call.state is State.OPEN and call.opens_on <= today <= call.closes_on
