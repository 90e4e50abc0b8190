"""What the pages of applying read: the list, one application with its content, what is missing in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad as Load

from webapp import clock, policy, wording
from webapp.errors import NotFound
from webapp.extensions import db
from webapp.models.application import (
    Application,
    ApplicationParty,
    ApplicationVersion,
    AttachedTo,
    Attachment,
    Clarification,
    Partnership,
    RiskKind,
    Section,
    StoredFile,
)
from webapp.models.assessment import Review
from webapp.models.people import LOCAL_AUTHORITIES, Organisation
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.record import AuditEntry, AuditEvent
from webapp.paging import COUNT_LIMIT, PER_PAGE
from webapp.policy import Action, Principal
from webapp.services import content, scope
from webapp.services.facts import call_is_open
from webapp.wording import questions
from workflows.vocabulary import Machine, Role, State

# What one page needs besides: versions without or with what they hold, themes, questions with what they were about.
VERSIONS = joinedload(Application.versions).load_only(
    ApplicationVersion.number, ApplicationVersion.sha256, ApplicationVersion.created_at
)
FROZEN = joinedload(Application.versions)
THEMES = joinedload(Application.call).joinedload(Call.plan).joinedload(CountryPlan.themes)
QUESTIONS = (
    joinedload(Application.clarifications).joinedload(Clarification.asked_by),
    joinedload(Application.clarifications).joinedload(Clarification.base_version),
)

# --- one application ----------------------------------------------------------------------------------------------


def open_content(
    who: Principal, application_id: int, action: Action = Action.VIEW_FILE, *more: Load, written: bool = True
) -> Application:
    """An application with everything that is written in it, in five statements; unknown and foreign: `NotFound`.

    `more` joins what one page needs besides; `written=False` leaves the content out, for a page of frozen versions.
    """
    plan = joinedload(Application.call).joinedload(Call.plan)
    query = (
        select(Application)
        .where(Application.id == application_id)
        .options(
            plan.joinedload(CountryPlan.programme),
            plan.joinedload(CountryPlan.lga),
            joinedload(Application.partnership),
            joinedload(Application.theme),
            joinedload(Application.parties).joinedload(ApplicationParty.organisation),
            *(content.WITH_CONTENT if written else ()),
            *more,
        )
    )
    application = db.session.scalars(query).unique().one_or_none()
    if application is None:
        raise NotFound(f"application {application_id}")
    policy.require(who, action, scope.file_scope(application))
    return application


def version(application: Application, number: int) -> ApplicationVersion:
    """One frozen version of this application."""
    query = select(ApplicationVersion).where(
        ApplicationVersion.application_id == application.id, ApplicationVersion.number == number
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"version {number}")
    return found


def file_links(application: Application) -> dict[str, int]:
    """Fingerprint to attachment, so that a frozen version can still be opened with its files; one statement."""
    query = select(StoredFile.sha256, Attachment.id).join(Attachment.file)
    rows = db.session.execute(query.where(Attachment.application_id == application.id).order_by(Attachment.id))
    return {digest[:12]: number for digest, number in rows}


def attachment(attachment_id: int) -> Attachment:
    """A piece of evidence of any kind, with its file; ask the policy about its application."""
    query = select(Attachment).where(Attachment.id == attachment_id).options(joinedload(Attachment.file))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"attachment {attachment_id}")
    return found


def files_of(application: Application, section: Section) -> list[Attachment]:
    """The files that stand with a section now."""
    kept = (a for a in application.attachments if a.attached_to is AttachedTo.SECTION and a.removed_at is None)
    return [attachment for attachment in kept if attachment.subject == section.value]


def moves_and_voids(application: Application) -> tuple[list[AuditEntry], list[AuditEntry]]:
    """The moves, for the spine, and the changes that voided sign-offs; one statement."""
    query = select(AuditEntry).where(
        AuditEntry.machine == Machine.APPLICATION,
        AuditEntry.case_id == application.id,
        AuditEntry.event.in_([AuditEvent.MOVED, AuditEvent.SIGN_OFF_VOIDED]),
    )
    entries = db.session.scalars(query.options(joinedload(AuditEntry.actor)).order_by(AuditEntry.sequence)).all()
    moves = [entry for entry in entries if entry.event is AuditEvent.MOVED]
    return moves, [entry for entry in entries if entry.event is AuditEvent.SIGN_OFF_VOIDED]


# --- what is missing ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is still missing: where to fill it, and the sentence."""

    section: Section
    anchor: str
    text: str


