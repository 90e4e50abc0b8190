"""Appeal: in time and once, judged by two who are new to the file, and what follows (journey C of `domain.md` §7)."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from io import BytesIO

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import assessing as make
from tests.factories import people
from tests.factories.assessing import enter
from tests.support.odd import ODD
from webapp import clock, wording
from webapp.decisions import use_cases
from webapp.errors import Forbidden, Invalid, Refused
from webapp.extensions import db
from webapp.jobs import courier, fire_deadlines
from webapp.models.agreement import Document, DocumentKind
from webapp.models.assessment import Appeal, Decision, Review
from webapp.models.people import Organisation
from webapp.programmes.use_cases import update_rules
from webapp.services import explain
from webapp.services.advance import offers
from webapp.services.facts import last_appeal_day
from webapp.transaction import writing
from workflows.vocabulary import Role, State, Trigger

pytestmark = pytest.mark.usefixtures("inside")


def refused(code: str) -> AbstractContextManager[object]:
    return pytest.raises(Refused, match=code)


def on_day(file: make.File, day: int, hour: int = 12) -> AbstractContextManager[None]:
    """At this hour (UTC) of the n-th day after the letter; day 1 is the day after it was sent."""
    sent = file.application.state_since
    return clock.at(datetime.combine(sent.date(), datetime.min.time(), UTC) + timedelta(days=day, hours=hour))


@pytest.mark.parametrize("refuse", [make.rejected, make.ineligible])
def test_day_42_is_in_time_and_day_43_is_not(refuse: object) -> None:
    file = refuse()  # type: ignore[operator]
    with on_day(file, 43, 0), refused("appeal_too_late"):
        make.appealed(file)
    db.session.rollback()
    with on_day(file, 42, 23):
        make.appealed(file)
    assert file.application.state is State.APPEAL


def test_the_days_are_those_of_the_applicant() -> None:
    """Sent at 23:30 UTC it is already the next day in Kigali, and the last day ends when it ends there."""
    with clock.at(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)):
        file = make.in_decision(2, 2)
        with writing():
            db.session.get_one(Organisation, file.rooms.lead).time_zone = "Africa/Kigali"
        make.recommended(file, State.REJECTED, None)
        make.confirmed(file, Role.PROGRAMME_MANAGER, "second")
    assert last_appeal_day(file.application).isoformat() == "2026-04-13"
    with clock.at(datetime(2026, 4, 13, 22, 5, tzinfo=UTC)), refused("appeal_too_late"):
        make.appealed(file)
    db.session.rollback()
    with clock.at(datetime(2026, 4, 13, 21, 55, tzinfo=UTC)):
        make.appealed(file)
    assert file.application.state is State.APPEAL


@pytest.mark.parametrize(("figure", "day"), [(14, 20), (180, 42)])
def test_another_figure_is_for_letters_to_come(client: FlaskClient, figure: int, day: int) -> None:
    """The letter gave 42 days: page, move and job say so, whatever the programme allows from now on."""
    file = make.rejected()
    with writing():
        update_rules(file.application.call.plan.programme, {"appeal_days": figure}, file.who("manager"))
    letter_says = file.application.state_since.date() + timedelta(days=42)
    assert last_appeal_day(file.application) == letter_says
    with on_day(file, day):
        page = enter(client, file, "signatory").get(f"/applications/{file.number}/appeal").text
        assert wording.day(letter_says) in page
        assert explain.explain(file.application, Trigger.FILE_APPEAL, file.who("signatory")).ready
        assert fire_deadlines() == 0
    with on_day(file, 43):
        late = explain.explain(file.application, Trigger.FILE_APPEAL, file.who("signatory"))
        assert [reason.blocker.code for reason in late.reasons] == ["appeal_too_late"]
        assert wording.day(letter_says) in late.reasons[0].text
        assert fire_deadlines() == 1
    assert file.application.state is State.CLOSED


def test_only_a_signatory_appeals_with_grounds() -> None:
    file = make.rejected()
    for name in ("manager", "editor", "stranger"):
        with refused("not_your_role"):
            file.go(Trigger.FILE_APPEAL, name, "Because")
        db.session.rollback()
    with refused("reason_missing"):
        file.go(Trigger.FILE_APPEAL, "signatory", " ")
    db.session.rollback()
    make.appealed(file)
    appeal = db.session.scalars(select(Appeal)).one()
    assert (appeal.grounds, appeal.filed_by_id) == ("The lease of the site was overlooked.", file.id("signatory"))


def test_two_equal_votes_settle_it() -> None:
    file = make.appealed(make.rejected())
    make.voted(file, "judge", True)
    make.voted(file, "judge2", False)
    assert file.application.state is State.APPEAL
    make.voted(file, "judge3", False)
    appeal = db.session.scalars(select(Appeal)).one()
    assert file.application.state is State.CLOSED
    assert (appeal.upheld, appeal.decided_at is not None) == (False, True)
    assert appeal.reasons == "Second judge read everything.\n\nThird judge read everything."


def test_who_had_a_part_in_the_file_is_barred() -> None:
    file = make.rejected()
    with writing():
        for name in ("manager", "second", "ralga", "third"):
            people.grant(file.person(name), Role.PANEL_MEMBER, programme_id=file.rooms.programme)
        people.affiliate(file.person("third"), db.session.get_one(Organisation, file.rooms.lead))
    make.appealed(file)
    for name in ("manager", "second", "ralga", "third"):  # recommended, confirmed, reviewed, belongs to a party
        with refused("not_new_to_file"):
            make.voted(file, name, True)
        db.session.rollback()
    with pytest.raises(Forbidden):
        make.voted(file, "director", True)


def test_a_vote_is_given_once_and_with_reasons() -> None:
    file = make.appealed(make.rejected())
    with pytest.raises(Invalid, match="Write the reasons"):
        use_cases.vote(file.application, True, " ", file.who("judge"))
    db.session.rollback()
    make.voted(file, "judge", True)
    with pytest.raises(Invalid, match="voted already"):
        make.voted(file, "judge", True)
    db.session.rollback()
    make.voted(file, "judge2", True)
    with refused("no_such_move"):
        make.voted(file, "judge3", True)


def test_an_upheld_appeal_is_reviewed_by_others_and_the_second_rejection_is_final(app: Flask) -> None:
    file = make.appealed(make.rejected())
    make.voted(file, "judge", True)
    make.voted(file, "judge2", True)
    application = file.application
    assert (application.state, application.review_round, application.score) == (State.REVIEW, 2, None)
    assert db.session.scalars(select(Decision)).one().replaced_at is not None
    again = select(Review).where(Review.round == 2)
    assert {r.reviewer.name for r in db.session.scalars(again)} == {"RALGA newcomer", "VNG newcomer"}
    make.write_review(file, "ralga2", 3)
    make.write_review(file, "vng2", 2)
    file.go(Trigger.SEND_TO_DECISION, "lead")
    assert file.application.score == 50
    make.recommended(file, State.REJECTED, None)
    make.confirmed(file, Role.PROGRAMME_MANAGER, "third")
    ways = {o.move.trigger: o for o in offers(file.application, file.who("signatory"))}
    assert [b.code for b in ways[Trigger.FILE_APPEAL].blockers] == ["appeal_used"]
    with on_day(file, 44):
        assert fire_deadlines() == 1
    assert file.application.state is State.CLOSED
    courier(app).drain()
    kinds = [d.kind for d in db.session.scalars(select(Document).order_by(Document.id))]
    assert kinds == [
        DocumentKind.REJECTION, DocumentKind.APPEAL_OUTCOME, DocumentKind.REJECTION, DocumentKind.CLOSING,
    ]  # fmt: skip
    second = db.session.scalars(select(Document).order_by(Document.id).offset(2)).first()
    assert second is not None
    assert second.context["remedies"] == []
    assert "it has been used" in str(second.context["no_remedy"])


def test_without_an_appeal_the_file_closes_on_day_43_and_not_before() -> None:
    file = make.rejected()
    with on_day(file, 42, 23):
        assert fire_deadlines() == 0
    with on_day(file, 44, 0):
        assert fire_deadlines() == 1
    assert file.application.state is State.CLOSED


def test_the_letter_with_the_outcome(app: Flask, client: FlaskClient) -> None:
    file = make.rejected()
    file.go(Trigger.FILE_APPEAL, "signatory", f"The lease {ODD}")
    make.voted(file, "judge", False)
    make.voted(file, "judge2", False)
    courier(app).drain()
    kind = Document.kind == DocumentKind.APPEAL_OUTCOME
    number, reference = db.session.scalars(select(Document.id).where(kind)).one(), file.application.reference
    answer = enter(client, file, "signatory").get(f"/applications/{file.number}/letters/{number}")
    document = docx.Document(BytesIO(answer.data))
    text = "\n".join(p.text for p in document.paragraphs)
    cells = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert f"({reference}/L1) is dismissed. The decision stands." in text
    assert "The lease Ma’at & <b>sons</b> 🏛" in cells
    assert "First judge read everything." in cells


# --- pages ------------------------------------------------------------------------------------------


def test_the_applicant_reads_until_when_and_files_it(client: FlaskClient) -> None:
    file = make.rejected()
    url = f"/applications/{file.number}/appeal"
    visitor = enter(client, file, "signatory")
    page = visitor.get(url).text
    assert "File an appeal" in page
    assert "due in 42 days" in page
    assert "A signatory of one of the municipalities files the appeal." in enter(client, file, "editor").get(url).text
    visitor = enter(client, file, "signatory")
    final = f"/move/application/{file.number}/file_appeal"
    assert visitor.post(final, {"reason": ODD, "request_id": "a"}).status_code == 303
    assert "A panel of people who are new to the file judges the appeal." in visitor.get(url).text
    with on_day(file, 0):
        assert enter(client, file, "stranger").get(url).status_code == 404


def test_after_the_last_day_the_page_says_so(client: FlaskClient) -> None:
    with clock.at(clock.now() - timedelta(days=43)):
        file = make.rejected()
    page = enter(client, file, "signatory").get(f"/applications/{file.number}/appeal").text
    assert "The time to appeal is over." in page
    assert "File an appeal" not in page


def test_the_panel_votes_on_the_page_and_who_is_barred_is_shown(client: FlaskClient) -> None:
    file = make.rejected()
    with writing():
        people.grant(file.person("second"), Role.PANEL_MEMBER, programme_id=file.rooms.programme)
    make.appealed(file)
    url = f"/applications/{file.number}/appeal"
    visitor = enter(client, file, "judge")
    assert "Not new to the file: confirmed a decision in this file." in visitor.get(url).text
    wrong = visitor.post(url, {"reasons": ODD})
    assert wrong.status_code == 422
    assert "Choose your vote." in wrong.text
    assert "Ma’at &amp; &lt;b&gt;sons&lt;/b&gt; 🏛" in wrong.text
    assert visitor.post(url, {"uphold": "yes", "reasons": ""}).status_code == 422
    assert visitor.post(url, {"uphold": "yes", "reasons": ODD}).status_code == 303
    assert 'name="uphold"' not in visitor.get(url).text
    barred = enter(client, file, "second")
    assert 'name="uphold"' not in barred.get(url).text
    assert barred.post(url, {"uphold": "yes", "reasons": "x"}).status_code == 409
    assert enter(client, file, "signatory").post(url, {"uphold": "yes", "reasons": "x"}).status_code == 403
    assert enter(client, file, "signatory").get(url).text.count("First judge") == 0
    assert enter(client, file, "judge2").post(url, {"uphold": "yes", "reasons": "Founded"}).status_code == 303
    assert file.application.state is State.REVIEW


def test_ten_statements_at_most(client: FlaskClient) -> None:
    file = make.appealed(make.rejected())
    make.at_most_ten(enter(client, file, "judge"), f"/applications/{file.number}/appeal")
