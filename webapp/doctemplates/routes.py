"""Document templates: what is in use, uploading, previewing, comparing, putting into use, and the list to copy from."""

import io
import uuid
from typing import Any, cast

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as Answer

from webapp import htmx, once, policy, wording
from webapp.auth.access import actor, holding, signed_in
from webapp.doctemplates import comparing, pages, queries, use_cases
from webapp.doctemplates.forms import ActivateForm, UploadForm
from webapp.documents import catalogue, fonts, glossary, pdf
from webapp.documents.language import ENGLISH
from webapp.documents.uploads import DOCX
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.models.agreement import DocumentKind
from webapp.models.application import StoredFile
from webapp.models.programme import Programme
from webapp.models.template import DocumentTemplate
from webapp.policy import Action, Principal
from webapp.services import templates
from webapp.services.scope import programme_scope
from webapp.transfer import send, storage
from workflows.vocabulary import State, Trigger

blueprint = Blueprint("doctemplates", __name__, template_folder="templates")
Page = str | tuple[str, int]


@blueprint.get("/templates")
@holding(*policy.OFFICE)
def index() -> Answer | str:
    """Where somebody works in one programme alone, that programme's templates."""
    programmes = queries.programmes_of(actor())
    if len(programmes) == 1:
        return redirect(url_for("doctemplates.programme", programme_id=programmes[0].id))
    return render_template("doctemplates/index.html", programmes=programmes)


@blueprint.get("/programmes/<int:programme_id>/templates")
@signed_in
def programme(programme_id: int) -> str:
    who = actor()
    found = queries.programme(who, programme_id)
    uploaded = queries.all_of(found)
    return render_template(
        "doctemplates/programme.html",
        programme=found,
        lines=queries.lines(uploaded),
        uploaded=uploaded,
        may_manage=_may_manage(who, found),
    )


def _may_manage(who: Principal, found: Programme) -> bool:
    return found.state is not State.CLOSED and policy.may(who, Action.MANAGE_TEMPLATES, programme_scope(found))


@blueprint.get("/programmes/<int:programme_id>/templates/new")
@signed_in
def new(programme_id: int) -> Page:
    found = _running(queries.programme(actor(), programme_id, Action.MANAGE_TEMPLATES))
    kind, language = request.args.get("kind", ""), request.args.get("language", ENGLISH)[:10]
    return _upload_page(found, UploadForm(formdata=None, kind=kind, language=language))


@blueprint.post("/programmes/<int:programme_id>/templates/new")
@signed_in
def new_post(programme_id: int) -> Answer | Page:
    who = actor()
    found = _running(queries.programme(who, programme_id, Action.MANAGE_TEMPLATES))
    form = UploadForm()
    if not form.validate():
        return _upload_page(found, form, 422)
    try:
        with once.paused():  # looking at the file may take seconds; nobody waits for the database meanwhile
            examined = _examined(form)
        found = queries.programme(who, programme_id, Action.MANAGE_TEMPLATES)
        if examined.problems:
            return _upload_page(found, form, 422, examined)
        made = use_cases.upload(found, form.data, examined, who, storage())
    except Invalid as wrong:
        form.file.errors = [wrong.message]
        return _upload_page(queries.programme(who, programme_id), form, 422)
    flash(_("The file is checked and kept as version %(number)s.", number=made.number), "success")
    return redirect(url_for("doctemplates.show", template_id=made.id), 303)


def _running(found: Programme) -> Programme:
    if found.state is State.CLOSED:
        raise Forbidden("programme_closed")
    return found


def _examined(form: UploadForm) -> use_cases.Examined:
    upload = form.file.data
    if not upload or not upload.filename:
        raise Invalid("file", _("Choose a file."))
    kind, language = DocumentKind(form.kind.data), form.language.data or ENGLISH
    return use_cases.examine(kind, language, cast(io.BytesIO, upload.stream), upload.filename)


def _upload_page(
    found: Programme, form: UploadForm, status: int = 200, examined: use_cases.Examined | None = None
) -> tuple[str, int]:
    problems = examined.problems if examined else ()
    if problems:
        count = len(problems)
        text = ngettext("%(num)s thing in this file must change.", "%(num)s things in this file must change.", count)
        form.file.errors = [text]
    page = render_template("doctemplates/upload.html", programme=found, form=form, problems=problems)
    return page, status


@blueprint.get("/templates/<int:template_id>")
@signed_in
def show(template_id: int) -> str:
    who = actor()
    template = queries.template(who, template_id)
    entries = queries.entries(template)
    rows = pages.offers(template, who)
    return render_template(
        "doctemplates/show.html",
        before=queries.before(template),
        mine=[row for row in rows if row.mine],
        spine=pages.spine(template, entries),
        entries=pages.timeline(entries),
        **_preview_context(template, who),
    )


