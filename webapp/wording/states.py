"""What each state of each machine is called, how its badge looks, and what it means."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from workflows.vocabulary import Machine, State

TONES = ("neutral", "waiting", "good", "bad", "ended", "yours")


class StateWords(NamedTuple):
    """`tone` is one of TONES; "yours" is left to pages, which know who is reading."""

    label: LazyString
    tone: str
    meaning: LazyString


STATES: dict[Machine, dict[State, StateWords]] = {
    Machine.PROGRAMME: {
        State.DRAFT: StateWords(_("Draft"), "neutral", _("The programme is being prepared. Nobody can apply yet.")),
        State.OPEN: StateWords(_("Open"), "good", _("The programme runs. Managers can make plans and open calls.")),
        State.CLOSED: StateWords(_("Closed"), "ended", _("The programme is over. Its files can only be read.")),
    },
    Machine.PLAN: {
        State.DRAFT: StateWords(
            _("Draft"), "neutral", _("The programme manager is writing the country plan with its partners.")
        ),
        State.CONSULTATION: StateWords(
            _("In consultation"),
            "waiting",
            _("The association of local governments reads the plan and decides whether it stands behind it."),
        ),
        State.ENDORSED: StateWords(
            _("Endorsed"), "waiting", _("The association stands behind the plan. The director decides on approval now.")
        ),
        State.APPROVED: StateWords(
            _("Approved"), "good", _("The plan is valid. The programme manager can open calls under it.")
        ),
        State.SUPERSEDED: StateWords(
            _("Replaced"), "ended", _("Another plan has taken the place of this one. It can only be read.")
        ),
    },
    Machine.CALL: {
        State.DRAFT: StateWords(_("Draft"), "neutral", _("The programme manager is preparing the call.")),
        State.OPEN: StateWords(
            _("Open"), "good", _("Municipalities can write and submit applications until the last day.")
        ),
        State.CLOSED: StateWords(
            _("Closed"), "ended", _("New applications are no longer accepted. The submitted ones are handled further.")
        ),
    },
    Machine.APPLICATION: {
        State.DRAFT: StateWords(
            _("Draft"), "neutral", _("The partners are writing the application. The programme does not work on it yet.")
        ),
        State.SUBMITTED: StateWords(
            _("Submitted"), "waiting", _("The application has arrived. A programme manager will take it up.")
        ),
        State.ELIGIBILITY: StateWords(
            _("Eligibility check"),
            "waiting",
            _("The programme manager checks whether the application meets the rules."),
        ),
        State.BASELINE: StateWords(
            _("Baseline assessment"),
            "waiting",
            _("The assessor looks at commitment, staff and organisation in each municipality."),
        ),
        State.CAPACITY_HOLD: StateWords(
            _("On hold for capacity"),
            "waiting",
            _("A municipality first works on its own capacity with a support plan. The assessor follows this."),
        ),
        State.CLARIFICATION: StateWords(
            _("Clarification asked"),
            "waiting",
            _("There is a question for the applicants. They answer it and can change the sections named in it."),
        ),
        State.REVIEW: StateWords(
            _("LGA review"),
            "waiting",
            _("Officers of the local government associations (LGA) read the application and score it."),
        ),
        State.DECISION: StateWords(
            _("Decision"),
            "waiting",
            _("The programme manager recommends an outcome. Other people of the programme confirm it."),
        ),
        State.RESERVE: StateWords(
            _("On the reserve list"),
            "waiting",
            _("The application is good enough, but there is no money for it now. It waits until funds are free."),
        ),
        State.REJECTED: StateWords(
            _("Rejected"), "bad", _("The application is not funded. The applicants can appeal for a limited time.")
        ),
        State.INELIGIBLE: StateWords(
            _("Not eligible"),
            "bad",
            _("The application does not meet a required rule. The applicants can appeal for a limited time."),
        ),
        State.APPEAL: StateWords(
            _("Under appeal"),
            "waiting",
            _("The applicants asked to look again. A panel of people who are new to the file judges this."),
        ),
        State.APPROVED: StateWords(
            _("Approved"),
            "good",
            _("The grant is awarded and the money is reserved. The programme manager starts contracting."),
        ),
        State.CONTRACTING: StateWords(
            _("Contracting"),
            "waiting",
            _("The programme manager prepares the agreement. After that all the parties sign it."),
        ),
        State.SIGNED: StateWords(
            _("Signed"), "good", _("All the parties have signed. The programme manager prepares the monitoring.")
        ),
        State.MONITORING: StateWords(
            _("Monitoring"),
            "good",
            _("The project runs. The municipalities report, and the programme manager and the committee follow it."),
        ),
        State.SUSPENDED: StateWords(
            _("Suspended"),
            "bad",
            _("The project is stopped for now and nothing is paid. The programme manager can resume it."),
        ),
        State.CLOSING: StateWords(
            _("Closing"),
            "waiting",
            _("The project is finished. The audit and the last open points are settled before the file closes."),
        ),
        State.CLOSED: StateWords(_("Closed"), "ended", _("Everything is settled. The file can only be read.")),
        State.TERMINATED: StateWords(
            _("Terminated"), "ended", _("The project was ended early, after notice. The file can only be read.")
        ),
        State.WITHDRAWN: StateWords(
            _("Withdrawn"), "ended", _("The applicants took the application back. The file can only be read.")
        ),
    },
    Machine.REVIEW: {
        State.ASSIGNED: StateWords(
            _("Assigned"), "waiting", _("The reviewer reads the application, gives scores and writes advice.")
        ),
        State.SUBMITTED: StateWords(
            _("Submitted"), "good", _("The review is in. Its scores count and cannot be changed.")
        ),
        State.RECUSED: StateWords(
            _("Stepped back"),
            "ended",
            _("The reviewer does not review this application. Another reviewer can be assigned."),
        ),
    },
    Machine.AGREEMENT: {
        State.DRAFT: StateWords(
            _("Draft"), "neutral", _("The programme manager is preparing the agreement. It cannot be signed yet.")
        ),
        State.ISSUED: StateWords(
            _("Issued for signature"), "waiting", _("The text is fixed. Each party reads it and signs it now.")
        ),
        State.IN_FORCE: StateWords(_("In force"), "good", _("All the parties have signed. The agreement binds them.")),
        State.ENDED: StateWords(
            _("Ended"), "ended", _("The project is over, and the agreement with it. Duties to keep records go on.")
        ),
        State.VOIDED: StateWords(
            _("Cancelled"), "ended", _("The agreement was cancelled before all the parties signed. It binds nobody.")
        ),
    },
    Machine.REPORT: {
        State.DUE: StateWords(
            _("Due"), "waiting", _("The municipalities write this report and submit it before its date.")
        ),
        State.SUBMITTED: StateWords(
            _("Submitted"), "waiting", _("The report has arrived. The programme manager reads it.")
        ),
        State.RETURNED: StateWords(
            _("Returned"),
            "bad",
            _("Something is missing in the report. The municipalities complete it and submit it again."),
        ),
        State.ACCEPTED: StateWords(
            _("Accepted"), "good", _("The programme has accepted the report. It cannot be changed.")
        ),
    },
    Machine.ACTION: {
        State.OPEN: StateWords(_("Open"), "waiting", _("The municipality that owns this action works on it.")),
        State.DONE: StateWords(
            _("Done"), "waiting", _("The municipality says that it is done. Another person checks the evidence now.")
        ),
        State.VERIFIED: StateWords(
            _("Verified"),
            "good",
            _("Another person has seen the evidence. The programme manager can close the action."),
        ),
        State.CLOSED: StateWords(_("Closed"), "ended", _("The action is finished.")),
    },
    Machine.OBLIGATION: {
        State.OPEN: StateWords(
            _("Open"), "waiting", _("The person who was trained still has to share the knowledge with others.")
        ),
        State.DELIVERED: StateWords(
            _("Delivered"), "waiting", _("The knowledge was shared. The programme manager checks the evidence now.")
        ),
        State.VERIFIED: StateWords(
            _("Verified"), "good", _("The programme has confirmed that the knowledge was shared.")
        ),
        State.WAIVED: StateWords(
            _("Released"),
            "ended",
            _("The programme has released the municipality from this obligation, with a reason."),
        ),
    },
    Machine.TEMPLATE: {
        State.DRAFT: StateWords(
            _("Uploaded"), "neutral", _("The file is checked. Read its preview, then confirm that it is right.")
        ),
        State.PREVIEWED: StateWords(
            _("Preview confirmed"), "waiting", _("Somebody who did not upload it can now put it into use.")
        ),
        State.ACTIVE: StateWords(
            _("In use"), "good", _("New documents of this kind and language are written from this template.")
        ),
        State.RETIRED: StateWords(
            _("Retired"), "ended", _("No new document is written from it. What was written from it stays as it is.")
        ),
        State.REJECTED: StateWords(
            _("Rejected"), "bad", _("It will not be used. Upload a corrected file as a new version.")
        ),
    },
    Machine.CLAUSE: {
        State.PROPOSED: StateWords(
            _("Proposed"), "waiting", _("It stands in the contract. A second person must still approve it.")
        ),
        State.APPROVED: StateWords(_("Approved"), "good", _("A second person approved exactly this text.")),
        State.REJECTED: StateWords(
            _("Rejected"),
            "bad",
            _("A second person refused this text. The next version of the contract leaves it out."),
        ),
        State.WITHDRAWN: StateWords(
            _("Withdrawn"), "ended", _("The manager took it back. The next version of the contract leaves it out.")
        ),
        State.REPLACED: StateWords(
            _("Replaced by a newer text"), "ended", _("The clause has other words now. This text stays in the record.")
        ),
    },
}


def state(machine: Machine, state: State) -> str:
    """What the badge says: a noun or a past participle. KeyError when the machine does not have this state."""
    return str(STATES[machine][state].label)


def state_tone(machine: Machine, state: State) -> str:
    """The badge's tone, one of TONES."""
    return STATES[machine][state].tone


def state_meaning(machine: Machine, state: State) -> str:
    """In plain words: what this state means and who works there now."""
    return str(STATES[machine][state].meaning)
