"""The page on which a manager gives more time for something that is due."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from webapp import caseframe, policy, wording
from webapp.auth.access import actor, signed_in
from webapp.casefile import use_cases
from webapp.casefile.blueprint import blueprint
from webapp.casefile.forms import ExtensionForm
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.record import Deadline
from webapp.models.types import Case
from webapp.policy import Action, Principal
from webapp.services import deadlines, reminders, scope
from webapp.services.calendars import place_of, unknown
from webapp.services.versions import CASES
from workflows.deadlines import KINDS

Answer = str | Response | tuple[str, int]


@blueprint.get("/deadlines/<int:deadline_id>/extend")
@signed_in
def extend(deadline_id: int) -> Answer:
    who = actor()
    row, case, application = _open(who, deadline_id)
    if row.closed_at is not None:
        return _over(application)
    return _page(who, row, case, application, ExtensionForm(formdata=None))


@blueprint.post("/deadlines/<int:deadline_id>/extend")
@signed_in
def extend_post(deadline_id: int) -> Answer:
    who, form = actor(), ExtensionForm()
    row, case, application = _open(who, deadline_id)
    if not form.validate() or form.day.data is None:
        return _page(who, row, case, application, form, 422)
    try:
        again = use_cases.extend_deadline(row, case, form.day.data, form.reason.data or "", who)
    except Invalid as wrong:
        form[wrong.field].errors = [wrong.message]
        return _page(who, row, case, application, form, 422)
    except Conflict:
        return _over(application)
    flash(_("More time is given, until %(day)s.", day=wording.day(again.last_on)), "success")
    return redirect(url_for("casefile.show", application_id=application.id), 303)


def _open(who: Principal, deadline_id: int) -> tuple[Deadline, Case, Application]:
    """The due date with its case and file; unknown and foreign alike are not found."""
    row = db.session.get(Deadline, deadline_id)
    if row is None or row.application_id is None:
        raise NotFound(f"deadline {deadline_id}")
    application = scope.open_file(who, row.application_id, Action.EXTEND_DEADLINE)
    if KINDS[row.kind].fixed_by_law:
        raise Forbidden("fixed_by_law")
    return row, db.session.get_one(CASES[row.machine], row.case_id), application


def _page(
    who: Principal, row: Deadline, case: Case, application: Application, form: ExtensionForm, status: int = 200
) -> tuple[str, int]:
    page = render_template(
        "casefile/extend.html",
        **caseframe.frame(application, who),
        form=form,
        row=row,
        what=deadlines.name_of(row, case),
        today=reminders.today_of(row),
        rule=wording.deadline(row.rule) if row.rule else "",
        owners=[person.name for person in reminders.owners(row, case)],
        mails=[(wording.label(r.step), r.due_at, wording.label(r.outcome) if r.outcome else "") for r in row.reminders],
        unknown=[wording.country(code) for code in unknown(place_of(case).countries)],
        may_see=policy.may(who, Action.VIEW_FILE, scope.file_scope(application)),
    )
    return page, status


def _over(application: Application) -> tuple[str, int]:
    """The date ran out, was met or has been changed meanwhile."""
    link = url_for("casefile.show", application_id=application.id)
    happened = _("This date is over, or somebody has changed it. The page of the file says what is due now.")
    return render_template("errors/409.html", what_happened=happened, link=link), 409
