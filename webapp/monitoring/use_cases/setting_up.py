"""Before monitoring starts: the committee, yes or no, and the focal points [S1.4] [S1.5]."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from webapp import clock, policy
from webapp.errors import Forbidden, Invalid
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.monitoring import CommitteeDecision, FocalPoint
from webapp.models.people import Person, RoleGrant
from webapp.models.record import AuditEvent
from webapp.monitoring.use_cases.shared import address, enter, needed, not_of_a_party, party_name
from webapp.policy import Action, Principal
from webapp.services import announce, audit
from webapp.services.facts import current_agreement
from webapp.services.scope import file_scope, principal
from workflows.vocabulary import Role, State

PROJECT_SIDE = frozenset({Role.APPLICANT_EDITOR, Role.SIGNATORY})


def decide_committee(
    application: Application, installed: bool, reason: str, first_chair_id: int | None, actor: Principal
) -> CommitteeDecision:
    """A monitoring committee: yes with its first chair, or no; the reason either way [S1.5]. `Invalid` without it."""
    role = enter(application, application, Action.SET_UP_MONITORING, actor)
    not_of_a_party(application, actor)
    reason = needed("reason", reason)
    if installed:
        party_name(application, first_chair_id, "first_chair_id")
    query = select(CommitteeDecision).where(CommitteeDecision.application_id == application.id)
    decision = db.session.scalar(query)
    if decision is not None and _stands_in_contract(application):
        raise Invalid("installed", _("The signed contract says so already; only a new contract can change it."))
    decision = decision or CommitteeDecision(application_id=application.id)
    decision.installed, decision.reason = installed, reason
    decision.first_chair_id = first_chair_id if installed else None
    decision.decided_by_id, decision.decided_at = actor.person_id, clock.now()
    db.session.add(decision)
    audit.record(
        application,
        actor,
        role,
        AuditEvent.COMMITTEE_DECIDED,
        application_id=application.id,
        reason=reason,
        data={"installed": installed, "first_chair": decision.first_chair_id},
    )
    return decision


def _stands_in_contract(application: Application) -> bool:
    """A contract that was issued after the decision prints it; the parties read and sign that."""
    agreement = current_agreement(application)
    document = agreement.issued_document if agreement and agreement.state is not State.DRAFT else None
    return document is not None and bool(document.context.get("committee_decided"))


def name_focal_point(application: Application, organisation_id: int, person_id: int, actor: Principal) -> FocalPoint:
    """A senior officer of the municipality who watches independently [S1.4]; gets the role on this file.

    `Invalid` for somebody of another municipality or of the project itself. A municipality's administrator names for
    their own alone (`Forbidden`). The one named before loses the role.
    """
    role = enter(application, application, Action.NAME_FOCAL_POINT, actor)
    if role is Role.MUNICIPALITY_ADMIN and organisation_id not in actor.organisations(role):
        raise Forbidden("another_municipality")
    party_name(application, organisation_id, "person_id")
    person = db.session.get(Person, person_id)
    if person is None or (why := why_not_focal_point(application, organisation_id, person)):
        raise Invalid("person_id", why if person else _("Choose a person."))
    point = _focal_point(application, organisation_id)
    if point.person_id != person.id:
        _end_watch(application, point)
        point.person_id, point.named_at = person.id, clock.now()
        today = clock.today()
        person.grants.append(
            RoleGrant(
                role=Role.FOCAL_POINT,
                organisation_id=organisation_id,
                application_id=application.id,
                starts_on=today,
            )
        )
    db.session.add(point)
    data = {"organisation": organisation_id, "person": person.id}
    audit.record(
        application, actor, role, AuditEvent.FOCAL_POINT_NAMED, application_id=application.id, data=data
    )  # fmt: skip
    announce.tell([person], actor, announce.instant_key(f"focal-{application.id}"), address(application), lambda: [
        _("%(title)s: you are the focal point", title=announce.title(application)),
        _("You watch this project for your municipality, independently of the people who carry it out."),
        _("You can read the file, raise findings and verify corrective actions."),
    ])  # fmt: skip
    return point


def why_not_focal_point(application: Application, organisation_id: int, person: Person) -> str:
    """Why this person cannot watch the project for this municipality; empty when they can."""
    who = principal(person)
    if person.left_at is not None or organisation_id not in who.belongs_to:
        return str(_("This person does not belong to the municipality."))
    if policy.roles_on(who, file_scope(application)) & PROJECT_SIDE or _signs(application, person):
        return str(_("This person works on the project or signs for it, so somebody else must watch it."))
    return ""


def _signs(application: Application, person: Person) -> bool:
    agreement = current_agreement(application)
    return agreement is not None and any(party.signatory_id == person.id for party in agreement.parties)


def _focal_point(application: Application, organisation_id: int) -> FocalPoint:
    query = select(FocalPoint).where(
        FocalPoint.application_id == application.id, FocalPoint.organisation_id == organisation_id
    )
    return db.session.scalar(query) or FocalPoint(application_id=application.id, organisation_id=organisation_id)


def _end_watch(application: Application, point: FocalPoint) -> None:
    """Who watched before loses the role now; a role given today alone leaves no day that it held."""
    query = select(RoleGrant).where(
        RoleGrant.application_id == application.id,
        RoleGrant.organisation_id == point.organisation_id,
        RoleGrant.role == Role.FOCAL_POINT,
        RoleGrant.ends_on.is_(None),
    )
    for grant in db.session.scalars(query):
        yesterday = clock.today() - timedelta(days=1)
        if grant.starts_on > yesterday:
            grant.person.grants.remove(grant)
            db.session.delete(grant)
        else:
            grant.ends_on = yesterday
