"""What a hostile or hasty user tries: strange input at the door, rooms beside the policy, two requests at once."""

import io
import threading
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.factories import assessing as make
from tests.factories import monitoring, people, programmes
from tests.factories.outside import Outside
from tests.support import mailbox
from webapp import clock
from webapp.assessments import use_cases as assessments
from webapp.auth import passwords, tokens
from webapp.decisions import use_cases as deciding
from webapp.documents import archives, uploads
from webapp.errors import Conflict, Invalid, Refused
from webapp.extensions import db
from webapp.models.application import AttachedTo, Attachment, StoredFile
from webapp.models.assessment import Baseline, EligibilityCheck, Review, ReviewScore, RuleCode, Verdict
from webapp.models.people import OneTimeToken, Person, TokenPurpose, UserSession
from webapp.models.programme import CountryPlan, Programme
from webapp.programmes import use_cases as planning
from webapp.reviews import use_cases as reviewing
from webapp.services.advance import advance
from webapp.transaction import writing
from workflows import scoring
from workflows.vocabulary import Role, State, Trigger

# --- at the door ------------------------------------------------------------------------------------


@pytest.fixture
def officer(app: Flask) -> int:
    with app.app_context(), writing():
        row = people.person("Officer", email="officer@goes.example")
        passwords.set_password(row, "paper lantern over water")
        return row.id


@pytest.mark.parametrize("typed", ["a\x00b@goes.example", "officer@goes.example\x00", "\ud800@goes.example"])
@pytest.mark.parametrize("door", ["/sign-in", "/password/reset"])
def test_characters_no_database_holds_are_no_fault(client: FlaskClient, officer: int, door: str, typed: str) -> None:
    answer = client.post(door, data={"email": typed.encode("utf-8", "surrogatepass"), "password": "wrong"})
    assert answer.status_code in (303, 422)


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example",
               "\t//evil.example", "https://evil.example", "/\x00/evil.example"],
)  # fmt: skip
def test_nothing_leads_to_another_site(client: FlaskClient, officer: int, target: str) -> None:
    chosen = client.post("/language", data={"lang": "en", "next": target})
    assert (chosen.status_code, chosen.location) == (303, "/")
    into = client.post(
        "/sign-in",
        data={"email": "officer@goes.example", "password": "paper lantern over water", "next": target},
    )
    assert (into.status_code, into.location) == (303, "/desk")


