"""What the verbs of a negotiation share: the lock, the side somebody speaks for, clean text, and who is told."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from webapp import policy
from webapp.documents.plain import UnprintableTextError, printable
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.extensions import db
from webapp.models.agreement import Agreement, Document
from webapp.models.record import AuditEvent
from webapp.policy import Action, Principal
from webapp.services import announce, audit, scope
from webapp.services.locking import lock
from workflows.vocabulary import Role, State

APPLICANTS = (Role.APPLICANT_EDITOR, Role.SIGNATORY)


def begin(agreement: Agreement, action: Action, actor: Principal, *states: State) -> None:
    """Ask the policy, then be the only writer; `Conflict` when the agreement has moved on to another state."""
    scope.require_still(actor, action, agreement.application)
    lock(agreement)
    if agreement.state not in states:
        raise Conflict(agreement.revision, agreement.revision)


def newest(agreement: Agreement) -> Document:
    """The version that is discussed; its approvals are read anew."""
    if not agreement.documents:
        raise Invalid("", _("There is no version yet. The programme manager writes the first one."))
    document = agreement.documents[-1]
    db.session.expire(document, ["approvals"])
    return document


def side_of(agreement: Agreement, actor: Principal) -> tuple[Role, int | None]:
    """In which role somebody speaks, and for which municipality; None: for the programme."""
    parties = {party.organisation_id for party in agreement.parties if not party.is_operator}
    for role in APPLICANTS:
        if mine := parties & actor.organisations(role):
            return role, min(mine)
    held = policy.roles_on(actor, scope.file_scope(agreement.application)) & policy.OFFICE
    if not held:
        raise Forbidden("no_side")
    return min(held), None


def office_role(agreement: Agreement, actor: Principal) -> Role:
    return min(policy.roles_on(actor, scope.file_scope(agreement.application)) & policy.OFFICE)


def not_of_a_party(agreement: Agreement, actor: Principal) -> None:
    """Nobody approves for the programme what binds a municipality they belong to."""
    if actor.belongs_to & scope.file_scope(agreement.application).party_ids:
        raise Forbidden("belongs_to_party")


def clean(field: str, text: str) -> str:
    """The text as a document can print it; a character that Word cannot show is refused, never dropped."""
    try:
        found = printable(text, field).strip()
    except UnprintableTextError as error:
        code = f"{error.codepoint:04X}"
        message = _("This text holds a sign that cannot be printed (U+%(code)s). Remove it.", code=code)
        raise Invalid(field, message) from error
    if not found:
        raise Invalid(field, _("Fill this in."))
    return found


def record(agreement: Agreement, actor: Principal, role: Role, event: AuditEvent, data: dict[str, object]) -> None:
    audit.record(agreement, actor, role, event, application_id=agreement.application_id, data=data)


def tell(
    roles: Iterable[Role],
    agreement: Agreement,
    actor: Principal,
    *,
    key: str,
    subject: LazyString,
    lines: Sequence[LazyString | str],
    page: str,
) -> None:
    """A message to everybody with these roles on the file, but the actor; the link leads to the page it is about."""
    people = announce.people_with(frozenset(roles), agreement)
    path = f"{announce.path(agreement)}/agreement/{page}"
    title = announce.title(agreement)
    announce.tell(
        people, actor, key, path, lambda: [_("%(title)s: %(state)s", title=title, state=subject), *map(str, lines)]
    )
