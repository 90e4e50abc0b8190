"""What a move asks for, said before anybody misses it: one sentence for each guard and selector of the tables.

A blocker says what is wrong in one file now; a requirement says what will have to be true in any file.
"""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

SETTING_UP: dict[str, LazyString] = {
    "programme_has_no_open_work": _("No call and no file of the programme is open any more."),
    "plan_sections_filled": _("Every section of the plan is filled in."),
    "plan_has_policy": _("The plan names at least one national policy."),
    "plan_has_sector_benefit": _("The plan says how other municipalities benefit."),
    "plan_has_themes": _("The plan has at least one theme."),
    "plan_is_endorsed": _("The association has endorsed this text of the plan."),
    "plan_fits_budget": _("The budget of the plan fits in the programme."),
    "plan_approver_is_not_drafter": _("Whoever approves the plan did not write it."),
    "plan_has_no_open_call": _("No call under the plan is open."),
    "call_plan_approved": _("The country plan is approved."),
    "call_programme_open": _("The programme is open."),
    "call_not_past": _("The last day of the call is not past."),
    "template_preview_made": _("The template was filled with sample data, as a preview."),
    "template_activator_is_another": _("Whoever puts it into use did not upload it."),
    "template_place_is_free": _("No other template of this kind and language is in use any more."),
}

APPLYING: dict[str, LazyString] = {
    "acts_for_lead": _("A signatory of the lead municipality does it."),
    "complete": _("Every section of the application is complete."),
    "call_open": _("The call is open."),
    "on_theme": _("The application is on a theme of the country plan."),
    "all_signed_off": _("Every partner has signed off this text."),
    "not_of_a_party": _("Whoever does it belongs to none of the municipalities."),
    "rules_all_checked": _("Every eligibility rule is checked."),
    "mandatory_rules_pass": _("Every required eligibility rule is met."),
    "a_rule_fails": _("A required eligibility rule is not met."),
    "clarification_considered": _("Clarification was asked, or it is noted why that would not help."),
    "assessor_available": _("The programme has an assessor."),
    "question_asked": _("The question, its sections and a date for the answer are written down."),
    "question_due_in_time": _("The date for the answer is within the time that the programme allows."),
    "question_answered": _("The question is answered."),
    "baseline_complete": _("The baseline of every municipality is complete."),
    "baseline_passed": _("The baseline of every municipality reaches the bar."),
    "below_the_bar": _("The baseline of a municipality is below the bar."),
    "capacity_hold_used": _("The programme puts files on hold for capacity."),
}

DECIDING: dict[str, LazyString] = {
    "quorum": _("Enough reviews are submitted."),
    "partner_lga_heard": _("The association of the partner’s country has reviewed."),
    "spread_settled": _("The scores are close together, or one more review has settled the difference."),
    "recommended_as_approved": _("The manager of the file recommends approval."),
    "recommended_as_reserve": _("The manager of the file recommends the reserve list."),
    "recommended_as_rejected": _("The manager of the file recommends rejection."),
    "mandate_complete": _("Everybody whose mandate the amount asks for has confirmed."),
    "fresh_confirmer": _("Whoever confirms has not worked on the file before."),
    "envelope_has_room": _("The country plan has enough money left."),
    "envelope_has_room_again": _("The country plan has enough money left."),
    "score_allows_funding": _("The score is high enough for funding."),
    "reserve_validity_over": _("The time on the reserve list is over."),
    "within_appeal_time": _("The time to appeal is not over."),
    "first_appeal": _("No appeal was filed before."),
    "new_to_file": _("Whoever judges the appeal is new to the file."),
    "panel_upholds": _("Two panel members vote to uphold the appeal."),
    "panel_dismisses": _("Two panel members vote to dismiss the appeal."),
    "refusal_is_final": _("The time to appeal is over, or it is the second refusal."),
}

