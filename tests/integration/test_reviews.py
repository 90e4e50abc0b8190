"""Reviews: who is asked, conflict of interest, scores that stay hidden, quorum and spread [S2.10]."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import assessing as make
from tests.factories import people
from tests.factories.assessing import enter
from tests.support.odd import ODD
from webapp.errors import Forbidden, Invalid, NotFound, Refused
from webapp.extensions import db
from webapp.models.assessment import Advice, Review
from webapp.models.people import AffiliationKind, Organisation, OrganisationType
from webapp.models.record import AuditEntry, AuditEvent, OutboxRow
from webapp.reviews import use_cases
from webapp.services.advance import advance, offers
from webapp.transaction import writing
from workflows.scoring import REVIEW_GRID
from workflows.vocabulary import Role, State, Trigger

pytestmark = pytest.mark.usefixtures("inside")


def asked(file: make.File) -> dict[str, State]:
    """Who is asked in the current round, and how far they are."""
    mine = (Review.application_id == file.number, Review.round == file.application.review_round)
    return {review.reviewer.name: review.state for review in db.session.scalars(select(Review).where(*mine))}


def blockers(file: make.File) -> list[str]:
    ways = offers(file.application, file.who("lead"))
    return [b.code for o in ways if o.move.trigger is Trigger.SEND_TO_DECISION for b in o.blockers]


def give(review: Review, file: make.File, name: str, **change: object) -> None:
    scores = dict.fromkeys(REVIEW_GRID, 4)
    values: dict[str, object] = {"scores": scores, "comments": dict.fromkeys(scores, "Good"), "advice": Advice.FUND}
    values |= {"conditions": "", "comment": ""} | change
    use_cases.save_scores(review, actor=file.who(name), **values)  # type: ignore[arg-type]


def test_one_officer_of_each_association_is_asked_and_told() -> None:
    file = make.in_review()
    assert asked(file) == {"RALGA officer": State.ASSIGNED, "VNG officer": State.ASSIGNED}
    mails = db.session.scalars(select(OutboxRow).where(OutboxRow.key.like("review-%"))).all()
    assert len(mails) == 2
    assert mails[0].payload["path"] == f"/reviews/{make.review_of(file, 'ralga').id}"
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.event == AuditEvent.REVIEWER_ASSIGNED)).all()
    assert [entry.role for entry in entries] == [Role.SYSTEM, Role.SYSTEM]


def test_the_least_busy_officer_is_asked_first() -> None:
    file = make.in_review()
    second = make.File(make.another(file.rooms), file.rooms, file.ids)
    second.go(Trigger.START_ELIGIBILITY, "manager")
    make.check_all(second)
    second.go(Trigger.PASS_ELIGIBILITY, "manager")
    make.score_baselines(second)
    second.go(Trigger.SEND_TO_REVIEW, "assessor")
    assert set(asked(second)) == {"RALGA newcomer", "VNG newcomer"}


@pytest.mark.parametrize("kind", list(AffiliationKind))
def test_an_employee_councillor_or_adviser_of_a_party_is_never_asked(kind: AffiliationKind) -> None:
    file = make.in_baseline()
    make.score_baselines(file)
    with writing():
        people.affiliate(file.person("vng"), db.session.get_one(Organisation, file.rooms.lead), kind)
    file.go(Trigger.SEND_TO_REVIEW, "assessor")
    assert set(asked(file)) == {"RALGA officer", "VNG newcomer"}


def test_somebody_tied_who_is_assigned_by_hand_is_recused_at_once_with_the_reason() -> None:
    file = make.in_review()
    with writing():
        people.affiliate(file.person("vng2"), db.session.get_one(Organisation, file.rooms.lead))
        review = use_cases.assign(file.application, file.id("vng2"), file.who("manager"))
        assert review.state is State.RECUSED
        assert review.conflict_note == "Our records show that this person belongs to Rheden."


def test_a_tie_found_later_stops_the_submission() -> None:
    file = make.in_review()
    with writing():
        review = make.review_of(file, "ralga")
        use_cases.declare(review, True, "", file.who("ralga"))
        give(review, file, "ralga")
        people.affiliate(file.person("ralga"), db.session.get_one(Organisation, file.rooms.partner))
    with pytest.raises(Refused, match="conflict_of_interest"), writing():
        advance(make.review_of(file, "ralga"), Trigger.SUBMIT_REVIEW, file.who("ralga"))
    with pytest.raises(Refused, match="conflict_of_interest"):
        give(make.review_of(file, "ralga"), file, "ralga")


def test_a_declared_conflict_recuses_and_the_next_officer_of_the_association_is_asked() -> None:
    file = make.in_review()
    with pytest.raises(Invalid, match="what the conflict is"):
        use_cases.declare(make.review_of(file, "vng"), False, " ", file.who("vng"))
    with writing():
        use_cases.declare(make.review_of(file, "vng"), False, "My sister works there.", file.who("vng"))
    assert asked(file) == {
        "RALGA officer": State.ASSIGNED, "VNG officer": State.RECUSED, "VNG newcomer": State.ASSIGNED,
    }  # fmt: skip
    with writing():
        use_cases.declare(make.review_of(file, "vng2"), False, "Friends.", file.who("vng2"))
    assert len(asked(file)) == 3  # nobody else is left there


def test_nobody_takes_the_review_of_another_away_but_the_manager_may() -> None:
    file = make.in_review()
    with pytest.raises(Refused, match="not_your_review"):
        advance(make.review_of(file, "ralga"), Trigger.RECUSE, file.who("vng"), reason="He is slow")
    db.session.rollback()
    with writing():
        advance(make.review_of(file, "ralga"), Trigger.RECUSE, file.who("manager"), reason="On leave")
    assert "RALGA newcomer" in asked(file)


def test_scoring_comes_after_the_declaration_and_only_by_the_reviewer() -> None:
    file = make.in_review()
    review = make.review_of(file, "ralga")
    for name, why in (("ralga", "conflict_unanswered"), ("vng", "not_your_review"), ("manager", "not_your_review")):
        with pytest.raises(Refused, match=why):
            give(review, file, name)
    with pytest.raises(NotFound):
        give(review, file, "stranger")
    with pytest.raises(Forbidden):
        give(review, file, "signatory")


def test_what_a_review_needs_before_it_is_submitted() -> None:
    file = make.in_review()
    with writing():
        review = make.review_of(file, "ralga")
        use_cases.declare(review, True, "", file.who("ralga"))
        give(review, file, "ralga", scores={"fit": 3}, comments={"fit": ODD}, advice=None)
    ways = offers(make.review_of(file, "ralga"), file.who("ralga"))
    submit = next(o for o in ways if o.move.trigger is Trigger.SUBMIT_REVIEW)
    assert [b.code for b in submit.blockers] == ["criteria_unscored", "advice_missing"]
    for change, words in (({"scores": {"fit": 6}}, "from 1 to 5"), ({"scores": {}}, "kept with its score")):
        with pytest.raises(Invalid, match=words):
            give(make.review_of(file, "ralga"), file, "ralga", **change)
    db.session.rollback()
    assert make.review_of(file, "ralga").scores[0].comment == "Ma’at & <b>sons</b> 🏛"


def test_a_submitted_review_stays_as_it_is() -> None:
    file = make.in_review()
    make.write_review(file, "ralga", 4)
    assert make.review_of(file, "ralga").score == 80
    with pytest.raises(Refused, match="no_such_move"):
        give(make.review_of(file, "ralga"), file, "ralga")


def test_quorum_and_the_association_of_the_partner() -> None:
    file = make.in_review()
    make.write_review(file, "vng", 4)
    assert blockers(file) == ["quorum_open", "partner_lga_missing"]
    with writing():
        use_cases.assign(file.application, file.id("vng2"), file.who("manager"))
    make.write_review(file, "vng2", 4)
    assert blockers(file) == ["partner_lga_missing"]
    make.write_review(file, "ralga", 4)
    assert blockers(file) == []


def test_a_spread_above_twenty_calls_a_third_review() -> None:
    file = make.reviewed(4, 3)
    assert blockers(file) == []  # 80 and 60: twenty is not above twenty
    wide = make.File(make.another(file.rooms), file.rooms, file.ids)
    wide.go(Trigger.START_ELIGIBILITY, "manager")
    make.check_all(wide)
    wide.go(Trigger.PASS_ELIGIBILITY, "manager")
    make.score_baselines(wide)
    wide.go(Trigger.SEND_TO_REVIEW, "assessor")
    names = {person: name for name, person in wide.ids.items()}
    for review, score in zip(
        db.session.scalars(select(Review).where(Review.application_id == wide.number)).all(), (5, 3), strict=True
    ):
        make.write_review(wide, names[review.reviewer_id], score)
    assert blockers(wide) == ["spread_unsettled"]
    with writing():
        third = use_cases.assign(wide.application, wide.id("lead"), wide.who("manager"))
        assert third.is_extra
    assert blockers(wide) == ["spread_unsettled"]
    make.write_review(wide, "lead", 4)
    assert blockers(wide) == []
    wide.go(Trigger.SEND_TO_DECISION, "lead")
    assert wide.application.score == 80


def test_who_can_be_assigned() -> None:
    file = make.in_review()
    for name, words in (("director", "one of the associations"), ("ralga", "already asked")):
        with pytest.raises(Invalid, match=words):
            use_cases.assign(file.application, file.id(name), file.who("manager"))
    with writing():
        elsewhere = people.organisation("Other LGA", type=OrganisationType.LGA, country="UG")
        outsider = people.grant(people.person(), Role.LGA_OFFICER, organisation=elsewhere).id
    with pytest.raises(Invalid, match="one of the associations"):
        use_cases.assign(file.application, outsider, file.who("manager"))
    with pytest.raises(Forbidden):
        use_cases.assign(file.application, file.id("vng2"), file.who("lead"))


# --- hidden scores ----------------------------------------------------------------------------------

SECRET = "RALGA officer on fit"


def test_nobody_sees_scores_before_their_own_are_in(client: FlaskClient) -> None:
    file = make.in_review()
    make.write_review(file, "ralga", 5)
    number, index = make.review_of(file, "ralga").id, f"/applications/{file.number}/reviews"
    for name in ("vng", "vng2", "lead"):
        visitor = enter(client, file, name)
        page, one = visitor.get(index).text, visitor.get(f"/reviews/{number}").text
        assert "stay hidden until your own review is in" in page
        assert "Mean score" not in page
        assert ">100<" not in page + one
        assert SECRET not in one
        assert "You see its scores when your own review is in." in one
    make.write_review(file, "vng", 4)
    visitor = enter(client, file, "vng")
    assert "Mean score" in visitor.get(index).text
    assert SECRET in visitor.get(f"/reviews/{number}").text
    assert "Mean score" in enter(client, file, "lead").get(index).text  # nobody's review is open any more
    assert "Mean score" not in enter(client, file, "vng2").get(index).text


def test_the_file_page_and_its_history_tell_a_reviewer_no_score(client: FlaskClient) -> None:
    file = make.in_review()
    make.write_review(file, "ralga", 5)
    visitor = enter(client, file, "vng")
    for page in ("", "/history"):
        text = visitor.get(f"/applications/{file.number}{page}").text
        assert SECRET not in text
        assert "100" not in text.split("<main")[1].replace("EUR", "")


def test_a_draft_is_seen_by_its_reviewer_alone(client: FlaskClient) -> None:
    file = make.in_review()
    with writing():
        review = make.review_of(file, "ralga")
        use_cases.declare(review, True, "", file.who("ralga"))
        give(review, file, "ralga", comments=dict.fromkeys(REVIEW_GRID, "My secret draft"))
    number = make.review_of(file, "ralga").id
    for name in ("manager", "director", "lead", "vng"):
        assert "My secret draft" not in enter(client, file, name).get(f"/reviews/{number}").text
    assert "My secret draft" in enter(client, file, "ralga").get(f"/reviews/{number}").text


def test_who_stepped_back_sees_nothing(client: FlaskClient) -> None:
    file = make.in_review()
    with writing():
        use_cases.declare(make.review_of(file, "vng"), False, "My sister works there.", file.who("vng"))
    make.write_review(file, "ralga", 5)
    make.write_review(file, "vng2", 5)
    visitor = enter(client, file, "vng")
    assert "Mean score" not in visitor.get(f"/applications/{file.number}/reviews").text
    assert SECRET not in visitor.get(f"/reviews/{make.review_of(file, 'ralga').id}").text


# --- pages ------------------------------------------------------------------------------------------


def test_unknown_and_foreign_are_the_same(client: FlaskClient) -> None:
    file = make.in_review()
    visitor = enter(client, file, "stranger")
    number = make.review_of(file, "ralga").id
    for real, unknown in (
        (f"/reviews/{number}", "/reviews/99999"),
        (f"/applications/{file.number}/reviews", "/applications/99999/reviews"),
    ):
        answers = [visitor.get(address) for address in (real, unknown)]
        assert [answer.status_code for answer in answers] == [404, 404]
        said = [answer.text.replace(address, "") for answer, address in zip(answers, (real, unknown), strict=True)]
        assert said[0] == said[1]


def test_a_review_from_declaration_to_the_final_page(client: FlaskClient) -> None:
    file = make.in_review()
    url = f"/reviews/{make.review_of(file, 'ralga').id}"
    visitor = enter(client, file, "ralga")
    assert "family, or somebody you love" in visitor.get(url).text
    assert visitor.post(f"{url}/declaration").status_code == 422
    assert "Answer yes or no." in visitor.post(f"{url}/declaration", {"conflict": "perhaps", "note": "x"}).text
    assert visitor.post(f"{url}/declaration", {"conflict": "yes", "note": ""}).status_code == 422
    assert visitor.post(f"{url}/declaration", {"conflict": "no"}).status_code == 303
    assert visitor.post(url, {"fit-score": "3", "fit-comment": ODD, "draft": "1"}).status_code == 303
    incomplete = visitor.post(url, {"fit-score": "3", "fit-comment": ODD, "value-comment": "Fair", "submit": "1"})
    assert incomplete.status_code == 422
    assert "Value for money: choose a score" in incomplete.text
    assert "Fair" in incomplete.text
    assert "Ma’at &amp; &lt;b&gt;sons&lt;/b&gt; 🏛" in incomplete.text
    whole = {f"{key}-{part}": value for key in REVIEW_GRID for part, value in (("score", "4"), ("comment", "Good"))}
    conditional = visitor.post(url, whole | {"advice": "conditional", "submit": "1"})
    assert "Write the conditions that you advise." in conditional.text
    done = visitor.post(url, whole | {"advice": "fund", "submit": "1"})
    assert done.status_code == 303
    assert done.location.endswith(f"/move/review/{url.split('/')[-1]}/submit_review")
    assert visitor.post(done.location, {"request_id": "a"}).status_code == 303
    assert make.review_of(file, "ralga").state is State.SUBMITTED


@pytest.mark.parametrize("value", ["9", "-1", "nan", "9" * 5000])
def test_an_odd_score_is_refused_in_place(client: FlaskClient, value: str) -> None:
    file = make.in_review()
    with writing():
        use_cases.declare(make.review_of(file, "ralga"), True, "", file.who("ralga"))
    url = f"/reviews/{make.review_of(file, 'ralga').id}"
    assert enter(client, file, "ralga").post(url, {"fit-score": value}).status_code == 422


def test_the_manager_assigns_on_the_page(client: FlaskClient) -> None:
    file = make.in_review()
    with writing():
        people.affiliate(file.person("vng2"), db.session.get_one(Organisation, file.rooms.lead))
    url = f"/applications/{file.number}/reviews"
    visitor = enter(client, file, "manager")
    page = visitor.get(url).text
    assert "VNG newcomer" in page
    assert "Our records show that this person belongs to Rheden." in page
    assert visitor.post(url, {"reviewer": "x" * 3000}).status_code == 422
    assert visitor.post(url, {"reviewer": str(file.id("ralga2"))}).status_code == 303
    assert asked(file)["RALGA newcomer"] is State.ASSIGNED
    assert enter(client, file, "vng").post(url, {"reviewer": "1"}).status_code == 403


@pytest.mark.parametrize("page", ["index", "one", "grid"])
def test_ten_statements_at_most(client: FlaskClient, page: str) -> None:
    file = make.in_review()
    make.write_review(file, "ralga", 5)
    with writing():
        use_cases.declare(make.review_of(file, "vng"), True, "", file.who("vng"))
    name, review = ("vng", "vng") if page == "grid" else ("manager", "ralga")
    url = f"/applications/{file.number}/reviews"
    if page != "index":
        url = f"/reviews/{make.review_of(file, review).id}"
    make.at_most_ten(enter(client, file, name), url)
