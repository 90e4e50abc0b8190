"""Set-up over HTTP and in the use cases: programmes, figures, plans, endorsements, calls; refusals with their words."""

import re
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from html5lib import HTMLParser
from sqlalchemy import select

from tests.factories import people
from tests.factories import programmes as f
from tests.factories.applications import statements
from tests.support.odd import ODD, ODD_SHOWN
from webapp import clock
from webapp.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from webapp.extensions import db
from webapp.models.people import RoleGrant
from webapp.models.programme import Call, CountryPlan, Endorsement, Programme
from webapp.models.record import AuditEntry, AuditEvent
from webapp.programmes import figures, use_cases
from webapp.services.facts import rules
from webapp.transaction import writing
from workflows.facts import Rules
from workflows.vocabulary import AuditLevel, Machine, Role, State, Trigger


@pytest.fixture
def rooms(app: Flask) -> f.Rooms:
    with app.app_context():
        return f.rooms()


# --- the way through ------------------------------------------------------------------------------


def test_a_programme_from_nothing_to_an_open_call_in_the_browser(app: Flask, rooms: f.Rooms) -> None:
    director, manager = f.enter(app, rooms, "director"), f.enter(app, rooms, "manager")
    values = f.posted(f.programme_values(rooms.office, code="TWO", title=ODD))
    made = director.post("/programmes/new", data=values)
    assert made.status_code == 303, made.text
    assert ODD_SHOWN in director.get(made.location).text

    address = f"/programmes/{rooms.programme}/plans/new"
    answer = manager.post(address, data=f.posted(f.plan_values(rooms, title=ODD, windows="")))
    assert answer.status_code == 303, answer.text
    plan = answer.location
    page = manager.get(plan).text
    assert ODD_SHOWN in page
    assert "The plan is not complete. Still empty: Windows of opportunity." in page
    assert "The plan names no national policy yet." in page

    form = manager.get(f"{plan}/edit").text
    values = f.posted(f.plan_values(rooms)) | {"revision": f.revision(form)}
    assert manager.post(f"{plan}/edit", data=values).status_code == 303
    form = manager.get(f"{plan}/policies").text
    rows = {"rows-0-title": "Policy & law", "rows-0-url": "https://example.org/a", "rows-1-title": ""}
    assert manager.post(f"{plan}/policies", data=rows | {"revision": f.revision(form)}).status_code == 303
    form = manager.get(f"{plan}/themes/new").text
    theme = f.posted(f.theme_values()) | {"revision": f.revision(form)}
    assert manager.post(f"{plan}/themes/new", data=theme).status_code == 303
    number = int(plan.rsplit("/", 1)[1])
    with app.app_context():
        f.move(number, Trigger.CONSULT, rooms, "manager")

    officer = f.enter(app, rooms, "officer")
    assert f'href="{plan}/endorse"' in officer.get(plan).text
    form = officer.get(f"{plan}/endorse").text
    token = re.search(r'name="request_id"[^>]*value="(\w+)"', form)
    assert token
    values = {"statement": ODD, "sector_benefit": f.BENEFIT, "revision": f.revision(form), "request_id": token[1]}
    assert officer.post(f"{plan}/endorse", data=values).status_code == 303
    assert officer.post(f"{plan}/endorse", data=values).status_code == 303, "the same request again is done once"
    with app.app_context():
        assert len(db.session.scalars(select(Endorsement)).all()) == 1
        f.move(number, Trigger.APPROVE_PLAN, rooms, "director")

    answer = manager.post(f"{plan}/calls/new", data=f.posted(f.call_values(summary=ODD)))
    assert answer.status_code == 303, answer.text
    page = manager.get(answer.location).text
    assert ODD_SHOWN in page
    assert "Open call" in page
    assert manager.get("/programmes").status_code == 200