RUNNING: dict[str, LazyString] = {
    "instrument_chosen": _("The kind of agreement is chosen."),
    "instrument_not_lowered": _("An investment for a partner stands in an investment contract."),
    "agreement_in_force": _("All the parties have signed the agreement."),
    "committee_settled": _("Where the programme asks for it: it is decided whether there is a monitoring committee."),
    "focal_points_named": _("Every municipality has a focal point."),
    "notice_over": _("Notice was given and its time is over."),
    "final_report_accepted": _("The final report is accepted."),
    "reports_settled": _("Every report is accepted."),
    "audit_settled": _("Where the programme asks for an audit: the auditor has given an opinion."),
    "obligations_settled": _("Everybody who was trained has shared what they learnt."),
    "actions_settled": _("Every corrective action is closed."),
    "findings_settled": _("Every finding is closed."),
    "schedule_adds_up": _("The payments add up to the grant."),
    "advances_within_limit": _("The payments before the last one stay within the limit."),
    "right_instrument": _("An investment for a partner stands in an investment contract."),
    "document_current": _("The document shows the latest data."),
    "no_gaps": _("Nothing is missing in the agreement."),
    "clauses_approved": _("Every special clause is approved by a second person."),
    "version_checked": _("A second officer has checked this very version."),
    "objections_settled": _("No objection to the text is open."),
    "clause_agreement_is_draft": _("The agreement is a draft."),
    "clause_words_stand": _("The words are those that were proposed, by their check number."),
    "clause_decider_is_another": _("Whoever decides did not propose the clause."),
    "clause_decider_is_of_no_party": _("Whoever decides belongs to none of the municipalities."),
    "parties_agreed": _("As many municipalities as the programme asks for agreed to the text."),
    "everyone_signed": _("All the parties have signed."),
    "signs_this_agreement": _("It is done by somebody who signs and has not signed yet."),
    "case_in_contracting": _("The application is in contracting."),
    "case_is_over": _("The file is over."),
    "four_sections": _("Number of services, quality, satisfaction and finance are filled in."),
    "case_running": _("The project is running: it is signed, and neither closed nor ended."),
    "not_the_author": _("Whoever accepts the report did not write it."),
    "evidence_given": _("There is evidence."),
    "verifier_is_another": _("Whoever verifies did not work on the action."),
    "confirmer_is_another": _("Whoever confirms did not deliver it."),
}

REVIEWING: dict[str, LazyString] = {
    "own_review": _("The reviewer does it for their own review."),
    "own_review_or_manager": _("A reviewer steps back for themselves; the programme manager may take anybody off."),
    "case_in_review": _("The application is in LGA review."),
    "conflict_answered": _("The reviewer has declared whether there is a conflict of interest."),
    "no_conflict": _("The reviewer has no conflict of interest."),
    "all_criteria_scored": _("Every criterion has a score."),
    "advice_given": _("The reviewer gives advice."),
}

# A selector chooses among the edges of one move: it says when this one is taken.
SELECTORS: dict[str, LazyString] = {
    "returns_to_eligibility": _("The question came from the eligibility check."),
    "returns_to_baseline": _("The question came from the baseline assessment."),
    "returns_to_review": _("The question came from the LGA review."),
    "returns_to_decision": _("The question came from the decision."),
    "refused_as_rejected": _("The application was rejected."),
    "refused_as_ineligible": _("The application was not eligible."),
}

# Not a guard: some moves are recorded with the reason that their people will read.
REASON = "reason"

REQUIREMENTS: dict[str, LazyString] = {
    **SETTING_UP, **APPLYING, **DECIDING, **RUNNING, **REVIEWING, **SELECTORS,
    REASON: _("A reason is written, which the people concerned will read."),
}  # fmt: skip

DEADLINES: dict[str, LazyString] = {
    "reserve_days": _("the time on the reserve list"),
    "appeal_days": _("the time to appeal"),
    "review_days": _("the time for a review"),
    "cure_days": _("the time to put something right"),
    "signature_days": _("the time to sign"),
}


def requirement(name: str) -> str:
    """What the guard or selector of this name asks for. KeyError for one without words."""
    return str(REQUIREMENTS[name])


def deadline(setting: str) -> str:
    """The programme's figure that ends a state by itself, inside a sentence. KeyError for one without words."""
    return str(DEADLINES[setting])
