"""What the pages of eligibility and baseline read; each function is one statement unless it says so."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from webapp import clock, policy, wording
from webapp.extensions import db
from webapp.models.application import (
    Application,
    ApplicationParty,
    BudgetCategory,
    BudgetLine,
    Clarification,
    PartyRole,
)
from webapp.models.assessment import Baseline, EligibilityCheck, RuleCode, Verdict
from webapp.models.people import LOCAL_AUTHORITIES, Affiliation, RoleGrant
from webapp.policy import Principal
from webapp.services.content import PEER_CATEGORIES
from webapp.services.facts import rules_of
from workflows import scoring
from workflows.facts import ApplicationFacts
from workflows.vocabulary import Role, State


def checks(application: Application) -> Sequence[EligibilityCheck]:
    """The checklist in the order of the rules."""
    query = select(EligibilityCheck).where(EligibilityCheck.application_id == application.id)
    rows = db.session.scalars(query.options(joinedload(EligibilityCheck.checked_by))).all()
    order = list(RuleCode)
    return sorted(rows, key=lambda row: order.index(row.rule))


def seen(rows: Sequence[EligibilityCheck]) -> str:
    """A mark of the checklist as somebody saw it, so that a later save notices what others wrote meanwhile."""
    text = "\n".join(f"{row.rule}|{row.verdict}|{row.evidence}" for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Surroundings:
    """What else the checklist's page must know, in one row."""

    clarification_asked: bool
    assessor_there: bool
    investment_lines: int
    peer_lines: int


def surroundings(application: Application) -> Surroundings:
    mine = BudgetLine.application_id == application.id
    asked = exists().where(
        Clarification.application_id == application.id, Clarification.from_state == State.ELIGIBILITY
    )
    invests = select(func.count(BudgetLine.id)).where(mine, BudgetLine.category == BudgetCategory.INVESTMENT)
    peers = select(func.count(BudgetLine.id)).where(mine, BudgetLine.category.in_(PEER_CATEGORIES))
    row = db.session.execute(
        select(asked, _an_assessor(application), invests.scalar_subquery(), peers.scalar_subquery())
    ).one()
    return Surroundings(*row)


def _an_assessor(application: Application):  # type: ignore[no-untyped-def]  # an EXISTS clause
    """The same question as `services.facts.pool`, inside another statement."""
    parties = select(ApplicationParty.organisation_id).where(ApplicationParty.application_id == application.id)
    tied = RoleGrant.__table__.alias()
    by_role = select(tied.c.person_id).where(tied.c.organisation_id.in_(parties), tied.c.role.in_(policy.MUNICIPAL))
    by_tie = select(Affiliation.person_id).where(Affiliation.organisation_id.in_(parties))
    today = clock.today()
    return exists().where(
        RoleGrant.role == Role.ASSESSOR,
        RoleGrant.programme_id == application.call.plan.programme_id,
        RoleGrant.starts_on <= today,
        RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= today),
        RoleGrant.person_id.not_in(by_role),
        RoleGrant.person_id.not_in(by_tie),
    )


def eligibility_facts(
    application: Application, rows: Sequence[EligibilityCheck], around: Surroundings, who: Principal
) -> ApplicationFacts:
    """The facts that passing and failing ask about, from what the page has loaded; no statement."""
    return ApplicationFacts(
        rules=rules_of(application),
        today=clock.today(),
        party_people=_if_tied(application, who),
        rules_open=sum(row.verdict is None for row in rows),
        rules_failed=sum(row.mandatory and row.verdict is Verdict.FAIL for row in rows),
        clarification_considered=around.clarification_asked or bool(application.clarification_waived.strip()),
        assessors_available=around.assessor_there,
    )


def _if_tied(application: Application, who: Principal) -> frozenset[int]:
    tied = who.belongs_to & {party.organisation_id for party in application.parties}
    return frozenset({who.person_id}) if tied else frozenset()


