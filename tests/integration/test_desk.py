"""The desk shows exactly what waits for a person, and nothing of anybody else's files [S0.7]."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import people, register
from tests.factories.applications import statements
from tests.factories.register import HASH, World
from webapp import clock
from webapp.desk import kinds, queries
from webapp.desk.kinds import Kind
from webapp.desk.routes import PAGES
from webapp.desk.sources import SOURCES
from webapp.extensions import db
from webapp.models.agreement import Agreement, Document, DocumentKind
from webapp.models.application import Application, ApplicationVersion, Clarification, StoredFile
from webapp.models.assessment import (
    Advice,
    Appeal,
    Baseline,
    BaselineScore,
    Decision,
    DecisionConfirmation,
    EligibilityCheck,
    PanelVote,
    Review,
    RuleCode,
    Verdict,
)
from webapp.models.monitoring import (
    Audit,
    AuditKind,
    CorrectiveAction,
    Finding,
    FindingSource,
    FocalPoint,
    Obligation,
    Opinion,
    ReportKind,
    Severity,
    TerminationNotice,
)
from webapp.models.negotiation import (
    ApprovalKind,
    ArticleComment,
    ClauseEffect,
    SpecialClause,
    VersionApproval,
)
from webapp.models.people import Person
from webapp.models.programme import Call
from webapp.policy import MUNICIPAL
from webapp.transaction import writing
from workflows.scoring import BASELINE_ITEMS
from workflows.vocabulary import Machine, Role, State

R, S = Role, State
TODAY = clock.today


@pytest.fixture
def setting(app: Flask) -> Iterator[World]:
    """A programme with its people's organisations, in an application context that stays open."""
    with app.app_context():
        with writing():
            made = register.world()
        db.session.connection(execution_options={"writes": True})
        yield made
        db.session.rollback()


def waits(who: Person) -> list[Kind]:
    """The kinds on this person's desk, most urgent first."""
    db.session.flush()
    desk = queries.desk(people.acting(who), TODAY())
    return [row.kind for row in (*desk.overdue, *desk.soon, *desk.waiting)]


def add(row: object) -> object:
    db.session.add(row)
    db.session.flush()
    return row


# --- applying -------------------------------------------------------------------------------------


def test_a_draft_waits_until_everybody_has_signed_off(setting: World) -> None:
    editor, ours, theirs = (
        setting.of_lead(R.APPLICANT_EDITOR),
        setting.of_lead(R.SIGNATORY),
        setting.of_partner(R.SIGNATORY),
    )
    draft = register.application(setting)
    assert (waits(editor), waits(ours), waits(theirs)) == ([Kind.FINISH_DRAFT], [Kind.SIGN_OFF], [Kind.SIGN_OFF])
    register.sign_off(draft, setting.lead, ours)
    assert (waits(editor), waits(ours), waits(theirs)) == ([Kind.FINISH_DRAFT], [], [Kind.SIGN_OFF])
    register.sign_off(draft, setting.partner, theirs)
    assert (waits(editor), waits(ours), waits(theirs)) == ([], [Kind.SUBMIT], [])


def test_a_draft_under_a_closed_call_waits_for_nobody(setting: World) -> None:
    ours = setting.of_lead(R.SIGNATORY)
    register.application(setting)
    setting.call.opens_on, setting.call.closes_on = TODAY() - timedelta(days=9), TODAY() - timedelta(days=1)
    assert waits(ours) == []


def test_a_person_who_edits_and_signs_sees_one_row(setting: World) -> None:
    both = people.grant(setting.of_lead(R.SIGNATORY), R.APPLICANT_EDITOR, organisation=setting.lead)
    register.application(setting)
    assert waits(both) == [Kind.SIGN_OFF]


