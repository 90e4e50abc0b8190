"""Eligibility and baseline: what opens by itself, what is refused and in which words, what stays typed."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import applications, people
from tests.factories import assessing as make
from tests.factories.assessing import enter
from tests.support.odd import ODD
from webapp import clock
from webapp.assessments import use_cases
from webapp.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from webapp.extensions import db
from webapp.models.agreement import Document
from webapp.models.application import Application, Section
from webapp.models.assessment import Baseline, EligibilityCheck, RuleCode, Verdict
from webapp.models.people import RoleGrant
from webapp.services.advance import offers
from webapp.transaction import writing
from workflows.scoring import BASELINE_ITEMS
from workflows.vocabulary import Role, State, Trigger

pytestmark = pytest.mark.usefixtures("inside")


def check(file: make.File, rule: RuleCode) -> EligibilityCheck:
    mine = (EligibilityCheck.application_id == file.number, EligibilityCheck.rule == rule)
    return db.session.scalars(select(EligibilityCheck).where(*mine)).one()


def blockers(file: make.File, name: str, trigger: Trigger) -> list[str]:
    offer = next(o for o in offers(file.application, file.who(name)) if o.move.trigger is trigger)
    return [blocker.code for blocker in offer.blockers]


def test_taking_a_file_up_makes_its_manager_and_opens_a_row_for_each_rule() -> None:
    file = make.in_eligibility()
    rows = db.session.scalars(select(EligibilityCheck)).all()
    assert file.application.manager_id == file.id("manager")
    assert {row.rule for row in rows} == set(RuleCode)
    assert {row.rule for row in rows if not row.mandatory} == {RuleCode.LAND_TITLE, RuleCode.OWN_SHARE_BACKED}


def test_a_land_title_is_required_with_an_investment() -> None:
    file = make.submitted()
    number = applications.complete(file.rooms)
    with writing():
        application = db.session.get_one(Application, number)
        lines = [applications.line(file.rooms), applications.line(file.rooms, title="Station", category="investment")]
        applications.use_cases.save_section(application, Section.BUDGET, {"lines": lines}, file.who("editor"))
        for name in ("signatory", "partner_signatory"):
            applications.use_cases.sign_off(application, file.who(name))
    invested = make.File(number, file.rooms, file.ids)
    invested.go(Trigger.SUBMIT, "signatory")
    invested.go(Trigger.START_ELIGIBILITY, "manager")
    assert check(invested, RuleCode.LAND_TITLE).mandatory
    with pytest.raises(Invalid, match="required here, so it is met or not met"):
        use_cases.check_rule(
            invested.application, RuleCode.LAND_TITLE, Verdict.NOT_APPLICABLE, "None", invested.who("manager")
        )


def test_a_verdict_needs_evidence_and_is_kept_with_who_and_when() -> None:
    file = make.in_eligibility()
    with pytest.raises(Invalid, match="what you looked at"):
        use_cases.check_rule(file.application, RuleCode.ON_THEME, Verdict.PASS, " \x07 ", file.who("manager"))
    with writing():
        use_cases.check_rule(file.application, RuleCode.ON_THEME, Verdict.PASS, ODD, file.who("second"))
    saved = check(file, RuleCode.ON_THEME)
    assert (saved.verdict, saved.evidence, saved.checked_by_id) == (
        Verdict.PASS, "Ma’at & <b>sons</b> 🏛", file.id("second"),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["director", "finance", "signatory"])
def test_only_a_manager_checks(name: str) -> None:
    file = make.in_eligibility()
    with pytest.raises(Forbidden):
        use_cases.check_rule(file.application, RuleCode.ON_THEME, Verdict.PASS, "Seen", file.who(name))


def test_a_manager_who_belongs_to_a_party_does_not_check() -> None:
    file = make.in_eligibility()
    with writing():
        people.affiliate(file.person("second"), db.session.get_one(people.Organisation, file.rooms.partner))
    with pytest.raises(Refused, match="belongs_to_party"):
        use_cases.check_rule(file.application, RuleCode.ON_THEME, Verdict.PASS, "Seen", file.who("second"))


def test_a_stranger_does_not_even_find_it() -> None:
    file = make.in_eligibility()
    with pytest.raises(NotFound):
        use_cases.check_rule(file.application, RuleCode.ON_THEME, Verdict.PASS, "Seen", file.who("stranger"))


def test_a_check_after_the_file_moved_on_is_a_conflict() -> None:
    file = make.in_baseline()
    with pytest.raises(Conflict):
        use_cases.check_rule(file.application, RuleCode.ON_THEME, Verdict.FAIL, "Seen", file.who("manager"))


def test_a_failed_required_rule_stops_passing_and_allows_refusing_once_asking_was_considered() -> None:
    file = make.in_eligibility()
    assert blockers(file, "manager", Trigger.PASS_ELIGIBILITY) == ["rules_unchecked"]
    make.check_all(file, failing=RuleCode.ON_THEME)
    assert blockers(file, "manager", Trigger.PASS_ELIGIBILITY) == ["rules_failed"]
    assert blockers(file, "manager", Trigger.FAIL_ELIGIBILITY) == ["clarification_not_considered"]
    with pytest.raises(Invalid, match="would not help"):
        use_cases.waive_clarification(file.application, "  ", file.who("manager"))
    with writing():
        use_cases.waive_clarification(file.application, "Another theme cannot be clarified.", file.who("manager"))
    file.go(Trigger.FAIL_ELIGIBILITY, "manager")
    letter = db.session.scalars(select(Document)).one()
    assert file.application.state is State.INELIGIBLE
    assert letter.reference == f"{file.application.reference}/L1"
    assert "Another theme cannot be clarified." in str(letter.context["rules"])
    assert letter.context["remedies"][0]["days"] == 42


def test_an_upheld_appeal_opens_the_failed_rule_again_and_only_that() -> None:
    file = make.appealed(make.ineligible())
    make.voted(file, "judge", True)
    make.voted(file, "judge2", True)
    assert file.application.state is State.ELIGIBILITY
    assert check(file, RuleCode.ON_THEME).verdict is None
    assert check(file, RuleCode.ON_THEME).evidence
    assert check(file, RuleCode.CALL_PERIOD).verdict is Verdict.PASS
    assert not file.application.clarification_waived


# --- baseline ---------------------------------------------------------------------------------------


def test_one_assessment_for_each_municipality_and_a_grant_for_the_assessor() -> None:
    file = make.in_baseline()
    rows = db.session.scalars(select(Baseline)).all()
    assert {row.organisation_id for row in rows} == {file.rooms.lead, file.rooms.partner}
    assert {row.assessor_id for row in rows} == {file.id("assessor")}
    grants = db.session.scalars(select(RoleGrant).where(RoleGrant.application_id == file.number)).all()
    assert [(grant.person_id, grant.role) for grant in grants] == [(file.id("assessor"), Role.ASSESSOR)]


def test_the_least_busy_assessor_who_belongs_to_no_party() -> None:
    file = make.in_baseline()
    with writing():
        for name in ("Tied", "Idle"):
            person = people.grant(people.person(name), Role.ASSESSOR, programme_id=file.rooms.programme)
            file.ids[name] = person.id
        people.affiliate(file.person("Tied"), db.session.get_one(people.Organisation, file.rooms.lead))
    second = make.File(make.another(file.rooms), file.rooms, file.ids)
    second.go(Trigger.START_ELIGIBILITY, "manager")
    make.check_all(second)
    second.go(Trigger.PASS_ELIGIBILITY, "manager")
    rows = db.session.scalars(select(Baseline).where(Baseline.application_id == second.number)).all()
    assert {row.assessor_id for row in rows} == {file.ids["Idle"]}


def test_only_the_assigned_assessor_scores() -> None:
    file = make.in_baseline()
    with writing():
        other = people.grant(people.person("Other"), Role.ASSESSOR, application_id=file.number)
        file.ids["other"] = other.id
    baseline = db.session.scalars(select(Baseline)).first()
    assert baseline is not None
    for name in ("other", "manager"):
        with pytest.raises(Forbidden):
            use_cases.score_items(baseline, [], file.who(name))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"score": 5}, "from 0 to 4"),
        ({"evidence": " "}, "evidence for this score"),
        ({"observed_on": None}, "the day on which"),
        ({"observed_on": date(2999, 1, 1)}, "still to come"),
        ({"item": "charm"}, "not part of the assessment"),
    ],
)
def test_an_item_that_does_not_hold(change: dict[str, object], words: str) -> None:
    file = make.in_baseline()
    baseline = db.session.scalars(select(Baseline)).first()
    assert baseline is not None
    row = {"item": "turnover", "score": 3, "evidence": "Staff list", "observed_on": date(2026, 1, 5)} | change
    with pytest.raises(Invalid, match=words):
        use_cases.score_items(baseline, [row], file.who("assessor"))


def test_below_the_bar_only_a_hold_is_possible_and_after_it_the_work_goes_on() -> None:
    file = make.in_baseline()
    assert blockers(file, "assessor", Trigger.SEND_TO_REVIEW) == ["baseline_incomplete"]
    make.score_baselines(file, 1)
    assert blockers(file, "assessor", Trigger.SEND_TO_REVIEW) == ["baseline_low"]
    with writing():
        use_cases.save_support_plan(file.application, "Goes helps with the budget.", file.who("assessor"))
    file.go(Trigger.HOLD_FOR_CAPACITY, "assessor", "Below the bar")
    file.go(Trigger.RESUME_BASELINE, "assessor", "Stronger now")
    make.score_baselines(file, 3)
    assert len(db.session.scalars(select(Baseline)).all()) == 2
    assert blockers(file, "assessor", Trigger.SEND_TO_REVIEW) == []
    assert blockers(file, "assessor", Trigger.HOLD_FOR_CAPACITY) == ["baseline_not_low"]


# --- pages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["eligibility", "baseline"])
def test_unknown_and_foreign_are_the_same(client: FlaskClient, page: str) -> None:
    file = make.in_baseline()
    visitor = enter(client, file, "stranger")
    numbers = (file.number, 99999)
    answers = [visitor.get(f"/applications/{number}/{page}") for number in numbers]
    assert [answer.status_code for answer in answers] == [404, 404]
    said = [a.text.replace(f"applications/{number}", "") for a, number in zip(answers, numbers, strict=True)]
    assert said[0] == said[1]


def test_the_checklist_says_whose_job_it_is(client: FlaskClient) -> None:
    file = make.in_eligibility()
    page = enter(client, file, "director").get(f"/applications/{file.number}/eligibility").text
    assert "Manager, programme manager, checks these rules." in page
    assert "Save checklist" not in page
    mine = enter(client, file, "manager").get(f"/applications/{file.number}/eligibility").text
    assert "Save checklist" in mine
    assert "Asked: EUR 18,000.00. The call allows EUR 5,000.00 to EUR 250,000.00." in mine
    assert "Some eligibility rules are not checked yet. Still open: 9." in mine


def test_the_checklist_is_saved_in_parts_and_keeps_what_was_typed(client: FlaskClient) -> None:
    file = make.in_eligibility()
    url = f"/applications/{file.number}/eligibility"
    visitor = enter(client, file, "manager")
    page = visitor.get(url).text
    seen = page.split('name="seen"')[1].split('value="')[1].split('"')[0]
    wrong = visitor.post(url, data={"seen": seen, "on_theme-verdict": "fail", "call_period-evidence": ODD})
    assert wrong.status_code == 422
    assert "Write what you looked at and what you saw." in wrong.text
    assert "Ma’at &amp; &lt;b&gt;sons&lt;/b&gt; 🏛" in wrong.text
    done = visitor.post(url, data={"seen": seen, "on_theme-verdict": "pass", "on_theme-evidence": ODD})
    assert done.status_code == 303
    assert check(file, RuleCode.ON_THEME).verdict is Verdict.PASS
    late = visitor.post(url, data={"seen": seen, "on_theme-verdict": "fail", "on_theme-evidence": "Mine & late"})
    assert late.status_code == 409
    assert "Somebody else saved verdicts after you opened this page." in late.text
    assert "Mine &amp; late" in late.text
    assert check(file, RuleCode.ON_THEME).verdict is Verdict.PASS


def test_the_note_that_asking_would_not_help(client: FlaskClient) -> None:
    file = make.in_eligibility()
    visitor = enter(client, file, "manager")
    url = f"/applications/{file.number}/eligibility"
    assert visitor.post(f"{url}/waive", data={"reason": ""}).status_code == 422
    assert visitor.post(f"{url}/waive", data={"reason": "x" * 2001}).status_code == 422
    assert visitor.post(f"{url}/waive", data={"reason": ODD}).status_code == 303
    assert "Ma’at &amp; &lt;b&gt;sons&lt;/b&gt; 🏛" in visitor.get(url).text


def test_scores_are_saved_item_by_item_and_the_rest_says_what_it_lacks(client: FlaskClient) -> None:
    file = make.in_baseline()
    url = f"/applications/{file.number}/baseline/{file.rooms.lead}"
    visitor = enter(client, file, "assessor")
    day = (clock.today() - timedelta(days=3)).isoformat()
    fields = {"turnover-score": "3", "turnover-evidence": ODD, "turnover-observed_on": day, "language-score": "2"}
    fields |= {"procurement-evidence": "Two purchases", "own_revenue-score": "9" * 400, "own_revenue-evidence": "x"}
    answer = visitor.post(url, data=fields)
    assert answer.status_code == 422
    assert "Common language: write the evidence." in answer.text
    assert "Buying by the rules: choose a score." in answer.text
    assert "Two purchases" in answer.text
    assert "1 item is saved." in answer.text
    baseline = db.session.scalars(select(Baseline).where(Baseline.organisation_id == file.rooms.lead)).one()
    assert [(row.item, row.score, row.evidence) for row in baseline.scores] == [
        ("turnover", 3, "Ma’at & <b>sons</b> 🏛")
    ]
    whole = {f"{item}-{key}": value for item in BASELINE_ITEMS for key, value in
             (("score", "3"), ("evidence", "Seen"), ("observed_on", day))}  # fmt: skip
    assert visitor.post(url, data=whole).status_code == 303
    assert "Above the bar" in visitor.get(url).text


def test_the_baseline_is_read_by_others_and_of_this_file_only(client: FlaskClient) -> None:
    file = make.in_baseline()
    visitor = enter(client, file, "manager")
    page = visitor.get(f"/applications/{file.number}/baseline").text
    assert "Assessor, assessor, scores Rheden. You can read along." in page
    assert "Save scores" not in page
    assert visitor.get(f"/applications/{file.number}/baseline/99999").status_code == 404
    assert visitor.post(f"/applications/{file.number}/baseline/{file.rooms.lead}", data={}).status_code == 403


def test_the_support_plan(client: FlaskClient) -> None:
    file = make.in_baseline()
    make.score_baselines(file, 1)
    visitor = enter(client, file, "assessor")
    url = f"/applications/{file.number}/support-plan"
    assert visitor.post(url, data={"support_plan": " "}).status_code == 422
    assert visitor.post(url, data={"support_plan": "Goes helps."}).status_code == 303
    assert "Goes helps." in visitor.get(f"/applications/{file.number}/baseline").text


@pytest.mark.parametrize(("page", "name"), [("eligibility", "manager"), ("baseline", "assessor")])
def test_ten_statements_at_most(client: FlaskClient, page: str, name: str) -> None:
    file = make.in_eligibility() if page == "eligibility" else make.in_baseline()
    if page == "baseline":
        make.score_baselines(file)
    visitor = enter(client, file, name)
    make.at_most_ten(visitor, f"/applications/{file.number}/{page}")
