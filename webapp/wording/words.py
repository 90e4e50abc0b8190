"""The labels of closed vocabularies, by the name of the vocabulary and the value of the word.

The models stand above this floor, so their words are known here by name; tests/architecture keeps both lists equal.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


class Words(NamedTuple):
    label: LazyString
    help: LazyString | str = ""


PEOPLE: dict[str, dict[str, Words]] = {
    "OrganisationType": {
        "municipality": Words(_("Municipality")),
        "district": Words(_("District")),
        "province": Words(_("Province")),
        "water_board": Words(_("Water board")),
        "lga": Words(_("Local government association (LGA)")),
        "operator": Words(_("Programme office")),
        "funder": Words(_("Funder")),
        "knowledge_institution": Words(_("University or institute")),
        "other": Words(_("Other organisation")),
    },
    "AffiliationKind": {
        "employee": Words(_("Employee")),
        "councillor": Words(_("Council member")),
        "adviser": Words(_("Adviser")),
    },
    "TokenPurpose": {"invite": Words(_("Invitation")), "reset": Words(_("New password"))},
}

APPLYING: dict[str, dict[str, Words]] = {
    "PaymentMode": {
        "advance": Words(_("In advance"), _("The programme pays a part first and the rest after the reports.")),
        "arrears": Words(_("After the costs"), _("The programme pays after the costs are made and reported.")),
    },
    "PartyRole": {"lead": Words(_("Lead municipality")), "partner": Words(_("Partner municipality"))},
    "BudgetCategory": {
        "travel": Words(_("Travel and stay"), _("Tickets, hotels and daily costs of people who visit.")),
        "expertise": Words(_("Expertise"), _("Working days of colleagues or experts.")),
        "training": Words(_("Training and meetings"), _("Workshops, courses, rooms, material and interpreters.")),
        "investment": Words(_("Investment"), _("Things that last: works, buildings, vehicles, machines.")),
        "audit": Words(_("Audit"), _("The costs of the auditor.")),
        "other": Words(_("Other costs"), _("Costs that fit nowhere else. Explain them in the title of the line.")),
    },
    "RiskKind": {
        "delay": Words(_("Delay"), _("Activities start or finish later than planned.")),
        "commitment": Words(
            _("Lack of commitment"), _("A partner gives the project less time or attention than agreed.")
        ),
        "political_support": Words(
            _("Loss of political support"), _("After an election the new council thinks otherwise.")
        ),
        "staff_turnover": Words(_("Staff who leave"), _("People with the knowledge move to another job.")),
        "corruption": Words(_("Corruption"), _("Money or favours are used in a wrong way.")),
        "security": Words(_("Personal safety"), _("People cannot travel or work in safety.")),
    },
    "AttachedTo": {
        "section": Words(_("Section of the application")),
        "baseline": Words(_("Baseline assessment")),
        "report": Words(_("Report")),
        "action": Words(_("Corrective action")),
        "obligation": Words(_("Knowledge-sharing obligation")),
        "audit": Words(_("Audit")),
    },
}

ASSESSING: dict[str, dict[str, Words]] = {
    "RuleCode": {
        "local_authorities": Words(
            _("All the partners are local authorities"),
            _("Look at the type and the registration of each organisation."),
        ),
        "different_countries": Words(
            _("The partners come from different countries"),
            _("Look at the country of each partner. Two are needed at least."),
        ),
        "call_period": Words(
            _("Submitted while the call was open"), _("Compare the date of submission with the dates of the call.")
        ),
        "on_theme": Words(
            _("The project is on a theme of the plan"), _("Read section B beside the themes of the plan.")
        ),
        "amount_in_range": Words(
            _("The amount is allowed by the call"),
            _("Compare the amount asked with the lowest and highest of the call."),
        ),
        "peer_activity": Words(
            _("Colleagues work with colleagues"), _("Look for at least one exchange or training between the partners.")
        ),
        "land_title": Words(
            _("The right to use the land is shown"),
            _("Look for the land title or permit. Without an investment on land: not applicable."),
        ),
        "no_double_funding": Words(
            _("Nobody else pays the same costs"),
            _("Read the declaration in section I. Look for other grants on the same work."),
        ),
        "own_share_backed": Words(
            _("The own share is backed"),
            _("Look for a budget or a decision that covers the own share of each partner."),
        ),
    },
    "Verdict": {
        "pass": Words(_("Met")),
        "fail": Words(_("Not met")),
        "not_applicable": Words(_("Not applicable")),
    },
    "Advice": {
        "fund": Words(_("Fund"), _("The application can be funded as it is.")),
        "conditional": Words(
            _("Fund with conditions"), _("The application can be funded when the conditions are met.")
        ),
        "reject": Words(_("Reject"), _("The application should not be funded.")),
    },
}

CONTRACTING: dict[str, dict[str, Words]] = {
    "Instrument": {
        "memorandum": Words(
            _("Memorandum"),
            _("A short agreement for an exchange of expertise. The grant pays no investment to a partner."),
        ),
        "investment_contract": Words(
            _("Investment contract"),
            _("A fuller contract. It is needed because the grant pays an investment to a partner."),
        ),
    },
    "DocumentKind": {
        "memorandum": Words(_("Memorandum")),
        "investment_contract": Words(_("Investment contract")),
        "award": Words(_("Award letter")),
        "reserve": Words(_("Letter about the reserve list")),
        "rejection": Words(_("Rejection letter")),
        "ineligible": Words(_("Letter about eligibility")),
        "appeal_outcome": Words(_("Letter with the outcome of the appeal")),
        "closing": Words(_("Closing letter")),
    },
    "DocumentEnd": {
        "taken_back": Words(_("Taken back")),
        "declined": Words(_("Declined")),
        "expired": Words(_("Time to sign is over")),
        "voided": Words(_("Cancelled")),
    },
    "SigningOrder": {
        "in_turn": Words(_("One after the other")),
        "municipalities_together": Words(
            _("The municipalities in any order, the programme office last"),
            _("Both municipalities are asked to sign at once."),
        ),
    },
    "SignatureLevel": {
        "click-to-sign": Words(_("Signed here, with the password")),
        "wet-ink": Words(_("Signed on paper, attested by a second officer")),
        "qualified (test provider)": Words(_("Signed with the test provider, without legal value")),
        "qualified": Words(_("Qualified electronic signature")),
    },
}

FOLLOWING: dict[str, dict[str, Words]] = {
    "ReportKind": {"interim": Words(_("Interim report")), "final": Words(_("Final report"))},
    "ClauseEffect": {
        "supplements": Words(_("It is added to the article"), _("The article stays as it is.")),
        "replaces": Words(_("It stands in place of the article"), _("The article keeps its number, not its effect.")),
    },
    "ApprovalKind": {
        "checked": Words(_("Checked")),
        "agreed": Words(_("Agreed")),
    },
    "Standing": {
        "draft": Words(_("Draft"), _("It can be discussed. A change makes a new version.")),
        "issued": Words(_("Issued"), _("The text is fixed. The parties can sign it.")),
        "signed": Words(_("In force"), _("All the parties have signed this text.")),
        "taken_back": Words(_("Taken back"), _("It was issued and taken back. Signatures on it do not count.")),
        "superseded": Words(_("Superseded"), _("A newer version took its place.")),
        "voided": Words(_("Voided"), _("The agreement was voided before all had signed.")),
    },
    "Severity": {
        "low": Words(_("Low"), _("It should be improved, but results are not at risk.")),
        "medium": Words(_("Medium"), _("Results will suffer if nothing is done.")),
        "high": Words(_("High"), _("Results or money are at risk now.")),
    },
    "FindingSource": {
        "report": Words(_("Report")),
        "committee": Words(_("Monitoring committee")),
        "site_visit": Words(_("Site visit")),
        "assessment": Words(_("Independent assessment")),
        "audit": Words(_("Audit")),
    },
    "AuditKind": {
        "simple": Words(_("Simple audit"), _("A financial statement that the auditor has checked.")),
        "detailed": Words(
            _("Detailed audit"), _("The auditor checks costs, purchases and assets against the contract.")
        ),
    },
    "Opinion": {
        "unqualified": Words(_("In order"), _("The accounts are right in every important point.")),
        "qualified": Words(
            _("In order, with remarks"), _("The accounts are right except for the points that are named.")
        ),
        "adverse": Words(_("Not in order"), _("The accounts are not right in important points.")),
        "disclaimer": Words(_("No opinion possible"), _("The auditor did not get enough information to judge.")),
    },
    "Outcome": {
        "completed": Words(_("Completed")),
        "refused": Words(_("Refused")),
        "stopped": Words(_("Stopped early")),
    },
    "Job": {
        "tell": Words(_("Tell those concerned")),
        "send_mail": Words(_("Send a mail")),
        "write_document": Words(_("Write a document")),
        "convert_document": Words(_("Make the PDF of a document")),
        "seal_document": Words(_("Seal a document and certify who signed")),
        "preview_template": Words(_("Preview a template")),
        "move": Words(_("A move that happens by itself")),
        "remind": Words(_("Remind people of a due date")),
        "follow": Words(_("Begin a due date")),
    },
    "FileRole": {
        "pdf": Words(_("PDF")),
        "sealed": Words(_("Sealed PDF")),
        "evidence": Words(_("Evidence of signing")),
        "attachment": Words(_("Attachment")),
    },
}

TIMING: dict[str, dict[str, Words]] = {
    # Inside a sentence too: "Report: due in 3 days, Tuesday 24 November".
    "DeadlineKind": {
        "appeal": Words(_("Time to appeal"), _("The law gives this time: nobody can make it longer.")),
        "reserve": Words(_("Place on the reserve list")),
        "answer": Words(_("Answer to a question")),
        "review": Words(_("Review")),
        "signature": Words(_("Signatures")),
        "report": Words(_("Report")),
        "action": Words(_("Corrective action")),
        "obligation": Words(_("Knowledge to share")),
    },
    "DeadlineEnd": {
        "left": Words(_("Not needed any more")),
        "done": Words(_("Done")),
        "cancelled": Words(_("Cancelled")),
        "fired": Words(_("The time ran out")),
        "extended": Words(_("More time was given")),
        "moved": Words(_("Moved: the project stood still")),
    },
    "ReminderStep": {
        "before": Words(_("Reminder before the date")),
        "due": Words(_("Mail on the last day")),
        "after": Words(_("Reminder after the date")),
        "escalated": Words(_("The next person up is told")),
        "escalated_again": Words(_("The person above is told")),
    },
    "ReminderOutcome": {
        "sent": Words(_("Sent")),
        "overtaken": Words(_("A later one was sent instead")),
        "dropped": Words(_("Not needed any more")),
    },
}

# Each follows the name of a person: "Assessor, Utrecht scored an item of the baseline assessment".
EVENTS: dict[str, dict[str, Words]] = {
    "AuditEvent": {
        "created": Words(_("created the file")),
        "moved": Words(_("took the next step")),
        "section_saved": Words(_("saved a section")),
        "signed_off": Words(_("signed off the application for their municipality")),
        "sign_off_voided": Words(_("changed the content, so an earlier sign-off no longer counts")),
        "file_added": Words(_("added a file")),
        "file_removed": Words(_("removed a file")),
        "checked": Words(_("checked an eligibility rule")),
        "scored": Words(_("gave a score")),
        "reviewer_assigned": Words(_("assigned a reviewer")),
        "conflict_declared": Words(_("declared whether there is a conflict of interest")),
        "recommended": Words(_("recommended an outcome")),
        "confirmed": Words(_("confirmed the recommendation")),
        "voted": Words(_("voted on the appeal")),
        "edited": Words(_("changed details")),
        "document_written": Words(_("wrote a document")),
        "document_converted": Words(_("made a PDF of a document")),
        "document_sealed": Words(_("sealed a document and wrote the evidence of its signatures")),
        "signed": Words(_("signed the agreement")),
        "commented": Words(_("commented on the contract")),
        "comment_resolved": Words(_("settled a comment on the contract")),
        "comment_reopened": Words(_("opened a comment on the contract again")),
        "clause_proposed": Words(_("proposed a special clause")),
        "clause_changed": Words(_("changed a special clause, so an earlier approval no longer counts")),
        "clause_approved": Words(_("approved a special clause")),
        "clause_rejected": Words(_("rejected a special clause")),
        "clause_withdrawn": Words(_("withdrew a special clause")),
        "version_checked": Words(_("checked a version of the contract")),
        "text_agreed": Words(_("agreed to the text of the contract for their municipality")),
        "signature_refused": Words(_("tried to sign and was refused")),
        "signing_page_opened": Words(_("opened the document to sign it")),
        "signature_delegated": Words(_("let somebody else sign in their place")),
        "signing_reminded": Words(_("reminded those whose signature is next")),
        "scan_added": Words(_("added the scan of a signature on paper")),
        "scan_attested": Words(_("attested a signature on paper")),
        "scan_rejected": Words(_("refused the scan of a signature on paper")),
        "committee_decided": Words(_("recorded the decision about a monitoring committee")),
        "focal_point_named": Words(_("named a focal point")),
        "finding_raised": Words(_("raised a finding")),
        "notice_given": Words(_("gave notice of termination")),
        "notice_withdrawn": Words(_("took the notice of termination back")),
        "opinion_given": Words(_("gave the audit opinion")),
        "endorsed": Words(_("endorsed the plan")),
        "endorsement_voided": Words(_("changed the plan, so an earlier endorsement no longer counts")),
        "role_granted": Words(_("gave a person a role")),
        "role_ended": Words(_("ended a role of a person")),
        "deadline_extended": Words(_("gave more time")),
        "dates_moved": Words(_("moved the dates by the days that the project stood still")),
        "migrated": Words(_("carried the file over to a newer version of the rules")),
    },
}

BATCHES: dict[str, dict[str, Words]] = {
    "BatchKind": {
        "move": Words(_("Move")),
        "recommend": Words(_("Recommendation")),
        "confirm": Words(_("Confirmation")),
        "letters": Words(_("Letters")),
    },
    "BatchState": {
        "prepared": Words(_("Prepared")),
        "running": Words(_("Running")),
        "stopped": Words(_("Stopped")),
        "done": Words(_("Finished")),
    },
    "ItemState": {
        "waiting": Words(_("Waiting")),
        "done": Words(_("Done")),
        "refused": Words(_("Refused")),
        "failed": Words(_("Failed")),
        "left_out": Words(_("Left out")),
    },
}

VOCABULARIES: dict[str, dict[str, Words]] = {
    **PEOPLE, **APPLYING, **ASSESSING, **CONTRACTING, **FOLLOWING, **TIMING, **EVENTS, **BATCHES,
}  # fmt: skip

# United Nations: the official short names of the Global Goals.
GOALS: dict[int, LazyString] = {
    1: _("No poverty"),
    2: _("Zero hunger"),
    3: _("Good health and well-being"),
    4: _("Quality education"),
    5: _("Gender equality"),
    6: _("Clean water and sanitation"),
    7: _("Affordable and clean energy"),
    8: _("Decent work and economic growth"),
    9: _("Industry, innovation and infrastructure"),
    10: _("Reduced inequalities"),
    11: _("Sustainable cities and communities"),
    12: _("Responsible consumption and production"),
    13: _("Climate action"),
    14: _("Life below water"),
    15: _("Life on land"),
    16: _("Peace, justice and strong institutions"),
    17: _("Partnerships for the goals"),
}


def label(word: StrEnum) -> str:
    """What a word of a closed vocabulary is called: `label(RiskKind.DELAY)` → "Delay"."""
    return str(VOCABULARIES[type(word).__name__][word.value].label)


def help_for(word: StrEnum) -> str:
    """One line that explains a word; empty where the label says it all."""
    return str(VOCABULARIES[type(word).__name__][word.value].help)


def choices(words: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """(value, label) of each word, for a select or radio field: `choices(BudgetCategory)`."""
    return [(word.value, label(word)) for word in words]


def goal(number: int) -> str:
    """The official short name of a Global Goal (SDG), 1 to 17."""
    return str(GOALS[number])
