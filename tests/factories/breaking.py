"""Real rows that make one move possible, or one fact of it false: a line or two for each."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.factories import everywhere, people
from webapp import clock, policy
from webapp.extensions import db
from webapp.models.agreement import Agreement, Signature, Tranche
from webapp.models.application import Application, BudgetCategory, Clarification, PartyRole
from webapp.models.assessment import (
    Appeal,
    Baseline,
    DecisionConfirmation,
    EligibilityCheck,
    PanelVote,
    Review,
    Verdict,
)
from webapp.models.monitoring import (
    Audit,
    CommitteeDecision,
    CorrectiveAction,
    Finding,
    FocalPoint,
    Obligation,
    Report,
    ReportKind,
)
from webapp.models.negotiation import ArticleComment, ClauseEffect, SpecialClause
from webapp.models.people import Person, RoleGrant
from webapp.models.programme import Endorsement, PolicyReference, Theme
from webapp.models.template import DocumentTemplate
from webapp.policy import Principal
from webapp.services import content, scope
from webapp.services.contract import contexts
from webapp.services.facts import current_decision
from workflows.definition import Move
from workflows.vocabulary import Machine, Role, State, Trigger

M, S, T = Machine, State, Trigger
Change = Callable[[Any, Principal], object]  # the case, and who is going to ask for the move


def _all(kind: type[Any], case: Any) -> list[Any]:
    """The rows of this kind that belong to the file of a case, oldest first."""
    file = case if isinstance(case, Application) else case.application
    return list(db.session.scalars(db.select(kind).where(kind.application_id == file.id).order_by(kind.id)))


def holders(case: Any, role: Role) -> list[Principal]:
    """Everybody who holds this role on this case."""
    room = scope.scope_of(case)
    rows = db.session.scalars(db.select(Person).join(RoleGrant).where(RoleGrant.role == role).order_by(Person.id))
    return [who for who in map(people.acting, rows) if role in policy.roles_on(who, room)]


def sign_off(case: Application) -> None:
    """Whoever signed off stands behind what is written now."""
    digest = content.sha256(content.snapshot(case))
    for party in case.parties:
        if party.signed_off_at is not None:
            party.signed_off_sha256 = digest


def _set(row: Any, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(row, name, value)


# --- what a move needs beside a case that stands there ------------------------------------------------------------


def question(case: Application) -> None:
    db.session.add(
        Clarification(
            application_id=case.id, from_state=case.state, question="Where is the land title?", sections=["budget"],
            due_on=clock.today() + timedelta(days=10), asked_by_id=case.created_by_id, asked_at=clock.now(),
            base_version_id=case.versions[-1].id,
        )
    )  # fmt: skip


ASKERS = {S.BASELINE: Role.ASSESSOR, S.REVIEW: Role.LGA_OFFICER, S.DECISION: Role.PROGRAMME_MANAGER}


def answered(case: Application) -> None:
    """Asked in the state where it stands, and answered, so that the answer leads back there."""
    if case.state is not S.CLARIFICATION:
        everywhere.ask(case, holders(case, ASKERS[case.state])[0])
        everywhere.answer(case, holders(case, Role.APPLICANT_EDITOR)[0], *holders(case, Role.SIGNATORY))


def confirmation(case: Application) -> None:
    decision = current_decision(case)
    assert decision is not None
    second = next(w for w in holders(case, Role.PROGRAMME_MANAGER) if w.person_id != decision.recommended_by_id)
    decision.confirmations.append(
        DecisionConfirmation(person_id=second.person_id, role=Role.PROGRAMME_MANAGER, confirmed_at=clock.now())
    )


def votes(case: Application, uphold: bool, number: int = 2) -> None:
    (appeal,) = _all(Appeal, case)
    for who in holders(case, Role.PANEL_MEMBER)[:number]:
        appeal.votes.append(PanelVote(person_id=who.person_id, uphold=uphold, reasons="Read", voted_at=clock.now()))


def last_signature(case: Agreement) -> None:
    document = case.issued_document
    assert document is not None and document.file is not None
    missing = next(p for p in case.parties if p.id not in {s.party_id for s in document.signatures})
    document.signatures.append(
        Signature(
            party_id=missing.id, person_id=missing.signatory_id, capacity="Director", mandate="Decision 1",
            document_sha256=document.file.sha256, consent="I sign", consent_version="1", language="en",
            signed_at=clock.now(),
        )
    )  # fmt: skip


def in_force(case: Application) -> None:
    (agreement,) = _all(Agreement, case)
    last_signature(agreement)
    _set(agreement, state=S.IN_FORCE, in_force_on=clock.today())


def endorsement(case: Any) -> None:
    case.sector_benefit = "Every district hears of it."
    case.endorsements.append(
        Endorsement(lga_id=case.lga_id, person_id=case.drafted_by_id, statement="We were there.",
                    content_sha256="a" * 64, endorsed_at=clock.now())
    )  # fmt: skip


PREPARED: dict[Trigger, Callable[[Any], object]] = {
    T.ENDORSE: endorsement,
    T.ASK_CLARIFICATION: question,
    T.ANSWER_CLARIFICATION: answered,
    T.APPROVE: confirmation,
    T.PUT_ON_RESERVE: confirmation,
    T.REJECT: confirmation,
    T.UPHOLD_APPEAL: lambda case: votes(case, True),
    T.DISMISS_APPEAL: lambda case: votes(case, False),
    T.CONCLUDE: in_force,
    T.ENTER_INTO_FORCE: last_signature,
    T.VOID: lambda case: _set(case.application, state=S.WITHDRAWN),
    T.END: lambda case: _set(case.application, state=S.TERMINATED),
}
DAYS: dict[Trigger, int] = {T.CLOSE_REFUSED: 44, T.LAPSE: 183, T.TERMINATE: 62}  # that have to pass before the move
# Which of those that stand in one state, where it is not the first.
WORDS: dict[Trigger, str] = {
    T.FAIL_ELIGIBILITY: "failing",
    T.HOLD_FOR_CAPACITY: "weak",
    T.PUT_ON_RESERVE: "reserve",
    T.REJECT: "reject",
    T.CONCLUDE: "issued",
}


def place_of(machine: Machine, move: Move) -> everywhere.Place:
    """The case of the town that makes this very edge."""
    if move.trigger is T.ANSWER_CLARIFICATION and move.dest is not S.ELIGIBILITY:
        return machine, move.dest, ""
    if move.trigger is T.UPHOLD_APPEAL and move.dest is S.ELIGIBILITY:
        return machine, move.source, "appealed as ineligible"
    return machine, move.source, WORDS.get(move.trigger, "")


# --- one fact made false ------------------------------------------------------------------------------------------


def _tied(case: Any, who: Principal) -> None:
    file = case if isinstance(case, Application) else case.application
    people.affiliate(db.session.get_one(Person, who.person_id), file.parties[0].organisation)


def _other_lead(case: Application, _who: Principal) -> None:
    first, second = case.parties
    first.role, second.role = PartyRole.PARTNER, PartyRole.LEAD
    db.session.flush()
    sign_off(case)


def _incomplete(case: Application, _who: Principal) -> None:
    case.risks.pop()
    db.session.flush()
    sign_off(case)


def _unsigned(case: Application, _who: Principal) -> None:
    _set(case.parties[0], signed_off_by_id=None, signed_off_at=None, signed_off_sha256=None)


def _foreign_theme(case: Application, _who: Principal) -> None:
    other = db.session.scalars(db.select(Theme).where(Theme.plan_id != case.call.plan_id)).first()
    case.theme_id = other.id if other else None
    db.session.flush()
    sign_off(case)


def _verdict(case: Application, verdict: Verdict | None, *, of: Verdict = Verdict.PASS) -> None:
    check = next(row for row in _all(EligibilityCheck, case) if row.verdict is of)
    check.verdict = verdict
    if verdict is None:
        check.checked_by_id = check.checked_at = None


def _figure(case: Any, **figures: Any) -> None:
    application = case if isinstance(case, Application) else case.application
    programme = application.call.plan.programme
    programme.rules = programme.rules | figures


def _score(case: Application, score: int | None, every: bool = False) -> None:
    for baseline in _all(Baseline, case)[: None if every else 1]:
        if score is None:
            db.session.delete(baseline.scores[0])
        for row in baseline.scores[: None if every else 1] if score is not None else ():
            row.score = score


def _two_rounds(case: Application, _who: Principal) -> None:
    db.session.add(
        Appeal(application_id=case.id, grounds="The lease", filed_by_id=case.created_by_id, filed_at=clock.now(),
               decided_at=clock.now(), upheld=True)
    )  # fmt: skip


def _invests(case: Any, who: Principal) -> None:
    application = case if isinstance(case, Application) else case.application
    payee = application.parties[1].organisation_id
    for line in application.budget:
        line.category, line.payee_id = BudgetCategory.INVESTMENT, payee


def _written_anew(change: Change) -> Change:
    """The document says what the rows say after the change, so that nothing else stands in the way."""

    def act(case: Agreement, who: Principal) -> None:
        change(case, who)
        db.session.flush()
        db.session.expire_all()
        document = case.documents[-1]
        document.context_sha256 = contexts.fingerprint(contexts.context_again(case, document))

    return act


def _only_advances(case: Agreement, _who: Principal) -> None:
    for tranche in case.tranches:
        tranche.is_balance = False


def _objection(case: Agreement, who: Principal) -> None:
    db.session.add(
        ArticleComment(
            agreement_id=case.id, document_id=case.documents[-1].id, article="a", article_label="1", is_objection=True,
            text="No", author_id=who.person_id, role=Role.SIGNATORY, created_at=clock.now(),
        )
    )  # fmt: skip


def _clause(case: Agreement, who: Principal) -> None:
    row = SpecialClause(
        agreement_id=case.id, number=1, effect=ClauseEffect.SUPPLEMENTS, title="Language", text="Talks are in Dutch.",
        sha256="", proposed_by_id=who.person_id, proposed_at=clock.now(),
    )  # fmt: skip
    row.article, row.language = "", "en"
    row.sha256 = row.digest()
    db.session.add(row)


def _taken_place(case: DocumentTemplate, who: Principal) -> None:
    db.session.add(
        DocumentTemplate(
            programme_id=case.programme_id, kind=case.kind, language=case.language, number=9, file_id=case.file_id,
            uploaded_by_id=case.uploaded_by_id, preview_id=case.preview_id, state=S.ACTIVE,
            activated_by_id=who.person_id, activated_at=clock.now(),
        )
    )  # fmt: skip


def _yesterday(days: int = 1) -> date:
    return clock.today() - timedelta(days=days)


def _as_before(case: Any, who: Principal) -> None:
    """Nothing was prepared, no day has passed: what the move needs is not there."""


BREAKS: dict[str, Change] = {
    # programme, plan, call
    "programme_has_open_work": lambda case, who: db.session.add(
        everywhere.placed_call(case, who.person_id)
    ),
    "plan_sections_empty": lambda case, _who: _set(case, actors=" "),
    "plan_policy_missing": lambda case, _who: db.session.execute(
        db.delete(PolicyReference).where(PolicyReference.plan_id == case.id)
    ),
    "plan_themes_missing": lambda case, _who: db.session.execute(db.delete(Theme).where(Theme.plan_id == case.id)),
    "plan_sector_benefit_missing": lambda case, _who: _set(case, sector_benefit=""),
    "plan_not_endorsed": lambda case, _who: _set(case.endorsements[0], voided_at=clock.now()),
    "plan_over_budget": lambda case, _who: _set(case, envelope=case.programme.budget + 1),
    "plan_own_draft": lambda case, who: _set(case, drafted_by_id=who.person_id),
    "plan_has_open_call": lambda case, who: db.session.add(everywhere.placed_call(case, who.person_id)),
    "call_plan_not_approved": lambda case, _who: _set(case.plan, state=S.ENDORSED),
    "call_programme_not_open": lambda case, _who: _set(case.plan.programme, state=S.CLOSED),
    "call_already_past": lambda case, _who: _set(case, opens_on=_yesterday(9), closes_on=_yesterday(2)),
    # applying
    "not_lead_signatory": _other_lead,
    "incomplete": _incomplete,
    "sign_off_missing": _unsigned,
    "call_not_open": lambda case, _who: _set(case.call, closes_on=_yesterday(2)),
    "off_theme": _foreign_theme,
    "belongs_to_party": _tied,
    # eligibility, baseline, clarification
    "rules_unchecked": lambda case, _who: _verdict(case, None),
    "rules_failed": lambda case, _who: _verdict(case, Verdict.FAIL),
    "no_rule_failed": lambda case, _who: _verdict(case, Verdict.PASS, of=Verdict.FAIL),
    "clarification_not_considered": lambda case, _who: _set(case, clarification_waived=" "),
    "no_assessor": lambda _case, _who: db.session.execute(db.delete(RoleGrant).where(RoleGrant.role == Role.ASSESSOR)),
    "capacity_hold_off": lambda case, _who: _figure(case, capacity_hold=False),
    "baseline_incomplete": lambda case, _who: _score(case, None),
    "baseline_low": lambda case, _who: _score(case, 0),
    "baseline_not_low": lambda case, _who: _score(case, 3, every=True),
    "question_missing": _as_before,
    "question_due_wrong": lambda case, _who: _set(case.clarifications[-1], due_on=clock.today() + timedelta(days=40)),
    "answer_missing": lambda case, _who: _set(case.clarifications[-1], answer=" "),
    # review
    "quorum_open": lambda case, _who: _figure(case, quorum=3),
    "partner_lga_missing": lambda case, _who: [
        _set(review, lga_id=_all(Review, case)[-1].lga_id) for review in _all(Review, case)
    ],
    "spread_unsettled": lambda case, _who: _set(_all(Review, case)[0], score=Decimal(30)),
    "not_your_review": lambda case, who: _set(case, reviewer_id=next(
        w.person_id for w in holders(case, Role.LGA_OFFICER) if w.person_id != who.person_id
    )),
    "case_not_in_contracting": lambda case, _who: _set(case.application, state=S.APPROVED),
    "case_not_in_review": lambda case, _who: _set(case.application, state=S.DECISION),
    "conflict_unanswered": lambda case, _who: _set(case, no_conflict=None),
    "conflict_of_interest": lambda case, _who: _set(case, no_conflict=False),
    "criteria_unscored": lambda case, _who: db.session.delete(case.scores[0]),
    "advice_missing": lambda case, _who: _set(case, advice=None),
    # decision and appeal
    "not_recommended": lambda case, _who: _set(current_decision(case), outcome=(
        S.REJECTED if current_decision(case).outcome is S.APPROVED else S.APPROVED  # type: ignore[union-attr]
    ), amount=Decimal(18000)),
    "mandate_open": _as_before,
    "not_a_fresh_confirmer": lambda case, who: _set(current_decision(case), recommended_by_id=who.person_id),
    "score_too_low": lambda case, _who: [_set(review, score=Decimal(50)) for review in _all(Review, case)],
    "envelope_short": lambda case, _who: _set(
        case.call.plan, envelope=case.call.plan.reserved + case.call.plan.committed + 1
    ),
    "reserve_still_valid": _as_before,
    "appeal_too_late": _as_before,
    "appeal_used": _two_rounds,
    "not_new_to_file": lambda case, who: _set(case, manager_id=who.person_id),
    "panel_open": lambda case, _who: votes(case, True, 1),
    "appeal_time_running": _as_before,
    # contract
    "instrument_open": lambda case, _who: _set(case, instrument=None),
    "instrument_lowered": _invests,
    "signatures_open": _as_before,
    "agreement_not_in_force": _as_before,
    "tranches_do_not_add_up": lambda case, _who: db.session.add(
        Tranche(agreement_id=case.id, number=9, amount=Decimal(1), condition="More", due_on=case.ends_on)
    ),
    "advances_too_high": _written_anew(_only_advances),
    "agreement_gaps": _written_anew(lambda case, _who: _set(case.parties[0], mandate_limit=Decimal(1))),
    "document_outdated": lambda case, _who: _set(case.tranches[0], condition="Another condition."),
    "clauses_open": _written_anew(_clause),
    "version_unchecked": lambda case, _who: _set(
        case.documents[-1], created_by_id=case.documents[-1].approvals[0].person_id
    ),
    "objections_open": _objection,
    "text_not_agreed": lambda case, _who: _figure(case, text_agreements=1),
    "signs_nothing_here": lambda case, who: [
        _set(party, signatory_id=case.parties[0].signatory_id) for party in case.parties
    ],
    "case_still_running": _as_before,
    # monitoring and closing
    "committee_undecided": lambda case, _who: db.session.delete(_all(CommitteeDecision, case)[0]),
    "focal_points_missing": lambda case, _who: db.session.delete(_all(FocalPoint, case)[0]),
    "notice_running": _as_before,
    "final_report_open": lambda case, _who: [
        _set(report, kind=ReportKind.INTERIM) for report in _all(Report, case)
    ],
    "reports_open": lambda case, _who: _set(_all(Report, case)[0], state=S.RETURNED),
    "audit_open": lambda case, _who: _set(_all(Audit, case)[0], opinion=None, delivered_at=None),
    "obligations_open": lambda case, _who: _set(_all(Obligation, case)[0], state=S.OPEN),
    "findings_open": lambda case, _who: _set(_all(Finding, case)[0], closed_at=None),
    "actions_open": lambda case, _who: _set(_all(CorrectiveAction, case)[0], state=S.VERIFIED),
    "report_sections_empty": lambda case, _who: _set(case, satisfaction_percent=None),
    "case_not_running": lambda case, _who: _set(case.application, state=S.TERMINATED),
    "own_report": lambda case, who: _set(case, author_id=who.person_id),
    "evidence_missing": lambda case, _who: _set(case, evidence=" "),
    "own_action": lambda case, who: _set(case, done_by_id=who.person_id),
    "own_delivery": lambda case, who: _set(case, delivered_by_id=who.person_id),
    # special clauses
    "clause_agreement_fixed": lambda case, _who: _set(case.agreement, state=S.VOIDED),
    "clause_words_changed": lambda case, _who: _set(case, text="Other words"),
    "own_clause": lambda case, who: _set(case, proposed_by_id=who.person_id),
    # templates
    "template_preview_missing": lambda case, _who: _set(case, preview_id=None),
    "template_own_upload": lambda case, who: _set(case, uploaded_by_id=who.person_id),
    "template_place_taken": _taken_place,
}  # fmt: skip
LATE = {"appeal_too_late": 44}  # days after which a move has become impossible
UNPREPARED = {code for code, change in BREAKS.items() if change is _as_before} - set(LATE) | {"panel_open"}