def test_a_question_waits_for_an_answer_and_then_for_sign_off(setting: World) -> None:
    editor, ours, theirs = (
        setting.of_lead(R.APPLICANT_EDITOR),
        setting.of_lead(R.SIGNATORY),
        setting.of_partner(R.SIGNATORY),
    )
    asked = register.application(setting, S.CLARIFICATION, return_state=S.ELIGIBILITY)
    question = _question(asked, setting)
    assert waits(editor) == waits(ours) == waits(theirs) == [Kind.ANSWER]
    question.answer = "The title is attached."
    assert (waits(editor), waits(ours)) == ([], [Kind.SIGN_OFF_ANSWER])
    register.sign_off(asked, setting.lead, ours)
    register.sign_off(asked, setting.partner, theirs)
    assert waits(editor) == waits(ours) == [Kind.SEND_ANSWER]


def _question(asked: Application, setting: World) -> Clarification:
    version = ApplicationVersion(
        application_id=asked.id, number=1, content={}, sha256=register.HASH, requested=Decimal(1),
        own_share=Decimal(0), total=Decimal(1), created_at=clock.now(), created_by_id=setting.drafter.id,
    )  # fmt: skip
    add(version)
    question = Clarification(
        application_id=asked.id, from_state=S.ELIGIBILITY, question="Where is the land title?", sections=["budget"],
        due_on=TODAY() + timedelta(days=5), asked_by_id=setting.drafter.id, asked_at=clock.now(),
        base_version_id=version.id,
    )  # fmt: skip
    add(question)
    return question


# --- assessing ------------------------------------------------------------------------------------


def test_a_new_file_waits_for_every_manager_and_then_for_its_own(setting: World) -> None:
    mine, other = setting.of_office(R.PROGRAMME_MANAGER), setting.of_office(R.PROGRAMME_MANAGER)
    file = register.application(setting, S.SUBMITTED)
    assert waits(mine) == waits(other) == [Kind.START_ELIGIBILITY]
    file.state, file.manager_id = S.ELIGIBILITY, mine.id
    assert (waits(mine), waits(other)) == ([Kind.CHECK_ELIGIBILITY], [])


def test_nobody_handles_a_file_of_their_own_municipality(setting: World) -> None:
    tied = setting.of_office(R.PROGRAMME_MANAGER)
    people.affiliate(tied, setting.lead)
    for state in (S.SUBMITTED, S.ELIGIBILITY, S.DECISION, S.APPROVED, S.SIGNED):
        register.application(setting, state)
    assert waits(tied) == []


def test_an_assessor_scores_each_municipality_and_then_concludes(setting: World) -> None:
    file = register.application(setting, S.BASELINE)
    assessor, stranger = (
        people.holding(R.ASSESSOR, application_id=file.id),
        people.holding(R.ASSESSOR, programme_id=setting.programme.id),
    )
    rows = [Baseline(application_id=file.id, organisation_id=o.id, assessor_id=assessor.id)
            for o in (setting.lead, setting.partner)]  # fmt: skip
    for row in rows:
        add(row)
    assert (waits(assessor), waits(stranger)) == ([Kind.SCORE_BASELINE] * 2, [])
    for row in rows:
        for item in BASELINE_ITEMS:
            add(BaselineScore(baseline_id=row.id, item=item, score=3, evidence="Minutes", observed_on=TODAY()))
    assert waits(assessor) == [Kind.JUDGE_BASELINE]
    file.state = S.CAPACITY_HOLD
    assert waits(assessor) == [Kind.RESUME_BASELINE]


def test_reviews_wait_for_their_reviewers_and_the_end_for_the_lead_reviewer(setting: World) -> None:
    file = register.application(setting, S.REVIEW)
    manager = setting.of_office(R.PROGRAMME_MANAGER)
    lead = people.holding(R.LEAD_REVIEWER, organisation=setting.partner_lga)
    officer = people.holding(R.LGA_OFFICER, organisation=setting.lead_lga)
    idle = people.holding(R.LGA_OFFICER, organisation=setting.lead_lga)
    assert (waits(manager), waits(lead)) == ([Kind.FIND_REVIEWER], [])
    reviews = [_review(file, lead, setting.partner_lga.id), _review(file, officer, setting.lead_lga.id)]
    assert (waits(manager), waits(lead), waits(officer), waits(idle)) == ([], [Kind.REVIEW], [Kind.REVIEW], [])
    for review, score in zip(reviews, (74, 78), strict=True):
        _submit(review, score)
    assert (waits(manager), waits(lead), waits(officer)) == ([], [Kind.SEND_TO_DECISION], [])