def _preview_context(template: DocumentTemplate, who: Principal) -> dict[str, Any]:
    failure = template.preview_failure
    return {
        "template": template,
        "title": wording.template_title(template.kind, template.language, template.number),
        "failure": wording.failure(failure) if failure else "",
        "waits": templates.wants_preview(template) and not failure,
        "pdf_failure": pdf.reason(template.preview_pdf_failure) if template.preview_pdf_failure else "",
        "fonts_unchecked": pdf.available() and not fonts.checkable(),
        "may_manage": _may_manage(who, template.programme),
    }


@blueprint.get("/templates/<int:template_id>/preview")
@signed_in
def preview(template_id: int) -> Response:
    """How far the preview is; the page asks again while it waits, and is loaded anew once there is an answer."""
    who = actor()
    template = queries.template(who, template_id)
    context = _preview_context(template, who)
    if htmx.is_partial() and context["waits"]:
        return htmx.render("doctemplates/_preview.html", "doctemplates/_preview.html", **context)
    return htmx.hx_redirect(url_for("doctemplates.show", template_id=template.id))


@blueprint.post("/templates/<int:template_id>/preview")
@signed_in
def preview_again(template_id: int) -> Answer:
    who = actor()
    template = queries.template(who, template_id, Action.MANAGE_TEMPLATES)
    use_cases.preview_again(template, who)
    return redirect(url_for("doctemplates.show", template_id=template.id), 303)


@blueprint.get("/templates/<int:template_id>/file")
@signed_in
def download(template_id: int) -> Response:
    template = queries.template(actor(), template_id)
    return send(template.file, name=f"{templates.file_stem(template)}.docx")


@blueprint.get("/templates/<int:template_id>/preview.docx")
@signed_in
def preview_word(template_id: int) -> Response:
    return _sent(queries.template(actor(), template_id).preview)


@blueprint.get("/templates/<int:template_id>/preview.pdf")
@signed_in
def preview_pdf(template_id: int) -> Response:
    return _sent(queries.template(actor(), template_id).preview_pdf)


def _sent(stored: StoredFile | None) -> Response:
    if stored is None:
        raise NotFound("preview")
    return send(stored)


@blueprint.get("/templates/<int:template_id>/difference")
@signed_in
def difference(template_id: int) -> str:
    template = queries.template(actor(), template_id)
    before = queries.before(template)
    context: dict[str, Any] = {
        "template": template,
        "before": before,
        "title": wording.template_title(template.kind, template.language, template.number),
        "changes": None,
        "refused": "",
    }
    try:
        context["changes"] = comparing.difference(template, before, storage())
    except Invalid as wrong:
        context["refused"] = wrong.message
    return render_template("doctemplates/difference.html", **context)


@blueprint.get("/templates/<int:template_id>/activate")
@signed_in
def activate(template_id: int) -> Answer | Page:
    template = queries.template(actor(), template_id, Action.MANAGE_TEMPLATES)
    if template.state is not State.PREVIEWED:
        return redirect(url_for("doctemplates.show", template_id=template.id))
    form = ActivateForm(formdata=None, request_id=uuid.uuid4().hex, revision=str(template.revision))
    return _activate_page(template, form)


@blueprint.post("/templates/<int:template_id>/activate")
@signed_in
def activate_post(template_id: int) -> Answer:
    who = actor()
    template = queries.template(who, template_id, Action.MANAGE_TEMPLATES)
    form = ActivateForm()
    if not form.validate():
        raise Conflict(template.revision, template.revision)
    use_cases.activate(template, who, request_id=form.request_id.data or None, expected=form.expected)
    flash(_("New documents are written from this template now."), "success")
    return redirect(url_for("doctemplates.show", template_id=template.id), 303)


def _activate_page(template: DocumentTemplate, form: ActivateForm) -> tuple[str, int]:
    offer = next(row for row in pages.offers(template, actor()) if row.trigger is Trigger.ACTIVATE_TEMPLATE)
    page = render_template(
        "doctemplates/activate.html",
        template=template,
        title=wording.template_title(template.kind, template.language, template.number),
        before=queries.before(template),
        offer=offer,
        form=form,
    )
    return page, 409 if offer.blockers else 200


@blueprint.get("/templates/shipped")
@holding(*policy.OFFICE)
def shipped() -> Response:
    """The Word file that Jumelage ships: a good start for one's own."""
    kind, language = _asked_kind(), request.args.get("language", ENGLISH)
    if language not in catalogue.languages(kind):
        raise NotFound(f"{kind} {language}")
    content = io.BytesIO(catalogue.shipped(kind, language))
    return send_file(content, mimetype=DOCX, as_attachment=True, download_name=f"{kind}-{language}.docx")


@blueprint.get("/templates/placeholders")
@holding(*policy.OFFICE)
def placeholders() -> str:
    if "kind" not in request.args:
        return render_template("doctemplates/placeholders.html", kinds=list(DocumentKind))
    kind = _asked_kind()
    return render_template(
        "doctemplates/placeholders_of.html",
        kind=DocumentKind(kind.value),
        groups=glossary.groups(kind),
        loop_names=glossary.loop(),
    )


def _asked_kind() -> catalogue.DocumentKind:
    try:
        return catalogue.DocumentKind(request.args.get("kind", ""))
    except ValueError as error:
        raise NotFound("kind of document") from error
