"""The setting: organisations, accounts, the programme, two country plans with themes, two calls."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from webapp import clock
from webapp.auth import passwords
from webapp.demo.stage import Stage
from webapp.demo.world import PLACES, Account, accounts, email
from webapp.extensions import db
from webapp.models.people import Affiliation, AffiliationKind, Organisation, Person, RoleGrant, SiteSetting
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.programmes import use_cases as programmes
from workflows.vocabulary import Role, Trigger

OFFICE_ROLES = frozenset(
    {Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR, Role.PANEL_MEMBER, Role.ASSESSOR, Role.AUDITOR}
)
BUDGET, ENVELOPE = Decimal("2400000.00"), Decimal("1200000.00")

PLANS: dict[str, dict[str, str]] = {
    "rwanda": {
        "title": "Country plan Rwanda",
        "country": "RW",
        "lga": "ralga",
        "actors": "Districts and their councils, RALGA, the ministry of local government, entrepreneurs.",
        "policies": "The national decentralisation policy gives districts planning and economic development.",
        "windows": "New district strategies are written next year; tourism around Lake Kivu is growing.",
        "objectives": "Districts make policy with entrepreneurs, and public space that everybody can use.",
        "reference": "National Decentralisation Policy",
        "issuer": "Ministry of Local Government, Rwanda",
        "benefit": "RALGA brings each result to the other districts in its yearly learning week.",
    },
    "uganda": {
        "title": "Country plan Uganda",
        "country": "UG",
        "lga": "ulga",
        "actors": "City, municipal and district councils, ULGA, the ministry of local government, vendors.",
        "policies": "The decentralisation policy and the planning act leave waste and markets to councils.",
        "windows": "New cities are building their services; the fiscal transfer reform rewards own revenue.",
        "objectives": "Councils collect waste at a cost that residents carry, and spend with residents' say.",
        "reference": "Decentralisation Policy and Local Governments Act",
        "issuer": "Ministry of Local Government, Uganda",
        "benefit": "ULGA offers the cost model and the moderators' guide to all its members.",
    },
}
THEMES: dict[str, tuple[tuple[str, str, str, int], ...]] = {
    "rwanda": (
        ("Local economy and tourism", "Districts and entrepreneurs earn more from visitors.", "33210", 8),
        ("Inclusive urban services", "Everybody can use streets, shores and markets.", "43030", 11),
    ),
    "uganda": (
        ("Solid waste", "Waste is collected, weighed and paid for.", "14050", 11),
        (
            "Participation and local finance",
            "Residents decide with, and councils raise their own revenue.",
            "15112",
            16,
        ),
    ),
}


def organisations(stage: Stage) -> None:
    with stage.on(330):
        for place in PLACES:
            row = Organisation(
                name=place.name, legal_name=place.legal_name, type=place.type, country=place.country,
                subdivision="", place=place.place, time_zone=place.time_zone, population=place.population,
                lga_id=stage.places.get(place.lga),
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            stage.places[place.key] = row.id


def people(stage: Stage, password: str) -> None:
    """Accounts exist before anybody can act, so they are rows; every later step is a use case."""
    zones = {place.key: place.time_zone for place in PLACES}
    with stage.on(329):
        shared = Person(email="x", name="x", created_at=clock.now())
        passwords.set_password(shared, password)
        for account in accounts():
            row = Person(
                email=email(account), name=account.name, job_title=account.name.split(",")[0], created_at=clock.now(),
                password_hash=shared.password_hash, time_zone=zones[account.place], is_demo=True,
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            stage.people[account.key] = row.id
            _tie(stage, account, row)


def _tie(stage: Stage, account: Account, row: Person) -> None:
    place = stage.places[account.place]
    if account.role is None:
        db.session.add(Affiliation(person_id=row.id, organisation_id=place, kind=AffiliationKind.EMPLOYEE))
    elif account.role not in OFFICE_ROLES:
        _grant(stage, account.key, account.role, organisation_id=place)
    if account.role is Role.LEAD_REVIEWER:
        _grant(stage, account.key, Role.LGA_OFFICER, organisation_id=place)
    if account.role is Role.DIRECTOR:
        _grant(stage, account.key, Role.DIRECTOR, organisation_id=place)


def _grant(stage: Stage, key: str, role: Role | None, **where: int) -> None:
    db.session.add(RoleGrant(person_id=stage.people[key], role=role, starts_on=stage.day(340), **where))
    db.session.flush()


def programme(stage: Stage) -> None:
    first = stage.day(240).year  # the year in which the first file begins
    with stage.on(325):
        row = programmes.create_programme(
            {
                "code": "LGP",
                "title": f"Local Government Partnerships {first}–{first + 3}",
                "starts_on": date(first, 1, 1),
                "ends_on": date(first + 3, 12, 31),
                "budget": BUDGET,
                "currency": "EUR",
                "funder": "Ministry of Foreign Affairs (fictional grant)",
                "funder_reference": f"DEMO-{first}-001",
                "operator_id": stage.places["office"],
                "payment_mode": "advance",
            },
            stage.who("director"),
        )
        programmes.update_rules(row, {"investment_signature": "click"}, stage.who("director"))
        for account in accounts():
            if account.role in OFFICE_ROLES and not _holds(account.role, stage.people[account.key], row.id):
                _grant(stage, account.key, account.role, programme_id=row.id)
    with stage.on(324):
        row = db.session.scalars(select(Programme)).one()
        stage.move(row, Trigger.OPEN_PROGRAMME, "director")


def _holds(role: Role | None, person_id: int, programme_id: int) -> bool:
    """The programme's maker got a role with it."""
    query = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id, RoleGrant.programme_id == programme_id, RoleGrant.role == role
    )
    return db.session.scalar(query) is not None


