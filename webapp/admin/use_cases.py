"""What administrators do with organisations, people and roles, and everybody with their own account.

A person is no case of a machine, so there is no hash chain about them. The record of role changes is: the `RoleGrant`
rows, which are ended by a date and kept; a line in the structured log for each change; and, for a role in a programme
or on a file, an audit entry in the chain of that programme or file. A role that is ended on the day it was given
never counted for a whole day: its row is removed, the log (and the chain) keeps both changes.
"""

from datetime import date
from typing import Any

import structlog
from email_validator import EmailNotValidError, validate_email
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from webapp import clock, policy, wording
from webapp.admin import granting, scopes
from webapp.auth import access_tokens, passwords, sessions, throttle, tokens
from webapp.errors import Forbidden, Invalid
from webapp.extensions import db
from webapp.models.people import (
    AccessToken,
    Affiliation,
    AffiliationKind,
    Organisation,
    OrganisationType,
    Person,
    RoleGrant,
    TokenPurpose,
)
from webapp.models.record import AuditEvent, OutboxRow
from webapp.policy import Principal
from webapp.services import outbox
from webapp.services.announce import instant_key, mail
from workflows.vocabulary import Role

log = structlog.get_logger()
ORGANISATION_COLUMNS = (
    "name", "legal_name", "type", "country", "subdivision", "place", "time_zone", "population", "registry_id", "lga_id",
)  # fmt: skip
ACCOUNT_COLUMNS = ("name", "language", "time_zone")


# --- organisations --------------------------------------------------------------------------------


def create_organisation(values: dict[str, Any], actor: Principal) -> Organisation:
    """A new organisation; its name is unique, its association an existing LGA. `Forbidden` but for administrators."""
    _require_system(actor)
    _check_organisation(values, None)
    organisation = Organisation(**{key: values[key] for key in ORGANISATION_COLUMNS if key in values})
    _add_unique(organisation, "name", _("Another organisation has this name already."))
    log.info("organisation created", organisation=organisation.id, by=actor.person_id)
    return organisation


def save_organisation(organisation: Organisation, values: dict[str, Any], actor: Principal) -> Organisation:
    """Change an organisation; its type is fixed while people hold roles that belong to it."""
    _require_system(actor)
    merged = {key: values.get(key, getattr(organisation, key)) for key in ORGANISATION_COLUMNS}
    _check_organisation(merged, organisation)
    changed = [key for key in ORGANISATION_COLUMNS if getattr(organisation, key) != merged[key]]
    for key in changed:
        setattr(organisation, key, merged[key])
    db.session.flush()
    log.info("organisation changed", organisation=organisation.id, changed=changed, by=actor.person_id)
    return organisation


def _check_organisation(values: dict[str, Any], organisation: Organisation | None) -> None:
    own_id = organisation.id if organisation else None
    same = select(Organisation.id).where(func.lower(Organisation.name) == values["name"].lower())
    if (known := db.session.scalar(same)) is not None and known != own_id:
        raise Invalid("name", _("Another organisation has this name already."))
    if (lga_id := values.get("lga_id")) is not None:
        lga = db.session.get(Organisation, lga_id)
        if lga is None or lga.type is not OrganisationType.LGA or lga.id == own_id:
            raise Invalid("lga_id", _("Choose a local government association."))
        if values["type"] == OrganisationType.LGA:
            raise Invalid("lga_id", _("An association is not a member of another association here."))
    if organisation is not None and organisation.type != values["type"]:
        held = db.session.scalars(granting.current(RoleGrant.organisation_id == organisation.id))
        if any(OrganisationType(values["type"]) not in scopes.REACH[grant.role].types for grant in held):
            raise Invalid("type", _("People hold roles here that do not fit this type. End those roles first."))


# --- people ---------------------------------------------------------------------------------------


def invite_person(values: dict[str, Any], actor: Principal) -> Person:
    """A new account with a mail whose link serves once and for 14 days; the address is kept in small letters.

    `values` may carry `role` and `organisation_id` for a first role; the administrator of an organisation must, so that
    nobody is invited into nowhere.
    """
    if not scopes.is_system(actor) and not scopes.administered(actor):
        raise Forbidden("invite_person")
    if not scopes.is_system(actor) and not values.get("role"):
        raise Invalid("role", _("Choose the first role of this person."))
    email = _address(values["email"])
    if db.session.scalar(select(Person.id).where(Person.email == email)) is not None:
        raise Invalid("email", _taken(actor))
    columns = {key: values.get(key) or fallback for key, fallback in _DEFAULTS.items()}
    person = Person(email=email, name=values["name"].strip(), created_at=clock.now(), **columns)
    _add_unique(person, "email", _taken(actor))
    log.info("person invited", person=person.id, by=actor.person_id)
    if role := values.get("role"):
        granting.add(person, Role(role), actor, {"organisation_id": values.get("organisation_id")}, None, None)
    _send_invitation(person)
    return person