def test_a_director_who_sets_up_a_programme_gets_the_role_for_it(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        grants = db.session.scalars(select(RoleGrant).where(RoleGrant.programme_id == rooms.programme)).all()
        assert {(g.person_id, g.role) for g in grants} >= {(rooms.director, Role.DIRECTOR)}


def test_an_administrator_sets_up_a_programme_and_gets_no_say_in_it(app: Flask, rooms: f.Rooms) -> None:
    admin = f.enter(app, rooms, "admin")
    answer = admin.post("/programmes/new", data=f.posted(f.programme_values(rooms.office, code="TWO")))
    assert answer.location == "/people"
    assert admin.get(f"/programmes/{rooms.programme}").status_code == 404
    page = admin.get("/programmes").text
    assert "Local Government Partnerships" in page
    assert f'href="/programmes/{rooms.programme}"' not in page


@pytest.mark.parametrize("name", ["manager", "officer", "local_admin"])
def test_nobody_else_sets_up_a_programme(app: Flask, rooms: f.Rooms, name: str) -> None:
    assert f.enter(app, rooms, name).get("/programmes/new").status_code == 404
    with app.app_context(), pytest.raises(Forbidden):
        use_cases.create_programme(f.programme_values(rooms.office, code="TWO"), rooms.who(name))


def test_a_director_sets_up_nothing_for_another_office(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context(), pytest.raises(Invalid, match="Choose a programme office"):
        use_cases.create_programme(f.programme_values(rooms.lga, code="TWO"), rooms.who("director"))


# --- figures --------------------------------------------------------------------------------------


def test_every_figure_of_the_rules_can_be_set_and_has_its_default_within_bounds() -> None:
    assert figures.BY_KEY.keys() | figures.CHOICES.keys() == set(Rules.__dataclass_fields__)
    for key, choice in figures.CHOICES.items():
        assert choice.word(getattr(Rules(), key)), key
    for key, figure in figures.BY_KEY.items():
        assert figure.low <= getattr(Rules(), key) <= figure.high, key


def test_the_figures_are_saved_read_back_and_told_in_the_record(app: Flask, rooms: f.Rooms) -> None:
    manager = f.enter(app, rooms, "manager")
    address = f"/programmes/{rooms.programme}/figures"
    form = manager.get(address).text
    values = {key: str(value) for key, value in asdict(Rules()).items()}
    values |= {"revision": f.revision(form), "baseline_bar": "2.5", "appeal_days": "60", "mandate_manager": "30000.50"}
    values |= {"confirmed": f.ticked(manager.post(address, data=values).text)}  # a new programme has no finance officer
    assert manager.post(address, data=values).status_code == 303
    with app.app_context():
        now = rules(db.session.get_one(Programme, rooms.programme))
        assert (now.baseline_bar, now.appeal_days, now.mandate_manager) == (Decimal("2.5"), 60, Decimal("30000.50"))
        assert now.quorum == 2
    assert "Time to appeal: 42 → 60" in manager.get(f"/programmes/{rooms.programme}").text
    assert manager.post(address, data=values).status_code == 409, "somebody saved since this form was opened"


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        ("quorum", "1", "Enter a number from 2 to 5."),
        ("quorum", "2.5", "Enter a whole number in figures"),
        ("quorum", "9" * 40, "Enter a whole number in figures"),
        ("quorum", "", "Fill this in."),
        ("baseline_bar", "NaN", "in figures"),
        ("baseline_bar", "5", "Enter a number from 0 to 4."),
        ("mandate_manager", "1.234", "two ways"),
        ("mandate_manager", "200000", "This amount cannot be lower"),
        ("mandate_finance", "99999999", "Enter a number from 0 to 10000000."),
        ("investment_signature", "wax", "Not a valid choice"),
        ("advance_limit_percent", "70", "All advances together cannot be less"),
    ],
)
def test_a_figure_out_of_bounds_is_refused_and_kept(
    app: Flask, rooms: f.Rooms, key: str, typed: str, sentence: str
) -> None:
    manager = f.enter(app, rooms, "manager")
    values = {name: str(value) for name, value in asdict(Rules()).items()} | {key: typed}
    answer = manager.post(f"/programmes/{rooms.programme}/figures", data=values)
    assert answer.status_code == 422
    assert sentence in answer.text
    if typed and key not in ("mandate_manager", "investment_signature"):
        assert f'value="{typed}"' in answer.text
    with app.app_context():
        assert rules(db.session.get_one(Programme, rooms.programme)) == Rules()


