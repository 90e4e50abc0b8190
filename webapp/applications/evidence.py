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
from webapp.models.application import Application, ApplicationVersion, Section
from webapp.policy import Action
from webapp.services import content, reading, scope


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
    """A piece of evidence of any kind, for whoever may see its application."""
    found = queries.attachment(attachment_id)
    scope.open_file(actor(), found.application_id)
    return transfer.send(found.file)


@blueprint.get("/applications/<int:application_id>/read")
@signed_in
def read(application_id: int) -> str:
    """Everything that is written; with `?version=n` as it was frozen then."""
    who = actor()
    application = queries.open_content(who, application_id)
    frozen = _wanted(application, "version")
    snapshot = frozen.content if frozen else content.snapshot(application)
    return render_template(
        "applications/read.html",
        **caseframe.frame(application, who),
        parts=reading.parts(snapshot, reading.names_for(application)),
        frozen=frozen,
        digest=frozen.sha256 if frozen else content.sha256(snapshot),
        versions=queries.versions(application),
        files={a.file.sha256[:12]: a.id for a in application.attachments},
    )


@blueprint.get("/applications/<int:application_id>/difference")
@signed_in
def difference(application_id: int) -> str:
    """What changed from one version to another, or to what is written now."""
    who = actor()
    application = queries.open_content(who, application_id)
    known = queries.versions(application)
    before, after = _wanted(application, "from"), _wanted(application, "to")
    if before is None:
        number = (after.number if after else known[-1].number + 1 if known else 0) - 1
        before = queries.version(application, max(number, 1))
    new = after.content if after else content.snapshot(application)
    return render_template(
        "applications/difference.html",
        **caseframe.frame(application, who),
        changes=reading.difference(before.content, new, reading.names_for(application)),
        before=before,
        after=after,
        versions=known,
    )


def _wanted(application: Application, key: str) -> ApplicationVersion | None:
    """The version that the address names; None when it names none, not found when there is no such version."""
    text = request.args.get(key, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise NotFound(f"version {text!r}")
    return queries.version(application, int(text))