_DEFAULTS = {"job_title": "", "language": "en", "time_zone": "UTC"}


def send_invitation(person: Person, actor: Principal) -> None:
    """The link once more, for somebody who has no password yet; links sent before stop working."""
    _require_manages(actor, person)
    if person.left_at is not None or person.password_hash:
        raise Forbidden("send_invitation")
    tokens.spend_all(person)
    _send_invitation(person)
    log.info("invitation sent again", person=person.id, by=actor.person_id)


def leave(person: Person, actor: Principal) -> None:
    """Somebody leaves: name, address and password go, roles and sessions end, and the record of what they did stays."""
    _require_system(actor)
    if person.id == actor.person_id:
        raise Invalid("confirm", _("You cannot remove yourself. Ask another administrator."))
    if person.left_at is not None:
        return
    for grant in list(person.grants):
        if granting.is_current(grant, person):
            granting.require_another_admin(grant)
            granting.end(grant, person, actor)
    for affiliation in list(person.affiliations):
        person.affiliations.remove(affiliation)
        db.session.delete(affiliation)
    tokens.spend_all(person)
    sessions.end_all(person.id)
    access_tokens.end_all(person.id)
    person.name, person.job_title, person.password_hash = f"Former account {person.id}", "", ""
    person.email = f"left-{person.id}@jumelage.invalid"
    person.is_demo, person.left_at = False, clock.now()
    db.session.flush()
    log.info("person left", person=person.id, by=actor.person_id)


def _send_invitation(person: Person) -> None:
    token = tokens.issue(person, TokenPurpose.INVITE)
    with force_locale(person.language):
        mail(
            person,
            key=instant_key(f"invite-{person.id}"),
            subject=_("Your account in Jumelage"),
            lines=[
                _("Dear %(name)s,", name=person.name),
                _("An account was made for you in Jumelage, where local governments apply for partnership grants."),
                _("Choose a password with the link below. It serves once and for 14 days."),
            ],
            path=f"/password/{token}",
        )


def _address(text: str) -> str:
    """The address in small letters; raises `Invalid` for one that cannot exist. No name server is asked."""
    try:
        # The reserved domain .test is let through: a trial installation uses it, and no mail ever leaves for it.
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        sentence = _("This is not an e-mail address. Write it like name@place.org, without spaces.")
        raise Invalid("email", sentence) from error


def _taken(actor: Principal) -> str:
    if scopes.is_system(actor):
        return str(_("There is an account with this address already. Search for it in the list of people."))
    return str(
        _("There is an account with this address already. Ask a system administrator to give it a role with you.")
    )


# --- roles ----------------------------------------------------------------------------------------


