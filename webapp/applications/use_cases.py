"""What applicants do, and what is asked of them: start, save, attach, sign off, ask and answer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import case, func, select

from webapp import clock, policy
from webapp.applications import sections
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.extensions import db
from webapp.models.application import (
    Application,
    ApplicationParty,
    ApplicationSection,
    AttachedTo,
    Attachment,
    Clarification,
    Partnership,
    PartyRole,
    Section,
    StoredFile,
)
from webapp.models.people import LOCAL_AUTHORITIES, Organisation
from webapp.models.programme import Call, Programme
from webapp.models.record import AuditEvent
from webapp.policy import Action, Principal
from webapp.services import announce, audit, content, scope
from webapp.services.advance import advance
from webapp.services.facts import call_is_open, open_clarification, rules_of
from workflows.vocabulary import Role, Trigger

APPLICANT = (Role.APPLICANT_EDITOR, Role.SIGNATORY)
MOST_PARTNERS = 5


# --- start --------------------------------------------------------------------------------------------------------


def start(call: Call, lead_id: int, partner_ids: list[int], title: str, actor: Principal) -> Application:
    """A new draft with its nine sections; the partnership of these members is found or begun [S2.5].

    Raises `Invalid` for a call that is not open and for members that cannot apply together.
    """
    if not call_is_open(call):
        raise Invalid("call_id", _("This call is not open now."))
    if lead_id not in actor.organisations(*APPLICANT):
        raise Invalid("lead_id", _("Choose a municipality for which you may write applications."))
    members = _members(call, lead_id, partner_ids)
    name = " ".join(sections.clean(title, "title", 200).split())
    if not name:
        raise Invalid("title", _("Give the project a title. You can change it later."))
    application = Application(
        reference=_next_reference(call.plan.programme),
        call=call,
        partnership=_partnership(members),
        title=name,
        created_by_id=actor.person_id,
    )
    for member in members:
        role = PartyRole.LEAD if member.id == lead_id else PartyRole.PARTNER
        application.parties.append(ApplicationParty(organisation=member, role=role))
    application.sections.extend(ApplicationSection(code=section, answers={}) for section in Section)
    db.session.add(application)
    db.session.flush()
    data = {"reference": application.reference, "parties": [member.name for member in members]}
    _note(application, actor, AuditEvent.CREATED, APPLICANT, data)
    return application


def _members(call: Call, lead_id: int, partner_ids: list[int]) -> list[Organisation]:
    """The lead first; locked in one order, so that the same partnership is never begun twice at once."""
    asked = [lead_id, *dict.fromkeys(p for p in partner_ids if p != lead_id)]
    if len(asked) < 2:
        raise Invalid("partner_ids", _("Choose at least one partner."))
    if len(asked) > MOST_PARTNERS:
        raise Invalid(
            "partner_ids", _("At most %(most)s municipalities work together in one project.", most=MOST_PARTNERS)
        )
    query = select(Organisation).where(Organisation.id.in_(asked), Organisation.type.in_(LOCAL_AUTHORITIES))
    found = {o.id: o for o in db.session.scalars(query.order_by(Organisation.id).with_for_update(key_share=True))}
    if set(found) != set(asked):
        raise Invalid(
            "partner_ids", _("Partners must be local authorities: municipality, district, province, water board.")
        )
    members = [found[number] for number in asked]
    countries = {member.country for member in members}
    if len(countries) < 2:
        raise Invalid("partner_ids", _("At least one partner must be in another country."))
    if call.plan.country not in countries:
        raise Invalid("partner_ids", _("At least one of you must be in the country of this call."))
    return members


def _next_reference(programme: Programme) -> str:
    """`LGP-2026-0001`, the next of the year; the programme's row is locked, so that nobody gets the same."""
    db.session.execute(select(Programme.id).where(Programme.id == programme.id).with_for_update(key_share=True))
    prefix = f"{programme.code}-{clock.today().year}-"
    query = select(Application.reference).where(Application.reference.startswith(prefix, autoescape=True))
    last = db.session.scalar(
        query.order_by(func.length(Application.reference).desc(), Application.reference.desc()).limit(1)
    )
    number = int(last.removeprefix(prefix)) + 1 if last else 1
    return f"{prefix}{number:04d}"


def _partnership(members: Sequence[Organisation]) -> Partnership:
    """The partnership of exactly these members, whoever leads; else a new one."""
    wanted = {member.id for member in members}
    theirs = select(ApplicationParty.application_id).where(ApplicationParty.organisation_id == members[0].id)
    inside = func.sum(case((ApplicationParty.organisation_id.in_(wanted), 1), else_=0))
    same = (
        select(ApplicationParty.application_id)
        .where(ApplicationParty.application_id.in_(theirs))
        .group_by(ApplicationParty.application_id)
        .having(func.count() == len(wanted), inside == len(wanted))
    )
    known = select(Partnership).join(Partnership.applications).where(Application.id.in_(same))
    found = db.session.scalar(known.order_by(Partnership.id).limit(1))
    if found is not None:
        return found
    name = " ⇄ ".join(member.name for member in members)[:300]
    named = db.session.scalar(select(Partnership).where(Partnership.name == name))
    return named or Partnership(name=name, since=clock.today())


