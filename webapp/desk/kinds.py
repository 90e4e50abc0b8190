"""The kinds of work that can wait for somebody, with their words: what it is, and the verb on its button."""

from enum import StrEnum
from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from webapp import wording
from workflows.vocabulary import Machine, Trigger

M, T = Machine, Trigger


class Kind(StrEnum):
    FINISH_DRAFT = "finish_draft"
    SIGN_OFF = "sign_off"
    SUBMIT = "submit"
    ANSWER = "answer"
    SIGN_OFF_ANSWER = "sign_off_answer"
    SEND_ANSWER = "send_answer"
    START_ELIGIBILITY = "start_eligibility"
    CHECK_ELIGIBILITY = "check_eligibility"
    SCORE_BASELINE = "score_baseline"
    JUDGE_BASELINE = "judge_baseline"
    RESUME_BASELINE = "resume_baseline"
    REVIEW = "review"
    FIND_REVIEWER = "find_reviewer"
    SEND_TO_DECISION = "send_to_decision"
    RECOMMEND = "recommend"
    CONFIRM = "confirm"
    RECONSIDER = "reconsider"
    VOTE = "vote"
    START_CONTRACTING = "start_contracting"
    WRITE_AGREEMENT = "write_agreement"
    APPROVE_CLAUSE = "approve_clause"
    CHECK_VERSION = "check_version"
    ISSUE_AGREEMENT = "issue_agreement"
    SIGN = "sign"
    ATTEST_SCAN = "attest_scan"
    SET_UP_MONITORING = "set_up_monitoring"
    NAME_FOCAL_POINT = "name_focal_point"
    WRITE_REPORT = "write_report"
    CORRECT_REPORT = "correct_report"
    JUDGE_REPORT = "judge_report"
    PLAN_ACTION = "plan_action"
    DO_ACTION = "do_action"
    VERIFY_ACTION = "verify_action"
    CLOSE_ACTION = "close_action"
    DELIVER = "deliver"
    CONFIRM_DELIVERY = "confirm_delivery"
    START_CLOSING = "start_closing"
    GIVE_OPINION = "give_opinion"
    CLOSE = "close"
    SETTLE = "settle"
    TERMINATE = "terminate"
    CHASE = "chase"
    OPEN_PROGRAMME = "open_programme"
    FINISH_PLAN = "finish_plan"
    ENDORSE_PLAN = "endorse_plan"
    APPROVE_PLAN = "approve_plan"
    OPEN_CALL = "open_call"
    READ_PREVIEW = "read_preview"
    ACTIVATE_TEMPLATE = "activate_template"


class Words(NamedTuple):
    """`what` waits; the verb is that of the move, or one of our own where the work comes before the move."""

    what: LazyString
    move: tuple[Machine, Trigger] | None = None
    verb: LazyString | None = None


