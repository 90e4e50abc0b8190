"""From the objects that the pages show to plain values, codes beside words. Nothing is judged here."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask import url_for

from webapp import wording
from webapp.api.queries import Part
from webapp.caseframe import OfferRow
from webapp.models.agreement import Agreement
from webapp.models.application import Application
from webapp.models.types import Case
from webapp.services import explain
from webapp.services.facts import programme_of
from workflows.definition import Definition, Guard, Move, Selector, StateSpec, name_of
from workflows.definitions import BY_VERSION
from workflows.facts import Rules
from workflows.vocabulary import Machine, Role, State

Shape = dict[str, Any]


# --- applications -------------------------------------------------------------------------------------------------


def line(application: Application) -> Shape:
    """As the list of applications shows it."""
    call = application.call
    return {
        "id": application.id,
        "reference": application.reference,
        "title": application.title,
        "partners": [
            {
                "organisation": party.organisation.name,
                "country": party.organisation.country,
                "role": {"code": party.role.value, "label": wording.label(party.role)},
            }
            for party in application.parties
        ],
        "state": state(Machine.APPLICATION, application.state),
        "since": application.state_since,
        "call": {"id": call.id, "title": call.title, "country": call.plan.country},
        "requested": money(application.requested, call.plan.programme.currency),
    }


def summary(application: Application) -> Shape:
    """What an association sees of a file that it does not review now."""
    theme = application.theme
    return line(application) | {
        "theme": theme.title if theme else None,
        "starts_on": application.starts_on,
        "ends_on": application.ends_on,
        "own_share": None,
        "instrument": None,
        "grant": None,
        "whole": False,
        "parts": [],
        "links": {"page": url_for("casefile.show", application_id=application.id)},
    }


def whole(application: Application, parts: Iterable[Part], agreement: Agreement | None) -> Shape:
    """A file with its parts; `agreement` only for who may see it."""
    currency = programme_of(application).currency
    shape = summary(application) | {
        "own_share": money(application.own_share, currency),
        "instrument": agreement.kind.value if agreement else None,
        "grant": money(agreement.grant, agreement.currency) if agreement else None,
        "whole": True,
        "parts": [part(one) for one in parts],
    }
    shape["links"]["moves"] = moves_of(Machine.APPLICATION, application.id)
    return shape


def part(one: Part) -> Shape:
    return {
        "machine": one.machine.value,
        "id": one.id,
        "label": wording.machine(one.machine),
        "state": state(one.machine, one.state),
        "since": one.since,
        "moves": moves_of(one.machine, one.id),
    }


def moves_of(machine: Machine, case_id: int) -> str:
    return url_for("api_v1.moves", machine=machine.value, case_id=case_id)


# --- one case -----------------------------------------------------------------------------------------------------


def case_line(case: Case) -> Shape:
    return {
        "machine": case.__machine__.value,
        "id": case.id,
        "state": state(case.__machine__, case.state),
        "since": case.state_since,
        "rules": case.definition_version,
    }


def offer(case: Case, row: OfferRow) -> Shape:
    """A move as a page offers it; where it is somebody else's, that is the first thing in the way."""
    move = row.offer.move
    foreign = () if row.mine else explain.spoken(row.offer.reasons[:1], programme_of(case).currency)
    return _move(case.__machine__, move) | {
        "label": row.label,
        "text": row.text,
        "mine": row.mine,
        "allowed": row.mine and not row.blockers,
        "asked_there": list(row.asked_there) if row.mine else [],
        "blockers": [reason(one) for one in (*foreign, *row.blockers)],
    }


def way(one: explain.Way) -> list[Shape]:
    return [_step(one.machine, step) for step in one.steps]


def _step(machine: Machine, one: explain.Step) -> Shape:
    return _move(machine, one.move) | {
        "label": one.label,
        "text": one.text,
        "source": state(machine, one.move.source),
        "by_itself": one.by_itself,
        "mine": one.mine,
        "now": one.now,
        "missing": [reason(why) for why in one.missing],
        "needed": list(one.needed),
        "parts": [_part(part) for part in one.parts],
    }


def _part(one: explain.Way) -> Shape:
    return {"machine": one.machine.value, "name": one.of, "state": state(one.machine, one.state), "steps": way(one)}


def _move(machine: Machine, move: Move) -> Shape:
    return {"trigger": move.trigger.value, "dest": state(machine, move.dest), "owners": roles(move.by)}


def reason(one: explain.Reason) -> Shape:
    return {
        "code": one.blocker.code,
        "message": one.text,
        "who": one.who,
        "cleared_by": roles(one.blocker.cleared_by),
    }


# --- workflows ----------------------------------------------------------------------------------------------------


def workflow_line(definition: Definition) -> Shape:
    machine = definition.machine
    return {
        "machine": machine.value,
        "label": wording.machine(machine),
        "purpose": wording.machine_purpose(machine),
        "version": definition.version,
        "versions": sorted(version for known, version in BY_VERSION if known is machine),
        "digest": definition.digest(),
    }


def workflow(definition: Definition) -> Shape:
    return workflow_line(definition) | {
        "initial": definition.initial.value,
        "states": [_state_spec(definition.machine, spec) for spec in definition.states],
        "transitions": [_transition(definition.machine, move) for move in definition.moves],
    }


def _state_spec(machine: Machine, spec: StateSpec) -> Shape:
    deadline = None
    if spec.deadline is not None and spec.on_deadline is not None:
        days = getattr(Rules(), spec.deadline)
        deadline = {"setting": spec.deadline, "days": days, "trigger": spec.on_deadline.value}
    return state(machine, spec.name) | {
        "meaning": wording.state_meaning(machine, spec.name),
        "is_review": spec.is_review,
        "is_final": spec.is_final,
        "outcome": spec.outcome.value if spec.outcome else None,
        "is_detour": spec.is_detour,
        "deadline": deadline,
    }


def _transition(machine: Machine, move: Move) -> Shape:
    return {
        "trigger": move.trigger.value,
        "label": wording.trigger(machine, move.trigger),
        "source": move.source.value,
        "dest": move.dest.value,
        "owners": roles(move.by),
        "guards": [_rule(guard) for guard in move.guards],
        "when": _rule(move.when) if move.when else None,
        "effects": [{"code": effect.value, "label": wording.effect(effect)} for effect in move.effects],
        "needs_reason": move.needs_reason,
    }


def _rule(rule: Guard | Selector) -> Shape:
    return {"code": name_of(rule), "label": wording.requirement(name_of(rule))}


# --- small things -------------------------------------------------------------------------------------------------


def state(machine: Machine, which: State) -> Shape:
    return {"code": which.value, "label": wording.state(machine, which)}


def roles(some: Iterable[Role]) -> list[Shape]:
    return [{"code": role.value, "label": wording.role(role)} for role in sorted(some)]


def money(amount: Decimal, currency: str) -> Shape:
    return {"amount": f"{amount:.2f}", "currency": currency}