def test_a_wide_spread_asks_the_manager_for_a_third_reviewer(setting: World) -> None:
    file = register.application(setting, S.REVIEW)
    manager = setting.of_office(R.PROGRAMME_MANAGER)
    lead = people.holding(R.LEAD_REVIEWER, organisation=setting.partner_lga)
    officer = people.holding(R.LGA_OFFICER, organisation=setting.lead_lga)
    for person, lga, score in ((lead, setting.partner_lga, 50), (officer, setting.lead_lga, 71)):
        _submit(_review(file, person, lga.id), score)
    assert (waits(manager), waits(lead)) == ([Kind.FIND_REVIEWER], [])
    third = people.holding(R.LGA_OFFICER, organisation=setting.partner_lga)
    extra = _review(file, third, setting.partner_lga.id)
    extra.is_extra = True
    assert (waits(manager), waits(lead), waits(third)) == ([], [], [Kind.REVIEW])
    _submit(extra, 60)
    assert (waits(manager), waits(lead)) == ([], [Kind.SEND_TO_DECISION])


def _review(file: Application, reviewer: Person, lga_id: int) -> Review:
    review = Review(application_id=file.id, round=1, reviewer_id=reviewer.id, lga_id=lga_id)
    add(review)
    return review


def _submit(review: Review, score: int) -> None:
    review.score, review.advice, review.submitted_at, review.state = (
        Decimal(score),
        Advice.FUND,
        clock.now(),
        S.SUBMITTED,
    )
    db.session.flush()


def _decision(setting: World, file: Application, by: Person, amount: int = 18000) -> Decision:
    version = ApplicationVersion(
        application_id=file.id, number=1, content={}, sha256=register.HASH, requested=Decimal(amount),
        own_share=Decimal(0), total=Decimal(amount), created_at=clock.now(), created_by_id=by.id,
    )  # fmt: skip
    add(version)
    decision = Decision(
        application_id=file.id, outcome=S.APPROVED, amount=Decimal(amount), reasons="Good", version_id=version.id,
        recommended_by_id=by.id, recommended_at=clock.now(),
    )  # fmt: skip
    add(decision)
    return decision


@pytest.mark.parametrize(
    ("amount", "needed"),
    [
        (25_000, {R.PROGRAMME_MANAGER}),
        (150_000, {R.PROGRAMME_MANAGER, R.FINANCE_OFFICER}),
        (150_001, {R.FINANCE_OFFICER, R.DIRECTOR}),
    ],
)
def test_a_recommendation_waits_for_its_mandate_alone(setting: World, amount: int, needed: set[Role]) -> None:
    office = {role: setting.of_office(role) for role in (R.PROGRAMME_MANAGER, R.FINANCE_OFFICER, R.DIRECTOR)}
    manager = setting.of_office(R.PROGRAMME_MANAGER)
    file = register.application(setting, S.DECISION, manager_id=manager.id)
    assert (waits(manager), waits(office[R.PROGRAMME_MANAGER])) == ([Kind.RECOMMEND], [])
    decision = _decision(setting, file, manager, amount)
    assert waits(manager) == []
    assert {role for role, person in office.items() if waits(person) == [Kind.CONFIRM]} == needed
    first = min(needed)
    add(DecisionConfirmation(decision_id=decision.id, person_id=office[first].id, role=first, confirmed_at=clock.now()))
    assert {role for role, person in office.items() if waits(person)} == needed - {first}


def test_the_programmes_own_figures_set_the_mandate(app: Flask) -> None:
    with app.app_context(), writing():
        setting = register.world(rules={"mandate_manager": "10000"})
        finance, manager = setting.of_office(R.FINANCE_OFFICER), setting.of_office(R.PROGRAMME_MANAGER)
        file = register.application(setting, S.DECISION, manager_id=manager.id)
        _decision(setting, file, manager, 18_000)
        assert waits(finance) == [Kind.CONFIRM]


