"""Why figures of a programme cannot be saved, by the code of `workflows.settings`: said beside the field."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from webapp.wording.people import role
from webapp.wording.states import state
from workflows.settings import Contradiction
from workflows.vocabulary import Machine, Role, State

CONTRADICTIONS: dict[str, LazyString] = {
    "mandates_cross": _("This amount cannot be lower than the amount for a second manager."),
    "advances_cross": _("All advances together cannot be less than the first payment."),
    "not_a_percentage": _("Enter 100 at most: it is a part of the grant."),
    "nobody_reviews": _("At least one review is needed before a decision."),
    "too_few_reviewers": _(
        "No file of “%(plan)s” could be decided now: only %(count)s people without ties can review one of them."
    ),
    "too_few_confirm": _(
        "Nobody could decide about such an amount now. The programme has %(count)s of at least %(need)s people with"
        " this role: %(role)s."
    ),
    "no_time_at_all": _("Give at least one day or month. With nothing, nobody could ever be in time."),
    "negative": _("This cannot be less than nothing."),
    "reminder_too_early": _(
        "The shortest time that the programme gives is %(days)s days. Remind people later than it begins."
    ),
    "escalation_before_reminder": _(
        "People are reminded %(days)s days after the date. Tell somebody else on that day at the earliest."
    ),
    "investment_unaudited": _("An investment contract is always audited. Choose a simple or a detailed audit."),
    "closing_without_audit": _(
        "Files that are closing without an audit could then not close: %(count)s. Close them first."
    ),
    "state_closed": _("With this no file could ever become “%(state)s”."),
    "files_stand_there": _("Files stand in “%(state)s” now: %(count)s. Move them on first."),
}


def contradiction(found: Contradiction) -> str:
    """One sentence for the field. KeyError for a code without words."""
    params = dict(found.params)
    if "state" in params:
        params["state"] = state(Machine.APPLICATION, State(params["state"]))
    if "role" in params:
        params["role"] = role(Role(params["role"]))
    return str(CONTRADICTIONS[found.code]) % params