def what_we_know(application: Application, around: Surroundings) -> dict[RuleCode, str]:
    """Beside each rule what the file itself says about it; the verdict stays with a person. No statement."""
    call, currency = application.call, application.call.plan.programme.currency
    parties = [party.organisation for party in application.parties]
    strangers = [o.name for o in parties if o.type not in LOCAL_AUTHORITIES]
    known = {
        RuleCode.LOCAL_AUTHORITIES: ", ".join(f"{o.name}: {wording.label(o.type)}" for o in parties),
        RuleCode.DIFFERENT_COUNTRIES: ", ".join(f"{o.name}: {wording.country(o.country)}" for o in parties),
        RuleCode.ON_THEME: application.theme.title if application.theme else _("No theme is chosen."),
        RuleCode.AMOUNT_IN_RANGE: _(
            "Asked: %(asked)s. The call allows %(floor)s to %(ceiling)s.",
            asked=wording.amount(application.requested, currency),
            floor=wording.amount(call.floor, currency),
            ceiling=wording.amount(call.ceiling, currency),
        ),
        RuleCode.PEER_ACTIVITY: _("Budget lines for travel, expertise or training: %(n)s.", n=around.peer_lines),
        RuleCode.LAND_TITLE: _("Budget lines for investment: %(n)s.", n=around.investment_lines),
        RuleCode.OWN_SHARE_BACKED: _("Own share: %(own)s.", own=wording.amount(application.own_share, currency)),
    }
    if application.submitted_at is not None:
        zone = next(p.organisation.time_zone for p in application.parties if p.role is PartyRole.LEAD)
        submitted = wording.day(application.submitted_at.astimezone(ZoneInfo(zone)).date())
        known[RuleCode.CALL_PERIOD] = _(
            "Submitted on %(day)s. The call: %(period)s.", day=submitted,
            period=wording.period(call.opens_on, call.closes_on),
        )  # fmt: skip
    if strangers:
        known[RuleCode.LOCAL_AUTHORITIES] += ". " + _("No local authority: %(names)s.", names=", ".join(strangers))
    return known


# --- baseline -------------------------------------------------------------------------------------


def baselines(application: Application) -> list[Baseline]:
    """The assessment of each municipality with its scores and its assessor."""
    query = select(Baseline).where(Baseline.application_id == application.id).order_by(Baseline.id)
    loaded = query.options(joinedload(Baseline.scores), joinedload(Baseline.assessor))
    return list(db.session.scalars(loaded).unique())


@dataclass(frozen=True)
class Result:
    """How far one municipality is: means by domain and in total, and what stands against it."""

    name: str
    organisation_id: int
    done: int
    whole: int
    domains: tuple[tuple[str, Decimal | None], ...]
    mean: Decimal | None
    zeros: tuple[str, ...]
    passes: bool

    @property
    def complete(self) -> bool:
        return self.done == self.whole


def result(baseline: Baseline, bar: Decimal) -> Result:
    """Sums of one assessment against the bar: the mean must reach it, and no item may be 0 [S2.12]. No statement."""
    values = {row.item: row.score for row in baseline.scores}
    mean = scoring.mean(list(values.values()))
    zeros = tuple(item for item in scoring.BASELINE_ITEMS if values.get(item) == 0)
    complete = set(values) == set(scoring.BASELINE_ITEMS)
    return Result(
        name=baseline.organisation.name,
        organisation_id=baseline.organisation_id,
        done=len(values),
        whole=len(scoring.BASELINE_ITEMS),
        domains=tuple(
            (domain, scoring.mean([values[item] for item in items if item in values]))
            for domain, items in scoring.BASELINE_GRID.items()
        ),
        mean=mean,
        zeros=zeros,
        passes=complete and mean is not None and mean >= bar and not zeros,
    )


def baseline_facts(application: Application, results: Sequence[Result], who: Principal) -> ApplicationFacts:
    """The facts that the moves out of the baseline ask about. No statement."""
    return ApplicationFacts(
        rules=rules_of(application),
        today=clock.today(),
        party_people=_if_tied(application, who),
        baseline_open=tuple(r.name for r in results if not r.complete),
        baseline_low=tuple(r.name for r in results if r.complete and not r.passes),
    )
