"""Tell people: every move enqueues its mail inside the transaction; the worker sends it after the commit."""

from collections.abc import Callable, Iterable

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import or_, select

from webapp import clock, policy, wording
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.people import Person, RoleGrant
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.record import AuditEntry, Job
from webapp.models.template import DocumentTemplate
from webapp.models.types import Case
from webapp.notifications.audience import TOLD
from webapp.policy import Principal
from webapp.services import outbox
from webapp.services.effects import Moved
from webapp.services.scope import application_of, principal, scope_of
from workflows.vocabulary import Role


def after(moved: Moved, entry: AuditEntry) -> None:
    """Mail everybody whom the audience table names, except the person who did it."""
    roles = TOLD.get((moved.case.__machine__, moved.move.trigger), ())
    if not roles:
        return
    outbox.enqueue_all(
        _mail_move(person, moved, entry)
        for person in people_with(frozenset(roles), moved.case)
        if person.id != moved.actor.person_id
    )


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


def _mail_move(person: Person, moved: Moved, entry: AuditEntry) -> outbox.Announced:
    machine = moved.case.__machine__
    named = entry.role not in policy.UNNAMED or policy.is_named(
        entry.role, policy.roles_on(principal(person), scope_of(moved.case))
    )
    with force_locale(person.language):
        who = moved.actor.name if named else wording.role(entry.role)
        what = wording.state(machine, moved.move.dest)
        lines = [
            _("Dear %(name)s,", name=person.name),
            _("%(who)s %(what)s.", who=who, what=wording.moved(machine, moved.move.trigger)),
            wording.state_meaning(machine, moved.move.dest),
        ]
        if moved.reason:
            lines.insert(2, _("Reason given: %(reason)s", reason=moved.reason))
        return message(
            person,
            key=f"move-{entry.id}-{person.id}",
            subject=_("%(title)s: %(state)s", title=title(moved.case), state=what),
            lines=lines,
            path=path(moved.case),
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
