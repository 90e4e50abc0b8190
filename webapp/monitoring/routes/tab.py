"""The tab: everything that is set up and due on one file."""

from flask import render_template, url_for

from webapp import caseframe, policy, wording
from webapp.auth.access import actor, signed_in
from webapp.models.application import Application
from webapp.monitoring import checklist, queries, use_cases
from webapp.monitoring.routes.shared import FILE, blueprint, frame, names_for
from webapp.policy import Action
from webapp.services import scope
from workflows.engine import Offer
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
        beside=[_beside(application, found[t], context["currency"]) for t in BESIDE if t in found and found[t].mine],
        can=lambda action: policy.may(who, Action(action), room),
        names_for=names_for(who, room),
        is_auditor=policy.may(who, Action.GIVE_OPINION, room),
    )


def _beside(application: Application, offer: Offer, currency: str) -> caseframe.OfferRow:
    """A step off the straight way, with what stands in its way."""
    trigger, machine = offer.move.trigger, application.__machine__
    return caseframe.OfferRow(
        label=wording.trigger(machine, trigger),
        href=url_for("casefile.move", machine=machine.value, case_id=application.id, trigger=trigger.value),
        text=wording.consequence(machine, trigger),
        mine=True,
        owners="",
        trigger=trigger,
        blockers=tuple(caseframe.Reason(wording.blocker(b, currency), wording.who(b)) for b in offer.blockers),
    )
