"""Closed vocabularies of the product. A word that is not here does not exist anywhere else."""

from enum import StrEnum


class Machine(StrEnum):
    """The state machines; each has one table of moves in `workflows.definitions`."""

    PROGRAMME = "programme"
    PLAN = "plan"
    CALL = "call"
    APPLICATION = "application"
    REVIEW = "review"
    AGREEMENT = "agreement"
    REPORT = "report"
    ACTION = "action"
    OBLIGATION = "obligation"
    TEMPLATE = "template"
    CLAUSE = "clause"


class State(StrEnum):
    """Every state of every machine. A definition says which of them it uses and what they mean there."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    # country plan
    CONSULTATION = "consultation"
    ENDORSED = "endorsed"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    # application
    SUBMITTED = "submitted"
    ELIGIBILITY = "eligibility"
    BASELINE = "baseline"
    CAPACITY_HOLD = "capacity_hold"
    REVIEW = "review"
    CLARIFICATION = "clarification"
    DECISION = "decision"
    RESERVE = "reserve"
    REJECTED = "rejected"
    INELIGIBLE = "ineligible"
    APPEAL = "appeal"
    CONTRACTING = "contracting"
    SIGNED = "signed"
    MONITORING = "monitoring"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    CLOSING = "closing"
    WITHDRAWN = "withdrawn"
    # review
    ASSIGNED = "assigned"
    RECUSED = "recused"
    # agreement
    ISSUED = "issued"
    IN_FORCE = "in_force"
    ENDED = "ended"
    VOIDED = "voided"
    # report
    DUE = "due"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    # corrective action, knowledge-sharing obligation
    DONE = "done"
    VERIFIED = "verified"
    DELIVERED = "delivered"
    WAIVED = "waived"
    # document template
    PREVIEWED = "previewed"
    ACTIVE = "active"
    RETIRED = "retired"
    # special clause
    PROPOSED = "proposed"
    REPLACED = "replaced"


class Trigger(StrEnum):
    """Every move a person or the system can ask for."""

    # programme, plan, call
    OPEN_PROGRAMME = "open_programme"
    CLOSE_PROGRAMME = "close_programme"
    CONSULT = "consult"
    REVISE = "revise"
    ENDORSE = "endorse"
    APPROVE_PLAN = "approve_plan"
    SUPERSEDE = "supersede"
    OPEN_CALL = "open_call"
    CLOSE_CALL = "close_call"
    # application
    SUBMIT = "submit"
    START_ELIGIBILITY = "start_eligibility"
    PASS_ELIGIBILITY = "pass_eligibility"
    FAIL_ELIGIBILITY = "fail_eligibility"
    HOLD_FOR_CAPACITY = "hold_for_capacity"
    RESUME_BASELINE = "resume_baseline"
    SEND_TO_REVIEW = "send_to_review"
    ASK_CLARIFICATION = "ask_clarification"
    ANSWER_CLARIFICATION = "answer_clarification"
    SEND_TO_DECISION = "send_to_decision"
    APPROVE = "approve"
    PUT_ON_RESERVE = "put_on_reserve"
    REJECT = "reject"
    RECONSIDER = "reconsider"
    LAPSE = "lapse"
    FILE_APPEAL = "file_appeal"
    UPHOLD_APPEAL = "uphold_appeal"
    DISMISS_APPEAL = "dismiss_appeal"
    CLOSE_REFUSED = "close_refused"
    START_CONTRACTING = "start_contracting"
    CONCLUDE = "conclude"
    START_MONITORING = "start_monitoring"
    SUSPEND = "suspend"
    RESUME = "resume"
    TERMINATE = "terminate"
    START_CLOSING = "start_closing"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    # review
    SUBMIT_REVIEW = "submit_review"
    RECUSE = "recuse"
    # agreement
    ISSUE = "issue"
    REDRAFT = "redraft"
    DECLINE = "decline"
    EXPIRE = "expire"
    ENTER_INTO_FORCE = "enter_into_force"
    VOID = "void"
    END = "end"
    # report
    SUBMIT_REPORT = "submit_report"
    RETURN_REPORT = "return_report"
    ACCEPT_REPORT = "accept_report"
    # action
    MARK_DONE = "mark_done"
    REOPEN = "reopen"
    VERIFY = "verify"
    CLOSE_ACTION = "close_action"
    # obligation
    DELIVER = "deliver"
    REDO = "redo"
    CONFIRM_DELIVERY = "confirm_delivery"
    WAIVE = "waive"
    # document template
    CONFIRM_PREVIEW = "confirm_preview"
    ACTIVATE_TEMPLATE = "activate_template"
    RETIRE_TEMPLATE = "retire_template"
    REJECT_TEMPLATE = "reject_template"
    # special clause
    APPROVE_CLAUSE = "approve_clause"
    REJECT_CLAUSE = "reject_clause"
    WITHDRAW_CLAUSE = "withdraw_clause"
    REPLACE_CLAUSE = "replace_clause"


class Role(StrEnum):
    """The closed list of roles; each is held within a scope (`domain.md` §1, §4)."""

    APPLICANT_EDITOR = "applicant_editor"
    SIGNATORY = "signatory"
    FOCAL_POINT = "focal_point"
    MUNICIPALITY_ADMIN = "municipality_admin"
    LGA_OFFICER = "lga_officer"
    LEAD_REVIEWER = "lead_reviewer"
    LGA_ADMIN = "lga_admin"
    ASSESSOR = "assessor"
    PROGRAMME_MANAGER = "programme_manager"
    FINANCE_OFFICER = "finance_officer"
    DIRECTOR = "director"
    PANEL_MEMBER = "panel_member"
    COMMITTEE_MEMBER = "committee_member"
    INDEPENDENT_ASSESSOR = "independent_assessor"
    AUDITOR = "auditor"
    EXPERT = "expert"
    SYSTEM_ADMIN = "system_admin"
    SYSTEM = "system"


class Effect(StrEnum):
    """What a move also does, in the same transaction and in the database alone."""

    FREEZE_VERSION = "freeze_version"
    ASSIGN_MANAGER = "assign_manager"
    OPEN_CHECKLIST = "open_checklist"
    OPEN_BASELINE = "open_baseline"
    ASSIGN_REVIEWERS = "assign_reviewers"
    UNLOCK_SECTIONS = "unlock_sections"
    RECORD_SCORE = "record_score"
    RESERVE_FUNDS = "reserve_funds"
    RELEASE_FUNDS = "release_funds"
    COMMIT_FUNDS = "commit_funds"
    LETTER_AWARD = "letter_award"
    LETTER_RESERVE = "letter_reserve"
    LETTER_REJECTION = "letter_rejection"
    LETTER_INELIGIBLE = "letter_ineligible"
    LETTER_APPEAL = "letter_appeal"
    LETTER_CLOSING = "letter_closing"
    SETTLE_DECISION = "settle_decision"
    OPEN_APPEAL = "open_appeal"
    SETTLE_APPEAL = "settle_appeal"
    REOPEN_REVIEW = "reopen_review"
    REOPEN_ELIGIBILITY = "reopen_eligibility"
    DRAFT_AGREEMENT = "draft_agreement"
    VOID_AGREEMENT = "void_agreement"
    END_AGREEMENT = "end_agreement"
    CONCLUDE_CASE = "conclude_case"
    SCHEDULE_REPORTS = "schedule_reports"
    OPEN_AUDIT = "open_audit"
    CLOSE_FINDING = "close_finding"
    MOVE_DATES = "move_dates"


class Instrument(StrEnum):
    """What binds the parties, computed from the budget [S2.15]."""

    MEMORANDUM = "memorandum"
    INVESTMENT_CONTRACT = "investment_contract"


class AuditLevel(StrEnum):
    """How closely a file is audited at its closing [S2.18]; a programme chooses per instrument."""

    NONE = "none"
    SIMPLE = "simple"
    DETAILED = "detailed"


class DeadlineKind(StrEnum):
    """What a due date is about; what each kind means stands in `workflows.deadlines`."""

    APPEAL = "appeal"
    RESERVE = "reserve"
    ANSWER = "answer"
    REVIEW = "review"
    SIGNATURE = "signature"
    REPORT = "report"
    ACTION = "action"
    OBLIGATION = "obligation"


class ReminderStep(StrEnum):
    """When somebody is told of a due date: before, on the day, after; then the next person up, and the one above."""

    BEFORE = "before"
    DUE = "due"
    AFTER = "after"
    ESCALATED = "escalated"
    ESCALATED_AGAIN = "escalated_again"


class Outcome(StrEnum):
    """How a final state ended, for a badge and for counting; never read from a state's name."""

    COMPLETED = "completed"
    REFUSED = "refused"
    STOPPED = "stopped"
