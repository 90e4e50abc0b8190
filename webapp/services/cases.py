"""One case of any machine, by the machine's name and its number: the same door for pages and for programs."""

from webapp import policy
from webapp.errors import NotFound
from webapp.extensions import db
from webapp.models.types import Case
from webapp.policy import Principal
from webapp.services import scope
from webapp.services.versions import CASES
from workflows.vocabulary import Machine


def open_case(who: Principal, machine: Machine, case_id: int) -> Case:
    """The case, if this person may look at it; unknown and foreign alike are not found."""
    kind = CASES[machine]
    case = db.session.get(kind, case_id, options=scope.with_room(kind))
    if case is None or not policy.may(who, policy.LOOK[machine], scope.scope_of(case)):
        raise NotFound(f"{machine} {case_id}")
    return case
