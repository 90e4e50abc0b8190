"""What every verb of monitoring does first and last: wait its turn, ask the policy."""

from datetime import date

from flask_babel import gettext as _

from webapp import clock, policy
from webapp.errors import Forbidden, Invalid
from webapp.models.application import Application, PartyRole
from webapp.models.types import Case
from webapp.policy import Action, Principal
from webapp.services.locking import lock
from webapp.services.scope import file_scope
from workflows.vocabulary import Role

PARTIES = frozenset({Role.APPLICANT_EDITOR, Role.SIGNATORY, Role.FOCAL_POINT})
OFFICE = frozenset({Role.PROGRAMME_MANAGER, Role.DIRECTOR})


def enter(case: Case, application: Application, action: Action, actor: Principal) -> Role:
    """Wait for whoever is changing this case, then ask the policy; returns the capacity in which the actor acts."""
    lock(case)
    scope = file_scope(application)
    policy.require(actor, action, scope)
    return min(policy.roles_on(actor, scope) & policy.TABLE[action].roles)


def not_of_a_party(application: Application, actor: Principal) -> None:
    """Nobody handles the file of a municipality they belong to (EU Financial Regulation art. 61)."""
    if actor.belongs_to & {party.organisation_id for party in application.parties}:
        raise Forbidden("belongs_to_party")


def needed(field: str, text: str) -> str:
    if not text.strip():
        raise Invalid(field, _("Fill in this field."))
    return text.strip()


def party_name(application: Application, organisation_id: int | None, field: str) -> str:
    for party in application.parties:
        if party.organisation_id == organisation_id:
            return party.organisation.name
    raise Invalid(field, _("Choose one of the municipalities of this project."))


def today(application: Application) -> date:
    """The day it is for the lead municipality, whose dates these are."""
    zone = next((p.organisation.time_zone for p in application.parties if p.role is PartyRole.LEAD), "UTC")
    return clock.today(zone)


def address(application: Application) -> str:
    return f"/applications/{application.id}/monitoring"
