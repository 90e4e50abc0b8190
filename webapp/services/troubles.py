"""What is kept of a job that failed, and how a page says it: a code where people can act, else a developer's note."""

from flask_babel import gettext as _

from webapp import wording
from webapp.documents import pdf
from webapp.models.agreement import Document
from webapp.services.templates import Unfilled

UNFILLED = "unfilled:"


def kept(error: Exception) -> str:
    if isinstance(error, Unfilled):
        return UNFILLED + error.code
    return str(error) if isinstance(error, pdf.ConversionFailed) else repr(error)


def of_letter(text: str) -> str:
    """Why a letter could not be written, in the reader's language; what is meant for developers stays with them."""
    if text.startswith(UNFILLED):
        return wording.failure(text.removeprefix(UNFILLED))
    return str(_("It is a fault of the system, not of the letter. Tell the administrator if it happens again."))


def with_letter(letter: Document) -> str:
    """Why this letter could not be written so far; empty where there is no trouble. Its job is loaded with it."""
    job = letter.writing
    failed = letter.file_id is None and job is not None and job.done_at is None
    return of_letter(job.error) if failed and job and job.error else ""
