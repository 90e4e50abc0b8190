"""Who works together in a file, as columns of a list: no file is loaded to print "Rheden ⇄ Rubavu"."""

from sqlalchemy import Label, ScalarSelect, func, select

from webapp.models.application import Application, ApplicationParty, PartyRole
from webapp.models.people import Organisation


def lead_name() -> Label[str]:
    """The lead municipality's name, beside a row of `Application`."""
    return _names(PartyRole.LEAD).label("lead")


def partner_names() -> Label[str]:
    """The partners' names with commas, beside a row of `Application`."""
    return _names(PartyRole.PARTNER).label("partners")


def _names(role: PartyRole) -> ScalarSelect[str]:
    query = select(func.aggregate_strings(Organisation.name, ", "))
    query = query.join(ApplicationParty, ApplicationParty.organisation_id == Organisation.id)
    mine = ApplicationParty.application_id == Application.id
    return query.where(mine, ApplicationParty.role == role).correlate(Application).scalar_subquery()
