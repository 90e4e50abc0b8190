"""What people do with document templates. Nothing here commits; moves are `services.advance`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from flask_babel import gettext as _
from sqlalchemy import func, select

from webapp import clock, policy, wording
from webapp.documents import confined, template_guard
from webapp.documents.archives import Refused as NotTaken
from webapp.documents.catalogue import DocumentKind as Kind
from webapp.documents.catalogue import Problem
from webapp.documents.confined import ConfinedError
from webapp.documents.language import in_columns
from webapp.documents.renderer import TemplateError
from webapp.documents.storage import LocalStorage
from webapp.documents.uploads import Accepted
from webapp.errors import Forbidden, Invalid
from webapp.extensions import db
from webapp.models.agreement import DocumentKind
from webapp.models.application import StoredFile
from webapp.models.programme import Programme
from webapp.models.record import AuditEntry, AuditEvent
from webapp.models.template import DocumentTemplate
from webapp.policy import SYSTEM, Action, Principal
from webapp.services import audit, templates
from webapp.services.advance import advance
from webapp.services.locking import lock
from webapp.services.scope import programme_scope
from workflows.vocabulary import State, Trigger


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that passed the guard, and everything that is wrong with what it says."""

    file: Accepted
    problems: tuple[Problem, ...]


def examine(kind: DocumentKind, language: str, stream: BinaryIO, filename: str) -> Examined:
    """Guard and lint, the lint in a child with limits. Asks no database. Raises `Invalid` for what is refused."""
    try:
        accepted = template_guard.inspect(stream, filename)
    except NotTaken as refused:
        raise Invalid("file", str(template_guard.REFUSALS[refused.code]) % refused.params) from refused
    try:
        columns = in_columns(language)
        problems = confined.lint(Kind(kind.value), accepted.content, templates.IN_A_REQUEST, columns=columns)
    except ConfinedError as error:
        raise Invalid("file", wording.failure(error.code)) from error
    except TemplateError as error:
        raise Invalid("file", wording.failure("broken")) from error
    return Examined(accepted, tuple(problems))


def upload(
    programme: Programme,
    values: Mapping[str, str],
    examined: Examined,
    actor: Principal,
    storage: LocalStorage,
) -> DocumentTemplate:
    """A new version in draft, and its preview asked for. `values`: kind, language, note. Only a file without a problem.

    Raises `Invalid` for the very file that is in use or waiting already.
    """
    policy.require(actor, Action.MANAGE_TEMPLATES, programme_scope(programme))
    if examined.problems:
        raise Invalid("file", _("The file has problems that must be solved first."))
    lock(programme)
    if programme.state is State.CLOSED:
        raise Forbidden("programme_closed")
    kind, language = DocumentKind(values["kind"]), values["language"]
    _require_new(programme, kind, language, examined.file.sha256)
    template = DocumentTemplate(
        programme_id=programme.id,
        kind=kind,
        language=language,
        number=_last_number(programme, kind, language) + 1,
        note=values["note"],
        file=_stored(examined.file, actor, storage),
        uploaded_by_id=actor.person_id,
    )
    db.session.add(template)
    db.session.flush()
    roles = policy.roles_on(actor, programme_scope(template)) & policy.TABLE[Action.MANAGE_TEMPLATES].roles
    data = {"sha256": examined.file.sha256, "number": template.number}
    audit.record(template, actor, min(roles), AuditEvent.CREATED, data=data)
    templates.preview_later(template)
    return template


def _versions(programme: Programme, kind: DocumentKind, language: str):  # type: ignore[no-untyped-def]  # a WHERE clause
    return (
        DocumentTemplate.programme_id == programme.id,
        DocumentTemplate.kind == kind,
        DocumentTemplate.language == language,
    )


def _last_number(programme: Programme, kind: DocumentKind, language: str) -> int:
    query = select(func.max(DocumentTemplate.number)).where(*_versions(programme, kind, language))
    return int(db.session.scalar(query) or 0)


def _require_new(programme: Programme, kind: DocumentKind, language: str, sha256: str) -> None:
    alive = (State.DRAFT, State.PREVIEWED, State.ACTIVE)
    query = select(DocumentTemplate.number).join(DocumentTemplate.file)
    same = query.where(*_versions(programme, kind, language), DocumentTemplate.state.in_(alive))
    if (number := db.session.scalar(same.where(StoredFile.sha256 == sha256))) is not None:
        raise Invalid("file", _("This very file is here already, as version %(number)s.", number=number))


def _stored(accepted: Accepted, actor: Principal, storage: LocalStorage) -> StoredFile:
    stored = StoredFile(
        sha256=storage.put(accepted.content, accepted.content_type),
        size=accepted.size,
        content_type=accepted.content_type,
        name=accepted.safe_name,
        created_at=clock.now(),
        created_by_id=actor.person_id,
    )
    db.session.add(stored)
    return stored


def preview_again(template: DocumentTemplate, actor: Principal) -> None:
    """Ask for the preview once more, after a failure that may have been the machine's."""
    policy.require(actor, Action.MANAGE_TEMPLATES, programme_scope(template))
    lock(template)
    if templates.wants_preview(template) and template.preview_failure:
        template.preview_failure = ""
        templates.preview_later(template)


def activate(
    template: DocumentTemplate, actor: Principal, *, request_id: str | None = None, expected: int | None = None
) -> AuditEntry:
    """Put it into use, and retire the one before in the same transaction; `Refused` for whoever uploaded it."""
    policy.require(actor, Action.MANAGE_TEMPLATES, programme_scope(template))
    lock(template.programme)  # one at a time: only one of two is in use at the end
    lock(template)
    before = templates.active(template.programme_id, template.kind, template.language)
    if before is not None and template.state is State.PREVIEWED:
        reason = _("Version %(number)s took its place.", number=template.number)
        advance(before, Trigger.RETIRE_TEMPLATE, SYSTEM, reason=reason)
    return advance(template, Trigger.ACTIVATE_TEMPLATE, actor, request_id=request_id, expected=expected)