# --- save ---------------------------------------------------------------------------------------------------------


def save_section(
    application: Application,
    section: Section,
    values: Mapping[str, Any],
    actor: Principal,
    expected: int | None = None,
) -> bool:
    """Keep what was typed in one section; True when a sign-off fell by it.

    Values: PARTIES {title, starts_on, ends_on}; FIT {theme_id, sdg_goal, plan_fit, national_policy}; PROBLEM {problem,
    approach, stakeholders}; OBJECTIVES {objectives: [...]}; LEARNING {lead_learns, partner_learns, exchange}; BUDGET
    {lines: [...]}; RISKS {risks: [...]}; SUSTAINABILITY {continuation, dissemination, lga_role}; DECLARATIONS
    {double_funding, truth, conflict}. Raises `Conflict` when somebody else saved since revision `expected`, `Forbidden`
    for a section that is not open, and `Invalid` for nonsense.
    """
    _hold(application)
    _require_open(application, section, actor)
    row = next(row for row in application.sections if row.code is section)
    if expected is not None and expected != row.revision:
        raise Conflict(expected, row.revision)
    before = content.sha256(content.snapshot(application))
    sections.write(application, row, values)
    row.revision += 1
    row.updated_by_id, row.updated_at = actor.person_id, clock.now()
    db.session.flush()
    _note(application, actor, AuditEvent.SECTION_SAVED, APPLICANT, {"section": section.value})
    return _void_if_changed(application, before, actor)


def attach(application: Application, section: Section, stored: StoredFile, title: str, actor: Principal) -> Attachment:
    """Add a file to a section as evidence; `stored` has passed the guard (`transfer.receive`)."""
    _hold(application)
    _require_open(application, section, actor)
    before = content.sha256(content.snapshot(application))
    attachment = Attachment(
        attached_to=AttachedTo.SECTION,
        subject=section.value,
        file=stored,
        title=" ".join(sections.clean(title, "title", 200).split()),
        added_by_id=actor.person_id,
        added_at=clock.now(),
    )
    application.attachments.append(attachment)
    db.session.flush()
    data = {"section": section.value, "file": stored.name, "sha256": stored.sha256}
    _note(application, actor, AuditEvent.FILE_ADDED, APPLICANT, data)
    _void_if_changed(application, before, actor)
    return attachment


def remove_attachment(attachment: Attachment, actor: Principal) -> None:
    """Take a file out of its section; the row and the bytes stay for the versions that hold it."""
    application = db.session.get_one(Application, attachment.application_id)
    _hold(application)
    if attachment.attached_to is not AttachedTo.SECTION:
        raise Forbidden("attachment_elsewhere")
    _require_open(application, Section(attachment.subject), actor)
    if attachment.removed_at is not None:
        return
    before = content.sha256(content.snapshot(application))
    attachment.removed_at = clock.now()
    db.session.flush()
    data = {"section": attachment.subject, "file": attachment.file.name}
    _note(application, actor, AuditEvent.FILE_REMOVED, APPLICANT, data)
    _void_if_changed(application, before, actor)


def _require_open(application: Application, section: Section, actor: Principal) -> None:
    policy.require(actor, Action.EDIT_CONTENT, scope.file_scope(application))
    if section not in content.editable(application):
        raise Forbidden("section_locked")


def _hold(application: Application) -> None:
    """One writer at a time, and what was read before the lock is read again: state, sections, rows."""
    db.session.flush()
    db.session.execute(select(Application.id).where(Application.id == application.id).with_for_update())
    again = select(Application).where(Application.id == application.id).options(*content.WITH_CONTENT)
    db.session.scalars(again.execution_options(populate_existing=True)).unique().one()


def _void_if_changed(application: Application, before: str, actor: Principal) -> bool:
    """A sign-off is bound to what was signed: another content, and everybody signs off again."""
    signed = [party for party in application.parties if party.signed_off_sha256 is not None]
    if not signed or content.sha256(content.snapshot(application)) == before:
        return False
    for party in signed:
        party.signed_off_by = party.signed_off_at = party.signed_off_sha256 = None
    db.session.flush()
    names = [party.organisation.name for party in signed]
    _note(application, actor, AuditEvent.SIGN_OFF_VOIDED, APPLICANT, {"parties": names})
    _tell_signatories(
        application,
        actor,
        "voided",
        lambda: [
            _("%(title)s: sign off again", title=announce.title(application)),
            _("%(who)s changed the application after it was signed off.", who=actor.name),
            _(
                "The sign-off no longer counts. Please read the change and sign off again: %(names)s.",
                names=", ".join(names),
            ),
        ],
    )
    return True