def test_a_form_of_another_site_is_not_linked_back_to(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = client.post("/language", data={"lang": "en"}, headers={"Referer": "http://evil.example/trap"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_somebody_who_wrote_for_a_while_can_still_send(app: Flask, client: FlaskClient, officer: int) -> None:
    """The note that a session was seen must not wait for the very transaction that the form opened."""
    with app.app_context():
        people.sign_in(client, db.session.get_one(Person, officer))
        before = clock.now() - timedelta(minutes=9)
        with writing():
            db.session.execute(UserSession.__table__.update().values(seen_at=before))  # type: ignore[attr-defined]
    details = {"name": "Officer", "language": "en", "time_zone": "UTC"}
    answer = client.post("/account", data={f"details-{key}": value for key, value in details.items()})
    assert answer.status_code == 303
    with app.app_context():
        assert clock.now() - db.session.scalars(select(UserSession.seen_at)).one() < timedelta(minutes=1)


def test_a_new_password_spends_every_link_sent_before(app: Flask, client: FlaskClient, officer: int) -> None:
    with app.app_context(), writing():
        person = db.session.get_one(Person, officer)
        first, second = (tokens.issue(person, TokenPurpose.RESET) for _ in range(2))
    assert client.post(f"/password/{second}", data={"password": "new words for the door"}).status_code == 303
    assert client.post(f"/password/{first}", data={"password": "words of the burglar"}).status_code == 404
    with app.app_context():
        assert db.session.scalar(select(func.count(OneTimeToken.id)).where(OneTimeToken.used_at.is_(None))) == 0


# --- rooms beside the policy ------------------------------------------------------------------------


def test_evidence_of_a_running_project_has_one_door(app: Flask) -> None:
    """Who may read the application but not follow the project gets no file of it by another address."""
    follow = monitoring.monitored(app)
    with app.app_context():
        with writing():
            reader = people.holding(Role.ASSESSOR, application_id=follow.file)
            stored = StoredFile(
                sha256="0" * 64, size=1, content_type="text/plain", name="visit.txt", created_at=clock.now(),
                created_by_id=follow.who["editor"],
            )  # fmt: skip
            row = Attachment(
                application_id=follow.file, attached_to=AttachedTo.REPORT, subject="1", file=stored, title="",
                added_by_id=follow.who["editor"], added_at=clock.now(),
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            number = row.id
        client = people.sign_in(app.test_client(), reader)
    assert client.get(f"/applications/{follow.file}/read").status_code == 200
    assert client.get(f"/evidence/{number}").status_code in (403, 404)
    assert client.get(f"/attachments/{number}").status_code == 404


UNTOLD = ("RALGA person", "VNG officer", "First judge", "Second judge", "Person who leads")


def test_who_reviewed_and_judged_is_not_told_to_the_applicants(app: Flask) -> None:
    with app.app_context():
        file = make.rejected()
        with writing():
            file.person("lead").name, file.person("ralga").name = "Person who leads", "RALGA person"
        make.appealed(file)
        for name in ("judge", "judge2"):
            with writing():
                deciding.vote(file.application, False, "The lease had ended.", file.who(name))
        for name in ("editor", "signatory"):
            visitor = make.Visitor(Outside(app, app.response_class), file.person(name))
            for page in ("", "/history", "/appeal", "/letters"):
                text = visitor.get(f"/applications/{file.number}{page}").text
                assert not [title for title in UNTOLD if title in text], (name, page)
        theirs = [m for m in mailbox.mails() if m.get("to") in {file.person(n).email for n in ("editor", "signatory")}]
        assert theirs
        assert not [m for m in theirs if any(title in str(m) for title in UNTOLD)]
        office = make.Visitor(Outside(app, app.response_class), file.person("manager")).get(
            f"/applications/{file.number}/history"
        )
        assert "Person who leads" in office.text
        assert "Second judge" in office.text


# --- two at once --------------------------------------------------------------------------------------


def at_once(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Run each in a transaction of its own at the same moment; "done", or the name of what refused it, sorted."""
    ready, answers = threading.Barrier(len(acts)), []

    def go(act: Callable[[], object]) -> None:
        with app.app_context():
            ready.wait(10)
            try:
                with writing():
                    act()
                answers.append("done")
            except (Conflict, Invalid, Refused) as refused:
                answers.append(type(refused).__name__)

    threads = [threading.Thread(target=go, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(answers)


def test_a_review_saved_twice_at_once_is_saved_once(app: Flask) -> None:
    with app.app_context():
        file = make.in_review()
        with writing():
            reviewing.declare(make.review_of(file, "ralga"), True, "", file.who("ralga"))

        def save() -> None:
            scores = dict.fromkeys(scoring.REVIEW_GRID, 4)
            reviewing.save_scores(make.review_of(file, "ralga"), scores, {}, "fund", "", "", file.who("ralga"))

    assert at_once(app, save, save, save) == ["done"] * 3
    with app.app_context():
        assert db.session.scalar(select(func.count(ReviewScore.id))) == len(scoring.REVIEW_GRID)


def test_a_reviewer_is_asked_once(app: Flask) -> None:
    with app.app_context():
        file = make.in_review()
        before = db.session.scalar(select(func.count(Review.id))) or 0

        def ask() -> None:
            reviewing.assign(file.application, file.id("ralga2"), file.who("manager"))

    assert at_once(app, ask, ask, ask) == ["Invalid", "Invalid", "done"]
    with app.app_context():
        assert db.session.scalar(select(func.count(Review.id))) == before + 1


def test_a_baseline_saved_twice_at_once_is_saved_once(app: Flask) -> None:
    with app.app_context():
        file = make.in_baseline()
        row = {"item": next(iter(scoring.BASELINE_ITEMS)), "score": 3, "evidence": "Seen", "observed_on": clock.today()}
        number = db.session.scalars(select(Baseline.id)).first()

        def save() -> None:
            assessments.score_items(db.session.get_one(Baseline, number), [row], file.who("assessor"))

    assert at_once(app, save, save, save) == ["done"] * 3


def test_plans_drawn_up_at_once_stay_within_the_programme(app: Flask) -> None:
    with app.app_context():
        rooms = programmes.rooms(budget=1_000_000)

        def draw() -> None:
            values = programmes.plan_values(rooms, envelope=Decimal(600_000))
            planning.create_plan(db.session.get_one(Programme, rooms.programme), values, rooms.who("manager"))

    assert at_once(app, draw, draw, draw) == ["Invalid", "Invalid", "done"]
    with app.app_context():
        assert db.session.scalar(select(func.count(CountryPlan.id))) == 1


def test_a_rule_is_not_turned_down_while_the_file_passes(app: Flask) -> None:
    """Either the verdict comes first and the file does not pass, or it passes and the verdict is refused."""
    with app.app_context():
        file = make.in_eligibility()
        make.check_all(file)

        def turn_down() -> None:
            who = file.who("manager")
            assessments.check_rule(file.application, RuleCode.ON_THEME, Verdict.FAIL, "Off the theme.", who)

        def hand_on() -> None:
            advance(file.application, Trigger.PASS_ELIGIBILITY, file.who("manager"))

    assert "done" in at_once(app, turn_down, hand_on)
    with app.app_context():
        verdict = db.session.scalars(
            select(EligibilityCheck.verdict).where(EligibilityCheck.rule == RuleCode.ON_THEME)
        ).one()
        passed = file.application.state is not State.ELIGIBILITY
        assert passed == (verdict is Verdict.PASS)


def test_what_only_a_constraint_notices_is_a_conflict_and_no_fault(app: Flask) -> None:
    with app.test_request_context("/", method="POST"), writing():
        people.organisation("Rheden")
    with app.test_request_context("/", method="POST"):
        with pytest.raises(IntegrityError) as twice:
            people.organisation("Rheden")
        answer = app.make_response(app.handle_user_exception(twice.value))
        assert answer.status_code == 409
        assert "It was kept once" in answer.get_data(as_text=True)
        db.session.add(UserSession(token_hash=b"x", person_id=None))
        with pytest.raises(IntegrityError) as fault:
            db.session.flush()
        with pytest.raises(IntegrityError):
            app.handle_user_exception(fault.value)


# --- files ------------------------------------------------------------------------------------------


def archive(method: int, **parts: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return held.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_torn_archive_of_any_method_is_refused_in_words(method: int) -> None:
    whole = archive(method, **{"[Content_Types].xml": "<Types>" + "x" * 3000 + "</Types>"})
    start = whole.index(b".xml") + 4
    for place in range(start, start + 24):
        torn = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        with pytest.raises(archives.Refused):
            uploads.inspect(io.BytesIO(torn), "plan.docx")
