"""The frame around every page of one application: partners, state, tabs, the spine, and what can happen next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from webapp import policy, wording
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.negotiation import SpecialClause
from webapp.models.record import AuditEntry, AuditEvent
from webapp.models.types import Case
from webapp.policy import Action, Principal
from webapp.services import advance, announce, explain, scope
from webapp.services.explain import Reason
from webapp.services.facts import programme_of
from workflows import paths
from workflows.definitions import CURRENT
from workflows.engine import REASON_MISSING, Offer
from workflows.vocabulary import Machine, Role, State, Trigger

# Moves that begin on a page of their own, because something has to be written first.
OWN_PAGE: dict[Trigger, str] = {
    Trigger.ASK_CLARIFICATION: "applications.clarify",
    Trigger.ANSWER_CLARIFICATION: "applications.answer",
    Trigger.PASS_ELIGIBILITY: "assessments.eligibility",
    Trigger.FAIL_ELIGIBILITY: "assessments.eligibility",
    Trigger.APPROVE: "decisions.show",
    Trigger.PUT_ON_RESERVE: "decisions.show",
    Trigger.REJECT: "decisions.show",
    Trigger.UPHOLD_APPEAL: "decisions.appeal",
    Trigger.DISMISS_APPEAL: "decisions.appeal",
}
# Where the work is done that a blocked move waits for.
WORK_PAGE: dict[Trigger, str] = {
    **OWN_PAGE,
    Trigger.SUBMIT: "applications.form",
    Trigger.HOLD_FOR_CAPACITY: "assessments.baseline",
    Trigger.SEND_TO_REVIEW: "assessments.baseline",
    Trigger.SEND_TO_DECISION: "reviews.index",
    Trigger.START_CONTRACTING: "agreements.show",
    Trigger.CONCLUDE: "agreements.show",
    Trigger.START_MONITORING: "monitoring.show",
    Trigger.TERMINATE: "monitoring.show",
    Trigger.START_CLOSING: "monitoring.show",
    Trigger.CLOSE: "monitoring.show",
}
# What only the page of the move itself can supply does not stand in the way of going there.
SUPPLIED_THERE: dict[Trigger, str] = {Trigger.ASK_CLARIFICATION: "question_missing"}
# Moves away from the usual course: never the one primary button of a page, always below the others.
EXCEPTIONAL = frozenset(
    {
        Trigger.WITHDRAW,
        Trigger.SUSPEND,
        Trigger.TERMINATE,
        Trigger.HOLD_FOR_CAPACITY,
        Trigger.FAIL_ELIGIBILITY,
        Trigger.ASK_CLARIFICATION,
        Trigger.REVISE,
        Trigger.SUPERSEDE,
        Trigger.REDRAFT,
        Trigger.RECUSE,
        Trigger.WAIVE,
        Trigger.REJECT,
        Trigger.PUT_ON_RESERVE,
        Trigger.CLOSE_PROGRAMME,
        Trigger.CLOSE_CALL,
        Trigger.RETIRE_TEMPLATE,
        Trigger.REJECT_TEMPLATE,
        Trigger.REJECT_CLAUSE,
        Trigger.WITHDRAW_CLAUSE,
        Trigger.REPLACE_CLAUSE,
    }
)
TELLS_OF_OTHERS = frozenset({Machine.PROGRAMME, Machine.PLAN, Machine.CALL, Machine.APPLICATION})
PATH = paths.regular(CURRENT[Machine.APPLICATION])
TABS: tuple[tuple[str, str, Action], ...] = (
    ("casefile.show", "Overview", Action.VIEW_FILE),
    ("applications.form", "Application form", Action.EDIT_CONTENT),
    ("applications.read", "Application", Action.VIEW_FILE),
    ("assessments.eligibility", "Eligibility", Action.VIEW_ASSESSMENT),
    ("assessments.baseline", "Baseline", Action.VIEW_ASSESSMENT),
    ("reviews.index", "Reviews", Action.VIEW_REVIEWS),
    ("decisions.show", "Decision", Action.VIEW_DECISION),
    ("decisions.appeal", "Appeal", Action.VIEW_APPEAL),
    ("agreements.show", "Agreement", Action.VIEW_AGREEMENT),
    ("monitoring.show", "Monitoring", Action.VIEW_MONITORING),
    ("decisions.letters", "Letters", Action.VIEW_LETTERS),
    ("casefile.history", "History", Action.VIEW_FILE),
)


@dataclass(frozen=True)
class OfferRow:
    """A move as a page shows it; `offer` is the engine's word on it."""

    label: str
    href: str
    text: str
    owners: str
    offer: Offer
    blockers: tuple[Reason, ...] = ()
    work_page: str = ""  # where this person can do what is missing, when that is another page

    @property
    def trigger(self) -> Trigger:
        return self.offer.move.trigger

    @property
    def mine(self) -> bool:
        return self.offer.mine

    @property
    def codes(self) -> tuple[str, ...]:
        """Of the blockers."""
        return tuple(reason.blocker.code for reason in self.blockers)

    @property
    def asked_there(self) -> tuple[str, ...]:
        """What only the page of the move itself can supply, by the codes with which the door would refuse without."""
        there = SUPPLIED_THERE.get(self.trigger)
        missing = [b.code for b in self.offer.blockers if b.code == there]
        return tuple([*missing, REASON_MISSING] if self.offer.move.needs_reason else missing)

    @property
    def exceptional(self) -> bool:
        return self.trigger in EXCEPTIONAL


