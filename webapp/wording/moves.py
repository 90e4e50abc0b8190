"""The words of every move, and of what a move also does."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from webapp.wording.application_moves import APPLICATION_MOVES, MoveWords
from workflows.vocabulary import Effect, Machine, Trigger

MOVES: dict[Machine, dict[Trigger, MoveWords]] = {
    Machine.PROGRAMME: {
        Trigger.OPEN_PROGRAMME: MoveWords(
            _("Open programme"),
            _("opened the programme"),
            _("Managers can open calls under approved plans."),
        ),
        Trigger.CLOSE_PROGRAMME: MoveWords(
            _("Close programme"),
            _("closed the programme"),
            _("The programme can only be read after this. It cannot be undone."),
        ),
    },
    Machine.PLAN: {
        Trigger.CONSULT: MoveWords(
            _("Send to consultation"),
            _("sent the plan to consultation"),
            _("The association reads the plan and can endorse it. A mail goes to the association."),
        ),
        Trigger.REVISE: MoveWords(
            _("Return to draft"),
            _("returned the plan to draft"),
            _(
                "You can change the plan again. A change ends the endorsement."
                " A mail with your reason goes to the association."
            ),
        ),
        Trigger.ENDORSE: MoveWords(
            _("Endorse plan"),
            _("endorsed the plan"),
            _(
                "Your association stands behind this plan as it is now."
                " A mail goes to the programme manager and the director."
            ),
        ),
        Trigger.APPROVE_PLAN: MoveWords(
            _("Approve plan"),
            _("approved the plan"),
            _(
                "The plan and its budget are fixed, and calls can open under it."
                " A mail goes to the programme manager and the association. This cannot be undone."
            ),
        ),
        Trigger.SUPERSEDE: MoveWords(
            _("Replace plan"),
            _("replaced the plan"),
            _("No more calls can open under this plan. Running projects go on. This cannot be undone."),
        ),
    },
    Machine.CALL: {
        Trigger.OPEN_CALL: MoveWords(
            _("Open call"),
            _("opened the call"),
            _("The call is public and municipalities can apply. A mail goes to the association."),
        ),
        Trigger.CLOSE_CALL: MoveWords(
            _("Close call"),
            _("closed the call"),
            _("Nobody can submit an application under this call any more. This cannot be undone."),
        ),
    },
    Machine.APPLICATION: APPLICATION_MOVES,
    Machine.REVIEW: {
        Trigger.SUBMIT_REVIEW: MoveWords(
            _("Submit review"),
            _("submitted a review"),
            _(
                "Your scores and your advice count, and you cannot change them any more."
                " You can then see the other reviews. A mail goes to the lead reviewer and the programme manager."
            ),
        ),
        Trigger.RECUSE: MoveWords(
            _("Step back from review"),
            _("stepped back from a review"),
            _(
                "This review ends without scores."
                " A mail with the reason goes to the lead reviewer and the programme manager. It cannot be undone."
            ),
        ),
    },
    Machine.AGREEMENT: {
        Trigger.ISSUE: MoveWords(
            _("Issue for signature"),
            _("issued the agreement for signature"),
            _(
                "The text of the agreement is fixed, and the parties can sign it."
                " A mail goes to the signatories and the director."
            ),
        ),
        Trigger.REDRAFT: MoveWords(
            _("Return to draft"),
            _("returned the agreement to draft"),
            _(
                "You can change the agreement. Signatures on the old text do not count for the new one."
                " A mail with your reason goes to the signatories and the director."
            ),
        ),
        Trigger.DECLINE: MoveWords(
            _("Decline to sign"),
            _("declined to sign the agreement"),
            _(
                "The agreement goes back to draft, and no signature on this version counts any more."
                " A mail with your reason goes to all the partners, the director and the programme manager."
            ),
        ),
        Trigger.EXPIRE: MoveWords(
            _("Let the time to sign end"),
            _("returned the agreement to draft because the time to sign is over"),
            _(
                "Signatures on this version do not count any more. The programme manager can issue a new version."
                " A mail goes to all the partners, the director and the programme manager."
            ),
        ),
        Trigger.ENTER_INTO_FORCE: MoveWords(
            _("Put in force"),
            _("put the agreement in force with the last signature"),
            _(
                "The agreement binds all the parties."
                " A mail goes to all the partners, the director and the programme manager. This cannot be undone."
            ),
        ),
        Trigger.VOID: MoveWords(
            _("Cancel agreement"),
            _("cancelled the agreement"),
            _("The agreement binds nobody. A mail goes to the signatories and the director. This cannot be undone."),
        ),
        Trigger.END: MoveWords(
            _("End agreement"),
            _("ended the agreement"),
            _("The agreement ends together with the project. This cannot be undone."),
        ),
    },
    Machine.REPORT: {
        Trigger.SUBMIT_REPORT: MoveWords(
            _("Submit report"),
            _("submitted the report"),
            _(
                "The programme manager reads the report. You can change it only if it is returned."
                " A mail goes to the programme manager."
            ),
        ),
        Trigger.RETURN_REPORT: MoveWords(
            _("Return report"),
            _("returned the report"),
            _(
                "The municipalities can change the report and submit it again."
                " A mail with your reason goes to all the partners."
            ),
        ),
        Trigger.ACCEPT_REPORT: MoveWords(
            _("Accept report"),
            _("accepted the report"),
            _("The report is final, and its figures count. A mail goes to all the partners. This cannot be undone."),
        ),
    },
    Machine.ACTION: {
        Trigger.MARK_DONE: MoveWords(
            _("Mark as done"),
            _("marked the action as done"),
            _("Another person checks your evidence. A mail goes to the programme manager and the focal points."),
        ),
        Trigger.REOPEN: MoveWords(
            _("Open again"),
            _("opened the action again"),
            _("The municipality works on the action again. A mail with your reason goes to all the partners."),
        ),
        Trigger.VERIFY: MoveWords(
            _("Mark as verified"),
            _("verified the action"),
            _("You confirm that you saw the evidence and that it is enough. A mail goes to the programme manager."),
        ),
        Trigger.CLOSE_ACTION: MoveWords(
            _("Close action"),
            _("closed the action"),
            _(
                "The action is finished. Its finding closes when no other action is open."
                " A mail goes to all the partners. This cannot be undone."
            ),
        ),
    },
    Machine.OBLIGATION: {
        Trigger.DELIVER: MoveWords(
            _("Mark as delivered"),
            _("marked the obligation as delivered"),
            _("The programme manager checks your evidence. A mail goes to the programme manager."),
        ),
        Trigger.REDO: MoveWords(
            _("Ask to do it again"),
            _("asked to do the obligation again"),
            _("The obligation is open again. A mail with your reason goes to all the partners."),
        ),
        Trigger.CONFIRM_DELIVERY: MoveWords(
            _("Mark as verified"),
            _("verified the obligation"),
            _("The obligation is fulfilled. A mail goes to all the partners. This cannot be undone."),
        ),
        Trigger.WAIVE: MoveWords(
            _("Release from obligation"),
            _("released the municipality from the obligation"),
            _(
                "The knowledge does not have to be shared. A mail with your reason goes to all the partners."
                " This cannot be undone."
            ),
        ),
    },
    Machine.TEMPLATE: {
        Trigger.CONFIRM_PREVIEW: MoveWords(
            _("Confirm the preview"),
            _("confirmed the preview of the template"),
            _("You have read the preview and found it right. A mail goes to the programme manager and the director."),
        ),
        Trigger.ACTIVATE_TEMPLATE: MoveWords(
            _("Put into use"),
            _("put the template into use"),
            _(
                "New documents are written from it; the one before is retired and kept."
                " A mail goes to the programme manager."
            ),
        ),
        Trigger.RETIRE_TEMPLATE: MoveWords(
            _("Retire the template"),
            _("retired the template"),
            _("New documents are written from the template that Jumelage ships. This cannot be undone."),
        ),
        Trigger.REJECT_TEMPLATE: MoveWords(
            _("Reject the template"),
            _("rejected the template"),
            _("It is kept and never used. A mail with your reason goes to the programme manager."),
        ),
    },
    Machine.CLAUSE: {
        Trigger.APPROVE_CLAUSE: MoveWords(
            _("Approve the clause"),
            _("approved a special clause"),
            _("You stand behind exactly these words. Both sides get a message."),
        ),
        Trigger.REJECT_CLAUSE: MoveWords(
            _("Reject the clause"),
            _("rejected a special clause"),
            _("It leaves the contract with the next version. Both sides get a message. This cannot be undone."),
        ),
        Trigger.WITHDRAW_CLAUSE: MoveWords(
            _("Withdraw the clause"),
            _("withdrew a special clause"),
            _("It leaves the contract with the next version. Both sides get a message. This cannot be undone."),
        ),
        Trigger.REPLACE_CLAUSE: MoveWords(
            _("Replace the text"),
            _("replaced the text of a special clause"),
            _("The new words need an approval of their own. What was approved stays in the record."),
        ),
    },
}

EFFECTS: dict[Effect, LazyString] = {
    Effect.FREEZE_VERSION: _("This version of the application is kept as it is, and nobody can change it."),
    Effect.ASSIGN_MANAGER: _("You become the manager of this file."),
    Effect.OPEN_CHECKLIST: _("The list of eligibility rules is opened."),
    Effect.OPEN_BASELINE: _("A baseline assessment is opened for each municipality."),
    Effect.ASSIGN_REVIEWERS: _("Reviewers without a tie to the municipalities are assigned."),
    Effect.UNLOCK_SECTIONS: _("The sections named in the question are opened for changes."),
    Effect.RECORD_SCORE: _("The score of the application is fixed."),
    Effect.RESERVE_FUNDS: _("The funds are reserved on the country plan."),
    Effect.RELEASE_FUNDS: _("Funds that are not used are free again on the country plan."),
    Effect.COMMIT_FUNDS: _("The reserved funds are committed on the country plan."),
    Effect.LETTER_AWARD: _("The award letter is written and sent to all the partners."),
    Effect.LETTER_RESERVE: _("The letter about the reserve list is written and sent to all the partners."),
    Effect.LETTER_REJECTION: _("The rejection letter with the reasons is written and sent to all the partners."),
    Effect.LETTER_INELIGIBLE: _("The letter with the rules that are not met is written and sent to all the partners."),
    Effect.LETTER_APPEAL: _("The letter with the outcome of the appeal is written and sent to all the partners."),
    Effect.LETTER_CLOSING: _("The closing letter is written and sent to all the partners."),
    Effect.SETTLE_DECISION: _("The recommendation becomes the decision."),
    Effect.OPEN_APPEAL: _("The appeal is recorded with its reasons, and the panel can vote on it."),
    Effect.SETTLE_APPEAL: _("The outcome of the appeal is recorded with its reasons."),
    Effect.REOPEN_REVIEW: _("A new round of reviews is opened."),
    Effect.REOPEN_ELIGIBILITY: _("The eligibility check is opened again."),
    Effect.DRAFT_AGREEMENT: _("A draft of the agreement is made."),
    Effect.VOID_AGREEMENT: _("An agreement that is not in force yet is cancelled."),
    Effect.END_AGREEMENT: _("The agreement ends."),
    Effect.CONCLUDE_CASE: _("The application becomes signed."),
    Effect.SCHEDULE_REPORTS: _("The dates of the reports are set."),
    Effect.OPEN_AUDIT: _("The audit of the project is opened."),
    Effect.MOVE_DATES: _("Every date to come moves by the days that the project stood still."),
    Effect.CLOSE_FINDING: _("The finding is closed when no other action on it is open."),
}

MACHINE_OF: dict[Trigger, Machine] = {trigger: machine for machine, table in MOVES.items() for trigger in table}


def trigger(machine: Machine, trigger: Trigger) -> str:
    """What the button says: a verb. KeyError when the machine does not have this move."""
    return str(MOVES[machine][trigger].button)


def moved(machine: Machine, trigger: Trigger) -> str:
    """What somebody did, after the name, for timeline and mail: "sent the application to LGA review"."""
    return str(MOVES[machine][trigger].moved)


def consequence(machine: Machine, trigger: Trigger) -> str:
    """For the page before the button: what will happen, to whom mail goes, what cannot be undone."""
    return str(MOVES[machine][trigger].consequence)


def effect(effect: Effect) -> str:
    """What the move also does, as one short sentence."""
    return str(EFFECTS[effect])
