"""People, organisations and their roles for tests; and a way to sign somebody in."""

import itertools
from datetime import date

from flask.testing import FlaskClient

from webapp import clock
from webapp.auth import sessions
from webapp.extensions import db
from webapp.models.people import Affiliation, AffiliationKind, Organisation, OrganisationType, Person, RoleGrant
from webapp.policy import Principal
from webapp.services import scope
from webapp.transaction import writing
from workflows.vocabulary import Role

_numbers = itertools.count(1)


def organisation(
    name: str = "", *, type: OrganisationType = OrganisationType.MUNICIPALITY, country: str = "NL",
    lga: Organisation | None = None, time_zone: str = "UTC",
) -> Organisation:  # fmt: skip
    number = next(_numbers)
    row = Organisation(
        name=name or f"Place {number}", legal_name=name or f"Municipality of Place {number}", type=type,
        country=country, subdivision="", place=name, time_zone=time_zone, lga_id=lga.id if lga else None,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def person(name: str = "", *, email: str = "", time_zone: str = "UTC") -> Person:
    number = next(_numbers)
    row = Person(
        name=name or f"Officer {number}", email=email or f"officer{number}@example.org", created_at=clock.now(),
        time_zone=time_zone, language="en",
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def grant(
    who: Person, role: Role, *, organisation: Organisation | None = None, programme_id: int | None = None,
    application_id: int | None = None, starts_on: date = date(2020, 1, 1), ends_on: date | None = None,
) -> Person:  # fmt: skip
    db.session.add(
        RoleGrant(
            person_id=who.id,
            role=role,
            organisation_id=organisation.id if organisation else None,
            programme_id=programme_id,
            application_id=application_id,
            starts_on=starts_on,
            ends_on=ends_on,
        )
    )
    db.session.flush()
    db.session.refresh(who, ["grants"])
    return who


def holding(role: Role, **scope_of_role: object) -> Person:
    """A new person who holds this role; the scope as in `grant`."""
    return grant(person(), role, **scope_of_role)  # type: ignore[arg-type]


def affiliate(who: Person, to: Organisation, kind: AffiliationKind = AffiliationKind.EMPLOYEE) -> None:
    db.session.add(Affiliation(person_id=who.id, organisation_id=to.id, kind=kind))
    db.session.flush()


def acting(who: Person) -> Principal:
    """The principal of this person, as a request would make it."""
    db.session.refresh(who, ["grants", "affiliations"])
    return scope.principal(who)


def sign_in(client: FlaskClient, who: Person) -> FlaskClient:
    """Give this client a session of this person, without the password form. Call it outside a transaction."""
    with writing():
        token = sessions.begin(db.session.get_one(Person, who.id)).token
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client
