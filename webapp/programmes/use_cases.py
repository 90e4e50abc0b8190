"""What people do with programmes, country plans and calls. Nothing here commits; moves are `services.advance`."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from webapp import clock, policy, wording
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.extensions import db
from webapp.models.people import Organisation, OrganisationType, RoleGrant
from webapp.models.programme import Call, CountryPlan, Endorsement, PolicyReference, Programme, Theme
from webapp.models.record import AuditEntry, AuditEvent
from webapp.models.types import Case
from webapp.policy import Action, Principal, ProgrammeScope
from webapp.programmes import figures, standing
from webapp.programmes.plan_text import PLAN_COLUMNS, content_hash
from webapp.services import audit
from webapp.services.advance import advance
from webapp.services.facts import rules as rules_of_programme
from webapp.services.locking import lock
from webapp.services.scope import programme_scope
from workflows.facts import Rules
from workflows.settings import Contradiction, contradictions, doubts
from workflows.vocabulary import Role, State, Trigger

PROGRAMME_COLUMNS = (
    "code", "title", "starts_on", "ends_on", "budget", "currency", "payment_mode", "funder", "funder_reference",
    "operator_id",
)  # fmt: skip
CALL_COLUMNS = ("title", "summary", "opens_on", "closes_on", "floor", "ceiling")
OPEN_CALL_COLUMNS = ("summary", "closes_on")  # what may change while people write: never to their disadvantage


# --- programme ------------------------------------------------------------------------------------


def operators_of(who: Principal) -> list[Organisation]:
    """The programme offices for which this person may set up a programme: as director there, or as administrator."""
    query = select(Organisation).where(Organisation.type == OrganisationType.OPERATOR).order_by(Organisation.name)
    if not who.holds(Role.SYSTEM_ADMIN, Role.SYSTEM):
        run = select(Programme.operator_id).where(Programme.id.in_(who.programmes(Role.DIRECTOR)))
        query = query.where(or_(Organisation.id.in_(who.organisations(Role.DIRECTOR)), Organisation.id.in_(run)))
    return list(db.session.scalars(query))


def create_programme(values: dict[str, Any], actor: Principal) -> Programme:
    """A new programme in draft. A director becomes its director; an administrator gets no say in it (`domain.md` §1).

    Raises `Forbidden` for anybody else and `Invalid` for figures that do not hold. The currency is an ISO 4217 code.
    """
    if not actor.holds(Role.SYSTEM_ADMIN, Role.SYSTEM, Role.DIRECTOR):
        raise Forbidden("create_programme")
    if values["operator_id"] not in {operator.id for operator in operators_of(actor)}:
        raise Invalid("operator_id", _("Choose a programme office for which you may set up a programme."))
    _check_programme(values, None)
    programme = Programme(**{key: values[key] for key in PROGRAMME_COLUMNS if key in values}, rules={})
    db.session.add(programme)
    db.session.flush()
    role = next(r for r in (Role.DIRECTOR, Role.SYSTEM_ADMIN, Role.SYSTEM) if actor.holds(r))
    audit.record(programme, actor, role, AuditEvent.CREATED)
    if role is Role.DIRECTOR:
        grant = RoleGrant(
            person_id=actor.person_id, role=role, organisation_id=programme.operator_id, programme_id=programme.id,
            starts_on=clock.today(),
        )  # fmt: skip
        db.session.add(grant)
        audit.record(programme, actor, role, AuditEvent.ROLE_GRANTED, data={"person": actor.person_id, "role": role})
    return programme


def save_programme(
    programme: Programme, values: dict[str, Any], actor: Principal, expected: int | None = None
) -> Programme:
    """Change what a programme is called, costs and lasts; the currency is fixed once there is a plan."""
    policy.require(actor, Action.MANAGE_PROGRAMME, programme_scope(programme))
    _claim(programme, expected)
    _require_running(programme)
    merged = {key: values.get(key, getattr(programme, key)) for key in PROGRAMME_COLUMNS} | {
        "operator_id": programme.operator_id
    }
    _check_programme(merged, programme)
    _write(programme, merged, PROGRAMME_COLUMNS, actor)
    return programme


def _check_programme(values: dict[str, Any], programme: Programme | None) -> None:
    same = select(Programme.id).where(func.lower(Programme.code) == values["code"].lower())
    if (known := db.session.scalar(same)) is not None and known != (programme.id if programme else None):
        raise Invalid("code", _("Another programme has this code already."))
    _require_period(values["starts_on"], values["ends_on"], "ends_on")
    if values["budget"] <= 0:
        raise Invalid("budget", _("The budget must be more than zero."))
    if programme is None or not programme.plans:
        return
    if values["currency"] != programme.currency:
        raise Invalid("currency", _("The currency is fixed, because there are country plans in it."))
    if values["budget"] < (taken := taken_by_plans(programme)):
        sum_of_plans = wording.amount(taken, programme.currency)
        raise Invalid("budget", _("The country plans together already take %(sum)s.", sum=sum_of_plans))
    if any(p.starts_on < values["starts_on"] or p.ends_on > values["ends_on"] for p in programme.plans):
        raise Invalid("ends_on", _("A country plan runs outside this period. Change the plan first."))


class Doubted(Invalid):
    """Figures that hold only once more people are there; `confirmed=read` saves them all the same."""

    def __init__(self, found: Sequence[tuple[str, str]], read: str) -> None:
        first, *others = found
        asked = ("confirmed", _("Tick this box to save these figures all the same."))
        super().__init__(*first, (*others, asked))
        self.read = read


def update_rules(
    programme: Programme, rules: dict[str, Any], actor: Principal, expected: int | None = None, confirmed: str = ""
) -> Programme:
    """Set figures of `workflows.facts.Rules` for this programme; they count from now on, in running files too.

    Amounts are in the programme's currency. Raises `Invalid` with the figure's name for one outside its bounds, and for
    all that contradict each other, close a state of the table, or leave files standing where nothing happens any more;
    `Doubted` for what too few people could do today, until exactly that was confirmed.
    """
    policy.require(actor, Action.MANAGE_PROGRAMME, programme_scope(programme))
    _claim(programme, expected)
    _require_running(programme)
    known = rules_of_programme(programme)
    before = asdict(known)
    after = before | figures.checked(rules)
    wanted = Rules(**after)
    now = standing.standing(programme, known, wanted)
    if found := _said(contradictions(wanted, standing.definitions(programme), now)):
        first, *others = found
        raise Invalid(*first, tuple(others))
    doubted = _said(doubts(wanted, now))
    read = hashlib.sha256(repr(doubted).encode()).hexdigest()[:16] if doubted else ""
    if doubted and confirmed != read:
        raise Doubted(doubted, read)
    changed = {key: [str(before[key]), str(after[key])] for key in after if after[key] != before[key]}
    if changed:
        programme.rules = {key: str(value) if isinstance(value, Decimal) else value for key, value in after.items()}
        noted = {"confirmed": sorted({field for field, _message in doubted})} if doubted else {}
        _record_edit(programme, actor, {"figures": changed} | noted)
    return programme


def _said(found: Iterable[Contradiction]) -> list[tuple[str, str]]:
    return [(one.field, wording.contradiction(one)) for one in found]


# --- country plan ---------------------------------------------------------------------------------


def create_plan(programme: Programme, values: dict[str, Any], actor: Principal) -> CountryPlan:
    """A new plan in draft under this programme; its envelope fits in what the programme has left."""
    policy.require(actor, Action.MANAGE_PROGRAMME, programme_scope(programme))
    policy.require(actor, Action.EDIT_PLAN, ProgrammeScope(programme.id, None, State.DRAFT))
    _require_running(programme)
    _check_plan(programme, values, None)
    columns = {key: values[key] for key in PLAN_COLUMNS if key in values}
    plan = CountryPlan(**columns, programme_id=programme.id, drafted_by_id=actor.person_id)
    plan.programme = programme
    db.session.add(plan)
    db.session.flush()
    audit.record(plan, actor, _capacity(actor, plan), AuditEvent.CREATED)
    return plan


def save_plan(plan: CountryPlan, values: dict[str, Any], actor: Principal, expected: int | None = None) -> CountryPlan:
    """Save the text and figures of a plan in draft; an endorsement of another text is voided and stays in sight."""
    _open_for_editing(plan, actor, expected)
    merged = {key: values.get(key, getattr(plan, key)) for key in PLAN_COLUMNS}
    _check_plan(plan.programme, merged, plan)
    _write(plan, merged, PLAN_COLUMNS, actor)
    _void_stale(plan, actor)
    return plan


def set_references(
    plan: CountryPlan, rows: list[dict[str, Any]], actor: Principal, expected: int | None = None
) -> CountryPlan:
    """Replace the national policies that the plan is tied to [S2.3]; rows without a title are left out."""
    _open_for_editing(plan, actor, expected)
    kept = [row for row in rows if row["title"].strip()]
    plan.references = [
        PolicyReference(title=row["title"].strip(), issuer=row.get("issuer") or "", url=row.get("url") or "")
        for row in kept
    ]
    _record_edit(plan, actor, {"changed": ["references"]})
    _void_stale(plan, actor)
    return plan


def add_theme(plan: CountryPlan, values: dict[str, Any], actor: Principal, expected: int | None = None) -> Theme:
    """A common theme of the plan [S2.2], with the Global Goal (1–17) it serves and its OECD DAC purpose code."""
    _open_for_editing(plan, actor, expected)
    theme = Theme(**_theme_columns(plan, values, None))
    plan.themes.append(theme)
    _themes_changed(plan, actor)
    return theme


def save_theme(theme: Theme, values: dict[str, Any], actor: Principal, expected: int | None = None) -> Theme:
    """Change a theme while its plan is in draft."""
    _open_for_editing(theme.plan, actor, expected)
    for key, value in _theme_columns(theme.plan, values, theme).items():
        setattr(theme, key, value)
    _themes_changed(theme.plan, actor)
    return theme


def remove_theme(theme: Theme, actor: Principal, expected: int | None = None) -> None:
    """Take a theme out of a plan in draft; no application can stand on it yet."""
    plan = theme.plan
    _open_for_editing(plan, actor, expected)
    plan.themes.remove(theme)
    db.session.delete(theme)
    _themes_changed(plan, actor)


def _theme_columns(plan: CountryPlan, values: dict[str, Any], theme: Theme | None) -> dict[str, Any]:
    title = values["title"].strip()
    if any(other is not theme and other.title.lower() == title.lower() for other in plan.themes):
        raise Invalid("title", _("This plan has a theme with this title already."))
    if not 1 <= values["sdg_goal"] <= 17:
        raise Invalid("sdg_goal", _("Choose a Global Goal from 1 to 17."))
    texts = {key: values.get(key) or "" for key in ("objective", "sector_code")}
    return {"title": title, "sdg_goal": values["sdg_goal"], **texts}


def _themes_changed(plan: CountryPlan, actor: Principal) -> None:
    _record_edit(plan, actor, {"changed": ["themes"]})
    _void_stale(plan, actor)


def endorse(
    plan: CountryPlan,
    statement: str,
    sector_benefit: str,
    actor: Principal,
    *,
    request_id: str | None = None,
    expected: int | None = None,
) -> Endorsement:
    """The association stands behind this very text [S2.9]: the endorsement carries its hash, and the plan moves on."""
    policy.require(actor, Action.VIEW_PROGRAMME, programme_scope(plan))
    if request_id and _done_before(plan, request_id):
        return plan.endorsements[-1]
    if expected is not None and expected != plan.revision:
        raise Conflict(expected, plan.revision)
    policy.require(actor, Action.ENDORSE_PLAN, programme_scope(plan))
    if not statement.strip():
        raise Invalid("statement", _("Write the statement of your association."))
    if not sector_benefit.strip():
        raise Invalid("sector_benefit", _("Say how other municipalities in the country benefit."))
    plan.sector_benefit = sector_benefit.strip()
    _void_stale(plan, actor)
    endorsement = Endorsement(
        plan=plan, lga_id=plan.lga_id, person_id=actor.person_id, statement=statement.strip(),
        content_sha256=content_hash(plan), endorsed_at=clock.now(),
    )  # fmt: skip
    db.session.add(endorsement)
    db.session.flush()
    data = {"content_sha256": endorsement.content_sha256}
    audit.record(plan, actor, Role.LGA_OFFICER, AuditEvent.ENDORSED, data=data)
    advance(plan, Trigger.ENDORSE, actor, request_id=request_id)
    return endorsement


def taken_by_plans(programme: Programme, but: CountryPlan | None = None) -> Decimal:
    """What the plans take of the budget: their envelopes; a replaced plan keeps what it reserved and committed."""
    amounts = (
        p.reserved + p.committed if p.state is State.SUPERSEDED else p.envelope
        for p in programme.plans
        if but is None or p.id != but.id
    )
    return sum(amounts, Decimal(0))


def _check_plan(programme: Programme, values: dict[str, Any], plan: CountryPlan | None) -> None:
    _require_period(values["starts_on"], values["ends_on"], "ends_on")
    if values["starts_on"] < programme.starts_on or values["ends_on"] > programme.ends_on:
        period = wording.period(programme.starts_on, programme.ends_on)
        raise Invalid("starts_on", _("The plan must lie within the programme: %(period)s.", period=period))
    if values["envelope"] <= 0:
        raise Invalid("envelope", _("The budget of the plan must be more than zero."))
    lock(programme)  # plans drawn up at once share one budget
    left = programme.budget - taken_by_plans(programme, plan)
    if values["envelope"] > left:
        amount = wording.amount(max(left, Decimal(0)), programme.currency)
        raise Invalid("envelope", _("The programme has %(left)s left for this plan.", left=amount))
    lga = db.session.get(Organisation, values["lga_id"])
    if lga is None or lga.type is not OrganisationType.LGA:
        raise Invalid("lga_id", _("Choose a local government association."))


def _open_for_editing(plan: CountryPlan, actor: Principal, expected: int | None) -> None:
    """Lock the plan; a colleague who was first is a conflict, another state of the plan a refusal."""
    policy.require(actor, Action.MANAGE_PROGRAMME, programme_scope(plan))
    _claim(plan, expected)
    policy.require(actor, Action.EDIT_PLAN, programme_scope(plan))


def _void_stale(plan: CountryPlan, actor: Principal) -> None:
    """An endorsement counts for the text that was read and for no other."""
    now = content_hash(plan)
    stale = [row for row in plan.endorsements if row.voided_at is None and row.content_sha256 != now]
    for row in stale:
        row.voided_at = clock.now()
    if stale:
        event = AuditEvent.ENDORSEMENT_VOIDED
        audit.record(plan, actor, _capacity(actor, plan), event, data={"endorsements": [row.id for row in stale]})


# --- call -----------------------------------------------------------------------------------------


def create_call(plan: CountryPlan, values: dict[str, Any], actor: Principal) -> Call:
    """A new call in draft; both dates are whole days in the plan's country, amounts in the programme's currency."""
    policy.require(actor, Action.MANAGE_PROGRAMME, programme_scope(plan))
    _require_running(plan.programme)
    if plan.state is State.SUPERSEDED:
        raise Forbidden("create_call")
    _check_call(plan, values)
    call = Call(**{key: values[key] for key in CALL_COLUMNS if key in values}, plan_id=plan.id)
    call.plan = plan
    db.session.add(call)
    db.session.flush()
    audit.record(call, actor, _capacity(actor, call), AuditEvent.CREATED)
    return call


def save_call(call: Call, values: dict[str, Any], actor: Principal, expected: int | None = None) -> Call:
    """Change a call in draft; while it is open only its summary and a later last day. Closed calls stay as they are."""
    policy.require(actor, Action.MANAGE_PROGRAMME, programme_scope(call))
    _claim(call, expected)
    if call.state is State.CLOSED:
        raise Forbidden("save_call")
    columns = OPEN_CALL_COLUMNS if call.state is State.OPEN else CALL_COLUMNS
    merged = {key: getattr(call, key) for key in CALL_COLUMNS}
    merged |= {key: values[key] for key in columns if key in values}
    if call.state is State.OPEN and merged["closes_on"] < call.closes_on:
        raise Invalid("closes_on", _("The call is open. Its last day can only become later."))
    if call.state is State.DRAFT:
        _check_call(call.plan, merged)
    else:
        _require_period(merged["opens_on"], merged["closes_on"], "closes_on")
    _write(call, merged, CALL_COLUMNS, actor)
    return call


def _check_call(plan: CountryPlan, values: dict[str, Any]) -> None:
    _require_period(values["opens_on"], values["closes_on"], "closes_on")
    if values["closes_on"] > plan.ends_on:
        last = wording.day(plan.ends_on)
        raise Invalid("closes_on", _("The call must close before the plan ends, on %(day)s.", day=last))
    if values["floor"] <= 0:
        raise Invalid("floor", _("The lowest amount must be more than zero."))
    if values["ceiling"] < values["floor"]:
        raise Invalid("ceiling", _("The highest amount cannot be lower than the lowest amount."))
    left = plan.envelope - plan.reserved - plan.committed
    if values["ceiling"] > left:
        amount = wording.amount(left, plan.programme.currency)
        raise Invalid("ceiling", _("The country plan has %(left)s left.", left=amount))


# --- shared ---------------------------------------------------------------------------------------


def _claim(case: Case, expected: int | None) -> None:
    """Lock the row; raise `Conflict` when somebody saved or moved it since the form was opened."""
    lock(case)
    if expected is not None and expected != case.revision:
        raise Conflict(expected, case.revision)


def _require_period(first: date, last: date, field: str) -> None:
    if not date(2000, 1, 1) <= first < last <= date(2100, 1, 1):
        raise Invalid(field, _("The last day must come after the first day, between the years 2000 and 2100."))


def _require_running(programme: Programme) -> None:
    if programme.state is State.CLOSED:
        raise Forbidden("programme_closed")


def _write(case: Case, values: dict[str, Any], columns: Iterable[str], actor: Principal) -> None:
    """Set what differs, and say in the record what did; nothing is recorded when nothing changed."""
    changed = [key for key in columns if getattr(case, key) != values[key]]
    for key in changed:
        setattr(case, key, values[key])
    if changed:
        _record_edit(case, actor, {"changed": changed})


def _record_edit(case: Case, actor: Principal, data: dict[str, Any]) -> None:
    case.revision += 1
    db.session.flush()
    audit.record(case, actor, _capacity(actor, case), AuditEvent.EDITED, data=data)


def _capacity(actor: Principal, case: Programme | CountryPlan | Call | Case) -> Role:
    """As what somebody acts here, for the record."""
    assert isinstance(case, Programme | CountryPlan | Call)  # noqa: S101 - narrows for the type checker
    return min(policy.roles_on(actor, programme_scope(case)))


def _done_before(plan: CountryPlan, request_id: str) -> bool:
    query = select(AuditEntry.id).where(AuditEntry.machine == plan.__machine__, AuditEntry.case_id == plan.id)
    return db.session.scalar(query.where(AuditEntry.request_id == request_id)) is not None
