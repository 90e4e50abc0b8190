"""Decisions: recommendation, the mandate by amount, different people, the envelope, one winner of a race, letters."""

import threading
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from unittest.mock import patch

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.factories import assessing as make
from tests.factories import people
from tests.factories.assessing import enter
from tests.support.odd import ODD
from webapp import clock
from webapp.decisions import use_cases
from webapp.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from webapp.extensions import db
from webapp.jobs import courier
from webapp.models.agreement import Document, DocumentKind
from webapp.models.application import Application
from webapp.models.assessment import Decision, DecisionConfirmation
from webapp.models.people import Organisation, SiteSetting
from webapp.models.programme import CountryPlan
from webapp.models.record import AuditEntry, AuditEvent, OutboxRow
from webapp.services import documents, templates
from webapp.services.advance import advance, offers
from webapp.transaction import writing
from workflows.vocabulary import Role, State, Trigger

pytestmark = pytest.mark.usefixtures("inside")
MANAGER, FINANCE, DIRECTOR = Role.PROGRAMME_MANAGER, Role.FINANCE_OFFICER, Role.DIRECTOR


def refused(code: str) -> AbstractContextManager[object]:
    return pytest.raises(Refused, match=code)


def invalid(words: str) -> AbstractContextManager[object]:
    return pytest.raises(Invalid, match=words)


# --- recommending -----------------------------------------------------------------------------------


def test_the_manager_of_the_file_recommends_and_nobody_else() -> None:
    file = make.in_decision()
    for name, expected in (
        ("second", refused("not_your_role")), ("finance", pytest.raises(Forbidden)),
        ("stranger", pytest.raises(NotFound)),
    ):  # fmt: skip
        with expected:
            make.recommended(file, name=name)
    make.recommended(file)
    mails = db.session.scalars(select(OutboxRow).where(OutboxRow.key.like("recommended-%"))).all()
    assert {row.payload["to"] for row in mails} == {file.person("second").email, file.person("third").email}


@pytest.mark.parametrize(
    ("outcome", "amount", "words"),
    [
        (State.APPROVED, None, "Write the amount"),
        (State.APPROVED, 0, "Write the amount"),
        (State.APPROVED, 18_001, "more than was asked: EUR 18,000.00"),
        (State.CLOSED, 10, "Choose an outcome"),
    ],
)
def test_a_recommendation_that_does_not_hold(outcome: State, amount: int | None, words: str) -> None:
    file = make.in_decision()
    with invalid(words):
        make.recommended(file, outcome, amount)


def test_reasons_are_asked_for() -> None:
    file = make.in_decision()
    with invalid("Write the reasons"):
        use_cases.recommend(file.application, State.REJECTED, None, "", " \x07 ", file.who("manager"))


def test_a_low_score_cannot_be_funded() -> None:
    file = make.in_decision(2, 2)
    with invalid("score is too low for funding: 40. Needed: 60"):
        make.recommended(file)


def test_a_new_recommendation_replaces_the_open_one_with_its_confirmations() -> None:
    file = make.in_decision(ceiling=250_000, requested=100_000)
    make.recommended(file, amount=100_000)
    make.confirmed(file, MANAGER, "second")
    make.recommended(file, amount=90_000)
    rows = db.session.scalars(select(Decision).order_by(Decision.id)).all()
    assert [row.replaced_at is None for row in rows] == [False, True]
    assert [len(row.confirmations) for row in rows] == [1, 0]
    make.confirmed(file, MANAGER, "second")
    make.confirmed(file, FINANCE, "finance")
    assert file.application.amount_reserved == 90_000


# --- the mandate ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "roles"),
    [
        (25_000, [(MANAGER, "second")]),
        (25_001, [(MANAGER, "second"), (FINANCE, "finance")]),
        (150_000, [(FINANCE, "finance"), (MANAGER, "second")]),
        (150_001, [(FINANCE, "finance"), (DIRECTOR, "director")]),
    ],
)
def test_who_must_confirm_follows_from_the_amount(amount: int, roles: list[tuple[Role, str]]) -> None:
    file = make.in_decision(requested=amount)
    make.recommended(file, amount=amount)
    for role, name in roles:
        assert file.application.state is State.DECISION
        make.confirmed(file, role, name)
    assert file.application.state is State.APPROVED
    assert db.session.scalars(select(Decision)).one().settled_at is not None


