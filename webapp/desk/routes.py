"""My desk: everything that waits for the signed-in person [S0.7]."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from webapp import clock, wording
from webapp.auth.access import actor, signed_in
from webapp.desk import kinds, queries
from webapp.desk.kinds import Kind
from webapp.desk.queries import Waiting
from webapp.models.monitoring import ReportKind
from webapp.services.batches.work import work_of
from workflows.vocabulary import DeadlineKind, Machine, Role

blueprint = Blueprint("desk", __name__, template_folder="templates")

FILE = "application_id"
# Where the work is done: the endpoint, and what it wants to know; any name but the file's stands for the row's part.
PAGES: dict[Kind, tuple[str, *tuple[str, ...]]] = {
    Kind.FINISH_DRAFT: ("applications.form", FILE),
    Kind.SIGN_OFF: ("applications.form", FILE),
    Kind.ANSWER: ("applications.answer", FILE),
    Kind.SIGN_OFF_ANSWER: ("applications.answer", FILE),
    Kind.SEND_ANSWER: ("applications.answer", FILE),
    Kind.CHECK_ELIGIBILITY: ("assessments.eligibility", FILE),
    Kind.SCORE_BASELINE: ("assessments.baseline", FILE, "organisation_id"),
    Kind.JUDGE_BASELINE: ("assessments.baseline", FILE),
    Kind.REVIEW: ("reviews.show", "review_id"),
    Kind.FIND_REVIEWER: ("reviews.index", FILE),
    Kind.RECOMMEND: ("decisions.show", FILE),
    Kind.CONFIRM: ("decisions.show", FILE),
    Kind.VOTE: ("decisions.appeal", FILE),
    Kind.START_CONTRACTING: ("agreements.show", FILE),
    Kind.WRITE_AGREEMENT: ("agreements.show", FILE),
    Kind.APPROVE_CLAUSE: ("negotiation.clause", FILE, "clause_id"),
    Kind.CHECK_VERSION: ("negotiation.text", FILE),
    Kind.REWRITE_AGREEMENT: ("agreements.show", FILE),
    Kind.SETTLE_OBJECTION: ("negotiation.text", FILE),
    Kind.ISSUE_AGREEMENT: ("agreements.show", FILE),
    Kind.SIGN: ("agreements.sign", FILE),
    Kind.ATTEST_SCAN: ("agreements.show", FILE),
    Kind.SET_UP_MONITORING: ("monitoring.show", FILE),
    Kind.NAME_FOCAL_POINT: ("monitoring.focal_point", FILE, "organisation_id"),
    Kind.WRITE_REPORT: ("monitoring.report", "report_id"),
    Kind.CORRECT_REPORT: ("monitoring.report", "report_id"),
    Kind.JUDGE_REPORT: ("monitoring.report", "report_id"),
    Kind.PLAN_ACTION: ("monitoring.new_action", "finding_id"),
    Kind.DO_ACTION: ("monitoring.action", "action_id"),
    Kind.VERIFY_ACTION: ("monitoring.action", "action_id"),
    Kind.CLOSE_ACTION: ("monitoring.action", "action_id"),
    Kind.DELIVER: ("monitoring.obligation", "obligation_id"),
    Kind.CONFIRM_DELIVERY: ("monitoring.obligation", "obligation_id"),
    Kind.GIVE_OPINION: ("monitoring.audit", FILE),
    Kind.SETTLE: ("casefile.show", FILE),
    Kind.CHASE: ("casefile.show", FILE),
    Kind.OPEN_PROGRAMME: ("programmes.show", "programme_id"),
    Kind.FINISH_PLAN: ("programmes.plan", "plan_id"),
    Kind.ENDORSE_PLAN: ("programmes.plan", "plan_id"),
    Kind.APPROVE_PLAN: ("programmes.plan", "plan_id"),
    Kind.OPEN_CALL: ("programmes.call", "call_id"),
    Kind.READ_PREVIEW: ("doctemplates.show", "template_id"),
    Kind.ACTIVATE_TEMPLATE: ("doctemplates.activate", "template_id"),
}


@blueprint.get("/desk")
@signed_in
def index() -> str:
    who = actor()
    today = clock.today(current_user.person.time_zone)
    desk = queries.desk(who, today)
    groups = [
        (_("Overdue"), _rows(desk.overdue)),
        (_("Due within a week"), _rows(desk.soon)),
        (_("Waiting for you"), _rows(desk.waiting)),
    ]
    return render_template(
        "desk/index.html",
        groups=[(title, rows) for title, rows in groups if rows],
        total=len(desk),
        more=desk.more,
        today=today,
        applies=who.holds(Role.APPLICANT_EDITOR, Role.SIGNATORY) or not who.grants,
        invites=who.holds(Role.SYSTEM_ADMIN, Role.MUNICIPALITY_ADMIN),
        batches=[(batch, work_of(batch).label()) for batch in queries.batches(who)],
        files=[
            (state, wording.state(Machine.APPLICATION, state), wording.state_tone(Machine.APPLICATION, state), number)
            for state, number in queries.counts(who)
        ],
    )


def _rows(waiting: Sequence[Waiting]) -> list[dict[str, Any]]:
    """The group's rows as the template prints them; the words of a kind are looked up once."""
    words = {kind: (kinds.what(kind), kinds.verb(kind)) for kind in {row.kind for row in waiting}}
    return [
        {
            "title": words[row.kind][0],
            "action": words[row.kind][1],
            "href": _address(row),
            "part": _part(row),
            "file": row.file,
            "due": row.due_on,
            "since": row.since,
        }
        for row in waiting
    ]


def _address(row: Waiting) -> str:
    """The page where the work is done; else the page of the move itself."""
    if row.kind in PAGES:
        endpoint, *names = PAGES[row.kind]
        values: dict[str, Any] = {name: row.application_id if name == FILE else row.case_id for name in names}
        return url_for(endpoint, **values)
    move = kinds.WORDS[row.kind].move
    if move is None:
        raise KeyError(row.kind)
    machine, trigger = move
    case_id = row.application_id if machine is Machine.APPLICATION else row.case_id
    return url_for("casefile.move", machine=machine.value, case_id=case_id, trigger=trigger.value)


def _part(row: Waiting) -> str:
    """Which part of the file, or what still stands in its way."""
    if row.open:
        return ", ".join(_left(name, number) for name, number in row.open)
    if row.kind is Kind.CHASE:
        return wording.label(DeadlineKind(row.label or ""))
    if row.number is not None and row.label:
        return f"{wording.label(ReportKind(row.label))} {row.number}"
    return row.label or ""


def _left(name: str, number: int) -> str:
    if name == "opinions":
        return str(_("the audit opinion is missing"))
    sentences = {
        "reports": lambda: ngettext("%(num)d report is open", "%(num)d reports are open", number),
        "obligations": lambda: ngettext("%(num)d obligation is open", "%(num)d obligations are open", number),
        "actions": lambda: ngettext("%(num)d action is open", "%(num)d actions are open", number),
        "findings": lambda: ngettext("%(num)d finding is open", "%(num)d findings are open", number),
    }
    return str(sentences[name]())
