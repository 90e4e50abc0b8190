"""Organisations, people, the scoped roles they hold, and how they sign in."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Base
from webapp.models.types import Instant, word
from workflows.vocabulary import Role


class OrganisationType(StrEnum):
    MUNICIPALITY = "municipality"
    DISTRICT = "district"
    PROVINCE = "province"
    WATER_BOARD = "water_board"
    LGA = "lga"
    OPERATOR = "operator"
    FUNDER = "funder"
    KNOWLEDGE_INSTITUTION = "knowledge_institution"
    OTHER = "other"


LOCAL_AUTHORITIES = frozenset(
    {OrganisationType.MUNICIPALITY, OrganisationType.DISTRICT, OrganisationType.PROVINCE, OrganisationType.WATER_BOARD}
)


class Organisation(Base):
    """A municipality, association, funder or the programme's operator [S2.16]."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    legal_name: Mapped[str] = mapped_column(String(300))
    type: Mapped[OrganisationType] = mapped_column(word(OrganisationType))
    country: Mapped[str] = mapped_column(String(2))  # ISO 3166-1 alpha-2
    subdivision: Mapped[str] = mapped_column(String(100), default="")
    place: Mapped[str] = mapped_column(String(100), default="")
    time_zone: Mapped[str] = mapped_column(String(50), default="UTC")
    population: Mapped[int | None]
    registry_id: Mapped[str] = mapped_column(String(100), default="")
    lga_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))

    lga: Mapped["Organisation | None"] = relationship(remote_side=[id])

    __table_args__ = (
        CheckConstraint("population IS NULL OR population >= 0", name="population"),
        CheckConstraint("length(country) = 2", name="country_code"),
    )


class Person(Base):
    """Somebody with an account. A leaving person becomes a tombstone: the row stays, the name goes."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    job_title: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    time_zone: Mapped[str] = mapped_column(String(50), default="UTC")
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)

    grants: Mapped[list["RoleGrant"]] = relationship(back_populates="person", order_by="RoleGrant.id")
    affiliations: Mapped[list["Affiliation"]] = relationship(order_by="Affiliation.id")


class SignInThrottle(Base):
    """Wrong passwords of one address, known here by its hash alone; it need not belong to anybody."""

    __tablename__ = "sign_in_throttle"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    failures: Mapped[int]
    counted_at: Mapped[datetime] = mapped_column(Instant, index=True)
    closed_until: Mapped[datetime | None] = mapped_column(Instant)


class RoleGrant(Base):
    """(person, role, organisation, programme or file): no right is global because a role exists (`domain.md` §1)."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(word(Role))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="grants")
    organisation: Mapped[Organisation | None] = relationship()

    __table_args__ = (
        UniqueConstraint("person_id", "role", "organisation_id", "programme_id", "application_id", "starts_on"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
        CheckConstraint(
            "role = 'system_admin' OR organisation_id IS NOT NULL OR programme_id IS NOT NULL"
            " OR application_id IS NOT NULL",
            name="scoped",
        ),
    )


class AffiliationKind(StrEnum):
    EMPLOYEE = "employee"
    COUNCILLOR = "councillor"
    ADVISER = "adviser"


class Affiliation(Base):
    """Somebody belongs to an organisation without acting for it here; this is what recuses a reviewer."""

    __tablename__ = "affiliation"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[AffiliationKind] = mapped_column(word(AffiliationKind))

    organisation: Mapped[Organisation] = relationship()

    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "kind"),)


class UserSession(Base):
    """One signed-in browser, so that it can be ended from here."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime] = mapped_column(Instant)  # password last typed: asked again before a signature
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship()


class TokenPurpose(StrEnum):
    INVITE = "invite"
    RESET = "reset"


class OneTimeToken(Base):
    """An invitation or a password reset; only its hash is kept and it serves once."""

    __tablename__ = "one_time_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[TokenPurpose] = mapped_column(word(TokenPurpose))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class AccessToken(Base):
    """With it a program reads as this person; only its hash is kept, and the text was shown once."""

    __tablename__ = "access_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_on: Mapped[date | None]

    person: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("expires_at > created_at", name="expires_later"),)


class SiteSetting(Base):
    """Facts about this whole installation, such as `demonstration`."""

    __tablename__ = "site_setting"

    key: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


Index("ix_role_grant_role", RoleGrant.role)