def grant_role(
    person: Person,
    role: Role,
    actor: Principal,
    organisation_id: int | None = None,
    programme_id: int | None = None,
    application_id: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> RoleGrant:
    """Give a role within one organisation, programme or file; both days are included. Ends the person's sessions.

    Raises `Forbidden` for a role that is not the actor's to give, `Invalid` for a scope that does not fit the role.
    """
    where = {"organisation_id": organisation_id, "programme_id": programme_id, "application_id": application_id}
    if person.id == actor.person_id:
        raise Invalid("role", _("Nobody gives a role to themselves. Ask another administrator."))
    grant = granting.add(person, role, actor, where, starts_on, ends_on)
    sessions.end_all(person.id)
    _tell(person, AuditEvent.ROLE_GRANTED, role)
    return grant


def end_role(grant: RoleGrant, actor: Principal) -> None:
    """A role stops counting now; its row stays with its dates. Ends the person's sessions."""
    granting.require_gives(actor, grant.role, granting.scope_of(grant))
    if not granting.is_current(grant, grant.person):
        return
    granting.require_another_admin(grant)
    person, role = grant.person, grant.role
    granting.end(grant, person, actor)
    sessions.end_all(person.id)
    _tell(person, AuditEvent.ROLE_ENDED, role)


def _tell(person: Person, event: AuditEvent, role: Role) -> None:
    with force_locale(person.language):
        sentence = {
            AuditEvent.ROLE_GRANTED: _("You have a new role in Jumelage: %(role)s.", role=wording.role(role)),
            AuditEvent.ROLE_ENDED: _("Your role in Jumelage has ended: %(role)s.", role=wording.role(role)),
        }[event]
        lines = [_("Dear %(name)s,", name=person.name), sentence]
        key = instant_key(f"role-{person.id}")
        mail(person, key=key, subject=_("Your roles in Jumelage"), lines=lines, path="/account")


# --- affiliations ---------------------------------------------------------------------------------


def set_affiliation(person: Person, organisation_id: int, kind: AffiliationKind, actor: Principal) -> Affiliation:
    """Note that somebody belongs to an organisation: this keeps them out of reviews of its applications (art. 61)."""
    _require_administers(actor, organisation_id)
    granting.existing(Organisation, organisation_id)
    for known in person.affiliations:
        if (known.organisation_id, known.kind) == (organisation_id, kind):
            return known
    affiliation = Affiliation(person_id=person.id, organisation_id=organisation_id, kind=kind)
    person.affiliations.append(affiliation)
    db.session.flush()
    log.info("affiliation added", person=person.id, organisation=organisation_id, kind=kind.value, by=actor.person_id)
    return affiliation


def end_affiliation(person: Person, affiliation: Affiliation, actor: Principal) -> None:
    """Somebody no longer belongs to an organisation."""
    _require_administers(actor, affiliation.organisation_id)
    where = affiliation.organisation_id
    person.affiliations.remove(affiliation)
    db.session.delete(affiliation)
    db.session.flush()
    log.info("affiliation ended", person=person.id, organisation=where, by=actor.person_id)


# --- one's own account ----------------------------------------------------------------------------


def save_account(person: Person, values: dict[str, Any], actor: Principal) -> Person:
    """Name, language and time zone of the actor's own account."""
    _require_self(person, actor)
    for key in ACCOUNT_COLUMNS:
        setattr(person, key, values.get(key, getattr(person, key)))
    db.session.flush()
    return person


def change_password(person: Person, old: str, new: str, actor: Principal, *, session_id: int | None) -> None:
    """A new password for the actor; tokens, and sessions but `session_id`, end. `Invalid` when the old one is wrong."""
    _require_self(person, actor)
    if not passwords.matches(person, old):
        raise Invalid("old", _("This is not your password."))
    if why := passwords.weakness(new, person):
        raise Invalid("new", why)
    passwords.set_password(person, new)
    tokens.spend_all(person)
    throttle.note_success(person.email)
    sessions.end_all(person.id, keep=session_id)
    access_tokens.end_all(person.id)
    log.info("password changed", person=person.id)


def make_token(person: Person, name: str, days: int, password: str, actor: Principal) -> str:
    """A token with which a program reads as this person; its text is shown once. `Invalid` for a wrong password."""
    _require_self(person, actor)
    if not passwords.matches(person, password):
        raise Invalid("password", _("This is not your password."))
    if len(access_tokens.of(person)) >= access_tokens.MOST:
        raise Invalid("name", _("You have %(count)s tokens. Revoke one first.", count=access_tokens.MOST))
    token = access_tokens.issue(person, name, days)
    log.info("access token made", person=person.id, days=days)
    return token


def revoke_token(token: AccessToken, actor: Principal) -> None:
    """From now on nobody reads with this token."""
    _require_self(token.person, actor)
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        log.info("access token revoked", person=actor.person_id, token=token.id)


# --- the worker's failures ------------------------------------------------------------------------


def try_again(row: OutboxRow, actor: Principal) -> bool:
    """Work that failed begins anew, with all its attempts; False when it is done or waits for its turn anyway."""
    _require_system(actor)
    found = bool(outbox.again(row.key))
    log.info("failed work tried again", by=actor.person_id, row=row.id, job=row.job.value)
    return found


# --- who may --------------------------------------------------------------------------------------


def _require_system(actor: Principal) -> None:
    if not scopes.is_system(actor):
        raise Forbidden("system_admin")


def _require_self(person: Person, actor: Principal) -> None:
    if person.id != actor.person_id:
        raise Forbidden("own_account")


def _require_administers(actor: Principal, organisation_id: int) -> None:
    if not scopes.is_system(actor) and not policy.administers(actor, organisation_id):
        raise Forbidden("administers")


def _require_manages(actor: Principal, person: Person) -> None:
    tied = {g.organisation_id for g in person.grants} | {a.organisation_id for a in person.affiliations}
    if not scopes.is_system(actor) and not tied & scopes.administered(actor):
        raise Forbidden("manages")


def _add_unique(row: Any, field: str, sentence: str) -> None:
    """Insert; when somebody else inserted the same a moment ago, say so as the check before would have."""
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:
        raise Invalid(field, sentence) from error
