"""What must be true before the next step, condition by condition: the engine's own blockers, said either way."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from webapp import wording
from webapp.models.application import Application
from webapp.policy import Principal
from webapp.services import advance
from webapp.services.facts import audit_level, facts_of, rules_of
from workflows import engine
from workflows.engine import Offer
from workflows.facts import Blocker
from workflows.vocabulary import AuditLevel, Machine, State, Trigger

# The conditions of each step, by the code of the blocker that speaks when it is not met, and what to say when it is.
CONDITIONS = {
    Trigger.START_MONITORING: {
        "committee_undecided": _("It is decided whether there will be a monitoring committee."),
        "focal_points_missing": _("Every municipality has a focal point."),
    },
    Trigger.START_CLOSING: {
        "final_report_open": _("The final report is accepted."),
        "reports_open": _("All the reports are accepted."),
    },
    Trigger.CLOSE: {
        "reports_open": _("All the reports are accepted."),
        "audit_open": _("The auditor has given an opinion."),
        "obligations_open": _("Everybody who was trained has shared what they learnt."),
        "findings_open": _("All the findings are closed."),
        "actions_open": _("All the corrective actions are closed."),
    },
}


@dataclass(frozen=True)
class Condition:
    """One line of the checklist: met, or why not and who can clear it."""

    met: bool
    text: str
    who: str = ""


@dataclass(frozen=True)
class Checklist:
    """The step these conditions lead to; `ready` when this person can take it now, `now` when its time has come."""

    trigger: Trigger
    label: str
    owners: str
    conditions: list[Condition]
    now: bool
    ready: bool


def offers(application: Application, who: Principal) -> dict[Trigger, Offer]:
    """Every move that leaves the file's state; while it is monitored also the closing that comes after."""
    facts = facts_of(application, who)
    actor, definition = advance.actor_on(application, who), advance.definition_of(application)
    states = [application.state]
    if application.state is State.MONITORING:
        states.append(State.CLOSING)
    return {o.move.trigger: o for state in reversed(states) for o in engine.offers(definition, state, actor, facts)}


def checklists(application: Application, found: dict[Trigger, Offer], currency: str) -> list[Checklist]:
    """The steps on the file's straight way to its end, each with its conditions."""
    left_out = _not_asked(application)
    return [_checklist(application, found[trigger], currency, left_out) for trigger in CONDITIONS if trigger in found]


def _not_asked(application: Application) -> frozenset[str]:
    """The conditions of steps that the programme does without; where one stands in the way all the same, it is said."""
    rules = rules_of(application)
    level = audit_level(rules, application.instrument, application.amount_committed)
    without = {"committee_undecided": not rules.committee_required, "audit_open": level is AuditLevel.NONE}
    return frozenset(code for code, is_left_out in without.items() if is_left_out)


def _checklist(application: Application, offer: Offer, currency: str, left_out: frozenset[str]) -> Checklist:
    trigger = offer.move.trigger
    now = offer.move.source is application.state
    return Checklist(
        trigger=trigger,
        label=wording.trigger(Machine.APPLICATION, trigger),
        owners=wording.any_of([wording.role(role) for role in sorted(offer.move.by)]),
        conditions=_conditions(trigger, offer, currency, left_out),
        now=now,
        ready=now and offer.ready,
    )


def _conditions(trigger: Trigger, offer: Offer, currency: str, left_out: frozenset[str]) -> list[Condition]:
    open_ = {blocker.code: blocker for blocker in offer.blockers}
    lines = [
        _unmet(open_.pop(code), currency) if code in open_ else Condition(True, str(met))
        for code, met in CONDITIONS[trigger].items()
        if code in open_ or code not in left_out
    ]
    # What stands in the way of this person alone is of no use to somebody who cannot take the step anyway.
    return lines + [_unmet(blocker, currency) for blocker in open_.values() if offer.mine]


def _unmet(blocker: Blocker, currency: str) -> Condition:
    return Condition(False, wording.blocker(blocker, currency), wording.who(blocker))
