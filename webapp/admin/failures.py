"""What the worker tried and could not do: mails, documents, and what should have happened by itself."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from webapp.admin import queries, use_cases
from webapp.admin.blueprint import Answer, blueprint
from webapp.auth.access import actor, holding
from webapp.paging import Page, page_number
from webapp.services.outbox import MAX_ATTEMPTS
from workflows.vocabulary import Role


@blueprint.get("/failed-work")
@holding(Role.SYSTEM_ADMIN)
def failures() -> str:
    number = page_number(request.args.get("page"))
    rows, total = queries.failures(number)
    page = Page(rows, number, total, lambda n: url_for("admin.failures", page=n))
    return render_template("admin/failures.html", page=page, most=MAX_ATTEMPTS)


@blueprint.post("/failed-work/<int:row_id>/again")
@holding(Role.SYSTEM_ADMIN)
def try_again(row_id: int) -> Answer:
    if use_cases.try_again(queries.outbox_row(row_id), actor()):
        flash(_("The worker tries it again now."), "success")
    else:
        flash(_("It is done meanwhile."), "success")
    return redirect(url_for("admin.failures"), 303)