@dataclass(frozen=True)
class Step:
    label: str
    status: str
    date: datetime | None = None
    text: str = ""


@dataclass(frozen=True)
class Tab:
    label: str
    href: str
    current: bool
    count: int | None = field(default=None)


def frame(application: Application, who: Principal, moves: Sequence[AuditEntry] | None = None) -> dict[str, Any]:
    """The template context that `case.html` needs; one statement unless the moves are handed in."""
    room = scope.file_scope(application)
    known = list(moves) if moves is not None else _moves(application)
    return {
        "application": application,
        "partners": [party.organisation.name for party in application.parties],
        "pair": announce.pair(application),
        "currency": programme_of(application).currency,
        "state_label": wording.state(Machine.APPLICATION, application.state),
        "state_tone": wording.state_tone(Machine.APPLICATION, application.state),
        "tabs": tabs(application, who, room),
        "spine": spine(application, known),
    }


def tabs(application: Application, who: Principal, room: policy.FileScope) -> list[Tab]:
    """Only the rooms this person may enter, and only those that exist yet."""
    words = _tab_words()
    return [
        Tab(words[label], url_for(endpoint, application_id=application.id), _is_here(endpoint))
        for endpoint, label, action in TABS
        if policy.may(who, action, room) and _begun(endpoint, application)
    ]


def _is_here(endpoint: str) -> bool:
    """This very page; and a page behind the only tab of its feature, such as one review."""
    feature = endpoint.partition(".")[0]
    alone = sum(other.startswith(f"{feature}.") for other, _label, _action in TABS) == 1
    return request.endpoint == endpoint or (alone and request.blueprint == feature)


def _tab_words() -> dict[str, str]:
    return {
        "Overview": _("Overview"),
        "Application form": _("Application form"),
        "Application": _("Application"),
        "Eligibility": _("Eligibility"),
        "Baseline": _("Baseline"),
        "Reviews": _("Reviews"),
        "Decision": _("Decision"),
        "Appeal": _("Appeal"),
        "Agreement": _("Agreement"),
        "Monitoring": _("Monitoring"),
        "Letters": _("Letters"),
        "History": _("History"),
    }


_BEGINS: dict[str, frozenset[State]] = {
    "reviews.index": frozenset(
        {State.DRAFT, State.SUBMITTED, State.ELIGIBILITY, State.BASELINE, State.CAPACITY_HOLD, State.INELIGIBLE}
    ),
    "assessments.baseline": frozenset({State.DRAFT, State.SUBMITTED, State.ELIGIBILITY, State.INELIGIBLE}),
    "decisions.show": frozenset(
        {
            State.DRAFT,
            State.SUBMITTED,
            State.ELIGIBILITY,
            State.BASELINE,
            State.CAPACITY_HOLD,
            State.INELIGIBLE,
            State.REVIEW,
        }
    ),
    "decisions.letters": frozenset(
        {State.DRAFT, State.SUBMITTED, State.ELIGIBILITY, State.BASELINE, State.CAPACITY_HOLD}
    ),
}


def _begun(endpoint: str, application: Application) -> bool:
    """A tab appears once there can be something behind it."""
    if endpoint == "decisions.appeal":
        return application.state in (State.REJECTED, State.INELIGIBLE, State.APPEAL) or application.refusals > 0
    return application.state not in _BEGINS.get(endpoint, frozenset())


