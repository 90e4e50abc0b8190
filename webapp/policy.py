"""May this person touch this record? One readable table, asked by pages, fragments, downloads and `advance` alike.

Whether a role may make a *move* stands in the move's own `by`; here stands who holds which role on which record, and
what may be seen and edited. Everything is a plain value: no session, no request, no database.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from webapp.errors import Forbidden, NotFound
from workflows.vocabulary import Machine, Role, State

R, S = Role, State

MUNICIPAL = frozenset({R.APPLICANT_EDITOR, R.SIGNATORY, R.MUNICIPALITY_ADMIN})
ASSOCIATION = frozenset({R.LGA_OFFICER, R.LEAD_REVIEWER, R.LGA_ADMIN})
OFFICE = frozenset({R.PROGRAMME_MANAGER, R.FINANCE_OFFICER, R.DIRECTOR})
ASSIGNED = frozenset({R.FOCAL_POINT, R.ASSESSOR, R.COMMITTEE_MEMBER, R.INDEPENDENT_ASSESSOR, R.AUDITOR})


@dataclass(frozen=True, slots=True)
class Grant:
    """One scoped role, valid today."""

    role: Role
    organisation_id: int | None = None
    programme_id: int | None = None
    application_id: int | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts: a person with the grants that are valid today and the organisations they belong to."""

    person_id: int
    name: str
    grants: tuple[Grant, ...] = ()
    belongs_to: frozenset[int] = frozenset()

    def holds(self, *roles: Role) -> bool:
        return any(grant.role in roles for grant in self.grants)

    def organisations(self, *roles: Role) -> frozenset[int]:
        return frozenset(g.organisation_id for g in self.grants if g.role in roles and g.organisation_id is not None)

    def programmes(self, *roles: Role) -> frozenset[int]:
        return frozenset(g.programme_id for g in self.grants if g.role in roles and g.programme_id is not None)

    def files(self, *roles: Role) -> frozenset[int]:
        return frozenset(g.application_id for g in self.grants if g.role in roles and g.application_id is not None)


SYSTEM_PERSON = 0
SYSTEM = Principal(SYSTEM_PERSON, "Jumelage", (Grant(R.SYSTEM),))


@dataclass(frozen=True, slots=True)
class FileScope:
    """What the policy must know of one application (file)."""

    application_id: int
    programme_id: int
    party_ids: frozenset[int]
    plan_lga_id: int
    lga_ids: frozenset[int]  # the plan country's association and those of the parties
    state: State
    return_state: State | None = None
    panel: frozenset[int] = field(default=frozenset())  # people who judged the appeal


@dataclass(frozen=True, slots=True)
class ProgrammeScope:
    """What the policy must know of a programme, plan, call or template."""

    programme_id: int
    lga_id: int | None = None  # the association of the plan
    state: State = S.DRAFT


Scope = FileScope | ProgrammeScope


def roles_on(who: Principal, scope: Scope) -> frozenset[Role]:
    """The roles this person holds on this very record."""
    test = _holds_on_file if isinstance(scope, FileScope) else _holds_on_programme
    return frozenset(grant.role for grant in who.grants if grant.role is R.SYSTEM or test(grant, scope))  # type: ignore[arg-type]


def _holds_on_file(grant: Grant, scope: FileScope) -> bool:
    if grant.application_id is not None:
        return grant.application_id == scope.application_id
    if grant.role in MUNICIPAL:
        return grant.organisation_id in scope.party_ids
    if grant.role is R.LEAD_REVIEWER:
        return grant.organisation_id == scope.plan_lga_id
    if grant.role in ASSOCIATION:
        return grant.organisation_id in scope.lga_ids
    if grant.role in OFFICE or grant.role is R.PANEL_MEMBER:
        return grant.programme_id == scope.programme_id
    return False


