"""A signed file with everybody who has a part in following it, and shortcuts to its later states."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

from flask import Flask

from tests.factories import people, register
from webapp import clock
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.application import Application, BudgetCategory, BudgetLine
from webapp.models.monitoring import Finding, FindingSource, Obligation, Report, Severity
from webapp.models.people import Organisation, Person
from webapp.monitoring import use_cases
from webapp.policy import Principal
from webapp.services.advance import advance
from webapp.transaction import writing
from workflows.vocabulary import Instrument, Role, State, Trigger

T = TypeVar("T")
NOTHING = Decimal(0)
WHOLE: dict[str, Any] = {
    "services_count": 120,
    "services_unit": "advisory visits",
    "quality_score": 4,
    "quality_narrative": "Visits were prepared together.",
    "satisfaction_percent": 82,
    "satisfaction_respondents": 60,
    "satisfaction_method": "A short interview after each visit",
    "deviations": "",
    "lessons": "Start with the council.",
    "finance": [{"category": BudgetCategory.TRAVEL, "spent": Decimal("4000.00"), "note": ""}],
}


@dataclass
class Follow:
    """Ids only, so that a test can load them in whatever session it is in."""

    app: Flask
    file: int
    agreement: int
    lead: int
    partner: int
    who: dict[str, int]

    def run(self, name: str, act: Callable[["Follow", Principal], T]) -> T:
        """Do something as this person, in a committed transaction."""
        with self.app.app_context(), writing():
            return act(self, self.principal(name))

    def principal(self, name: str) -> Principal:
        return people.acting(db.session.get_one(Person, self.who[name]))

    def application(self) -> Application:
        return db.session.get_one(Application, self.file)

    def get(self, model: type[T], row_id: int) -> T:
        return db.session.get_one(model, row_id)

    def address(self, rest: str = "monitoring") -> str:
        return f"/applications/{self.file}/{rest}"


def signed_file(
    app: Flask, *, instrument: Instrument = Instrument.MEMORANDUM, days: int = 401, rules: dict[str, Any] | None = None
) -> Follow:
    """Signed, agreement in force since 200 days and for `days` in all, two obligations; nothing set up yet."""
    with app.app_context(), writing():
        world = register.world(rules=rules)
        row = register.application(world, State.SIGNED, instrument=instrument)
        today = clock.today()
        agreed = register.agreement(row, kind=instrument, ends_on=today + timedelta(days=days - 201))
        _budget(row, world.lead)
        for trainee in ("Planner", "Guide trainer"):
            _obligation(agreed, world.partner, trainee)
        return Follow(app, row.id, agreed.id, world.lead.id, world.partner.id, _people(world))


def _people(world: register.World) -> dict[str, int]:
    office = {name: world.of_office(role) for name, role in (
        ("manager", Role.PROGRAMME_MANAGER), ("second manager", Role.PROGRAMME_MANAGER), ("director", Role.DIRECTOR),
        ("finance", Role.FINANCE_OFFICER), ("auditor", Role.AUDITOR), ("other auditor", Role.AUDITOR),
    )}  # fmt: skip
    municipal = {
        "editor": world.of_lead(Role.APPLICANT_EDITOR), "signatory": world.of_lead(Role.SIGNATORY),
        "partner editor": world.of_partner(Role.APPLICANT_EDITOR), "admin": world.of_lead(Role.MUNICIPALITY_ADMIN),
        "officer": people.person("Head of audit"), "partner officer": people.person("District executive"),
        "reviewer": people.holding(Role.LGA_OFFICER, organisation=world.lead_lga),
        "stranger": people.person("Stranger"),
    }  # fmt: skip
    people.affiliate(municipal["officer"], world.lead)
    people.affiliate(municipal["partner officer"], world.partner)
    return {name: person.id for name, person in (office | municipal).items()}


def _budget(row: Application, payer: Organisation) -> None:
    lines = ((BudgetCategory.TRAVEL, 12000, 0), (BudgetCategory.TRAINING, 6000, 2000))
    for position, (category, requested, own) in enumerate(lines, 1):
        db.session.add(
            BudgetLine(
                application_id=row.id, position=position, title=category.value, category=category,
                total=Decimal(requested + own), requested=Decimal(requested), own_share=Decimal(own), payer_id=payer.id,
            )
        )  # fmt: skip
    db.session.flush()


def _obligation(agreed: Agreement, organisation: Organisation, trainee: str) -> None:
    db.session.add(
        Obligation(
            application_id=agreed.application_id, agreement_id=agreed.id, organisation_id=organisation.id,
            trainee=trainee, training="Study visit", activity="Workshop for colleagues",
            due_on=clock.today() + timedelta(days=30),
        )
    )  # fmt: skip
    db.session.flush()


def set_up(follow: Follow) -> Follow:
    """Committee decided and focal points named; still signed."""

    def act(f: Follow, who: Principal) -> None:
        application = f.application()
        use_cases.decide_committee(application, True, "Two municipalities, one budget", f.lead, who)
        use_cases.name_focal_point(application, f.lead, f.who["officer"], who)
        use_cases.name_focal_point(application, f.partner, f.who["partner officer"], who)

    follow.run("manager", act)
    return follow


def monitored(app: Flask, **options: Any) -> Follow:
    """In monitoring, its reports scheduled."""
    follow = set_up(signed_file(app, **options))
    move(follow, "manager", Application, follow.file, Trigger.START_MONITORING)
    return follow


def closing(app: Flask, **options: Any) -> Follow:
    """All reports accepted, closing begun; obligations and the audit still open."""
    follow = monitored(app, **options)
    for report in reports(follow):
        write(follow, report)
        move(follow, "editor", Report, report, Trigger.SUBMIT_REPORT)
        move(follow, "manager", Report, report, Trigger.ACCEPT_REPORT)
    move(follow, "manager", Application, follow.file, Trigger.START_CLOSING)
    return follow


def move(follow: Follow, name: str, model: Any, row_id: int, trigger: Trigger, reason: str = "") -> None:
    follow.run(name, lambda f, who: advance(f.get(model, row_id), trigger, who, reason=reason))


def reports(follow: Follow) -> list[int]:
    return _ids(follow, Report)


def obligations(follow: Follow) -> list[int]:
    return _ids(follow, Obligation)


def _ids(follow: Follow, model: Any) -> list[int]:
    with follow.app.app_context():
        query = db.select(model.id).where(model.application_id == follow.file).order_by(model.id)
        return list(db.session.scalars(query))


def write(follow: Follow, report: int, **values: Any) -> None:
    """A draft with all four sections, but for what `values` say."""
    follow.run("editor", lambda f, who: use_cases.save_report(f.get(Report, report), WHOLE | values, who))


def action(follow: Follow, *, due_in: int = 10, owner: str | None = None, by: str = "manager") -> tuple[int, int]:
    """A finding with one open action of the lead municipality; returns both ids."""
    values = {"source": FindingSource.SITE_VISIT, "severity": Severity.HIGH, "text": "Weighbridge not calibrated"}
    finding = follow.run(by, lambda f, who: use_cases.raise_finding(f.application(), values, who).id)
    return finding, another_action(follow, finding, due_in=due_in, owner=owner, by=by)


def another_action(
    follow: Follow, finding: int, *, due_in: int = 10, owner: str | None = None, by: str = "manager"
) -> int:
    values = {
        "description": "Calibrate the weighbridge",
        "owner_organisation_id": follow.lead,
        "owner_id": follow.who[owner] if owner else None,
        "due_on": clock.today() + timedelta(days=due_in),
    }
    return follow.run(by, lambda f, who: use_cases.open_action(f.get(Finding, finding), values, who).id)


def prove(follow: Follow, model: Any, row_id: int, *, by: str = "editor", text: str = "Certificate 12") -> None:
    follow.run(by, lambda f, who: use_cases.save_evidence(f.get(model, row_id), text, who))