def spine(application: Application, moves: Sequence[AuditEntry]) -> list[Step]:
    """The states as a track: those behind with their dates, where it stands, and what is usually to come."""
    entered = {State.DRAFT: application.created_at}
    for entry in moves:
        if entry.to_state is not None:
            entered[entry.to_state] = entry.at
    label = _state_label
    current = application.state
    over = advance.definition_of(application).spec(current).is_final
    behind = [s for s in entered if s is not current and (s in PATH or _left_for_good(s, current))]
    behind.sort(key=lambda s: entered[s])
    if current in PATH and not (over and State.MONITORING not in entered):
        place = PATH.index(current)
        behind = [s for s in behind if s not in PATH or PATH.index(s) < place]
        coming = PATH[place + 1 :]
    elif over:
        coming = ()
    else:
        reached = max((PATH.index(s) for s in behind if s in PATH), default=0)
        coming = PATH[reached + 1 :]
    steps = [Step(label(s), "done", entered[s]) for s in behind]
    steps.append(Step(label(current), "current", entered.get(current, application.state_since)))
    return steps + [Step(label(s), "next") for s in coming]


def _state_label(state: State) -> str:
    return wording.state(Machine.APPLICATION, state)


def _left_for_good(state: State, current: State) -> bool:
    """States beside the path stay on the track only where they explain how it came to this."""
    return state in (State.REJECTED, State.INELIGIBLE, State.APPEAL) and current is not State.DRAFT


def _moves(application: Application) -> list[AuditEntry]:
    query = select(AuditEntry).where(
        AuditEntry.machine == Machine.APPLICATION,
        AuditEntry.case_id == application.id,
        AuditEntry.event == AuditEvent.MOVED,
    )
    return list(db.session.scalars(query.order_by(AuditEntry.sequence)))


def offer_rows(case: Case, who: Principal, known: Sequence[Offer] | None = None) -> list[OfferRow]:
    """Every move that leaves the case's state: mine first, open before blocked; others' with who it waits for.

    `known` are the offers of a page that has judged them already with the facts it loaded.
    """
    room = scope.file_scope(case) if isinstance(case, Application) else None
    held = policy.roles_on(who, room) if room else frozenset()
    rows = [_row(case, offer, held) for offer in (advance.offers(case, who) if known is None else known)]
    return sorted(rows, key=lambda row: (not row.mine, row.exceptional, bool(row.blockers)))


def _row(case: Case, offer: Offer, held: frozenset[Role]) -> OfferRow:
    move = offer.move
    blockers = [b for b in offer.blockers if b.code != SUPPLIED_THERE.get(move.trigger)]
    mine_to_clear = offer.mine or any(held & set(b.cleared_by) for b in blockers)
    return OfferRow(
        label=wording.trigger(case.__machine__, move.trigger),
        href=_href(case, move.trigger),
        text=wording.consequence(case.__machine__, move.trigger),
        owners=wording.any_of([wording.role(role) for role in sorted(move.by)]),
        offer=offer,
        blockers=explain.spoken(blockers, programme_of(case).currency),
        work_page=_work_page(case, move.trigger) if blockers and mine_to_clear else "",
    )


def _work_page(case: Case, trigger: Trigger) -> str:
    endpoint = WORK_PAGE.get(trigger, "")
    if not endpoint or not isinstance(case, Application) or request.endpoint == endpoint:
        return ""
    return url_for(endpoint, application_id=case.id)


def _href(case: Case, trigger: Trigger) -> str:
    if isinstance(case, Application) and trigger in OWN_PAGE:
        return url_for(OWN_PAGE[trigger], application_id=case.id)
    if isinstance(case, SpecialClause):  # its words are read where they are decided
        return url_for("negotiation.clause", application_id=case.application.id, clause_id=case.id)
    return url_for("casefile.move", machine=case.__machine__.value, case_id=case.id, trigger=trigger.value)


def for_me(rows: Sequence[OfferRow]) -> list[OfferRow]:
    """What this person can do, or can work on."""
    return [row for row in rows if row.mine or row.work_page]


def waiting_for(rows: Sequence[OfferRow]) -> list[OfferRow]:
    """What is left to others; withdrawing is nobody's business but the applicant's."""
    return [row for row in rows if not row.mine and not row.work_page and row.trigger is not Trigger.WITHDRAW]


def shown(case: Case, who: Principal) -> list[OfferRow]:
    """The moves that the pages show this person: of others' only where the page of the case tells of them."""
    rows = offer_rows(case, who)
    if case.__machine__ in TELLS_OF_OTHERS:
        return [*for_me(rows), *waiting_for(rows)]
    return [row for row in rows if row.mine]
