"""Which role can be held where, and who may give it: one readable table (`domain.md` §1, settled roles of §4)."""

from dataclasses import dataclass

from webapp import policy
from webapp.models.people import LOCAL_AUTHORITIES, OrganisationType
from webapp.policy import Principal
from workflows.vocabulary import Role

R, T = Role, OrganisationType
ANY = frozenset(OrganisationType)
LGA = frozenset({T.LGA})
OPERATOR = frozenset({T.OPERATOR})


@dataclass(frozen=True)
class Reach:
    """Where a role is held: in an organisation of these types, in a programme, on a file, or in the installation."""

    types: frozenset[OrganisationType] = frozenset()
    programme: bool = False
    file: bool = False
    everywhere: bool = False


REACH: dict[Role, Reach] = {
    R.APPLICANT_EDITOR: Reach(LOCAL_AUTHORITIES),
    R.SIGNATORY: Reach(LOCAL_AUTHORITIES),
    R.MUNICIPALITY_ADMIN: Reach(LOCAL_AUTHORITIES),
    R.LGA_OFFICER: Reach(LGA),
    R.LEAD_REVIEWER: Reach(LGA),
    R.LGA_ADMIN: Reach(LGA),
    R.PROGRAMME_MANAGER: Reach(programme=True),
    R.FINANCE_OFFICER: Reach(programme=True),
    R.DIRECTOR: Reach(OPERATOR, programme=True),
    R.PANEL_MEMBER: Reach(programme=True),
    R.ASSESSOR: Reach(programme=True, file=True),
    R.AUDITOR: Reach(programme=True, file=True),
    R.INDEPENDENT_ASSESSOR: Reach(programme=True, file=True),
    R.FOCAL_POINT: Reach(file=True),
    R.COMMITTEE_MEMBER: Reach(file=True),
    R.EXPERT: Reach(ANY),
    R.SYSTEM_ADMIN: Reach(everywhere=True),
}
# What the administrator of one organisation may give there, by the role that lets them.
GIVES: dict[Role, frozenset[Role]] = {
    R.MUNICIPALITY_ADMIN: frozenset({R.APPLICANT_EDITOR, R.SIGNATORY, R.MUNICIPALITY_ADMIN}),
    R.LGA_ADMIN: frozenset({R.LGA_OFFICER, R.LEAD_REVIEWER, R.LGA_ADMIN}),
}


def is_system(who: Principal) -> bool:
    """Administers the whole installation: a system administrator, or the system itself while it is set up."""
    return who.holds(R.SYSTEM_ADMIN, R.SYSTEM)


def administered(who: Principal) -> frozenset[int]:
    """The organisations whose people this person manages; a system administrator is asked about with `is_system`."""
    return who.organisations(*GIVES)


def gives(who: Principal, organisation_id: int | None) -> frozenset[Role]:
    """The roles this person may give and end with this organisation (None: elsewhere)."""
    if is_system(who):
        return frozenset(REACH)
    if not policy.administers(who, organisation_id) or organisation_id is None:
        return frozenset()
    held = (role for role in GIVES if organisation_id in who.organisations(role))
    return frozenset().union(*(GIVES[role] for role in held))


def fitting(kind: str, type: OrganisationType | None = None) -> list[Role]:
    """The roles that can be held in an organisation of this type, in a "programme", on a "file", or "everywhere"."""
    if kind == "organisation":
        return [role for role, reach in REACH.items() if type in reach.types]
    return [role for role, reach in REACH.items() if getattr(reach, kind)]
