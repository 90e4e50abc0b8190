"""Files in and out, and the whole application to read, to print, and to hold against an earlier version."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import caseframe, transfer
from webapp.applications import queries, use_cases
from webapp.applications.blueprint import blueprint
from webapp.applications.forms import FileForm, put_error
from webapp.auth.access import actor, signed_in
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.models.application import Application, AttachedTo, Section
from webapp.policy import Action
from webapp.services import content, reading, scope
from workflows.vocabulary import State


@blueprint.get("/applications/<int:application_id>/form/<section>/files")
@signed_in
def files(application_id: int, section: str) -> str:
    """The files of a section, and the way to add one; a page of its own, so that nothing typed elsewhere is lost."""
    application, code = _writable(application_id, section)
    return _files_page(application, code, FileForm(formdata=None))


@blueprint.post("/applications/<int:application_id>/form/<section>/files")
@signed_in
def attach(application_id: int, section: str) -> Response | tuple[str, int]:
    """Add a file; a refusal of the guard stands at the field."""
    application, code = _writable(application_id, section)
    form, who = FileForm(), actor()
    if not form.validate():
        return _files_page(application, code, form), 422
    try:
        stored = transfer.receive(form.file.data or None, who)
        use_cases.attach(application, code, stored, form.title.data or "", who)
    except Invalid as invalid:
        put_error(form, invalid.field, invalid.message)
        return _files_page(application, code, form), 422
    flash(_("Added: %(file)s.", file=stored.name), "success")
    return redirect(url_for("applications.files", application_id=application.id, section=code.value), 303)


def _writable(application_id: int, section: str) -> tuple[Application, Section]:
    application = queries.open_content(actor(), application_id, Action.EDIT_CONTENT)
    try:
        code = Section(section)
    except ValueError as error:
        raise NotFound(section) from error
    if code not in content.editable(application):
        raise Forbidden("section_locked")
    return application, code


def _files_page(application: Application, code: Section, form: FileForm) -> str:
    return render_template(
        "applications/files.html",
        form=form,
        application=application,
        code=code,
        files=queries.files_of(application, code),
        pair=application.partnership.name,
        may_change=True,
    )


@blueprint.post("/attachments/<int:attachment_id>/remove")
@signed_in
def remove(attachment_id: int) -> Response:
    who, attachment = actor(), queries.attachment(attachment_id)
    application = scope.open_file(who, attachment.application_id)
    use_cases.remove_attachment(attachment, who)
    flash(_("Removed: %(file)s.", file=attachment.file.name), "success")
    return redirect(url_for("applications.files", application_id=application.id, section=attachment.subject), 303)


@blueprint.get("/attachments/<int:attachment_id>")
@signed_in
def attachment(attachment_id: int) -> Response:
    """A file of a section, for whoever may see the application; evidence of monitoring has a door of its own."""
    found = queries.attachment(attachment_id)
    if found.attached_to is not AttachedTo.SECTION:
        raise NotFound(f"attachment {attachment_id}")
    scope.open_file(actor(), found.application_id)
    return transfer.send(found.file)


@blueprint.get("/applications/<int:application_id>/read")
@signed_in
def read(application_id: int) -> str:
    """Everything that is written; with `?version=n` as it was frozen then."""
    who, number = actor(), _number("version")
    application = queries.open_content(who, application_id, Action.VIEW_FILE, queries.VERSIONS, written=number is None)
    frozen = queries.version(application, number) if number is not None else None
    snapshot = frozen.content if frozen else content.snapshot(application)
    return render_template(
        "applications/read.html",
        **caseframe.frame(application, who),
        parts=reading.parts(snapshot, reading.names_for(application, snapshot)),
        frozen=frozen,
        digest=frozen.sha256 if frozen else content.sha256(snapshot),
        versions=application.versions,
        files=queries.file_links(application) if frozen else _links(application),
    )


def _links(application: Application) -> dict[str, int]:
    return {a.file.sha256[:12]: a.id for a in application.attachments}


@blueprint.get("/applications/<int:application_id>/difference")
@signed_in
def difference(application_id: int) -> str:
    """What changed from one version to another, or to what is written now; without numbers, what changed last."""
    who, start, end = actor(), _number("from"), _number("to")
    application = queries.open_content(who, application_id, Action.VIEW_FILE, queries.FROZEN, written=end is None)
    known = {version.number: version for version in application.versions}
    after = known.get(end) if end is not None else None
    before = known.get(start if start is not None else max(1, _one_before(application, end, max(known, default=0))))
    if before is None or (end is not None and after is None):
        raise NotFound("version")
    new = after.content if after else content.snapshot(application)
    return render_template(
        "applications/difference.html",
        **caseframe.frame(application, who),
        changes=reading.difference(before.content, new, reading.names_for(application, before.content, new)),
        before=before,
        after=after,
        versions=application.versions,
    )


def _one_before(application: Application, end: int | None, newest: int) -> int:
    """The version to start from: the one before `end`; while something is being written, the newest."""
    if end is not None:
        return end - 1
    return newest if application.state is State.CLARIFICATION else newest - 1


def _number(key: str) -> int | None:
    """The version that the address names; None when it names none, not found when it cannot be a number."""
    text = request.args.get(key, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise NotFound(f"version {text!r}")
    return int(text)