def test_who_checked_eligibility_does_not_confirm(setting: World) -> None:
    checker, manager = setting.of_office(R.PROGRAMME_MANAGER), setting.of_office(R.PROGRAMME_MANAGER)
    file = register.application(setting, S.DECISION, manager_id=manager.id)
    add(EligibilityCheck(application_id=file.id, rule=RuleCode.ON_THEME, mandatory=True, verdict=Verdict.PASS,
                         checked_by_id=checker.id, checked_at=clock.now()))  # fmt: skip
    _decision(setting, file, manager)
    assert waits(checker) == []


def test_an_appeal_waits_for_panel_members_who_are_new_to_the_file(setting: World) -> None:
    manager = people.grant(setting.of_office(R.PANEL_MEMBER), R.PROGRAMME_MANAGER, programme_id=setting.programme.id)
    fresh, tied, former = (setting.of_office(R.PANEL_MEMBER) for _ in range(3))
    people.affiliate(tied, setting.partner)
    file = register.application(setting, S.APPEAL, manager_id=manager.id, refused_as=S.REJECTED)
    _review(file, former, setting.partner_lga.id)
    appeal = Appeal(application_id=file.id, grounds="No", filed_by_id=setting.drafter.id, filed_at=clock.now())
    add(appeal)
    assert [waits(p) for p in (fresh, tied, former, manager)] == [[Kind.VOTE], [], [], []]
    add(PanelVote(appeal_id=appeal.id, person_id=fresh.id, uphold=True, reasons="Yes", voted_at=clock.now()))
    assert waits(fresh) == []


def test_a_reserve_waits_only_while_funds_are_free(setting: World) -> None:
    manager = setting.of_office(R.PROGRAMME_MANAGER)
    register.application(setting, S.RESERVE, manager_id=manager.id)
    assert waits(manager) == [Kind.RECONSIDER]
    setting.plan.reserved = setting.plan.envelope - Decimal(1)
    assert waits(manager) == []


# --- contracting ----------------------------------------------------------------------------------


def test_an_agreement_waits_for_the_manager_and_then_for_each_signatory_in_turn(setting: World) -> None:
    manager, director = setting.of_office(R.PROGRAMME_MANAGER), setting.of_office(R.DIRECTOR)
    first, second = setting.of_partner(R.SIGNATORY), setting.of_lead(R.SIGNATORY)
    file = register.application(setting, S.APPROVED, manager_id=manager.id)
    assert waits(manager) == [Kind.START_CONTRACTING]
    file.state = S.CONTRACTING
    agreed = register.agreement(file, state=S.DRAFT)
    assert waits(manager) == [Kind.WRITE_AGREEMENT]
    register._issue(file, agreed)
    assert waits(manager) == [Kind.REWRITE_AGREEMENT]  # what was taken back from signing is not issued again
    agreed.state = S.ISSUED
    parties = register.signatories(
        agreed, (setting.partner, first), (setting.lead, second), (setting.programme.operator, director)
    )
    signers = (first, second, director)
    for turn, party in enumerate(parties):
        assert [waits(person) for person in signers] == [[Kind.SIGN] if n == turn else [] for n in range(3)]
        register.sign(agreed, party)
    assert [waits(person) for person in (*signers, manager)] == [[], [], [], []]


def _version(file: Application, agreed: Agreement, writer: Person, number: int) -> Document:
    """The next version of a draft, written by this person."""
    stored = StoredFile(sha256=HASH, size=1, content_type="x", name="a.docx", created_at=clock.now())
    document = Document(
        application_id=file.id, agreement_id=agreed.id, kind=DocumentKind.MEMORANDUM, number=number,
        reference=f"{agreed.number}-v{number}", context={}, context_sha256=HASH, file=stored, created_at=clock.now(),
        created_by_id=writer.id,
    )  # fmt: skip
    db.session.add(document)
    db.session.flush()
    return document


