"""Roles: the title of one, and how a sentence speaks of its holder."""

from collections.abc import Iterable
from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from webapp.wording.values import any_of
from workflows.vocabulary import Role


class RoleWords(NamedTuple):
    label: LazyString
    plural: LazyString
    holder: LazyString  # inside a sentence, with its article


ROLES: dict[Role, RoleWords] = {
    Role.APPLICANT_EDITOR: RoleWords(_("Applicant"), _("Applicants"), _("an applicant of the municipality")),
    Role.SIGNATORY: RoleWords(_("Signatory"), _("Signatories"), _("the signatory of the municipality")),
    Role.FOCAL_POINT: RoleWords(_("Focal point"), _("Focal points"), _("the focal point of the municipality")),
    Role.MUNICIPALITY_ADMIN: RoleWords(
        _("Municipality administrator"), _("Municipality administrators"), _("the administrator of the municipality")
    ),
    Role.LGA_OFFICER: RoleWords(_("LGA officer"), _("LGA officers"), _("an officer of the association (LGA)")),
    Role.LEAD_REVIEWER: RoleWords(_("Lead reviewer"), _("Lead reviewers"), _("the lead reviewer")),
    Role.LGA_ADMIN: RoleWords(
        _("LGA administrator"), _("LGA administrators"), _("the administrator of the association (LGA)")
    ),
    Role.ASSESSOR: RoleWords(_("Assessor"), _("Assessors"), _("the assessor")),
    Role.PROGRAMME_MANAGER: RoleWords(_("Programme manager"), _("Programme managers"), _("the programme manager")),
    Role.FINANCE_OFFICER: RoleWords(_("Finance officer"), _("Finance officers"), _("a finance officer")),
    Role.DIRECTOR: RoleWords(_("Director"), _("Directors"), _("the director")),
    Role.PANEL_MEMBER: RoleWords(
        _("Appeal panel member"), _("Appeal panel members"), _("a member of the appeal panel")
    ),
    Role.COMMITTEE_MEMBER: RoleWords(
        _("Committee member"), _("Committee members"), _("a member of the monitoring committee")
    ),
    Role.INDEPENDENT_ASSESSOR: RoleWords(
        _("Independent assessor"), _("Independent assessors"), _("the independent assessor")
    ),
    Role.AUDITOR: RoleWords(_("Auditor"), _("Auditors"), _("the auditor")),
    Role.EXPERT: RoleWords(_("Expert"), _("Experts"), _("an expert")),
    Role.SYSTEM_ADMIN: RoleWords(_("System administrator"), _("System administrators"), _("the system administrator")),
    Role.SYSTEM: RoleWords(_("System"), _("System"), _("the system, by itself")),
}


def role(role: Role) -> str:
    """The title: "Programme manager"."""
    return str(ROLES[role].label)


def role_plural(role: Role) -> str:
    """The title of several: "Programme managers"."""
    return str(ROLES[role].plural)


def holders(roles: Iterable[Role]) -> str:
    """Whoever holds one of these roles, inside a sentence: "the assessor or the programme manager"."""
    return any_of([str(ROLES[role].holder) for role in roles])
