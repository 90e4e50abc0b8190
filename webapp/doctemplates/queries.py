"""What the pages of document templates read. A row that is not for the reader is not found."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp import policy
from webapp.documents import catalogue
from webapp.errors import NotFound
from webapp.extensions import db
from webapp.models.agreement import DocumentKind
from webapp.models.programme import Programme
from webapp.models.record import AuditEntry
from webapp.models.template import DocumentTemplate
from webapp.policy import Action, Principal
from webapp.services import templates
from webapp.services.scope import programme_scope
from workflows.vocabulary import Machine, State

WAITING = (State.DRAFT, State.PREVIEWED)


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of document in one language: what is in use, what waits, and whether Jumelage ships one."""

    kind: DocumentKind
    language: str
    shipped: str  # the hash of the shipped one; empty where there is none
    in_use: DocumentTemplate | None
    waiting: tuple[DocumentTemplate, ...]


def programmes_of(who: Principal) -> list[Programme]:
    """The programmes in whose office this person works; one statement."""
    query = select(Programme).where(Programme.id.in_(who.programmes(*policy.OFFICE)))
    return list(db.session.scalars(query.order_by(Programme.starts_on.desc(), Programme.id)))


def programme(who: Principal, programme_id: int, action: Action = Action.VIEW_TEMPLATES) -> Programme:
    found = db.session.get(Programme, programme_id)
    if found is None:
        raise NotFound(f"programme {programme_id}")
    policy.require(who, action, programme_scope(found))
    return found


def template(who: Principal, template_id: int, action: Action = Action.VIEW_TEMPLATES) -> DocumentTemplate:
    """A template with its programme, people and files; one statement."""
    query = (
        select(DocumentTemplate)
        .where(DocumentTemplate.id == template_id)
        .options(
            joinedload(DocumentTemplate.programme),
            joinedload(DocumentTemplate.file),
            joinedload(DocumentTemplate.preview),
            joinedload(DocumentTemplate.preview_pdf),
            joinedload(DocumentTemplate.uploaded_by),
            joinedload(DocumentTemplate.activated_by),
        )
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"template {template_id}")
    policy.require(who, action, programme_scope(found))
    return found


def all_of(programme: Programme) -> list[DocumentTemplate]:
    """Every version that was ever uploaded, the newest first; one statement."""
    query = select(DocumentTemplate).where(DocumentTemplate.programme_id == programme.id)
    people = (joinedload(DocumentTemplate.uploaded_by), joinedload(DocumentTemplate.activated_by))
    return list(db.session.scalars(query.options(*people).order_by(DocumentTemplate.id.desc())))


def lines(uploaded: Sequence[DocumentTemplate]) -> list[Line]:
    """Each kind in each language that is shipped or uploaded, in the order of the catalogue."""
    found = []
    for kind in DocumentKind:
        shipped = catalogue.languages(catalogue.DocumentKind(kind.value))
        own = [template for template in uploaded if template.kind is kind]
        for language in dict.fromkeys([*shipped, *sorted({template.language for template in own})]):
            here = [template for template in own if template.language == language]
            found.append(
                Line(
                    kind,
                    language,
                    templates.shipped_sha256(kind, language) if language in shipped else "",
                    next((template for template in here if template.state is State.ACTIVE), None),
                    tuple(template for template in here if template.state in WAITING),
                )
            )
    return found


def before(template: DocumentTemplate) -> DocumentTemplate | None:
    """What is in use for the same kind and language, if it is another one; one statement."""
    found = templates.active(template.programme_id, template.kind, template.language)
    return found if found is not None and found.id != template.id else None


def entries(template: DocumentTemplate) -> list[AuditEntry]:
    """The record of one template, the newest entry first; one statement."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.machine == Machine.TEMPLATE, AuditEntry.case_id == template.id)
        .options(joinedload(AuditEntry.actor))
        .order_by(AuditEntry.sequence.desc())
    )
    return list(db.session.scalars(query))
