"""In which order the parties sign: the manager's choice while the agreement is a draft."""

from flask_babel import gettext as _

from webapp import policy
from webapp.agreements import seen as standing
from webapp.errors import Invalid
from webapp.extensions import db
from webapp.models.agreement import Agreement, SigningOrder
from webapp.models.record import AuditEvent
from webapp.policy import Action, Principal
from webapp.services import audit, scope
from webapp.services.locking import lock
from workflows.vocabulary import Role, State


def set_order(
    agreement: Agreement, order: SigningOrder, party_ids: list[int], actor: Principal, *, seen: str | None = None
) -> None:
    """Put the parties in this order; where the municipalities sign together, the programme office comes last."""
    policy.require(actor, Action.PREPARE_AGREEMENT, scope.file_scope(agreement.application))
    lock(agreement)
    if agreement.state is not State.DRAFT:
        raise Invalid("order", _("The agreement is issued. Take it back to draft to change the order."))
    for party in agreement.parties:
        db.session.refresh(party)  # the lock reads the agreement anew, not the places
    standing.require(seen, standing.order(agreement))
    by_id = {party.id: party for party in agreement.parties}
    if sorted(party_ids) != sorted(by_id):
        raise Invalid("order", _("Name each party once."))
    if order is SigningOrder.TOGETHER and not by_id[party_ids[-1]].is_operator:
        raise Invalid("order", _("Where the municipalities sign in any order, the programme office signs last."))
    for place, party_id in enumerate(party_ids, 1):  # two steps: no two parties share a place in between
        by_id[party_id].position = -place
    db.session.flush()
    for place, party_id in enumerate(party_ids, 1):
        by_id[party_id].position = place
    agreement.signing_order = order
    db.session.flush()
    db.session.expire(agreement, ["parties"])
    data = {"order": order.value, "parties": ", ".join(by_id[party_id].organisation.name for party_id in party_ids)}
    audit.record(
        agreement, actor, Role.PROGRAMME_MANAGER, AuditEvent.EDITED, application_id=agreement.application_id, data=data
    )