def _checked(document: Document, by: Person) -> None:
    db.session.add(
        VersionApproval(
            document_id=document.id, kind=ApprovalKind.CHECKED, person_id=by.id, role=R.DIRECTOR, sha256=HASH,
            given_at=clock.now(),
        )
    )  # fmt: skip


def test_a_draft_agreement_shows_its_manager_the_next_step_in_the_order_of_the_steps(setting: World) -> None:
    manager, director = setting.of_office(R.PROGRAMME_MANAGER), setting.of_office(R.DIRECTOR)
    file = register.application(setting, S.CONTRACTING, manager_id=manager.id)
    agreed = register.agreement(file, state=S.DRAFT)
    assert (waits(manager), waits(director)) == ([Kind.WRITE_AGREEMENT], [])
    first = _version(file, agreed, manager, 1)
    assert (waits(manager), waits(director)) == ([], [Kind.CHECK_VERSION])
    objection = ArticleComment(
        agreement_id=agreed.id, document_id=first.id, article="costs", article_label="6. Costs", is_objection=True,
        text="Why?", author_id=director.id, role=R.DIRECTOR, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(objection)
    assert (waits(manager), waits(director)) == ([Kind.SETTLE_OBJECTION], [Kind.CHECK_VERSION])
    objection.resolved_at, objection.resolved_by_id = clock.now(), manager.id
    clause = SpecialClause(
        agreement_id=agreed.id, number=1, effect=ClauseEffect.SUPPLEMENTS, title="Paid in two parts", text="In May.",
        sha256=HASH, proposed_by_id=manager.id, proposed_at=clock.now(),
    )  # fmt: skip
    db.session.add(clause)
    assert waits(manager) == [Kind.REWRITE_AGREEMENT]  # the clause stands in no version yet
    second = _version(file, agreed, manager, 2)
    assert waits(manager) == []
    assert sorted(waits(director)) == [Kind.APPROVE_CLAUSE, Kind.CHECK_VERSION]
    _checked(second, director)
    assert (waits(manager), waits(director)) == ([], [Kind.APPROVE_CLAUSE])
    clause.state, clause.decided_by_id = State.APPROVED, director.id
    clause.decided_at, clause.decided_sha256 = clock.now(), HASH
    assert (waits(manager), waits(director)) == ([Kind.ISSUE_AGREEMENT], [])


# --- monitoring -----------------------------------------------------------------------------------


@pytest.fixture
def running(setting: World) -> tuple[World, Application, Agreement, Person]:
    """A file in monitoring, its agreement and its manager."""
    manager = setting.of_office(R.PROGRAMME_MANAGER)
    file = register.application(setting, S.MONITORING, manager_id=manager.id)
    return setting, file, register.agreement(file), manager


def _finding(file: Application, by: Person) -> Finding:
    return Finding(
        application_id=file.id, source=FindingSource.COMMITTEE, severity=Severity.HIGH, text="Not calibrated",
        raised_by_id=by.id, raised_at=clock.now(),
    )  # fmt: skip


def _obligation(setting: World, agreed: Agreement) -> Obligation:
    return Obligation(
        application_id=agreed.application_id, agreement_id=agreed.id, organisation_id=setting.lead.id,
        trainee="Planner", training="Course", activity="Workshop", due_on=TODAY() + timedelta(days=90),
    )  # fmt: skip


Running = tuple[World, Application, Agreement, Person]


def test_setting_up_waits_for_the_manager_and_naming_for_each_municipality(setting: World) -> None:
    manager, admin = setting.of_office(R.PROGRAMME_MANAGER), setting.of_partner(R.MUNICIPALITY_ADMIN)
    file = register.application(setting, S.SIGNED, manager_id=manager.id)
    assert (waits(manager), waits(admin)) == ([Kind.SET_UP_MONITORING], [Kind.NAME_FOCAL_POINT])
    add(
        FocalPoint(application_id=file.id, organisation_id=setting.partner.id, person_id=admin.id, named_at=clock.now())
    )
    assert waits(admin) == []


@pytest.mark.parametrize(
    ("days", "group"), [(-1, "overdue"), (0, "soon"), (7, "soon"), (8, "waiting"), (30, "waiting"), (61, None)]
)
def test_a_report_shows_from_thirty_days_before_its_date(running: Running, days: int, group: str | None) -> None:
    setting, _file, agreed, _manager = running
    editor = setting.of_lead(R.APPLICANT_EDITOR)
    register.report(agreed, due_on=TODAY() + timedelta(days=days))
    desk = queries.desk(people.acting(editor), TODAY())
    found = {name: getattr(desk, name) for name in ("overdue", "soon", "waiting")}
    assert [name for name, rows in found.items() if rows] == ([group] if group else [])


def test_a_report_goes_from_the_municipality_to_the_manager_and_back(running: Running) -> None:
    setting, _file, agreed, manager = running
    editor, other = setting.of_lead(R.APPLICANT_EDITOR), setting.of_office(R.PROGRAMME_MANAGER)
    report = register.report(agreed, due_on=TODAY(), state=S.SUBMITTED, author_id=editor.id)
    assert (waits(editor), waits(manager), waits(other)) == ([], [Kind.JUDGE_REPORT], [])
    report.state = S.RETURNED
    assert (waits(editor), waits(manager)) == ([Kind.CORRECT_REPORT], [])


def test_an_action_goes_round_and_nobody_verifies_their_own(running: Running) -> None:
    setting, file, _agreed, manager = running
    ours, theirs = setting.of_lead(R.APPLICANT_EDITOR), setting.of_partner(R.APPLICANT_EDITOR)
    watcher = people.holding(R.FOCAL_POINT, application_id=file.id)
    finding = _finding(file, manager)
    add(finding)
    assert waits(manager) == [Kind.PLAN_ACTION]
    action = CorrectiveAction(
        finding_id=finding.id, application_id=file.id, description="Calibrate", evidence="Certificate",
        owner_organisation_id=setting.lead.id, due_on=TODAY(),
    )  # fmt: skip
    add(action)
    assert [waits(p) for p in (ours, theirs, manager, watcher)] == [[Kind.DO_ACTION], [], [], []]
    action.state, action.done_by_id = S.DONE, ours.id
    assert [waits(p) for p in (ours, manager, watcher)] == [[], [Kind.VERIFY_ACTION], [Kind.VERIFY_ACTION]]
    action.done_by_id = watcher.id
    assert waits(watcher) == []
    action.state, action.verified_by_id = S.VERIFIED, manager.id
    assert [waits(p) for p in (ours, manager, watcher)] == [[], [Kind.CLOSE_ACTION], []]


def test_shared_knowledge_waits_for_its_municipality_and_then_for_the_manager(running: Running) -> None:
    setting, _file, agreed, manager = running
    ours, theirs = setting.of_lead(R.SIGNATORY), setting.of_partner(R.SIGNATORY)
    owed = _obligation(setting, agreed)
    add(owed)
    assert [waits(p) for p in (ours, theirs, manager)] == [[Kind.DELIVER], [], []]
    owed.state, owed.delivered_by_id = S.DELIVERED, ours.id
    assert [waits(p) for p in (ours, manager)] == [[], [Kind.CONFIRM_DELIVERY]]


def test_the_end_waits_for_manager_auditor_and_director_in_turn(running: Running) -> None:
    setting, file, agreed, manager = running
    director, auditor = setting.of_office(R.DIRECTOR), people.holding(R.AUDITOR, application_id=file.id)
    final = register.report(agreed, due_on=TODAY(), kind=ReportKind.FINAL, author_id=setting.drafter.id)
    final.accepted_by_id, final.state = manager.id, S.ACCEPTED
    assert waits(manager) == [Kind.START_CLOSING]
    file.state = S.CLOSING
    audit = Audit(application_id=file.id, kind=AuditKind.SIMPLE, auditor_id=auditor.id, requested_at=clock.now())
    add(audit)
    assert [waits(p) for p in (manager, auditor, director)] == [[Kind.SETTLE], [Kind.GIVE_OPINION], [Kind.SETTLE]]
    audit.opinion, audit.delivered_at = Opinion.UNQUALIFIED, clock.now()
    assert [waits(p) for p in (manager, auditor, director)] == [[], [], [Kind.CLOSE]]
    add(_obligation(setting, agreed))
    blocked = queries.desk(people.acting(director), TODAY()).waiting
    assert [row.open for row in blocked] == [(("obligations", 1),)]


@pytest.mark.parametrize(("days", "expected"), [(-1, [Kind.TERMINATE]), (0, []), (1, [])])
def test_a_notice_waits_for_the_director_once_its_term_is_over(
    running: Running, days: int, expected: list[Kind]
) -> None:
    setting, file, _agreed, _manager = running
    director = setting.of_office(R.DIRECTOR)
    add(TerminationNotice(application_id=file.id, grounds="Fraud", given_by_id=director.id, given_at=clock.now(),
                          ends_on=TODAY() + timedelta(days=days)))  # fmt: skip
    assert waits(director) == expected


# --- setting up -----------------------------------------------------------------------------------


def test_plans_and_calls_wait_for_drafter_association_and_director(setting: World) -> None:
    drafter = people.grant(setting.drafter, R.PROGRAMME_MANAGER, programme_id=setting.programme.id)
    officer, foreign = (people.holding(R.LGA_OFFICER, organisation=o) for o in (setting.partner_lga, setting.lead_lga))
    director = setting.of_office(R.DIRECTOR)
    everybody = (drafter, officer, foreign, director)
    expected = {S.DRAFT: [Kind.FINISH_PLAN], S.CONSULTATION: [Kind.ENDORSE_PLAN], S.ENDORSED: [Kind.APPROVE_PLAN]}
    for (state, kind), turn in zip(expected.items(), (0, 1, 3), strict=True):
        setting.plan.state = state
        assert [waits(p) for p in everybody] == [kind if n == turn else [] for n in range(4)]
    setting.plan.state = S.APPROVED
    add(Call(plan_id=setting.plan.id, title="Second call", opens_on=TODAY(), closes_on=TODAY() + timedelta(days=30),
             floor=Decimal(1000), ceiling=Decimal(2000)))  # fmt: skip
    setting.programme.state = S.DRAFT
    assert [waits(p) for p in everybody] == [[Kind.OPEN_CALL], [], [], [Kind.OPEN_PROGRAMME]]


# --- all together ---------------------------------------------------------------------------------


def _busy(setting: World) -> None:
    for state in State:
        if state in {spec.name for spec in _states()}:
            columns = {"return_state": S.REVIEW} if state is S.CLARIFICATION else {}
            register.application(setting, state, **columns)
    agreed = register.agreement(register.application(setting, S.MONITORING))
    register.report(agreed, due_on=TODAY())


def _states() -> tuple[object, ...]:
    from workflows.definitions import CURRENT

    return CURRENT[Machine.APPLICATION].states


def test_nothing_of_foreign_files_reaches_anybody(setting: World) -> None:
    _busy(setting)
    other = register.world()
    strangers = [other.of_lead(R.SIGNATORY), other.of_lead(R.APPLICANT_EDITOR), other.of_lead(R.MUNICIPALITY_ADMIN)]
    strangers += [
        other.of_office(role) for role in (R.PROGRAMME_MANAGER, R.FINANCE_OFFICER, R.DIRECTOR, R.PANEL_MEMBER)
    ]
    strangers += [people.holding(role, organisation=other.partner_lga) for role in (R.LGA_OFFICER, R.LEAD_REVIEWER)]
    strangers += [people.person()]
    for person in strangers:
        assert waits(person) == []
        assert queries.counts(people.acting(person)) == []


def test_a_role_that_has_ended_brings_nothing(setting: World) -> None:
    former = people.holding(R.PROGRAMME_MANAGER, programme_id=setting.programme.id, ends_on=TODAY() - timedelta(days=1))
    _busy(setting)
    assert waits(former) == []


def test_the_most_urgent_comes_first(running: Running) -> None:
    setting, _file, agreed, _manager = running
    editor = setting.of_lead(R.SIGNATORY)
    for number, days in enumerate((20, -3, 5, -30), 1):
        register.report(agreed, due_on=TODAY() + timedelta(days=days), number=number)
    desk = queries.desk(people.acting(editor), TODAY())
    assert [row.number for row in (*desk.overdue, *desk.soon, *desk.waiting)] == [4, 2, 3, 1]


def test_every_kind_has_a_source_words_and_an_address(app: Flask) -> None:
    folded = {Kind.SEND_TO_DECISION, Kind.FIND_REVIEWER, Kind.CONFIRM, Kind.CLOSE, Kind.SETTLE}
    assert {source.kind for source in SOURCES} | folded == set(Kind) == set(kinds.WORDS)
    for kind, words in kinds.WORDS.items():
        assert (words.move is None) != (words.verb is None)
        assert kind in PAGES or words.move is not None
    assert {page[0] for page in PAGES.values()} <= set(app.view_functions)


def _page(client: FlaskClient, who: Callable[[World], Person], files: int = 1) -> tuple[str, int]:
    """The desk of this person in a busy programme, and how many statements it took."""
    with client.application.app_context():
        with writing():
            setting = register.world()
            for _ in range(files):
                _busy(setting)
            person_id = who(setting).id
        people.sign_in(client, db.session.get_one(Person, person_id))
    with statements() as seen:
        answer = client.get("/desk")
    assert answer.status_code == 200
    return answer.get_data(as_text=True), len(seen)


def _everything(setting: World) -> Person:
    person = people.person("Everybody")
    for role in Role:
        if role is not R.SYSTEM:
            people.grant(person, role, organisation=setting.lead_lga, programme_id=setting.programme.id)
    return person


@pytest.mark.parametrize(
    "who", [lambda w: w.of_lead(R.SIGNATORY), lambda w: w.of_office(R.PROGRAMME_MANAGER), _everything]
)
def test_the_page_takes_ten_statements_however_many_files(client: FlaskClient, who: Callable[[World], Person]) -> None:
    _text, few = _page(client, who)
    _text, many = _page(client, who, files=4)
    assert many <= few <= 10


def test_the_page_names_the_work_the_file_and_the_verb(client: FlaskClient) -> None:
    text, _count = _page(client, lambda w: w.of_office(R.PROGRAMME_MANAGER))
    for words in ("A new application", "Start eligibility check", "/move/application/", "Tourism exchange", "My files"):
        assert words in text


@pytest.mark.parametrize(
    "role", [R.SIGNATORY, R.APPLICANT_EDITOR, R.MUNICIPALITY_ADMIN, R.PROGRAMME_MANAGER, R.DIRECTOR]
)
def test_every_row_leads_to_a_page_that_its_reader_may_open(client: FlaskClient, role: Role) -> None:
    municipal = role in MUNICIPAL
    text, _count = _page(client, lambda w: w.of_lead(role) if municipal else w.of_office(role))
    links = re.findall(r'class="rows__title" href="([^"]+)"', text)
    assert links
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code in (200, 409), link


def test_an_empty_desk_teaches(client: FlaskClient) -> None:
    text, _count = _page(client, lambda w: people.person("Newcomer"))
    assert "Your desk is empty" in text
    assert "See the open calls" in text


def test_odd_names_stay_text(client: FlaskClient) -> None:
    def person(setting: World) -> Person:
        setting.lead.name = "Rheden <b>&’🏛</b>"
        return setting.of_office(R.PROGRAMME_MANAGER)

    text, _count = _page(client, person)
    assert "Rheden &lt;b&gt;&amp;’🏛&lt;/b&gt;" in text


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/desk").headers["Location"].startswith("/sign-in")
