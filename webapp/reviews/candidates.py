"""Who could review a file: officers of the associations, with what stands against them; and the next one to ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, func, literal, select, union_all

from webapp import clock, policy
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.assessment import EligibilityCheck, Review
from webapp.models.people import Affiliation, Organisation, Person, RoleGrant
from webapp.models.record import AuditEvent
from webapp.services import announce, audit, deadlines, scope
from workflows.stages import alive
from workflows.vocabulary import Machine, Role, State

LGA_ROLES = (Role.LGA_OFFICER, Role.LEAD_REVIEWER)
HANDLED = "handled"  # a tie to the file itself, not to a municipality


@dataclass(frozen=True)
class Officer:
    """An officer of an involved association; `ties` are the municipalities they belong to, or `HANDLED`."""

    person: Person
    lga_id: int
    open_reviews: int
    ties: tuple[str, ...] = field(default=())

    @property
    def is_free(self) -> bool:
        return not self.ties


def officers(application: Application) -> list[Officer]:
    """Every officer of the associations of this file today, least busy first; two statements."""
    lgas = scope.file_scope(application).lga_ids
    asked = (Review.reviewer_id == Person.id, Review.state == State.ASSIGNED, Review.round == Application.review_round)
    busy = select(func.count(Review.id)).join(Application).where(*asked, Application.state.in_(alive(Machine.REVIEW)))
    today = clock.today()
    query = (
        select(Person, func.min(RoleGrant.organisation_id), busy.correlate(Person).scalar_subquery())
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role.in_(LGA_ROLES), RoleGrant.organisation_id.in_(lgas), RoleGrant.starts_on <= today)
        .where(RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= today), Person.left_at.is_(None))
        .group_by(Person.id)
        .order_by(Person.id)
    )
    known = ties(application)
    found = [Officer(who, lga, count, known.get(who.id, ())) for who, lga, count in db.session.execute(query)]
    return sorted(found, key=lambda officer: (officer.open_reviews, officer.person.id))


def ties(application: Application) -> dict[int, tuple[str, ...]]:
    """Person → the municipalities of this file they belong to by our own data (art. 61), or that they handled it."""
    parties = [party.organisation_id for party in application.parties]
    by_role = _tie(RoleGrant.person_id, RoleGrant.organisation_id, parties).where(RoleGrant.role.in_(policy.MUNICIPAL))
    by_tie = _tie(Affiliation.person_id, Affiliation.organisation_id, parties)
    checked = select(EligibilityCheck.checked_by_id, literal(HANDLED)).where(
        EligibilityCheck.application_id == application.id, EligibilityCheck.checked_by_id.is_not(None)
    )
    found: dict[int, dict[str, None]] = {}
    rows: list[Any] = list(db.session.execute(union_all(by_role, by_tie, checked)))
    for person_id, name in rows:
        found.setdefault(person_id, {})[name] = None
    if application.manager_id is not None:
        found.setdefault(application.manager_id, {})[HANDLED] = None
    return {person: tuple(names) for person, names in found.items()}


def _tie(person, organisation, parties: list[int]) -> Select[tuple[int, str]]:  # type: ignore[no-untyped-def]  # columns
    return select(person, Organisation.name).join(Organisation, Organisation.id == organisation).where(
        organisation.in_(parties)
    )  # fmt: skip


def ask_each_association(application: Application) -> list[Review]:
    """One free officer of each association of the file; who reviewed an earlier round only if nobody else is there."""
    known = _reviews(application)
    everyone = officers(application)
    lgas = sorted(scope.file_scope(application).lga_ids)
    chosen = [choose(everyone, lga, application.review_round, known) for lga in lgas]
    return [add(application, officer) for officer in chosen if officer is not None]


def replace(review: Review) -> Review | None:
    """Another officer of the same association, if there is one who is free."""
    application = review.application
    officer = choose(officers(application), review.lga_id, review.round, _reviews(application))
    return add(application, officer, extra=review.is_extra) if officer else None


def choose(everyone: Iterable[Officer], lga_id: int, number: int, known: Sequence[Review]) -> Officer | None:
    """The least busy free officer of an association who is not asked in this round; newcomers before veterans."""
    asked = {review.reviewer_id for review in known if review.round == number}
    veterans = {review.reviewer_id for review in known}
    free = [o for o in everyone if o.lga_id == lga_id and o.is_free and o.person.id not in asked]
    return min(free, key=lambda o: (o.person.id in veterans, o.open_reviews, o.person.id), default=None)


def add(application: Application, officer: Officer, *, extra: bool = False) -> Review:
    """A review to do, recorded and mailed to the reviewer."""
    review = Review(
        application=application, round=application.review_round, reviewer=officer.person, lga_id=officer.lga_id,
        is_extra=extra,
    )  # fmt: skip
    db.session.add(review)
    db.session.flush()
    data = {"review": review.id, "reviewer": officer.person.id, "round": review.round, "extra": extra}
    audit.record(
        application, policy.SYSTEM, Role.SYSTEM, AuditEvent.REVIEWER_ASSIGNED, application_id=application.id, data=data
    )
    deadlines.open_for(review)
    _tell(review)
    return review


def _tell(review: Review) -> None:
    person = review.reviewer
    with force_locale(person.language):
        announce.mail(
            person,
            key=f"review-{review.id}",
            subject=_("%(title)s: please review", title=announce.title(review)),
            lines=[
                _("Dear %(name)s,", name=person.name),
                _("You are asked to review this application. First declare whether you have a conflict of interest."),
                _("Nobody sees your scores before you submit them, and you do not see those of others."),
            ],
            path=f"/reviews/{review.id}",
        )


def _reviews(application: Application) -> Sequence[Review]:
    return db.session.scalars(select(Review).where(Review.application_id == application.id)).all()