def test_everything_that_cannot_hold_is_said_at_once_beside_its_figure(app: Flask, rooms: f.Rooms) -> None:
    """Not found by a bound: two figures that cross, one that closes a state, and one that would never be sent."""
    manager = f.enter(app, rooms, "manager")
    crossed = {"mandate_manager": "200000", "advance_limit_percent": "70", "remind_before_days": "40"}
    values = {name: str(value) for name, value in asdict(Rules()).items()} | crossed
    answer = manager.post(f"/programmes/{rooms.programme}/figures", data=values)
    assert answer.status_code == 422
    for field in ("mandate_finance", "advance_limit_percent", "remind_before_days"):
        assert f'id="{field}-error"' in answer.text
    assert 'value="40"' in answer.text


def test_steps_are_chosen_in_words_and_kept_in_the_record(app: Flask, rooms: f.Rooms) -> None:
    manager = f.enter(app, rooms, "manager")
    address = f"/programmes/{rooms.programme}/figures"
    chosen = {"committee_required": "False", "capacity_hold": "False", "memorandum_audit": "none"}
    values = {name: str(value) for name, value in asdict(Rules()).items()} | chosen
    page = manager.get(address).text
    assert manager.post(address, data=values | {"revision": f.revision(page)}).status_code == 303
    with app.app_context():
        now = rules(db.session.get_one(Programme, rooms.programme))
    assert (now.committee_required, now.capacity_hold, now.memorandum_audit) == (False, False, AuditLevel.NONE)
    shown = manager.get(f"/programmes/{rooms.programme}").text
    assert "Audit of a memorandum: Simple → None" in shown
    assert "Files below the bar can be put on hold: Yes → No" in shown
    assert manager.post(address, data=values | {"investment_audit": "none"}).status_code == 422
    assert manager.post(address, data=values | {"capacity_hold": ""}).status_code == 422


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"budget": "-1"}, "The amount cannot be negative."),
        ({"budget": "0.005"}, "Use at most two decimal places"),
        ({"budget": "1e9"}, "Write the amount in figures"),
        ({"budget": "NaN"}, "Write the amount in figures"),
        ({"budget": "1.234"}, "two ways"),
        ({"budget": "0"}, "The budget must be more than zero."),
        ({"code": "lgp"}, "Another programme has this code already."),
        ({"ends_on": "2001-01-01"}, "The last day must come after the first day"),
        ({"ends_on": "9999-01-01"}, "between the years 2000 and 2100"),
        ({"starts_on": "31.12.2026"}, "Enter a day that exists"),
        ({"currency": "XYZ"}, "Not a valid choice"),
        ({"title": ""}, "Fill this in."),
    ],
)
def test_a_programme_that_does_not_hold_keeps_what_was_typed(
    app: Flask, rooms: f.Rooms, changed: dict[str, str], sentence: str
) -> None:
    director = f.enter(app, rooms, "director")
    values = f.posted(f.programme_values(rooms.office, code="TWO", funder=ODD)) | changed
    answer = director.post("/programmes/new", data=values)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{ODD_SHOWN}"' in answer.text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"envelope": Decimal("2400000.01")}, "The programme has EUR 2,400,000.00 left for this plan."),
        ({"envelope": Decimal(0)}, "The budget of the plan must be more than zero."),
        ({"starts_on": "2001-01-01"}, "The plan must lie within the programme"),
        ({"country": "ZZ"}, "Not a valid choice"),
        ({"country": ""}, "Choose one of the list."),
        ({"lga_id": "999999"}, "Not a valid choice"),
        ({"actors": "x" * 12_001}, "12000"),
    ],
)
def test_a_plan_that_does_not_hold_is_refused_with_the_reason(
    app: Flask, rooms: f.Rooms, changed: dict[str, Any], sentence: str
) -> None:
    manager = f.enter(app, rooms, "manager")
    values = f.posted(f.plan_values(rooms, policies=ODD, **changed))
    answer = manager.post(f"/programmes/{rooms.programme}/plans/new", data=values)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert ODD_SHOWN in answer.text