WORDS: dict[Kind, Words] = {
    Kind.FINISH_DRAFT: Words(_("An application to finish"), verb=_("Continue writing")),
    Kind.SIGN_OFF: Words(_("An application to finish and sign off"), verb=_("Read and sign off")),
    Kind.SUBMIT: Words(_("An application that all partners have signed off"), (M.APPLICATION, T.SUBMIT)),
    Kind.ANSWER: Words(_("A question about the application"), verb=_("Answer the question")),
    Kind.SIGN_OFF_ANSWER: Words(_("An answer to sign off"), verb=_("Read and sign off")),
    Kind.SEND_ANSWER: Words(_("An answer that all partners have signed off"), (M.APPLICATION, T.ANSWER_CLARIFICATION)),
    Kind.START_ELIGIBILITY: Words(_("A new application"), (M.APPLICATION, T.START_ELIGIBILITY)),
    Kind.CHECK_ELIGIBILITY: Words(_("An eligibility checklist to finish"), verb=_("Check eligibility")),
    Kind.SCORE_BASELINE: Words(_("A municipality to assess"), verb=_("Score the baseline")),
    Kind.JUDGE_BASELINE: Words(_("A complete baseline assessment"), verb=_("Conclude the baseline")),
    Kind.RESUME_BASELINE: Words(_("An application on hold for capacity"), (M.APPLICATION, T.RESUME_BASELINE)),
    Kind.REVIEW: Words(_("An application to review"), verb=_("Review")),
    Kind.FIND_REVIEWER: Words(_("One more reviewer is needed"), verb=_("Assign a reviewer")),
    Kind.SEND_TO_DECISION: Words(_("The reviews are in"), (M.APPLICATION, T.SEND_TO_DECISION)),
    Kind.RECOMMEND: Words(_("An application to recommend on"), verb=_("Write the recommendation")),
    Kind.CONFIRM: Words(_("A recommendation to confirm"), verb=_("Read and decide")),
    Kind.RECONSIDER: Words(
        _("An application on the reserve list, and funds are free"), (M.APPLICATION, T.RECONSIDER)
    ),
    Kind.VOTE: Words(_("An appeal to judge"), verb=_("Judge the appeal")),
    Kind.START_CONTRACTING: Words(_("An approved application"), (M.APPLICATION, T.START_CONTRACTING)),
    Kind.WRITE_AGREEMENT: Words(_("An agreement to write"), verb=_("Write the agreement")),
    Kind.APPROVE_CLAUSE: Words(_("A special clause to approve"), verb=_("Read and decide")),
    Kind.CHECK_VERSION: Words(_("A version of a contract to check"), verb=_("Read and check")),
    Kind.ISSUE_AGREEMENT: Words(_("A written agreement"), (M.AGREEMENT, T.ISSUE)),
    Kind.SIGN: Words(_("An agreement to sign"), verb=_("Read and sign")),
    Kind.ATTEST_SCAN: Words(_("A signed paper to compare"), verb=_("Compare")),
    Kind.SET_UP_MONITORING: Words(_("A signed agreement without monitoring"), verb=_("Set up monitoring")),
    Kind.NAME_FOCAL_POINT: Words(_("A focal point to name"), verb=_("Name the focal point")),
    Kind.WRITE_REPORT: Words(_("A report to write"), verb=_("Write the report")),
    Kind.CORRECT_REPORT: Words(_("A returned report"), verb=_("Complete the report")),
    Kind.JUDGE_REPORT: Words(_("A report to read"), verb=_("Read the report")),
    Kind.PLAN_ACTION: Words(_("A finding without an action"), verb=_("Plan an action")),
    Kind.DO_ACTION: Words(_("A corrective action to do"), verb=_("Work on the action")),
    Kind.VERIFY_ACTION: Words(_("A corrective action to verify"), (M.ACTION, T.VERIFY)),
    Kind.CLOSE_ACTION: Words(_("A verified action"), (M.ACTION, T.CLOSE_ACTION)),
    Kind.DELIVER: Words(_("Knowledge to share"), verb=_("Show the delivery")),
    Kind.CONFIRM_DELIVERY: Words(_("Shared knowledge to confirm"), (M.OBLIGATION, T.CONFIRM_DELIVERY)),
    Kind.START_CLOSING: Words(_("The final report is accepted"), (M.APPLICATION, T.START_CLOSING)),
    Kind.GIVE_OPINION: Words(_("An audit to conclude"), verb=_("Give your opinion")),
    Kind.CLOSE: Words(_("A file where all is settled"), (M.APPLICATION, T.CLOSE)),
    Kind.SETTLE: Words(_("A file that cannot close yet"), verb=_("See what is open")),
    Kind.TERMINATE: Words(_("A notice whose term is over"), (M.APPLICATION, T.TERMINATE)),
    Kind.CHASE: Words(_("Somebody is late"), verb=_("See what is late")),
    Kind.OPEN_PROGRAMME: Words(_("A programme in preparation"), (M.PROGRAMME, T.OPEN_PROGRAMME)),
    Kind.FINISH_PLAN: Words(_("A country plan to finish"), verb=_("Continue writing")),
    Kind.ENDORSE_PLAN: Words(_("A country plan to endorse"), (M.PLAN, T.ENDORSE)),
    Kind.APPROVE_PLAN: Words(_("A country plan to approve"), (M.PLAN, T.APPROVE_PLAN)),
    Kind.OPEN_CALL: Words(_("A call to open"), (M.CALL, T.OPEN_CALL)),
    Kind.READ_PREVIEW: Words(_("A document template that you uploaded"), verb=_("Read the preview")),
    Kind.ACTIVATE_TEMPLATE: Words(_("A document template of a colleague"), (M.TEMPLATE, T.ACTIVATE_TEMPLATE)),
}  # fmt: skip


def what(kind: Kind) -> str:
    """What waits: "An agreement to sign"."""
    return str(WORDS[kind].what)


def verb(kind: Kind) -> str:
    """The button: the move's own words wherever the button makes that move."""
    words = WORDS[kind]
    return wording.trigger(*words.move) if words.move else str(words.verb)
