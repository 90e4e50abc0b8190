"""The tab: everything that is set up and due on one file."""

from flask import render_template

from webapp import caseframe, policy
from webapp.auth.access import actor, signed_in
from webapp.monitoring import checklist, queries, use_cases
from webapp.monitoring.routes.shared import FILE, blueprint, frame, names_for
from webapp.policy import Action
from webapp.services import scope
from workflows.vocabulary import Trigger

BESIDE = (Trigger.SUSPEND, Trigger.RESUME, Trigger.TERMINATE)


@blueprint.get(f"{FILE}/monitoring")
@signed_in
def show(application_id: int) -> str:
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_MONITORING)
    room = scope.file_scope(application)
    context = frame(application, who)
    found = checklist.offers(application, who)
    return render_template(
        "monitoring/show.html",
        **context,
        overview=queries.overview(application),
        today=use_cases.today(application),
        names={party.organisation_id: party.organisation.name for party in application.parties},
        checklists=checklist.checklists(application, found, context["currency"]),
        beside=caseframe.offer_rows(application, who, [found[t] for t in BESIDE if t in found and found[t].mine]),
        can=lambda action: policy.may(who, Action(action), room),
        names_for=names_for(who, room),
        is_auditor=policy.may(who, Action.GIVE_OPINION, room),
    )
