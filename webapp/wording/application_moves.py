"""The words of the application's moves: its button, its line in timeline and mail, and what will happen."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from workflows.vocabulary import Trigger


class MoveWords(NamedTuple):
    """`button` is a verb, `moved` follows the name of a person, `consequence` stands on the page before the button."""

    button: LazyString
    moved: LazyString
    consequence: LazyString


APPLICATION_MOVES: dict[Trigger, MoveWords] = {
    Trigger.SUBMIT: MoveWords(
        _("Submit application"),
        _("submitted the application"),
        _(
            "The application goes to the programme as it is now, and you cannot change it any more."
            " A mail goes to all the partners and to the programme managers."
        ),
    ),
    Trigger.WITHDRAW: MoveWords(
        _("Withdraw application"),
        _("withdrew the application"),
        _(
            "The application ends here, for all the partners."
            " A mail with your reason goes to all the partners and to the programme manager. This cannot be undone."
        ),
    ),
    Trigger.START_ELIGIBILITY: MoveWords(
        _("Start eligibility check"),
        _("started the eligibility check"),
        _("You become the manager of this file and get the list of rules to check. A mail goes to all the partners."),
    ),
    Trigger.PASS_ELIGIBILITY: MoveWords(
        _("Send to baseline assessment"),
        _("sent the application to baseline assessment"),
        _(
            "The eligibility check ends and its result is kept. The assessor starts on each municipality."
            " A mail goes to all the partners and to the assessor."
        ),
    ),
    Trigger.FAIL_ELIGIBILITY: MoveWords(
        _("Declare not eligible"),
        _("declared the application not eligible"),
        _(
            "The application stops here. You cannot undo this, but the partners can appeal."
            " A mail goes to all the partners, and a letter with the reasons follows."
        ),
    ),
    Trigger.HOLD_FOR_CAPACITY: MoveWords(
        _("Put on hold for capacity"),
        _("put the application on hold for capacity"),
        _(
            "The application waits until the municipality is stronger. You can resume the assessment later."
            " A mail with your reason goes to all the partners and to the programme manager."
        ),
    ),
    Trigger.RESUME_BASELINE: MoveWords(
        _("Resume baseline assessment"),
        _("resumed the baseline assessment"),
        _(
            "The assessment goes on where it stopped."
            " A mail with your reason goes to all the partners and to the programme manager."
        ),
    ),
    Trigger.SEND_TO_REVIEW: MoveWords(
        _("Send to LGA review"),
        _("sent the application to LGA review"),
        _(
            "The scores of the baseline assessment are fixed. Reviewers of the associations are assigned."
            " A mail goes to all the partners, the programme manager and the reviewers."
        ),
    ),
    Trigger.ASK_CLARIFICATION: MoveWords(
        _("Ask for clarification"),
        _("asked for clarification"),
        _(
            "The application waits for an answer. The partners can change the sections that you named, and no others."
            " A mail goes to all the partners."
        ),
    ),
    Trigger.ANSWER_CLARIFICATION: MoveWords(
        _("Send the answer"),
        _("answered the clarification"),
        _(
            "Your answer and the changed sections go back to the person who asked. You cannot change them any more."
            " A mail goes to the programme manager, the assessor and the lead reviewer."
        ),
    ),
    Trigger.SEND_TO_DECISION: MoveWords(
        _("Send to decision"),
        _("sent the application to decision"),
        _(
            "The review ends and the score is fixed. The programme manager can recommend an outcome."
            " A mail goes to the programme manager."
        ),
    ),
    Trigger.APPROVE: MoveWords(
        _("Approve application"),
        _("approved the application"),
        _(
            "The grant is awarded and the money is reserved. This decision cannot be undone."
            " A mail goes to all the partners and to the programme manager, and the award letter follows."
        ),
    ),
    Trigger.PUT_ON_RESERVE: MoveWords(
        _("Put on the reserve list"),
        _("put the application on the reserve list"),
        _(
            "The application waits until money is free. The programme manager can bring it back to decision later."
            " A mail goes to all the partners and to the programme manager, and a letter with the reasons follows."
        ),
    ),
    Trigger.REJECT: MoveWords(
        _("Reject application"),
        _("rejected the application"),
        _(
            "The application is not funded. You cannot undo this, but the partners can appeal."
            " A mail goes to all the partners and to the programme manager, and a letter with the reasons follows."
        ),
    ),
    Trigger.RECONSIDER: MoveWords(
        _("Bring back to decision"),
        _("brought the application back to decision"),
        _(
            "The application leaves the reserve list. You can recommend an outcome again."
            " A mail goes to all the partners, the finance officers and the director."
        ),
    ),
    Trigger.LAPSE: MoveWords(
        _("Close after the reserve period"),
        _("closed the application because the reserve period was over"),
        _(
            "The file closes without a grant."
            " A mail goes to all the partners and to the programme manager, and a letter follows."
            " This cannot be undone."
        ),
    ),
    Trigger.FILE_APPEAL: MoveWords(
        _("File an appeal"),
        _("filed an appeal"),
        _(
            "A panel of people who are new to the file looks at your reasons. You can appeal only once."
            " A mail with your reason goes to all the partners, the programme manager and the appeal panel."
        ),
    ),
    Trigger.UPHOLD_APPEAL: MoveWords(
        _("Uphold the appeal"),
        _("upheld the appeal"),
        _(
            "The application goes back to the stage where it was refused and is looked at again."
            " A mail with your reason goes to all the partners, the programme manager and the lead reviewer."
            " A letter follows. This cannot be undone."
        ),
    ),
    Trigger.DISMISS_APPEAL: MoveWords(
        _("Dismiss the appeal"),
        _("dismissed the appeal"),
        _(
            "The refusal stays and the file closes."
            " A mail with your reason goes to all the partners and to the programme manager, and a letter follows."
            " This cannot be undone."
        ),
    ),
    Trigger.CLOSE_REFUSED: MoveWords(
        _("Close after refusal"),
        _("closed the application because the refusal is final"),
        _(
            "The file closes without a grant."
            " A mail goes to all the partners and to the programme manager, and a letter follows."
            " This cannot be undone."
        ),
    ),
    Trigger.START_CONTRACTING: MoveWords(
        _("Start contracting"),
        _("started contracting"),
        _(
            "A draft of the agreement is made from the approved application. You can still change the draft."
            " A mail goes to all the partners."
        ),
    ),
    Trigger.CONCLUDE: MoveWords(
        _("Conclude contracting"),
        _("concluded contracting with the last signature"),
        _(
            "The agreement is in force and the money is committed."
            " A mail goes to all the partners, the programme manager and the director. This cannot be undone."
        ),
    ),
    Trigger.START_MONITORING: MoveWords(
        _("Start monitoring"),
        _("started monitoring"),
        _("The dates of the reports are set. A mail goes to all the partners and to the focal points."),
    ),
    Trigger.SUSPEND: MoveWords(
        _("Suspend the project"),
        _("suspended the project"),
        _(
            "The project stops for now and nothing is paid. You can resume it later."
            " A mail with your reason goes to all the partners, the focal points and the finance officers."
        ),
    ),
    Trigger.RESUME: MoveWords(
        _("Resume the project"),
        _("resumed the project"),
        _(
            "The project and its payments go on."
            " A mail with your reason goes to all the partners, the focal points and the finance officers."
        ),
    ),
    Trigger.TERMINATE: MoveWords(
        _("Terminate the project"),
        _("terminated the project"),
        _(
            "The project and its agreement end now, and money that is left is released."
            " A mail with your reason goes to all the partners, the focal points, the finance officers"
            " and the programme manager. A letter follows. This cannot be undone."
        ),
    ),
    Trigger.START_CLOSING: MoveWords(
        _("Start closing"),
        _("started closing the project"),
        _(
            "The audit is opened, and the open points are listed."
            " A mail goes to all the partners, the auditor and the director."
        ),
    ),
    Trigger.CLOSE: MoveWords(
        _("Close the file"),
        _("closed the file"),
        _(
            "The agreement ends, money that is left is released, and the file can only be read."
            " A mail goes to all the partners, the focal points and the programme manager."
            " The closing letter follows. This cannot be undone."
        ),
    ),
}
