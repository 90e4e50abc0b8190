"""Tell people: a move is announced inside its transaction; the worker writes and sends the mails after the commit."""

from collections.abc import Callable, Iterable

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from webapp import clock, policy, wording
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.people import Person, RoleGrant
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.record import AuditEntry, Job
from webapp.models.template import DocumentTemplate
from webapp.models.types import Case
from webapp.notifications.audience import TOLD
from webapp.policy import SYSTEM, Principal
from webapp.services import outbox
from webapp.services.scope import application_of, principal, scope_of, with_room
from webapp.services.versions import CASES
from workflows.vocabulary import Role


def after(entry: AuditEntry) -> None:
    """A move is told to those whom the audience table names; who they are, `tell_move` finds in the worker."""
    if _audience(entry):
        outbox.enqueue(Job.TELL, f"move-{entry.id}", {"entry_id": entry.id})


def tell_move(entry_id: int) -> None:
    """Write one mail to everybody who holds such a role today, except the person who made the move. For the worker."""
    entry = db.session.get_one(AuditEntry, entry_id, options=[joinedload(AuditEntry.actor)])
    case = db.session.get_one(CASES[entry.machine], entry.case_id, options=with_room(CASES[entry.machine]))
    told = people_with(_audience(entry), case)
    outbox.enqueue_all(_mail_move(person, case, entry) for person in told if person.id != entry.actor_id)


def _audience(entry: AuditEntry) -> frozenset[Role]:
    return frozenset(TOLD.get((entry.machine, entry.trigger), ())) if entry.trigger else frozenset()


def people_with(roles: frozenset[Role], case: Case) -> list[Person]:
    """Everybody who holds one of these roles on this very record today; one statement."""
    scope, today = scope_of(case), clock.today()
    wanted = (RoleGrant.role.in_(roles), RoleGrant.starts_on <= today, _could_hold(scope))
    query = select(Person, RoleGrant).join(RoleGrant, RoleGrant.person_id == Person.id)
    query = query.where(*wanted, RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= today), Person.left_at.is_(None))
    found = {
        person: None
        for person, grant in db.session.execute(query.order_by(Person.id))
        if policy.roles_on(_with(person, grant), scope)
    }
    return list(found)


def _with(person: Person, row: RoleGrant) -> Principal:
    grant = policy.Grant(row.role, row.organisation_id, row.programme_id, row.application_id)
    return Principal(person.id, person.name, (grant,))


def _could_hold(scope: policy.Scope):  # type: ignore[no-untyped-def]  # a WHERE clause
    clauses = [RoleGrant.programme_id == scope.programme_id]
    if isinstance(scope, policy.FileScope):
        clauses.append(RoleGrant.application_id == scope.application_id)
        clauses.append(RoleGrant.organisation_id.in_(scope.party_ids | scope.lga_ids))
    elif scope.lga_id is not None:
        clauses.append(RoleGrant.organisation_id == scope.lga_id)
    return or_(*clauses)


def _mail_move(person: Person, case: Case, entry: AuditEntry) -> outbox.Announced:
    machine, trigger, dest = entry.machine, entry.trigger, entry.to_state
    assert trigger is not None and dest is not None  # noqa: S101 - `move_has_trigger` says so
    named = entry.role not in policy.UNNAMED or policy.is_named(
        entry.role, policy.roles_on(principal(person), scope_of(case))
    )
    with force_locale(person.language):
        who = (entry.actor.name if entry.actor else SYSTEM.name) if named else wording.role(entry.role)
        what = wording.state(machine, dest)
        lines = [
            _("Dear %(name)s,", name=person.name),
            _("%(who)s %(what)s.", who=who, what=wording.moved(machine, trigger)),
            wording.state_meaning(machine, dest),
        ]
        if entry.reason:
            lines.insert(2, _("Reason given: %(reason)s", reason=entry.reason))
        return message(
            person,
            key=f"move-{entry.id}-{person.id}",
            subject=_("%(title)s: %(state)s", title=title(case), state=what),
            lines=lines,
            path=path(case),
        )


def mail(person: Person, *, key: str, subject: str, lines: list[str], path: str) -> None:
    """Enqueue one message to one person, with a link; `key` makes it happen once."""
    outbox.enqueue_all([message(person, key=key, subject=subject, lines=lines, path=path)])


def message(person: Person, *, key: str, subject: str, lines: list[str], path: str) -> outbox.Announced:
    payload = {"to": person.email, "subject": subject, "lines": lines, "path": path, "language": person.language}
    return Job.SEND_MAIL, key, payload


def tell(people: Iterable[Person], actor: Principal, key: str, path: str, compose: Callable[[], list[str]]) -> None:
    """A message that is no move to each but the actor, in their own language; `compose` gives the subject first."""
    for person in people:
        if person.id != actor.person_id:
            with force_locale(person.language):
                subject, *lines = compose()
                lines = [_("Dear %(name)s,", name=person.name), *lines]
                mail(person, key=f"{key}-{person.id}", subject=subject, lines=lines, path=path)


def title(case: Case) -> str:
    """How a case is called in a subject line: reference and the pair of partners."""
    application = application_of(case)
    if application is not None:
        return f"{application.reference} {pair(application)}"
    if isinstance(case, DocumentTemplate):
        return wording.template_title(case.kind, case.language, case.number)
    return str(getattr(case, "title", ""))


def pair(application: Application) -> str:
    """Rheden ⇄ Rubavu."""
    return " ⇄ ".join(party.organisation.name for party in application.parties)


def path(case: Case) -> str:
    """The address of the page where the case is worked on."""
    application = application_of(case)
    if application is not None:
        return f"/applications/{application.id}"
    folders: dict[type[Case], str] = {
        Programme: "programmes",
        CountryPlan: "plans",
        Call: "calls",
        DocumentTemplate: "templates",
    }
    folder = folders[type(case)]
    return f"/{folder}/{case.id}"


def instant_key(prefix: str) -> str:
    """A key for something that may be announced again later."""
    return f"{prefix}-{clock.now().timestamp():.6f}"