def _holds_on_programme(grant: Grant, scope: ProgrammeScope) -> bool:
    if grant.role in OFFICE:
        return grant.programme_id == scope.programme_id
    return grant.role in ASSOCIATION and scope.lga_id is not None and grant.organisation_id == scope.lga_id


class Action(StrEnum):
    """Everything beside a move that a person can do to a record."""

    VIEW_FILE = "view_file"
    VIEW_SUMMARY = "view_summary"
    EDIT_CONTENT = "edit_content"
    SIGN_OFF = "sign_off"
    ASK_CLARIFICATION = "ask_clarification"
    ANSWER_CLARIFICATION = "answer_clarification"
    CHECK_ELIGIBILITY = "check_eligibility"
    SCORE_BASELINE = "score_baseline"
    VIEW_ASSESSMENT = "view_assessment"
    ASSIGN_REVIEWER = "assign_reviewer"
    REVIEW = "review"
    VIEW_REVIEWS = "view_reviews"
    RECOMMEND = "recommend"
    CONFIRM = "confirm"
    VIEW_DECISION = "view_decision"
    VOTE = "vote"
    VIEW_APPEAL = "view_appeal"
    PREPARE_AGREEMENT = "prepare_agreement"
    VIEW_AGREEMENT = "view_agreement"
    COMMENT_ON_AGREEMENT = "comment_on_agreement"
    AGREE_TO_TEXT = "agree_to_text"
    PROPOSE_CLAUSE = "propose_clause"
    APPROVE_CLAUSE = "approve_clause"
    CHECK_VERSION = "check_version"
    SIGN = "sign"
    ATTEST_SIGNATURE = "attest_signature"
    SET_UP_MONITORING = "set_up_monitoring"
    NAME_FOCAL_POINT = "name_focal_point"
    VIEW_MONITORING = "view_monitoring"
    WRITE_REPORT = "write_report"
    JUDGE_REPORT = "judge_report"
    RAISE_FINDING = "raise_finding"
    WORK_ON_ACTION = "work_on_action"
    MANAGE_OBLIGATIONS = "manage_obligations"
    GIVE_NOTICE = "give_notice"
    GIVE_OPINION = "give_opinion"
    VIEW_LETTERS = "view_letters"
    MAKE_PDF = "make_pdf"
    EXTEND_DEADLINE = "extend_deadline"
    MANAGE_PROGRAMME = "manage_programme"
    VIEW_PROGRAMME = "view_programme"
    RUN_BATCH = "run_batch"
    EDIT_PLAN = "edit_plan"
    ENDORSE_PLAN = "endorse_plan"
    VIEW_TEMPLATES = "view_templates"
    MANAGE_TEMPLATES = "manage_templates"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may, and in which states of the record (None: in all)."""

    roles: frozenset[Role]
    only_in: frozenset[State] | None = None
    not_in: frozenset[State] = frozenset()


APPLICANTS = frozenset({R.APPLICANT_EDITOR, R.SIGNATORY})
WRITING = frozenset({S.DRAFT, S.CLARIFICATION})
RUNNING = frozenset({S.SIGNED, S.MONITORING, S.SUSPENDED, S.CLOSING, S.CLOSED, S.TERMINATED})
BEFORE_SUBMISSION = frozenset({S.DRAFT})
PANEL = frozenset({R.PANEL_MEMBER})
INSIDERS = OFFICE | {R.ASSESSOR}
FOLLOWERS = MUNICIPAL | OFFICE | {R.FOCAL_POINT, R.COMMITTEE_MEMBER, R.INDEPENDENT_ASSESSOR, R.AUDITOR}

# Who works on the file asks the applicants: the owners of the move in each state.
ASKS: dict[State, frozenset[Role]] = {
    S.ELIGIBILITY: frozenset({R.PROGRAMME_MANAGER}),
    S.BASELINE: frozenset({R.ASSESSOR}),
    S.REVIEW: frozenset({R.LGA_OFFICER, R.LEAD_REVIEWER}),
    S.DECISION: frozenset({R.PROGRAMME_MANAGER}),
}

TABLE: dict[Action, Rule] = {
    Action.VIEW_SUMMARY: Rule(ASSOCIATION, not_in=BEFORE_SUBMISSION),
    Action.EDIT_CONTENT: Rule(APPLICANTS, only_in=WRITING),
    Action.SIGN_OFF: Rule(frozenset({R.SIGNATORY}), only_in=WRITING),
    Action.ASK_CLARIFICATION: Rule(
        frozenset({R.PROGRAMME_MANAGER, R.ASSESSOR, R.LGA_OFFICER, R.LEAD_REVIEWER}), only_in=frozenset(ASKS)
    ),
    Action.ANSWER_CLARIFICATION: Rule(APPLICANTS, only_in=frozenset({S.CLARIFICATION})),
    Action.CHECK_ELIGIBILITY: Rule(frozenset({R.PROGRAMME_MANAGER}), only_in=frozenset({S.ELIGIBILITY})),
    Action.SCORE_BASELINE: Rule(frozenset({R.ASSESSOR}), only_in=frozenset({S.BASELINE})),
    Action.VIEW_ASSESSMENT: Rule(
        INSIDERS | MUNICIPAL | ASSOCIATION | PANEL | {R.AUDITOR}, not_in=frozenset({S.DRAFT, S.SUBMITTED})
    ),
    Action.ASSIGN_REVIEWER: Rule(frozenset({R.PROGRAMME_MANAGER}), only_in=frozenset({S.REVIEW})),
    Action.REVIEW: Rule(frozenset({R.LGA_OFFICER, R.LEAD_REVIEWER}), only_in=frozenset({S.REVIEW})),
    Action.VIEW_REVIEWS: Rule(OFFICE | {R.LGA_OFFICER, R.LEAD_REVIEWER} | PANEL, not_in=BEFORE_SUBMISSION),
    Action.RECOMMEND: Rule(frozenset({R.PROGRAMME_MANAGER}), only_in=frozenset({S.DECISION})),
    Action.CONFIRM: Rule(OFFICE, only_in=frozenset({S.DECISION})),
    Action.VIEW_DECISION: Rule(OFFICE | PANEL, not_in=BEFORE_SUBMISSION),
    Action.VOTE: Rule(PANEL, only_in=frozenset({S.APPEAL})),
    Action.VIEW_APPEAL: Rule(OFFICE | PANEL | MUNICIPAL, not_in=BEFORE_SUBMISSION),
    Action.PREPARE_AGREEMENT: Rule(frozenset({R.PROGRAMME_MANAGER}), only_in=frozenset({S.APPROVED, S.CONTRACTING})),
    Action.VIEW_AGREEMENT: Rule(FOLLOWERS, only_in=RUNNING | {S.APPROVED, S.CONTRACTING, S.WITHDRAWN}),
    Action.COMMENT_ON_AGREEMENT: Rule(APPLICANTS | OFFICE, only_in=frozenset({S.CONTRACTING})),
    Action.AGREE_TO_TEXT: Rule(APPLICANTS, only_in=frozenset({S.CONTRACTING})),
    Action.PROPOSE_CLAUSE: Rule(frozenset({R.PROGRAMME_MANAGER}), only_in=frozenset({S.CONTRACTING})),
    Action.APPROVE_CLAUSE: Rule(OFFICE, only_in=frozenset({S.CONTRACTING})),  # never who proposed it
    Action.CHECK_VERSION: Rule(OFFICE, only_in=frozenset({S.CONTRACTING})),  # never who wrote it
    Action.SIGN: Rule(frozenset({R.SIGNATORY, R.DIRECTOR}), only_in=frozenset({S.CONTRACTING})),
    Action.ATTEST_SIGNATURE: Rule(OFFICE, only_in=frozenset({S.CONTRACTING})),
    Action.SET_UP_MONITORING: Rule(frozenset({R.PROGRAMME_MANAGER}), only_in=frozenset({S.CONTRACTING, S.SIGNED})),
    Action.NAME_FOCAL_POINT: Rule(
        frozenset({R.PROGRAMME_MANAGER, R.MUNICIPALITY_ADMIN}), only_in=frozenset({S.SIGNED, S.MONITORING})
    ),
    Action.VIEW_MONITORING: Rule(FOLLOWERS, only_in=RUNNING),
    Action.WRITE_REPORT: Rule(APPLICANTS, only_in=frozenset({S.MONITORING, S.SUSPENDED})),
    Action.JUDGE_REPORT: Rule(frozenset({R.PROGRAMME_MANAGER}), only_in=frozenset({S.MONITORING, S.SUSPENDED})),
    Action.RAISE_FINDING: Rule(
        frozenset({R.PROGRAMME_MANAGER, R.COMMITTEE_MEMBER, R.FOCAL_POINT, R.INDEPENDENT_ASSESSOR}),
        only_in=frozenset({S.MONITORING, S.SUSPENDED, S.CLOSING}),
    ),
    Action.WORK_ON_ACTION: Rule(
        APPLICANTS | {R.PROGRAMME_MANAGER, R.COMMITTEE_MEMBER, R.FOCAL_POINT},
        only_in=frozenset({S.MONITORING, S.SUSPENDED, S.CLOSING}),
    ),
    Action.MANAGE_OBLIGATIONS: Rule(
        APPLICANTS | {R.PROGRAMME_MANAGER},
        only_in=frozenset({S.CONTRACTING, S.SIGNED, S.MONITORING, S.SUSPENDED, S.CLOSING}),
    ),
    Action.GIVE_NOTICE: Rule(frozenset({R.DIRECTOR}), only_in=frozenset({S.SIGNED, S.MONITORING, S.SUSPENDED})),
    Action.GIVE_OPINION: Rule(frozenset({R.AUDITOR}), only_in=frozenset({S.CLOSING})),
    Action.VIEW_LETTERS: Rule(MUNICIPAL | OFFICE | PANEL | {R.AUDITOR}, not_in=BEFORE_SUBMISSION),
    Action.MAKE_PDF: Rule(frozenset({R.PROGRAMME_MANAGER}), not_in=BEFORE_SUBMISSION),
    Action.EXTEND_DEADLINE: Rule(
        frozenset({R.PROGRAMME_MANAGER}), not_in=frozenset({S.DRAFT, S.CLOSED, S.TERMINATED, S.WITHDRAWN})
    ),
    Action.MANAGE_PROGRAMME: Rule(frozenset({R.PROGRAMME_MANAGER, R.DIRECTOR})),
    Action.VIEW_PROGRAMME: Rule(OFFICE | ASSOCIATION),
    Action.RUN_BATCH: Rule(OFFICE),  # many files of a call in one go; each file is asked about again
    Action.EDIT_PLAN: Rule(frozenset({R.PROGRAMME_MANAGER}), only_in=frozenset({S.DRAFT})),
    Action.ENDORSE_PLAN: Rule(frozenset({R.LGA_OFFICER}), only_in=frozenset({S.CONSULTATION})),
    Action.VIEW_TEMPLATES: Rule(OFFICE),
    Action.MANAGE_TEMPLATES: Rule(frozenset({R.PROGRAMME_MANAGER, R.DIRECTOR})),
}


# Who may look at a case of each machine.
LOOK: dict[Machine, Action] = {
    Machine.PROGRAMME: Action.VIEW_PROGRAMME,
    Machine.PLAN: Action.VIEW_PROGRAMME,
    Machine.CALL: Action.VIEW_PROGRAMME,
    Machine.APPLICATION: Action.VIEW_FILE,
    Machine.REVIEW: Action.VIEW_REVIEWS,
    Machine.AGREEMENT: Action.VIEW_AGREEMENT,
    Machine.REPORT: Action.VIEW_MONITORING,
    Machine.ACTION: Action.VIEW_MONITORING,
    Machine.OBLIGATION: Action.VIEW_MONITORING,
    Machine.TEMPLATE: Action.VIEW_TEMPLATES,
}


def may(who: Principal, action: Action, scope: Scope) -> bool:
    """The answer for one person, one action and one record."""
    roles = roles_on(who, scope)
    if action is Action.VIEW_FILE:
        return isinstance(scope, FileScope) and _sees_file(roles, scope)
    rule = TABLE[action]
    if isinstance(scope, FileScope):
        roles = _whose_turn(roles, action, scope)
    if not roles & rule.roles or scope.state in rule.not_in:
        return False
    return rule.only_in is None or scope.state in rule.only_in


def _whose_turn(roles: frozenset[Role], action: Action, scope: FileScope) -> frozenset[Role]:
    """The roles that count now: the panel's and the associations' only while the file is with them.

    Before and after, an association has the summary and a panel the record of the appeal, nothing else.
    """
    if scope.state not in PANEL_SEES and action is not Action.VIEW_APPEAL:
        roles -= PANEL
    if not _is_reviewed(scope) and action is not Action.VIEW_SUMMARY:
        roles -= ASSOCIATION
    if action is Action.ASK_CLARIFICATION:
        roles &= ASKS.get(scope.state, frozenset())
    return roles


def _sees_file(roles: frozenset[Role], scope: FileScope) -> bool:
    """Parties always; the office and those assigned once it is submitted; associations while they review."""
    if roles & MUNICIPAL:
        return True
    if scope.state in BEFORE_SUBMISSION:
        return False
    if roles & (OFFICE | ASSIGNED) or (R.PANEL_MEMBER in roles and scope.state in PANEL_SEES):
        return True
    return _is_reviewed(scope) and bool(roles & ASSOCIATION)


def _is_reviewed(scope: FileScope) -> bool:
    """With the associations, also while a question of theirs is being answered."""
    return scope.state is S.REVIEW or (scope.state is S.CLARIFICATION and scope.return_state is S.REVIEW)


PANEL_SEES = frozenset({S.REJECTED, S.INELIGIBLE, S.APPEAL})


def require(who: Principal, action: Action, scope: Scope) -> None:
    """Pass or raise: `NotFound` when the record is not theirs to see, `Forbidden` when only the action is not."""
    if may(who, action, scope):
        return
    visible = (Action.VIEW_FILE, Action.VIEW_SUMMARY) if isinstance(scope, FileScope) else (Action.VIEW_PROGRAMME,)
    if any(may(who, look, scope) for look in visible):
        raise Forbidden(action.value)
    raise NotFound(action.value)


# Who reviews and who judges an appeal is known inside, and not to those whose file it is.
UNNAMED = frozenset({R.LGA_OFFICER, R.LEAD_REVIEWER, R.PANEL_MEMBER})
KNOW_EVERYBODY = OFFICE | ASSOCIATION | PANEL | {R.AUDITOR, R.SYSTEM}


def is_named(role: Role, reader: frozenset[Role]) -> bool:
    """Whether somebody who acted in `role` is named to a reader with these roles; else the role stands for them."""
    return role not in UNNAMED or bool(reader & KNOW_EVERYBODY)


def administers(who: Principal, organisation_id: int | None) -> bool:
    """May manage the people of this organisation; None asks for the whole installation."""
    if who.holds(R.SYSTEM_ADMIN):
        return True
    return organisation_id is not None and organisation_id in who.organisations(R.MUNICIPALITY_ADMIN, R.LGA_ADMIN)


def grants_on(
    rows: list[tuple[Role, int | None, int | None, int | None, date, date | None]], today: date
) -> tuple[Grant, ...]:
    """The grants among these rows that are valid on `today` (both ends included)."""
    return tuple(
        Grant(role, organisation, programme, application)
        for role, organisation, programme, application, starts, ends in rows
        if starts <= today and (ends is None or today <= ends)
    )
