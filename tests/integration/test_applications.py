"""Applying, as use cases: start, save, sign off, submit, ask and answer, and what the moves do."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import applications as a
from tests.factories import people
from tests.support import mailbox
from webapp import clock
from webapp.applications import use_cases
from webapp.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from webapp.extensions import db
from webapp.models.application import Application, ApplicationVersion, Partnership, PartyRole, Section
from webapp.models.people import OrganisationType
from webapp.models.programme import Call, CountryPlan
from webapp.models.record import AuditEntry, AuditEvent
from webapp.services import content
from webapp.services.advance import advance
from webapp.transaction import writing
from workflows.vocabulary import Instrument, State, Trigger


@pytest.fixture
def rooms(app: Flask) -> Iterator[a.Setting]:
    with app.app_context():
        yield a.setting()


def load(number: int) -> Application:
    return db.session.get_one(Application, number, populate_existing=True)


def events(number: int) -> list[AuditEvent]:
    query = select(AuditEntry.event).where(AuditEntry.application_id == number).order_by(AuditEntry.id)
    return list(db.session.scalars(query))


def save(rooms: a.Setting, number: int, section: Section, values: dict[str, Any], **more: Any) -> bool:
    who = rooms.who(more.pop("by", "editor"))
    with writing():
        return use_cases.save_section(load(number), section, values, who, **more)


def refused(rooms: a.Setting, number: int, section: Section, values: dict[str, Any]) -> Invalid:
    with pytest.raises(Invalid) as caught:
        save(rooms, number, section, values)
    return caught.value


# --- start ----------------------------------------------------------------------------------------------------------


def test_a_draft_has_its_number_its_pair_and_nine_sections(rooms: a.Setting) -> None:
    first, second = load(a.draft(rooms)), load(a.draft(rooms, "Another"))
    year = clock.today().year
    assert (first.reference, second.reference) == (f"LGP-{year}-0001", f"LGP-{year}-0002")
    assert first.partnership.name == "Rheden ⇄ Rubavu"
    assert second.partnership_id == first.partnership_id
    assert [row.code for row in first.sections] == list(Section)
    assert [(p.organisation.name, p.role) for p in first.parties] == [
        ("Rheden", PartyRole.LEAD), ("Rubavu", PartyRole.PARTNER),
    ]  # fmt: skip
    assert events(first.id) == [AuditEvent.CREATED]


def test_the_same_members_are_the_same_partnership_whoever_leads(rooms: a.Setting) -> None:
    first = load(a.draft(rooms))
    with writing():
        call = db.session.get_one(Call, rooms.call)
        who = rooms.who("partner_signatory")
        second = use_cases.start(call, rooms.partner, [rooms.lead], "Led from Rubavu", who)
    assert second.partnership_id == first.partnership_id
    assert db.session.scalars(select(Partnership.name)).all() == ["Rheden ⇄ Rubavu"]


def test_a_reference_counts_on_after_nine_thousand(rooms: a.Setting) -> None:
    with writing():
        load(a.draft(rooms)).reference = f"LGP-{clock.today().year}-9999"
    assert load(a.draft(rooms)).reference.endswith("-10000")
    assert load(a.draft(rooms)).reference.endswith("-10001")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"partner_ids": []}, "partner_ids", "at least one partner"),
        ({"partner_ids": ["lga"]}, "partner_ids", "must be local authorities"),
        ({"partner_ids": [999_999]}, "partner_ids", "must be local authorities"),
        ({"partner_ids": ["neighbour"]}, "partner_ids", "another country"),
        ({"partner_ids": ["uganda"]}, "partner_ids", "country of this call"),
        ({"lead_id": "partner"}, "lead_id", "for which you may write"),
        ({"title": " \n "}, "title", "Give the project a title"),
    ],
)
def test_a_start_that_cannot_be(rooms: a.Setting, change: dict[str, Any], field: str, words: str) -> None:
    with writing():
        known = {
            "lga": people.organisation("ULGA", type=OrganisationType.LGA, country="UG").id,
            "neighbour": people.organisation("Goes", country="NL").id,
            "uganda": people.organisation("Kamuli", country="UG").id,
            "partner": rooms.partner,
        }
    values: dict[str, Any] = {"lead_id": rooms.lead, "partner_ids": [rooms.partner], "title": "Fine"} | change
    values["partner_ids"] = [known.get(number, number) for number in values["partner_ids"]]
    values["lead_id"] = known.get(values["lead_id"], values["lead_id"])
    with writing(), pytest.raises(Invalid) as caught:
        use_cases.start(db.session.get_one(Call, rooms.call), **values, actor=rooms.who("editor"))
    assert caught.value.field == field
    assert words in caught.value.message


def test_a_call_that_is_over_takes_no_start(rooms: a.Setting) -> None:
    with clock.at(clock.now() + timedelta(days=60)), writing(), pytest.raises(Invalid, match="not open now"):
        use_cases.start(db.session.get_one(Call, rooms.call), rooms.lead, [rooms.partner], "Late", rooms.who("editor"))


def test_a_water_board_can_apply(rooms: a.Setting) -> None:
    with writing():
        board = people.organisation("Water board", type=OrganisationType.WATER_BOARD)
        call = db.session.get_one(Call, rooms.call)
        made = use_cases.start(call, rooms.lead, [rooms.partner, board.id], "Three", rooms.who("editor"))
    assert made.partnership.name == "Rheden ⇄ Rubavu ⇄ Water board"


# --- save -----------------------------------------------------------------------------------------------------------


def test_every_section_keeps_what_was_typed(rooms: a.Setting) -> None:
    application = load(a.complete(rooms))
    assert content.missing(application) == ()
    assert (application.requested, application.own_share) == (Decimal("18000.00"), Decimal("2000.00"))
    assert content.instrument(application).instrument is Instrument.MEMORANDUM
    assert events(application.id).count(AuditEvent.SECTION_SAVED) == len(Section)


def test_a_draft_may_be_partial(rooms: a.Setting) -> None:
    number = a.draft(rooms)
    save(rooms, number, Section.PARTIES, {"title": "", "starts_on": date(2027, 1, 1), "ends_on": None})
    save(rooms, number, Section.PROBLEM, {"problem": "Only this", "approach": "", "stakeholders": None})
    save(rooms, number, Section.OBJECTIVES, {"objectives": [{"title": "A start"}, {}]})
    save(rooms, number, Section.RISKS, {"risks": [{"kind": "delay", "likelihood": 4, "mitigation": "Half typed"}]})
    application = load(number)
    assert content.answers(application, Section.PROBLEM)["problem"] == "Only this"
    assert [o.title for o in application.objectives] == ["A start"]
    assert application.risks == []  # a risk counts once it is rated, what was typed stays
    unrated = content.answers(application, Section.RISKS)["unrated"]["delay"]
    assert (unrated["likelihood"], unrated["mitigation"]) == (4, "Half typed")


def test_an_objective_without_owner_stops_the_submission(rooms: a.Setting) -> None:
    number = a.complete(rooms)
    save(rooms, number, Section.OBJECTIVES, {"objectives": [a.objective() | {"owner": ""}]})
    assert content.missing(load(number)) == ("objectives.owner",)


@pytest.mark.parametrize(
    ("section", "values", "field", "words"),
    [
        (Section.PARTIES, {"starts_on": date(2027, 5, 1), "ends_on": date(2027, 5, 1)}, "ends_on", "after the first"),
        (Section.PARTIES, {"starts_on": date(1, 1, 1)}, "starts_on", "year"),
        (Section.FIT, {"theme_id": 999_999}, "theme_id", "theme of this country plan"),
        (Section.FIT, {"sdg_goal": 18}, "sdg_goal", "17 Global Goals"),
        (Section.PROBLEM, {"problem": "x" * 4001}, "problem", "at most 4000"),
        (Section.OBJECTIVES, {"objectives": [{}, {"how": "nameless"}]}, "objectives-1-title", "name"),
        (Section.BUDGET, {"lines": [{"requested": Decimal(5)}]}, "lines-0-title", "Say what"),
        (Section.BUDGET, {"lines": [{"title": "x"}]}, "lines-0-category", "kind of cost"),
        (Section.BUDGET, {"lines": [{"title": "x", "category": "travel"}]}, "lines-0-requested", "Give an amount"),
        (Section.BUDGET, {"lines": [{"title": "x", "category": "audit", "own_share": Decimal(1)}]}, "lines-0-payer_id",
         "which partner pays"),
        (Section.BUDGET, {"lines": [{"title": "x", "category": "audit", "requested": Decimal(1), "payee_id": 10**6}]},
         "lines-0-payee_id", "Choose a partner"),
        (Section.BUDGET, {"lines": [{"title": "x", "category": "audit", "requested": Decimal(10**9)}]},
         "lines-0-requested", "0 or more"),
        (Section.BUDGET, {"lines": [{"title": "x", "category": "audit", "requested": Decimal("0.005")}]},
         "lines-0-requested", "two decimal"),
        (Section.BUDGET, {"lines": [{"title": "x", "category": "audit", "requested": Decimal("NaN")}]},
         "lines-0-requested", "0 or more"),
        (Section.RISKS, {"risks": [{"kind": "delay", "likelihood": 6, "impact": 1}]}, "risks-0-likelihood", "1 to 5"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_at_its_field(
    rooms: a.Setting, section: Section, values: dict[str, Any], field: str, words: str
) -> None:
    invalid = refused(rooms, a.draft(rooms), section, values)
    assert invalid.field == field
    assert words in invalid.message


def test_control_characters_go_and_everything_else_stays(rooms: a.Setting) -> None:
    number = a.draft(rooms, "A \x00title\x1b with\ttabs & <tags> ’🏛")
    odd = "One\r\nTwo\x00\x07 & < > ’ 🏛 \ud800"
    save(rooms, number, Section.PROBLEM, {"problem": odd, "approach": "", "stakeholders": ""})
    assert load(number).title == "A title with tabs & <tags> ’🏛"
    assert content.answers(load(number), Section.PROBLEM)["problem"] == "One\nTwo & < > ’ 🏛"


def test_the_second_of_two_who_type_is_told(rooms: a.Setting) -> None:
    number = a.draft(rooms)
    seen = next(row for row in load(number).sections if row.code is Section.PROBLEM).revision
    save(rooms, number, Section.PROBLEM, {"problem": "theirs"}, by="signatory", expected=seen)
    with pytest.raises(Conflict) as caught:
        save(rooms, number, Section.PROBLEM, {"problem": "mine"}, expected=seen)
    assert (caught.value.was, caught.value.now) == (seen, seen + 1)
    assert content.answers(load(number), Section.PROBLEM)["problem"] == "theirs"


def test_a_stranger_finds_nothing_and_the_office_may_not_write(rooms: a.Setting) -> None:
    number = a.submitted(rooms)
    with pytest.raises(NotFound):
        save(rooms, number, Section.PROBLEM, {}, by="stranger")
    for name in ("editor", "manager"):
        with pytest.raises(Forbidden):
            save(rooms, number, Section.PROBLEM, {}, by=name)


def test_investment_paid_to_a_partner_asks_for_a_contract(rooms: a.Setting) -> None:
    number = a.complete(rooms)
    stage = a.line(rooms, title="Landing stage", category="investment")
    save(rooms, number, Section.BUDGET, {"lines": [a.line(rooms), stage]})
    finding = content.instrument(load(number))
    assert finding.instrument is Instrument.INVESTMENT_CONTRACT
    assert finding.because == ("Landing stage",)


# --- sign off and submit --------------------------------------------------------------------------------------------


def test_both_sign_off_the_same_hash_and_it_is_frozen(rooms: a.Setting) -> None:
    number = a.signed_off(rooms)
    hashes = {party.signed_off_sha256 for party in load(number).parties}
    assert hashes == {content.sha256(content.snapshot(load(number)))}
    with writing():
        advance(load(number), Trigger.SUBMIT, rooms.who("signatory"))
    application = load(number)
    version = db.session.scalars(select(ApplicationVersion)).one()
    assert application.state is State.SUBMITTED
    assert {version.sha256} == hashes
    assert version.number == 1
    assert [version.requested, version.own_share, version.total] == [Decimal(18_000), Decimal(2_000), Decimal(20_000)]
    assert content.sha256(version.content) == version.sha256


def test_a_change_voids_the_sign_off_and_says_so(rooms: a.Setting) -> None:
    number = a.signed_off(rooms)
    assert save(rooms, number, Section.LEARNING, {"lead_learns": "Something else"}) is True
    assert all(party.signed_off_sha256 is None for party in load(number).parties)
    assert events(number)[-1] is AuditEvent.SIGN_OFF_VOIDED
    subjects = [mail["subject"] for mail in mailbox.mails()]
    assert any("sign off again" in subject for subject in subjects)
    with pytest.raises(Refused), writing():
        advance(load(number), Trigger.SUBMIT, rooms.who("signatory"))


def test_saving_the_same_again_voids_nothing(rooms: a.Setting) -> None:
    number = a.signed_off(rooms)
    for section, values in a.whole(rooms).items():
        assert save(rooms, number, section, values) is False
    assert all(party.signed_off_sha256 for party in load(number).parties)


def test_signing_off_what_is_not_complete_is_refused(rooms: a.Setting) -> None:
    number = a.draft(rooms)
    with pytest.raises(Invalid, match="not complete"), writing():
        use_cases.sign_off(load(number), rooms.who("signatory"))


def test_signing_off_what_was_not_seen_is_refused(rooms: a.Setting) -> None:
    number = a.complete(rooms)
    with pytest.raises(Conflict), writing():
        use_cases.sign_off(load(number), rooms.who("signatory"), seen="0" * 64)


@pytest.mark.parametrize(("name", "error"), [("editor", Forbidden), ("stranger", NotFound), ("manager", NotFound)])
def test_only_a_signatory_of_a_party_signs_off(rooms: a.Setting, name: str, error: type[Exception]) -> None:
    number = a.complete(rooms)
    with pytest.raises(error), writing():
        use_cases.sign_off(load(number), rooms.who(name))


def test_withdrawing_gives_the_money_back(rooms: a.Setting) -> None:
    number = a.submitted(rooms)
    with writing():
        application, plan = load(number), db.session.get_one(CountryPlan, rooms.plan)
        application.amount_reserved, application.amount_committed = Decimal(100), Decimal(30)
        plan.reserved, plan.committed = Decimal(150), Decimal(40)
    with writing():
        advance(load(number), Trigger.WITHDRAW, rooms.who("signatory"), reason="The council decided otherwise.")
    plan = db.session.get_one(CountryPlan, rooms.plan, populate_existing=True)
    assert [plan.reserved, plan.committed] == [Decimal(50), Decimal(10)]
    assert [load(number).amount_reserved, load(number).amount_committed] == [Decimal(0), Decimal(0)]


# --- clarification --------------------------------------------------------------------------------------------------


def in_eligibility(rooms: a.Setting) -> int:
    number = a.submitted(rooms)
    with writing():
        advance(load(number), Trigger.START_ELIGIBILITY, rooms.who("manager"))
    return number


def ask(
    rooms: a.Setting, number: int, days: int = 10, question: str = "Where?", sections: Any = (Section.BUDGET,)
) -> None:
    with writing():
        due_on = clock.today() + timedelta(days=days)
        use_cases.ask_clarification(load(number), question, list(sections), due_on, rooms.who("manager"))


def test_a_question_opens_its_sections_alone(rooms: a.Setting) -> None:
    number = in_eligibility(rooms)
    ask(rooms, number)
    application = load(number)
    assert application.state is State.CLARIFICATION
    assert content.editable(application) == {Section.BUDGET}
    assert all(party.signed_off_sha256 is None for party in application.parties)
    with pytest.raises(Forbidden):
        save(rooms, number, Section.PROBLEM, {"problem": "sneaked in"})
    save(rooms, number, Section.BUDGET, {"lines": [a.line(rooms, requested=Decimal("17000"))]})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"days": 0}, "due_on"),
        ({"days": 31}, "due_on"),
        ({"question": " "}, "question"),
        ({"sections": ()}, "sections"),
    ],
)
def test_a_question_that_cannot_be(rooms: a.Setting, change: dict[str, Any], field: str) -> None:
    number = in_eligibility(rooms)
    with pytest.raises(Invalid) as caught:
        ask(rooms, number, **change)
    assert caught.value.field == field
    assert load(number).state is State.ELIGIBILITY


@pytest.mark.parametrize("days", [1, 30])
def test_the_first_and_the_last_possible_day(rooms: a.Setting, days: int) -> None:
    number = in_eligibility(rooms)
    ask(rooms, number, days=days)
    assert load(number).state is State.CLARIFICATION


def test_the_answer_goes_back_when_both_signed_off(rooms: a.Setting) -> None:
    number = a.clarifying(rooms, Section.BUDGET)
    save(rooms, number, Section.BUDGET, {"lines": [a.line(rooms, requested=Decimal("17000"))]})
    with writing():
        use_cases.answer_clarification(load(number), "In the annex.", rooms.who("editor"))
    with pytest.raises(Refused), writing():
        advance(load(number), Trigger.ANSWER_CLARIFICATION, rooms.who("editor"))
    with writing():
        for name in ("signatory", "partner_signatory"):
            use_cases.sign_off(load(number), rooms.who(name))
        advance(load(number), Trigger.ANSWER_CLARIFICATION, rooms.who("editor"))
    application = load(number)
    question = application.clarifications[0]
    assert application.state is State.ELIGIBILITY
    assert question.closed_at is not None
    assert question.answer_version is not None
    assert (question.base_version.number, question.answer_version.number) == (1, 2)
    assert application.requested == 17_000
    assert content.editable(application) == frozenset()


def test_an_answer_is_not_empty_and_is_the_applicants(rooms: a.Setting) -> None:
    number = a.clarifying(rooms, Section.BUDGET)
    with pytest.raises(Invalid, match="Write your answer"), writing():
        use_cases.answer_clarification(load(number), " ", rooms.who("editor"))
    with pytest.raises(Forbidden), writing():
        use_cases.answer_clarification(load(number), "I answer myself", rooms.who("manager"))