def gaps(application: Application) -> list[Gap]:
    """`content.missing`, one by one down to the field: each question that is empty, each row that lacks something."""
    return [gap for code in content.missing(application) for gap in _gaps(application, code)]


_ANCHORS = {
    "parties.title": "title",
    "parties.period": "starts_on",
    "fit.theme": "theme_id",
    "fit.sdg": "sdg_goal",
    "objectives.none": "objectives-0-title",
    "budget.none": "lines-0-title",
    "budget.peer_activity": "lines-0-category",
}
_COLUMNS = {"activity": "activity", "how": "how", "owner": "owner", "date": "due_on", "indicator": "indicator"}


def _gaps(application: Application, code: str) -> Iterable[Gap]:
    section = Section(wording.section_of(code))
    detail = code.partition(".")[2]
    if not detail and section in content.REQUIRED:
        saved = content.answers(application, section)
        empty = (key for key in content.REQUIRED[section] if not str(saved.get(key, "")).strip())
        for key in empty:
            yield Gap(section, key, _("Not answered yet: %(question)s", question=questions.label(key)))
    elif section is Section.OBJECTIVES and detail in _COLUMNS:
        column = _COLUMNS[detail]
        for number, row in enumerate(application.objectives):
            if not getattr(row, column):
                text = _("%(row)s: %(field)s is missing.", row=row.title, field=questions.label(f"objective.{column}"))
                yield Gap(section, f"objectives-{number}-{column}", text)
    elif section is Section.RISKS:
        yield from _risk_gaps(application)
    elif section is Section.DECLARATIONS:
        yield Gap(section, detail, _short(section, code))
    else:
        yield Gap(section, _ANCHORS.get(code, "lines-0-requested"), _short(section, code))


def _short(section: Section, code: str) -> str:
    """The sentence without the name of the section: it stands under that name already."""
    text = wording.missing(code)
    name, _colon, rest = text.partition(":")
    if name.strip() == wording.section(section):  # French has a space before its colon
        text = rest.strip()
    return text[:1].upper() + text[1:]


def _risk_gaps(application: Application) -> Iterable[Gap]:
    rated = {risk.kind: risk for risk in application.risks}
    for number, kind in enumerate(RiskKind):
        name = wording.label(kind)
        if kind not in rated:
            yield Gap(Section.RISKS, f"risks-{number}-likelihood", _("%(risk)s: not rated yet.", risk=name))
        elif not rated[kind].mitigation.strip():
            text = _("%(risk)s: say what you do about it.", risk=name)
            yield Gap(Section.RISKS, f"risks-{number}-mitigation", text)


# --- starting -----------------------------------------------------------------------------------------------------


def open_calls() -> list[Call]:
    """The calls that are open today in their own country, the one that closes first first."""
    plan = joinedload(Call.plan)
    query = select(Call).where(Call.state == State.OPEN).options(
        plan.joinedload(CountryPlan.programme), plan.joinedload(CountryPlan.lga)
    )  # fmt: skip
    return [call for call in db.session.scalars(query.order_by(Call.closes_on, Call.id)) if call_is_open(call)]


def day_there(call: Call) -> date:
    """The day it is in the country of the call: its dates are whole days there."""
    return clock.today(call.plan.lga.time_zone)


def local_authorities() -> list[Organisation]:
    """Everybody who can take part in an application, by country and name."""
    query = select(Organisation).where(Organisation.type.in_(LOCAL_AUTHORITIES))
    return list(db.session.scalars(query.order_by(Organisation.country, Organisation.name)))


def may_lead(who: Principal, authorities: Iterable[Organisation]) -> list[Organisation]:
    """The municipalities for which this person may write applications."""
    mine = who.organisations(Role.APPLICANT_EDITOR, Role.SIGNATORY)
    return [organisation for organisation in authorities if organisation.id in mine]


