"""Is this document genuine? For everybody, without an account; nothing of a file is kept."""

from flask import Blueprint, abort, current_app, render_template
from flask_babel import gettext as _

from webapp.auth.access import public
from webapp.auth.login import limiter
from webapp.documents.checkup import Busy, Seal
from webapp.extensions import db
from webapp.services import verification
from webapp.services.verification import Answer
from webapp.verification.forms import CheckForm
from webapp.wording.verification import DOCUMENTS, VERDICTS

blueprint = Blueprint("verification", __name__, template_folder="templates", url_prefix="/verify")
SHOWN = 12  # digits of a hash that people compare


@blueprint.get("")
@public
def show() -> str:
    return _page(CheckForm(formdata=None))


@blueprint.post("")
@public
@limiter.limit("20/minute")
def show_post() -> str | tuple[str, int]:
    """The verdict on a file. Reading one takes a second: this request holds no transaction meanwhile."""
    db.session.rollback()
    form = CheckForm()
    content, problem = _received(form)
    if problem or not form.validate():
        form.file.errors = [*form.file.errors, *([problem] if problem else [])]
        return _page(form), 422
    try:
        answer = verification.check(content)
    except Busy:
        abort(429)
    return _page(CheckForm(formdata=None), answer)


@blueprint.get("/<token>")
@public
@limiter.limit("60/minute")
def document(token: str) -> str | tuple[str, int]:
    """What the address on a document, or its QR code, leads to."""
    found = verification.by_token(token)
    if found is None:
        return render_template("verification/nothing.html", form=CheckForm(formdata=None)), 404
    verdict, shown = found
    said = DOCUMENTS[verdict.value]
    return render_template(
        "verification/document.html", said=said, shown=shown, prefix=SHOWN, form=CheckForm(formdata=None)
    )


def _received(form: CheckForm) -> tuple[bytes, str]:
    """The bytes, and what is wrong with them."""
    limit = current_app.config["SETTINGS"].max_upload_bytes
    upload = form.file.data
    content: bytes = upload.stream.read(limit + 1) if upload else b""
    if not content:
        return b"", _("Choose a file.")
    if len(content) > limit:
        return b"", _("The file is larger than %(limit)s MB. No document of ours is.", limit=limit // 1024**2)
    if not content.startswith((b"%PDF-", b"PK\x03\x04")):
        return b"", _("This is neither a Word file nor a PDF. Our documents are one or the other.")
    return content, ""


def _page(form: CheckForm, answer: Answer | None = None) -> str:
    said = VERDICTS[answer.verdict.value] if answer else None
    steps = _steps(answer) if answer else []
    return render_template(
        "verification/check.html", form=form, answer=answer, said=said, steps=steps, prefix=SHOWN,
        has_errors=bool(form.errors),
    )  # fmt: skip


def _steps(answer: Answer) -> list[tuple[str, str]]:
    """What was looked at, in order, and what came of it."""
    same = answer.shown is not None
    steps = [
        (
            _("Check number (SHA-256) of your file"),
            _("The same as that of a file kept here.") if same else _("No file kept here has this number."),
        )
    ]
    if answer.findings.problem:
        return [*steps, (_("Reading the file"), _("It is damaged, protected, or asks for too much: it was not read."))]
    steps += [
        (_("Seal in the field “%(field)s”", field=seal.field), _seal(seal, same)) for seal in answer.findings.seals
    ]
    if answer.findings.pdfsig:
        said = " ".join(answer.findings.pdfsig)
        steps.append((_("A second program (pdfsig) says of the seals"), said))
    return steps


def _seal(seal: Seal, same: bool) -> str:
    if not seal.ours:
        return str(_("Made with a certificate that is not ours. It says nothing about this programme."))
    if seal.holds and not same:
        return str(_("Ours, and what it covers is unchanged. But something was added to the file after it was sealed."))
    if seal.holds:
        return str(_("Ours, and what it covers is unchanged."))
    return str(_("Carries our certificate, but does not fit the content: something was changed."))