def test_a_role_that_the_amount_does_not_ask_for() -> None:
    file = make.in_decision()
    make.recommended(file)
    with invalid("not needed"):
        make.confirmed(file, DIRECTOR, "director")
    with refused("not_your_role"):
        make.confirmed(file, FINANCE, "second")


def test_without_a_recommendation_there_is_nothing_to_confirm() -> None:
    file = make.in_decision()
    with invalid("no recommendation to confirm"):
        make.confirmed(file, MANAGER, "second")


def test_always_different_people() -> None:
    file = make.in_decision(requested=100_000)
    with writing():
        people.grant(file.person("second"), FINANCE, programme_id=file.rooms.programme)
    make.recommended(file, amount=100_000)
    make.confirmed(file, MANAGER, "second")
    with invalid("different people"):
        make.confirmed(file, FINANCE, "second")


def test_who_worked_on_the_file_does_not_confirm() -> None:
    """The eligibility officer, the reviewer, the recommender, and the employee of a party."""
    file = make.in_eligibility()
    with writing():
        people.grant(file.person("vng"), MANAGER, programme_id=file.rooms.programme)
        people.affiliate(file.person("third"), db.session.get_one(Organisation, file.rooms.partner))
        checker = people.grant(people.person("Checker"), MANAGER, programme_id=file.rooms.programme)
        file.ids["checker"] = checker.id
    with writing():
        rule = make.RuleCode.OWN_SHARE_BACKED
        make.assessing.check_rule(file.application, rule, make.Verdict.PASS, "Seen", file.who("checker"))
    rest = [rule for rule in make.RuleCode if rule is not make.RuleCode.OWN_SHARE_BACKED]
    with writing():
        for rule in rest:
            make.assessing.check_rule(
                file.application, rule, make.Verdict.PASS, "Seen", file.who("manager")
            )  # fmt: skip
    file.go(Trigger.PASS_ELIGIBILITY, "manager")
    make.score_baselines(file)
    file.go(Trigger.SEND_TO_REVIEW, "assessor")
    make.write_review(file, "ralga", 4)
    make.write_review(file, "vng", 4)
    file.go(Trigger.SEND_TO_DECISION, "lead")
    make.recommended(file)
    for name in ("manager", "checker", "vng", "third"):
        with refused("not_a_fresh_confirmer"):
            make.confirmed(file, MANAGER, name)
    make.confirmed(file, MANAGER, "second")
    assert file.application.state is State.APPROVED


def test_the_manager_of_the_file_does_not_confirm_what_somebody_else_recommended() -> None:
    file = make.in_decision()
    make.recommended(file)
    with writing():
        file.application.manager_id = file.id("second")
    with refused("not_a_fresh_confirmer"):
        make.confirmed(file, MANAGER, "second")


def test_a_settled_decision_cannot_be_confirmed_again() -> None:
    file = make.in_decision()
    make.recommended(file)
    make.confirmed(file, MANAGER, "second")
    with refused("no_such_move"):
        make.confirmed(file, MANAGER, "third")
    with refused("no_such_move"):
        make.recommended(file)


# --- money ------------------------------------------------------------------------------------------


def test_the_envelope_is_never_overdrawn() -> None:
    file = make.in_decision()
    make.recommended(file)
    with writing():
        db.session.get_one(CountryPlan, file.rooms.plan).reserved = Decimal(1_190_000)
    with refused("envelope_short"):
        make.confirmed(file, MANAGER, "second")
    db.session.rollback()
    assert file.application.state is State.DECISION
    assert db.session.scalar(select(func.count(DecisionConfirmation.id))) == 0
    with invalid("not enough money left in the country plan. Still free: EUR 10,000.00"):
        make.recommended(file)
    make.recommended(file, State.RESERVE)
    make.confirmed(file, MANAGER, "second")
    assert file.application.state is State.RESERVE