# --- the list -----------------------------------------------------------------------------------------------------

SORTS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "changed": (Application.state_since.desc(), Application.id.desc()),
    "-changed": (Application.state_since.asc(), Application.id.asc()),
    "reference": (Application.reference.asc(),),
    "-reference": (Application.reference.desc(),),
    "amount": (Application.requested.desc(), Application.id.desc()),
    "-amount": (Application.requested.asc(), Application.id.asc()),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; every part is already checked."""

    text: str = ""
    state: State | None = None
    country: str = ""
    call_id: int | None = None
    mine: bool = False
    sort: str = "changed"


def listed(who: Principal, wanted: Filters, page: int) -> tuple[Sequence[Application], int]:
    """One page of rows and the count up to the limit; two statements.

    The page is found among bare numbers, in the order of an index; only its rows are read in full.
    """
    found = select(Application.id).where(scope.visible_files(who), *_conditions(who, wanted))
    numbers = found.order_by(*SORTS[wanted.sort]).limit(PER_PAGE).offset((page - 1) * PER_PAGE).subquery()
    rows = select(Application).join(numbers, numbers.c.id == Application.id).order_by(*SORTS[wanted.sort])
    call = joinedload(Application.call).load_only(Call.title, Call.plan_id)
    plan = call.joinedload(Call.plan).load_only(CountryPlan.country, CountryPlan.programme_id)
    currency = plan.joinedload(CountryPlan.programme).load_only(Programme.currency)
    shown = db.session.scalars(rows.options(joinedload(Application.partnership), currency)).all()
    return shown, _count(found)


def numbers(who: Principal, wanted: Filters, most: int) -> list[int]:
    """The numbers of all that the filters find, however many pages they fill, in the order of the list."""
    found = select(Application.id).where(scope.visible_files(who), *_conditions(who, wanted))
    return list(db.session.scalars(found.order_by(*SORTS[wanted.sort]).limit(most)))


def call(call_id: int) -> Call | None:
    """A call with its plan and programme."""
    return db.session.get(Call, call_id, options=scope.with_room(Call))


def _count(found: Select[Any]) -> int:
    counted = found.limit(COUNT_LIMIT + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(counted)) or 0


def _conditions(who: Principal, wanted: Filters) -> Iterable[ColumnElement[bool]]:
    if wanted.state is not None:
        yield Application.state == wanted.state
    if wanted.call_id is not None:
        yield Application.call_id == wanted.call_id
    if wanted.country:
        party = select(ApplicationParty.id).join(ApplicationParty.organisation)
        here = party.where(ApplicationParty.application_id == Application.id, Organisation.country == wanted.country)
        yield here.exists()
    if wanted.text:
        named = select(Partnership.id).where(Partnership.name.icontains(wanted.text, autoescape=True))
        yield or_(
            Application.reference.icontains(wanted.text, autoescape=True),
            Application.title.icontains(wanted.text, autoescape=True),
            Application.partnership_id.in_(named),
        )
    if wanted.mine:
        yield _mine(who)


def _mine(who: Principal) -> ColumnElement[bool]:
    """Started by me, managed by me, mine by a role on the file, or mine to review."""
    number = select(Application.id)
    mine = number.where(Application.created_by_id == who.person_id).union(
        number.where(Application.manager_id == who.person_id),
        number.where(Application.id.in_(who.files(*Role))),
        select(Review.application_id).where(Review.reviewer_id == who.person_id),
    )
    return Application.id.in_(mine)


def filter_choices() -> Mapping[str, list[tuple[str, str]]]:
    """Calls and countries to filter by; two statements."""
    calls = db.session.execute(
        select(Call.id, Call.title).where(Call.state != State.DRAFT).order_by(Call.closes_on.desc(), Call.id).limit(100)
    )
    codes = db.session.scalars(select(Organisation.country).where(Organisation.type.in_(LOCAL_AUTHORITIES)).distinct())
    countries = sorted(((code, wording.country(code)) for code in codes), key=lambda pair: pair[1])
    return {"calls": [(str(number), title) for number, title in calls], "countries": countries}