# --- sign off -----------------------------------------------------------------------------------------------------


def sign_off(application: Application, actor: Principal, seen: str | None = None) -> list[ApplicationParty]:
    """Stand behind the whole content for every party this person signs for; bound to its hash.

    Raises `Conflict` when the content is no longer the one `seen` (its hash), `Invalid` while something is missing.
    """
    _hold(application)
    policy.require(actor, Action.SIGN_OFF, scope.file_scope(application))
    digest = content.sha256(content.snapshot(application))
    if seen is not None and seen != digest:
        raise Conflict(0, application.revision)
    if content.missing(application):
        raise Invalid("", _("The application is not complete yet. Sign off when nothing is missing."))
    mine = actor.organisations(Role.SIGNATORY)
    signing = [p for p in application.parties if p.organisation_id in mine and p.signed_off_sha256 != digest]
    for party in signing:
        party.signed_off_by_id, party.signed_off_at = actor.person_id, clock.now()
        party.signed_off_sha256 = digest
    db.session.flush()
    if signing:
        names = [party.organisation.name for party in signing]
        _note(application, actor, AuditEvent.SIGNED_OFF, (Role.SIGNATORY,), {"parties": names, "sha256": digest})
        _tell_of_sign_off(application, names, digest, actor)
    return signing


def _tell_of_sign_off(application: Application, names: list[str], digest: str, actor: Principal) -> None:
    waiting = [p.organisation.name for p in application.parties if p.signed_off_sha256 != digest]
    _tell_signatories(
        application,
        actor,
        "signed-off",
        lambda: [
            _("%(title)s: signed off by %(names)s", title=announce.title(application), names=", ".join(names)),
            _("%(who)s signed off the application.", who=actor.name),
            _("Still to sign off: %(names)s.", names=", ".join(waiting))
            if waiting
            else _("Every partner has signed off. The lead municipality can send it now."),
        ],
    )


def _tell_signatories(application: Application, actor: Principal, why: str, compose: Callable[[], list[str]]) -> None:
    people = announce.people_with(frozenset({Role.SIGNATORY}), application)
    key = announce.instant_key(f"{why}-{application.id}")
    announce.tell(people, actor, key, announce.path(application), compose)


# --- clarification ------------------------------------------------------------------------------------------------


def ask_clarification(
    application: Application, question: str, unlocked: list[Section], due_on: date, actor: Principal
) -> Clarification:
    """Ask the applicants, open the named sections to them, and wait for the answer."""
    policy.require(actor, Action.ASK_CLARIFICATION, scope.file_scope(application))
    text = sections.clean(question, "question")
    if not text:
        raise Invalid("question", _("Write your question."))
    if not unlocked:
        raise Invalid("sections", _("Choose the sections that the applicants may change for their answer."))
    most = rules_of(application).clarification_days
    days = (due_on - clock.today(_time_zone(application))).days
    if not 0 < days <= most:
        raise Invalid("due_on", _("Choose a day after today, at most %(most)s days from now.", most=most))
    asked = Clarification(
        from_state=application.state,
        question=text,
        sections=[section.value for section in Section if section in unlocked],
        due_on=due_on,
        asked_by_id=actor.person_id,
        asked_at=clock.now(),
        base_version_id=max(application.versions, key=lambda version: version.number).id,
    )
    application.clarifications.append(asked)
    db.session.flush()
    advance(application, Trigger.ASK_CLARIFICATION, actor, data={"question": text, "sections": asked.sections})
    return asked


def answer_clarification(application: Application, answer: str, actor: Principal) -> Clarification:
    """Keep the answer; the move back follows when every party has signed off."""
    _hold(application)
    policy.require(actor, Action.ANSWER_CLARIFICATION, scope.file_scope(application))
    question = open_clarification(application)
    if question is None:
        raise Forbidden("no_open_question")
    text = sections.clean(answer, "answer")
    if not text:
        raise Invalid("answer", _("Write your answer."))
    question.answer, question.answered_by_id, question.answered_at = text, actor.person_id, clock.now()
    db.session.flush()
    _note(application, actor, AuditEvent.EDITED, APPLICANT, {"clarification": question.id})
    return question


def _time_zone(application: Application) -> str:
    return next(p.organisation.time_zone for p in application.parties if p.role is PartyRole.LEAD)


def _note(
    application: Application, actor: Principal, event: AuditEvent, as_roles: tuple[Role, ...], data: dict[str, Any]
) -> None:
    held = policy.roles_on(actor, scope.file_scope(application))
    role = next(role for role in as_roles if role in held)
    audit.record(application, actor, role, event, application_id=application.id, data=data)