def test_what_fits_exactly_is_reserved() -> None:
    file = make.in_decision()
    with writing():
        db.session.get_one(CountryPlan, file.rooms.plan).reserved = Decimal(1_182_000)
    make.recommended(file)
    make.confirmed(file, MANAGER, "second")
    plan = db.session.get_one(CountryPlan, file.rooms.plan)
    assert plan.reserved == plan.envelope


def test_back_from_the_reserve_list_the_confirmations_of_before_are_spent() -> None:
    file = make.in_decision()
    make.recommended(file, State.RESERVE)
    make.confirmed(file, MANAGER, "second")
    file.go(Trigger.RECONSIDER, "manager")
    ways = {o.move.trigger: o for o in offers(file.application, file.who("third"))}
    assert not ways[Trigger.PUT_ON_RESERVE].ready
    with invalid("no recommendation to confirm"):
        make.confirmed(file, MANAGER, "second")
    make.recommended(file)
    make.confirmed(file, MANAGER, "second")
    assert file.application.state is State.APPROVED


def test_of_two_confirmations_at_once_one_approves(app: Flask) -> None:
    """Two people confirm the last open role in the same moment; in PostgreSQL truly at once, in SQLite one by one."""
    file = make.in_decision()
    make.recommended(file)
    db.session.remove()
    ready, answers = threading.Barrier(2), []

    def go(name: str) -> None:
        with app.app_context():
            try:
                ready.wait(10)
                make.confirmed(file, MANAGER, name)
                answers.append("confirmed")
            except Refused as error:
                db.session.rollback()
                answers.append(error.refusal.blockers[0].code)

    threads = [threading.Thread(target=go, args=(name,)) for name in ("second", "third")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == ["confirmed", "no_such_move"]
    moves = select(func.count(AuditEntry.id)).where(AuditEntry.trigger == Trigger.APPROVE)
    assert db.session.scalar(moves) == 1
    assert db.session.get_one(CountryPlan, file.rooms.plan).reserved == 18_000
    assert db.session.scalar(select(func.count(DecisionConfirmation.id))) == 1


# --- letters ----------------------------------------------------------------------------------------


def text_of(visitor: make.Visitor, url: str) -> str:
    answer = visitor.get(url)
    assert answer.status_code == 200
    document = docx.Document(BytesIO(answer.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_the_award_letter(app: Flask, client: FlaskClient) -> None:
    with writing():
        db.session.add(SiteSetting(key="demonstration", value="yes"))
    file = make.in_decision(title="Guides Ma’at & <b>sons</b> 🏛 \u202e")
    make.recommended(file)
    make.confirmed(file, MANAGER, "second")
    letter = db.session.scalars(select(Document)).one()
    url = f"/applications/{file.number}/letters/{letter.id}"
    visitor = enter(client, file, "signatory")
    assert "Being written" in visitor.get(f"/applications/{file.number}/letters").text
    assert visitor.get(url).status_code == 404
    courier(app).drain()
    text = text_of(visitor, url)
    for words in (
        "EUR 18,000.00", "eighteen thousand euro", "Fictional demonstration", "Name a guide.",
        "Guides Ma’at & <b>sons</b> 🏛", "a second programme manager, on the recommendation of",
    ):  # fmt: skip
        assert words in text
    assert "{{" not in text
    assert "None" not in text


def test_a_letter_that_cannot_be_written_is_said_on_the_file_and_tried_again(app: Flask, client: FlaskClient) -> None:
    file = make.rejected()
    with patch.object(documents, "make", side_effect=templates.Unfilled("too_slow")):
        courier(app).drain()
    letter, reference = db.session.execute(select(Document.id, Document.reference)).one()
    page, again = f"/applications/{file.number}/letters", f"/applications/{file.number}/letters/{letter}/again"
    why = "Filling the template takes too long. It was stopped."
    applicant = enter(client, file, "signatory")
    told = applicant.get(page).text
    assert "Being written" in told and why not in told and again not in told
    assert why not in applicant.get(f"/applications/{file.number}").text
    assert applicant.post(again).status_code == 403
    manager = enter(client, file, "manager")
    overview, told = manager.get(f"/applications/{file.number}").text, manager.get(page).text
    assert f"({reference})" in overview and "A letter could not be written" in overview and why in overview
    assert f'href="{page}"' in overview
    assert "Could not be written" in told and why in told and f'action="{again}"' in told
    assert manager.post(again).status_code == 303
    told = manager.get(page).text
    assert "Being written" in told and why not in told
    courier(app).drain()
    assert manager.get(f"{page}/{letter}").status_code == 200
    assert "could not be written" not in manager.get(f"/applications/{file.number}").text
    assert manager.post(again).status_code == 303  # too late: it is written, and stays as it is
    courier(app).drain()
    assert len(db.session.scalars(select(Document)).all()) == 1


def test_the_rejection_letter_says_score_comment_rank_and_remedy(app: Flask, client: FlaskClient) -> None:
    file = make.rejected()
    courier(app).drain()
    letter = db.session.scalars(select(Document)).one()
    assert letter.kind is DocumentKind.REJECTION
    text = text_of(enter(client, file, "signatory"), f"/applications/{file.number}/letters/{letter.id}")
    for words in (
        "It scored 40.0 of 100; the threshold is 60.0. It ranks 1 of 1.", "RALGA officer on fit.",
        "You have 42 days.", "The reviewers agree.",
    ):  # fmt: skip
        assert words in text


def test_the_letters_of_reserve_and_lapse(app: Flask, client: FlaskClient) -> None:
    file = make.in_decision()
    make.recommended(file, State.RESERVE)
    make.confirmed(file, MANAGER, "second")
    with clock.at(clock.now() + timedelta(days=200)):
        file.go(Trigger.LAPSE, "system")
        courier(app).drain()
    first, last = db.session.scalars(select(Document.id).order_by(Document.id)).all()
    visitor = enter(client, file, "signatory")
    assert "not a refusal" in text_of(visitor, f"/applications/{file.number}/letters/{first}")
    closing = text_of(visitor, f"/applications/{file.number}/letters/{last}")
    assert f"We close file {file.application.reference} on" in closing
    assert "no money became free" in closing


def test_a_letter_is_downloaded_by_those_who_may_see_the_file(app: Flask, client: FlaskClient) -> None:
    file = make.rejected()
    courier(app).drain()
    number = db.session.scalars(select(Document.id)).one()
    url = f"/applications/{file.number}/letters"
    for name, status in (("partner_signatory", 200), ("manager", 200), ("judge", 200), ("stranger", 404)):
        visitor = enter(client, file, name)
        assert visitor.get(f"{url}/{number}").status_code == status
        assert visitor.get(f"{url}/99999").status_code == 404
    other = make.another(file.rooms)
    assert enter(client, file, "manager").get(f"/applications/{other}/letters/{number}").status_code == 404
    assert enter(client, file, "ralga").get(f"{url}/{number}").status_code == 403


# --- pages ------------------------------------------------------------------------------------------


def test_the_page_says_who_must_confirm_and_who_cannot_and_why(client: FlaskClient) -> None:
    file = make.in_decision(requested=100_000)
    make.recommended(file, amount=100_000)
    make.confirmed(file, FINANCE, "finance")
    page = enter(client, file, "second").get(f"/applications/{file.number}/decision").text
    assert "Cannot confirm: Manager is the manager of this file" in page
    assert "Can confirm: Second manager, Third manager." in page
    assert "Confirm as programme manager" in page
    assert "Finance officer" in page
    assert "Name a second guide." in page
    assert "Recommend an outcome" not in page
    assert "Confirm as" not in enter(client, file, "director").get(f"/applications/{file.number}/decision").text


def test_the_ranking_counts_down_the_envelope(client: FlaskClient) -> None:
    file = make.in_decision()
    with writing():
        db.session.get_one(CountryPlan, file.rooms.plan).reserved = Decimal(1_190_000)
    page = enter(client, file, "manager").get(f"/applications/{file.number}/decision").text
    assert "Free in the plan now: EUR 10,000.00." in page
    assert "does not fit" in page


@pytest.mark.parametrize("amount", ["-1", "0.005", "1e9", "NaN", "1.234", "9" * 400, "ten"])
def test_an_amount_that_cannot_be_read(client: FlaskClient, amount: str) -> None:
    file = make.in_decision()
    fields = {"outcome": "approved", "amount": amount, "reasons": ODD}
    answer = enter(client, file, "manager").post(f"/applications/{file.number}/decision", fields)
    assert answer.status_code == 422
    assert 'href="#amount"' in answer.text
    assert amount in answer.text
    assert "Ma’at &amp; &lt;b&gt;sons&lt;/b&gt; 🏛" in answer.text


def test_recommend_and_confirm_on_the_pages(client: FlaskClient) -> None:
    file = make.in_decision()
    url = f"/applications/{file.number}/decision"
    visitor = enter(client, file, "manager")
    assert visitor.post(url, {"outcome": "closed"}).status_code == 422
    fields = {"outcome": "approved", "amount": "17000.50", "reasons": ODD, "conditions": "One\nTwo"}
    assert visitor.post(url, fields).status_code == 303
    seen = db.session.scalars(select(Decision.id)).one()
    assert visitor.get(f"{url}/confirm/programme_manager").status_code == 409
    assert visitor.post(f"{url}/confirm/programme_manager", {"decision": seen}).status_code == 409
    second = enter(client, file, "second")
    final = second.get(f"{url}/confirm/programme_manager")
    assert final.status_code == 200
    assert "The grant is awarded and the money is reserved." in final.text
    assert second.get(f"{url}/confirm/auditor").status_code == 404
    done = second.post(f"{url}/confirm/programme_manager", {"decision": seen})
    assert done.status_code == 303
    assert file.application.amount_reserved == Decimal("17000.50")
    again = second.post(f"{url}/confirm/programme_manager", {"decision": seen})
    assert again.status_code == 409
    assert "the state is “Approved”" in again.text


def test_what_was_replaced_meanwhile_is_not_confirmed(client: FlaskClient) -> None:
    file = make.in_decision()
    make.recommended(file)
    seen = db.session.scalars(select(Decision.id)).one()
    make.recommended(file, amount=10_000)
    visitor = enter(client, file, "second")
    url = f"/applications/{file.number}/decision/confirm/programme_manager"
    for odd in (seen, "", "x", "9" * 5000):
        assert visitor.post(url, {"decision": odd}).status_code == 409
    assert file.application.state is State.DECISION
    with pytest.raises(Conflict):
        use_cases.confirm(file.application, MANAGER, file.who("second"), seen)


def test_the_applicant_learns_nothing_before_the_decision(client: FlaskClient) -> None:
    file = make.in_decision()
    make.recommended(file, State.REJECTED, None)
    visitor = enter(client, file, "signatory")
    assert visitor.get(f"/applications/{file.number}/decision").status_code == 403
    for page in ("", "/history", "/letters"):
        text = visitor.get(f"/applications/{file.number}{page}").text
        assert "The reviewers agree." not in text
    assert enter(client, file, "stranger").get(f"/applications/{file.number}/decision").status_code == 404
    assert enter(client, file, "stranger").get("/applications/99999/decision").status_code == 404


@pytest.mark.parametrize("page", ["decision", "decision/confirm/programme_manager", "letters"])
def test_ten_statements_at_most(client: FlaskClient, page: str) -> None:
    file = make.in_decision()
    for _number in range(3):
        make.another(file.rooms)
    make.recommended(file)
    make.at_most_ten(enter(client, file, "second"), f"/applications/{file.number}/{page}")


def test_every_step_is_in_the_record() -> None:
    file = make.in_decision()
    make.recommended(file)
    make.confirmed(file, MANAGER, "second")
    events = db.session.scalars(select(AuditEntry.event).where(AuditEntry.case_id == file.number)).all()
    assert events.count(AuditEvent.RECOMMENDED) == events.count(AuditEvent.CONFIRMED) == 1


def test_nobody_goes_round_the_mandate() -> None:
    file = make.in_decision()
    make.recommended(file)
    for name in ("second", "director"):
        with refused("mandate_open"), writing():
            advance(db.session.get_one(Application, file.number), Trigger.APPROVE, file.who(name))