def test_plans_together_never_take_more_than_the_budget(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        f.plan(rooms, envelope=Decimal(1_500_000))
        with pytest.raises(Invalid, match=r"EUR 900,000.00 left"):
            f.plan(rooms, title="Second", envelope=Decimal("900000.01"))
        f.plan(rooms, title="Second", envelope=Decimal(900_000))
        programme = db.session.get_one(Programme, rooms.programme)
        with pytest.raises(Invalid, match=r"already take EUR 2,400,000.00"):
            use_cases.save_programme(programme, {"budget": Decimal(2_000_000)}, rooms.who("director"))
        with pytest.raises(Invalid, match="The currency is fixed"):
            use_cases.save_programme(programme, {"currency": "USD"}, rooms.who("director"))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"closes_on": clock.today("Africa/Kigali") - timedelta(days=1)}, "The last day must come after the first day"),
        ({"closes_on": clock.today() + timedelta(days=3000)}, "The call must close before the plan ends"),
        ({"floor": Decimal(0)}, "The lowest amount must be more than zero."),
        ({"ceiling": Decimal(4_999)}, "The highest amount cannot be lower"),
        ({"ceiling": Decimal("1200000.01")}, "The country plan has EUR 1,200,000.00 left."),
        ({"floor": "1e9"}, "Write the amount in figures"),
    ],
)
def test_a_call_that_does_not_hold_is_refused_with_the_reason(
    app: Flask, rooms: f.Rooms, changed: dict[str, Any], sentence: str
) -> None:
    with app.app_context():
        plan = f.plan(rooms)
    manager = f.enter(app, rooms, "manager")
    answer = manager.post(f"/plans/{plan}/calls/new", data=f.posted(f.call_values(summary=ODD, **changed)))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert ODD_SHOWN in answer.text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"sdg_goal": 0}, "Choose a Global Goal from 1 to 17."),
        ({"sdg_goal": 18}, "Not a valid choice"),
        ({"sector_code": "1511"}, "A purpose code has five digits."),
        ({"sector_code": "²²²²²"}, "A purpose code has five digits."),
        ({"title": "LOCAL economy"}, "This plan has a theme with this title already."),
    ],
)
def test_a_theme_that_does_not_hold_is_refused(
    app: Flask, rooms: f.Rooms, changed: dict[str, Any], sentence: str
) -> None:
    with app.app_context():
        plan = f.plan(rooms)
    values = f.posted(f.theme_values(title="Another") | changed)
    answer = f.enter(app, rooms, "manager").post(f"/plans/{plan}/themes/new", data=values)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_policy_row_without_a_name_is_refused_at_its_field(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        plan = f.plan(rooms)
    manager = f.enter(app, rooms, "manager")
    answer = manager.post(f"/plans/{plan}/policies", data={"rows-0-title": "", "rows-0-issuer": "Ministry"})
    assert answer.status_code == 422
    assert "Name the policy or law, or clear the row." in answer.text
    answer = manager.post(f"/plans/{plan}/policies", data={"rows-0-title": "A", "rows-0-url": "javascript:alert(1)"})
    assert "Write a full address that starts with https://" in answer.text


# --- endorsement ----------------------------------------------------------------------------------


def test_a_change_voids_the_endorsement_and_it_stays_in_sight(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = f.endorsed(rooms)
        f.move(number, Trigger.REVISE, rooms, "manager", reason="A comma.")
        with writing():
            plan = db.session.get_one(CountryPlan, number)
            use_cases.save_plan(plan, {"title": plan.title}, rooms.who("manager"))
            assert plan.endorsements[0].voided_at is None, "saving without a change voids nothing"
            use_cases.save_plan(plan, {"envelope": Decimal(1_000_000)}, rooms.who("manager"))
        f.move(number, Trigger.CONSULT, rooms, "manager")
        with pytest.raises(Refused) as refused:
            f.move(number, Trigger.ENDORSE, rooms, "officer")
        assert [b.code for b in refused.value.refusal.blockers] == ["plan_not_endorsed"]
        events = select(AuditEntry.event).where(AuditEntry.machine == Machine.PLAN, AuditEntry.case_id == number)
        assert AuditEvent.ENDORSEMENT_VOIDED in db.session.scalars(events).all()
    page = f.enter(app, rooms, "officer").get(f"/plans/{number}").text
    assert "No longer counts" in page
    assert f.STATEMENT in page
    with app.app_context(), writing():
        plan = db.session.get_one(CountryPlan, number)
        use_cases.endorse(plan, "Again.", f.BENEFIT, rooms.who("officer"))
        assert [row.voided_at is None for row in plan.endorsements] == [False, True]
        assert plan.state is State.ENDORSED


@pytest.mark.parametrize("what", ["themes", "references"])
def test_themes_and_policies_are_part_of_what_was_endorsed(app: Flask, rooms: f.Rooms, what: str) -> None:
    with app.app_context():
        number = f.endorsed(rooms)
        f.move(number, Trigger.REVISE, rooms, "manager", reason="More.")
        with writing():
            plan = db.session.get_one(CountryPlan, number)
            if what == "themes":
                use_cases.add_theme(plan, f.theme_values(title="Second"), rooms.who("manager"))
            else:
                use_cases.set_references(plan, [{"title": "Another law"}], rooms.who("manager"))
            assert plan.endorsements[0].voided_at is not None


def test_an_endorsement_needs_its_statement_and_the_benefit(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = f.plan(rooms)
        f.move(number, Trigger.CONSULT, rooms, "manager")
    officer = f.enter(app, rooms, "officer")
    answer = officer.post(f"/plans/{number}/endorse", data={"statement": ODD, "sector_benefit": " \x00 "})
    assert answer.status_code == 422
    assert ODD_SHOWN in answer.text
    with app.app_context():
        assert db.session.get_one(CountryPlan, number).state is State.CONSULTATION


def test_only_the_association_of_the_plan_endorses_it(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = f.plan(rooms)
        f.move(number, Trigger.CONSULT, rooms, "manager")
        plan = db.session.get_one(CountryPlan, number)
        with pytest.raises(NotFound):
            use_cases.endorse(plan, f.STATEMENT, f.BENEFIT, rooms.who("other_officer"))
        with pytest.raises(Forbidden):
            use_cases.endorse(plan, f.STATEMENT, f.BENEFIT, rooms.who("manager"))


# --- who may, and when ----------------------------------------------------------------------------


def test_a_plan_is_changed_in_draft_only(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = f.approved(rooms)
        with pytest.raises(Forbidden):
            use_cases.save_plan(db.session.get_one(CountryPlan, number), {"title": "Other"}, rooms.who("manager"))
    manager = f.enter(app, rooms, "manager")
    assert manager.get(f"/plans/{number}/edit").status_code == 403
    assert f'href="/plans/{number}/edit"' not in manager.get(f"/plans/{number}").text


def test_a_stale_form_is_a_conflict_and_saves_nothing(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = f.plan(rooms)
        plan = db.session.get_one(CountryPlan, number)
        with pytest.raises(Conflict):
            use_cases.save_plan(plan, {"title": "Other"}, rooms.who("manager"), expected=plan.revision - 1)
    manager = f.enter(app, rooms, "manager")
    values = f.posted(f.plan_values(rooms, title="Other")) | {"revision": "1"}
    assert manager.post(f"/plans/{number}/edit", data=values).status_code == 409
    assert "Plan Rwanda" in manager.get(f"/plans/{number}").text


def test_an_open_call_changes_only_to_the_good_of_who_writes(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = f.open_call(rooms)
        with writing():
            call = db.session.get_one(Call, number)
            last = call.closes_on
            later = {"closes_on": last + timedelta(days=7), "floor": Decimal(1), "title": "X"}
            use_cases.save_call(call, later, rooms.who("manager"))
            assert (call.closes_on, call.floor, call.title) == (last + timedelta(days=7), Decimal(5000), "First call")
            with pytest.raises(Invalid, match="Its last day can only become later"):
                use_cases.save_call(call, {"closes_on": last}, rooms.who("manager"))
    manager = f.enter(app, rooms, "manager")
    form = manager.get(f"/calls/{number}/edit").text
    assert 'name="floor"' not in form
    values = {"summary": "Other words.", "closes_on": str(last + timedelta(days=9)), "revision": f.revision(form)}
    assert manager.post(f"/calls/{number}/edit", data=values).status_code == 303
    assert "Other words." in manager.get(f"/calls/{number}").text


def test_foreign_and_unknown_are_the_same_404(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        call = f.open_call(rooms)
        plan = db.session.get_one(Call, call).plan_id
    stranger = f.enter(app, rooms, "other_officer")
    rows = (("programmes", rooms.programme, ("", "/edit", "/figures", "/plans/new")), ("calls", call, ("", "/edit")),
            ("plans", plan, ("", "/edit", "/policies", "/endorse", "/themes/new", "/calls/new")))  # fmt: skip
    for folder, number, pages in rows:
        for page in pages:
            foreign, unknown = stranger.get(f"/{folder}/{number}{page}"), stranger.get(f"/{folder}/999999{page}")
            assert foreign.status_code == unknown.status_code == 404
            assert f.main_part(foreign.text) == f.main_part(unknown.text)
            assert "There is no page here for you" in foreign.text
    assert stranger.get("/plans/99999999999999999999").status_code == 404
    assert stranger.post(f"/plans/{plan}/edit", data={}).status_code == 404
    assert stranger.post("/themes/999999/remove").status_code == 404


def test_a_theme_is_changed_and_removed_in_draft(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        number = f.plan(rooms)
        theme = db.session.get_one(CountryPlan, number).themes[0].id
    manager = f.enter(app, rooms, "manager")
    form = manager.get(f"/themes/{theme}/edit").text
    values = f.posted(f.theme_values(title="Renamed")) | {"revision": f.revision(form)}
    assert manager.post(f"/themes/{theme}/edit", data=values).status_code == 303
    page = manager.get(f"/plans/{number}").text
    assert "Renamed" in page
    assert manager.post(f"/themes/{theme}/remove", data={"revision": f.revision(page)}).status_code == 303
    assert "This plan" not in manager.get(f"/plans/{number}").text
    assert "None yet. Applications choose one of these themes." in manager.get(f"/plans/{number}").text


def test_every_page_is_strict_html_and_needs_ten_statements_at_most(app: Flask, rooms: f.Rooms) -> None:
    with app.app_context():
        call = f.open_call(rooms)
        plan = db.session.get_one(Call, call).plan_id
        draft = f.plan(rooms, title="Second")
        theme = db.session.get_one(CountryPlan, draft).themes[0].id
        for number in range(6):
            f.call(rooms, plan, title=f"Call {number}")
            with writing():
                people.grant(people.person(), Role.FINANCE_OFFICER, programme_id=rooms.programme)
    programme = rooms.programme
    for name, pages in {
        "manager": [
            "/programmes", f"/programmes/{programme}", f"/programmes/{programme}/edit",
            f"/programmes/{programme}/figures", f"/programmes/{programme}/plans/new", f"/plans/{plan}",
            f"/plans/{draft}", f"/plans/{draft}/edit", f"/plans/{draft}/policies", f"/plans/{draft}/themes/new",
            f"/themes/{theme}/edit", f"/plans/{plan}/calls/new", f"/calls/{call}", f"/calls/{call}/edit",
        ],
        "director": ["/programmes/new", f"/programmes/{programme}"],
        "officer": ["/programmes", f"/plans/{plan}", f"/calls/{call}"],
    }.items():  # fmt: skip
        client = f.enter(app, rooms, name)
        for address in pages:
            with statements() as seen:
                page = client.get(address)
            assert page.status_code == 200, address
            HTMLParser(strict=True).parse(page.text)
            assert len(seen) <= 10, (address, len(seen), "\n".join(seen))
