"""Why a move cannot happen: one sentence or two for each code of a guard, and who can clear it. No blame."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from webapp.wording import form, grids, moves, people, states, values
from workflows.engine import NO_SUCH_MOVE, NOT_YOURS, REASON_MISSING
from workflows.facts import Blocker
from workflows.vocabulary import Machine, Role, State, Trigger

ENGINE: dict[str, LazyString] = {
    NO_SUCH_MOVE: _(
        "“%(trigger)s” is not possible now: the state is “%(state)s”. Load the page again to see what is possible."
    ),
    NOT_YOURS: _("This step belongs to somebody else."),
    REASON_MISSING: _("Write a reason. The people concerned will read it."),
}

PROGRAMME: dict[str, LazyString] = {
    "programme_has_open_work": _(
        "There is still open work in this programme. Open calls: %(calls)s. Open files: %(cases)s."
    ),
    "plan_sections_empty": _("The plan is not complete. Still empty: %(sections)s."),
    "plan_policy_missing": _("The plan names no national policy yet. Add at least one."),
    "plan_sector_benefit_missing": _("The plan does not yet say how other municipalities benefit from it."),
    "plan_themes_missing": _("The plan has no theme yet. Add at least one."),
    "plan_not_endorsed": _("The association has not endorsed this text of the plan yet."),
    "plan_over_budget": _("The budget of this plan does not fit in the programme. Still free there: %(left)s."),
    "plan_own_draft": _("You wrote this plan, so another person approves it."),
    "plan_has_open_call": _("A call under this plan is still open. Close the call first."),
    "call_plan_not_approved": _("The country plan of this call is not approved yet."),
    "call_programme_not_open": _("The programme of this call is not open."),
    "call_already_past": _("The last day of this call is past: %(closes)s. Choose a later day."),
    "template_preview_missing": _("There is no preview yet. It is made with sample data, or it says why it cannot be."),
    "template_own_upload": _("You uploaded this template, so another person puts it into use."),
    "template_place_taken": _(
        "Version %(count)s is in use. Put this one into use from its own page: that retires the other."
    ),
}

APPLYING: dict[str, LazyString] = {
    "incomplete": _("The application is not complete. %(sections)s"),
    "call_not_open": _("The call is not open now. An application can be submitted only while it is open."),
    "off_theme": _("The application is not on a theme of the country plan. Choose one of the themes in section B."),
    "sign_off_missing": _("Not every partner has signed off this text. Still missing: %(parties)s."),
    "not_lead_signatory": _("Only a signatory of the lead municipality can do this."),
    "belongs_to_party": _("You belong to one of the municipalities in this file, so another person handles it."),
    "not_a_fresh_confirmer": _(
        "You worked on this file or belong to one of its municipalities, so another person confirms."
    ),
    "rules_unchecked": _("Some eligibility rules are not checked yet. Still open: %(count)s."),
    "rules_failed": _("A required eligibility rule is not met. Not met: %(count)s."),
    "no_rule_failed": _("All the required rules are met, so the application cannot be declared not eligible."),
    "clarification_not_considered": _("Ask the applicants for clarification first, or note why this would not help."),
    "no_assessor": _("There is no assessor for this programme yet."),
    "question_missing": _("Write the question, choose the sections it is about, and give a date for the answer."),
    "question_due_wrong": _("The date for the answer must be later than today, and at most %(days)s days from now."),
    "answer_missing": _("The question is not answered yet."),
    "baseline_incomplete": _(
        "The baseline assessment is not complete for: %(parties)s. Each item needs a score and evidence."
    ),
    "baseline_low": _("The baseline is too low for: %(parties)s. The mean must be %(bar)s or more, and no item 0."),
    "capacity_hold_off": _("This programme does not put files on hold for capacity. The file waits in the baseline."),
    "baseline_not_low": _("The baseline of every municipality is high enough, so there is no ground for a hold."),
}

DECIDING: dict[str, LazyString] = {
    "quorum_open": _("There are not enough reviews yet. Submitted: %(have)s. Needed: %(need)s."),
    "partner_lga_missing": _("A review by the association of the partner’s country is still missing."),
    "spread_unsettled": _(
        "The review scores are %(spread)s points apart, and %(limit)s is the limit. One more review must settle this."
    ),
    "not_recommended": _("The manager of the file did not recommend this outcome: %(outcome)s."),
    "mandate_open": _("The recommendation is not fully confirmed. Still needed: %(roles)s."),
    "envelope_short": _("There is not enough money left in the country plan. Still free: %(left)s."),
    "score_too_low": _(
        "The score is too low for funding: %(score)s. Needed: %(need)s or more, and at least %(fit)s of 5 for the fit."
    ),
    "reserve_still_valid": _("The place on the reserve list is valid until %(until)s."),
    "appeal_too_late": _("The time to appeal is over. It ended on %(last)s."),
    "appeal_used": _("An appeal was already filed for this application. Only one is possible."),
    "not_new_to_file": _("You worked on this file or belong to one of its municipalities, so another person judges."),
    "panel_open": _("Two panel members must agree on this outcome. Votes for it now: %(votes)s."),
    "appeal_time_running": _("The applicants can still appeal, until %(last)s."),
}

CONTRACTING: dict[str, LazyString] = {
    "instrument_open": _("The kind of agreement is not chosen yet."),
    "instrument_lowered": _("The grant pays an investment to a partner, so an investment contract is needed."),
    "agreement_not_in_force": _("The agreement is not in force yet. It stands in the state “%(agreement)s”."),
    "signatures_open": _("Not all the parties have signed yet. Still missing: %(parties)s."),
    "signs_nothing_here": _("You are not named to sign this agreement, or you have signed it already."),
    "tranches_do_not_add_up": _(
        "The payments add up to %(scheduled)s, but the grant is %(grant)s. Both must be the same."
    ),
    "advances_too_high": _(
        "The payments before the last one are %(percent)s%% of the grant. The limit is %(limit)s%%."
    ),
    "document_outdated": _("The document does not show the latest data. Make the document again, then issue it."),
    "agreement_gaps": _("The agreement is not complete. %(gaps)s"),
    "clauses_open": _("Some special clauses are not approved by a second person yet. Still open: %(count)s."),
    "clause_agreement_fixed": _("The agreement is not a draft now, so its special clauses stay as they are."),
    "clause_words_changed": _("The words are not those that were proposed. Change the clause, or withdraw it."),
    "own_clause": _("You proposed this clause, so another person approves it."),
    "version_unchecked": _("Nobody but its author has checked this version yet. A second officer reads and checks it."),
    "objections_open": _("Some objections to the text are not settled yet. Still open: %(count)s."),
    "text_not_agreed": _(
        "Not enough municipalities have agreed to this version. Still needed: %(count)s. Not yet: %(parties)s."
    ),
    "case_not_in_contracting": _("The application is not in contracting, so the agreement stays as it is."),
    "case_still_running": _("The file is still running, so the agreement stays as it is."),
}

FOLLOWING: dict[str, LazyString] = {
    "committee_undecided": _(
        "It is not decided yet whether there will be a monitoring committee. Record yes or no, and why."
    ),
    "focal_points_missing": _("Some municipalities have no focal point yet: %(parties)s."),
    "notice_running": _("The time of the notice is not over. It ends on %(ends)s."),
    "final_report_open": _("The final report is not accepted yet."),
    "reports_open": _("Some reports are not accepted yet. Still open: %(count)s."),
    "audit_open": _("The auditor has not given an opinion yet."),
    "obligations_open": _("Some people who were trained still have to share what they learnt. Still open: %(count)s."),
    "actions_open": _("Some corrective actions are not closed yet. Still open: %(count)s."),
    "findings_open": _("Some findings are not closed yet. Still open: %(count)s."),
    "report_sections_empty": _("The report is not complete. Still empty: %(sections)s."),
    "case_not_running": _("This can be done only while the project is running, not before and not after its end."),
    "own_report": _("You wrote this report, so another person accepts it."),
    "evidence_missing": _("There is no evidence yet. Describe it or add a file."),
    "own_action": _("You worked on this action, so another person verifies it."),
    "own_delivery": _("You delivered this yourself, so another person verifies it."),
}

REVIEWING: dict[str, LazyString] = {
    "not_your_review": _("This review belongs to another reviewer."),
    "case_not_in_review": _("The application is not in LGA review now, so its reviews stay as they are."),
    "conflict_of_interest": _("You have a tie to one of the municipalities. Please step back from this review."),
    "conflict_unanswered": _("Declare first whether you have a conflict of interest."),
    "criteria_unscored": _("Some criteria have no score yet: %(criteria)s."),
    "advice_missing": _("Choose your advice: fund, fund with conditions, or reject."),
}

# What only somebody meets who does something to many files at once (webapp/services/batches).
TOGETHER: dict[str, LazyString] = {
    "changed_meanwhile": _("Somebody changed this file after you chose it. Open it and look again."),
    "recommendation_there": _("There is a recommendation already. It can be replaced on the page of the file."),
    "confirmed_already": _("You have confirmed this already. The others must be different people."),
    "confirmation_not_needed": _("A confirmation in this role is not needed, or it is there already."),
}

BLOCKERS: dict[str, LazyString] = {
    **ENGINE, **PROGRAMME, **APPLYING, **DECIDING, **CONTRACTING, **FOLLOWING, **REVIEWING, **TOGETHER,
}  # fmt: skip

# The same code when one of its figures is not known: the sentence without it.
WITHOUT: dict[str, LazyString] = {
    "score_too_low": _("There is no score yet. Funding needs %(need)s or more, and at least %(fit)s of 5 for the fit."),
    "reserve_still_valid": _("The place on the reserve list is still valid."),
    "appeal_too_late": _("An appeal is possible only after the letter."),
    "appeal_time_running": _("The applicants can still appeal. The letter is not sent yet."),
    "notice_running": _("Notice must be given first. Its time must be over before this step."),
    "agreement_not_in_force": _("The agreement is not in force yet."),
}

Spoken = Callable[[str], str]


def _each(name: Callable[[str], str]) -> Spoken:
    return lambda codes: ", ".join(name(code) for code in codes.split(","))


def _still_missing(codes: str) -> str:
    """A few gaps in full; of many only the sections, because the task list shows the rest."""
    found = codes.split(",")
    if len(found) <= 3:
        return " ".join(form.missing(code) for code in found)
    sections = dict.fromkeys(form.section_of(code) for code in found)
    names = ", ".join(form.section(code) for code in sections)
    return str(gettext("Still open: %(sections)s.", sections=names))


def _gaps(codes: str) -> str:
    """The guard joins with commas, and a name may hold one: a piece that begins no gap belongs to the piece before."""
    found: list[str] = []
    for piece in codes.split(","):
        if piece.partition(":")[0] in form.GAPS or not found:
            found.append(piece)
        else:
            found[-1] += f",{piece}"
    return " ".join(form.gap(code) for code in found)


def _day(iso: str) -> str:
    return values.day(date.fromisoformat(iso))


def _number(text: str) -> str:
    return values.number(Decimal(text))


def _role(code: str) -> str:
    return people.role(Role(code))


def _as_is(text: str) -> str:
    return text


SPOKEN: dict[str, Spoken] = {
    **dict.fromkeys(("closes", "until", "last", "ends", "opens"), _day),
    **dict.fromkeys(
        (
            "calls",
            "cases",
            "count",
            "days",
            "bar",
            "have",
            "need",
            "spread",
            "limit",
            "score",
            "fit",
            "votes",
            "percent",
        ),
        _number,
    ),
    "parties": _as_is,
    "roles": _each(_role),
    "criteria": _each(grids.criterion),
    "gaps": _gaps,
    "agreement": lambda code: states.state(Machine.AGREEMENT, State(code)),
    "outcome": lambda code: states.state(Machine.APPLICATION, State(code)),
}
MONEY = ("left", "scheduled", "grant")
SECTIONS: dict[str, Spoken] = {
    "incomplete": _still_missing,
    "plan_sections_empty": _each(form.plan_section),
    "report_sections_empty": _each(form.report_section),
}
UNKNOWN = ("", "None")
# Where nobody can clear it, and the sentence has said already what that means.
SAID_ALREADY = frozenset({NO_SUCH_MOVE, REASON_MISSING, "capacity_hold_off", "conflict_of_interest", *TOGETHER})
# The last day of what only time clears; `opens` is the first day of what then begins.
LAST_DAYS = ("until", "last", "ends")


def blocker(blocker: Blocker, currency: str = "") -> str:
    """Why not, in full. `currency` (ISO 4217) stands before sums of money; KeyError for a code without words."""
    params = dict(blocker.params)
    if blocker.code == NO_SUCH_MOVE:
        return _no_such_move(params)
    known = {key: value for key, value in params.items() if value not in UNKNOWN}
    bare = blocker.code in WITHOUT and (known.keys() < params.keys() or not params)
    sentence = str((WITHOUT if bare else BLOCKERS)[blocker.code])
    return sentence % {key: _spoken(blocker.code, key, value, currency) for key, value in known.items()}


def _spoken(code: str, key: str, value: str, currency: str) -> str:
    if key in MONEY:
        return values.amount(Decimal(value), currency).strip()
    return (SECTIONS[code] if key == "sections" else SPOKEN[key])(value)


def _no_such_move(params: dict[str, str]) -> str:
    """The codes say neither machine nor label; a trigger belongs to one machine only."""
    trigger = Trigger(params["trigger"])
    machine = moves.MACHINE_OF[trigger]
    words = {"trigger": moves.trigger(machine, trigger), "state": states.state(machine, State(params["state"]))}
    return str(BLOCKERS[NO_SUCH_MOVE]) % words


def who(blocker: Blocker) -> str:
    """Who can clear it, or when time does, as a sentence; empty where the blocker's own words have said all."""
    if not blocker.cleared_by:
        return "" if blocker.code in SAID_ALREADY else str(gettext("Nobody can change this any more."))
    if blocker.cleared_by == (Role.SYSTEM,):
        return _by_time(dict(blocker.params))
    holders = people.holders(role for role in blocker.cleared_by if role is not Role.SYSTEM)
    holders = holders[0].upper() + holders[1:]
    if blocker.by_owners or blocker.code == NOT_YOURS:
        return str(gettext("%(holders)s can do this.", holders=holders))
    return str(gettext("%(holders)s can clear this.", holders=holders))


def _by_time(params: dict[str, str]) -> str:
    """When it clears by itself; the day may not be known yet, as before a letter is sent."""
    if params.get("opens"):
        return str(gettext("Nobody has to do anything: this happens by itself on %(day)s.", day=_day(params["opens"])))
    last = next((params[key] for key in LAST_DAYS if params.get(key, "") not in UNKNOWN), "")
    if not last:
        return str(gettext("This happens by itself when the time has come."))
    return str(gettext("Nobody has to do anything: this happens by itself after %(day)s.", day=_day(last)))