def plans(stage: Stage) -> None:
    for key, text in PLANS.items():
        plan_id = _drafted(stage, key, text)
        with stage.on(310):
            plan = db.session.get_one(CountryPlan, plan_id)
            statement = "The association was part of this plan from the first meeting and stands behind its themes."
            programmes.endorse(plan, statement, text["benefit"], stage.who(f"{text['lga']}"))
        with stage.on(308):
            stage.move(db.session.get_one(CountryPlan, plan_id), Trigger.APPROVE_PLAN, "director")
        _call(stage, key, plan_id)


def _drafted(stage: Stage, key: str, text: dict[str, str]) -> int:
    with stage.on(320):
        row = db.session.scalars(select(Programme)).one()
        values: dict[str, Any] = {
            name: text[name] for name in ("title", "country", "actors", "policies", "windows", "objectives")
        }
        values |= {"area": "", "envelope": ENVELOPE, "lga_id": stage.places[text["lga"]]}
        values |= {"starts_on": row.starts_on, "ends_on": row.ends_on}
        manager = stage.who("manager")
        plan = programmes.create_plan(row, values, manager)
        reference = {"title": text["reference"], "issuer": text["issuer"], "url": ""}
        programmes.set_references(plan, [reference], manager)
        for title, objective, code, goal in THEMES[key]:
            theme = {"title": title, "objective": objective, "sector_code": code, "sdg_goal": goal}
            stage.themes[key, title] = programmes.add_theme(plan, theme, manager).id
        plan_id = plan.id
    with stage.on(315):
        stage.move(db.session.get_one(CountryPlan, plan_id), Trigger.CONSULT, "manager")
    return plan_id


def _call(stage: Stage, key: str, plan_id: int) -> None:
    with stage.on(300):
        plan = db.session.get_one(CountryPlan, plan_id)
        values = {
            "title": f"Partnership grants {plan.title.removeprefix('Country plan ')}, first call",
            "summary": "For municipalities that want to learn from each other, and to invest in what they learnt.",
            "opens_on": stage.day(298),
            "closes_on": stage.day(-45),
            "floor": Decimal("5000.00"),
            "ceiling": Decimal("250000.00"),
        }
        call = programmes.create_call(plan, values, stage.who("manager"))
        stage.calls[key] = call.id
    with stage.on(297):
        stage.move(db.session.get_one(Call, stage.calls[key]), Trigger.OPEN_CALL, "manager")


def mark(value: str = "yes") -> None:
    """Remember in the database that everything here is fictional."""
    db.session.add(SiteSetting(key="demonstration", value=value))
