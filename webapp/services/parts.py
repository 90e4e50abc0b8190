"""The parts of a case that its moves wait for, as `workflows.ahead` declares: which rows they are, and their names."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad as Load

from webapp import wording
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty
from webapp.models.assessment import Review
from webapp.models.monitoring import CorrectiveAction, Obligation, Report, ReportKind
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.types import Case
from webapp.services.versions import CASES
from workflows.ahead import AWAITS
from workflows.definitions import CURRENT
from workflows.vocabulary import Machine, State

# Parts that are found without asking: a plan belongs to its call.
BESIDE: dict[Machine, Callable[[Any], list[Case]]] = {
    Machine.PLAN: lambda call: [call.plan],
    Machine.PROGRAMME: lambda call: [call.plan.programme],
    Machine.CALL: lambda plan: [call for call in plan.calls if call.state is State.OPEN],
}
# Which rows of a file count for a guard, where it is not all of them.
ONLY: dict[str, Callable[[Any], Any]] = {
    "final_report_accepted": lambda file: Report.kind == ReportKind.FINAL,
    "quorum": lambda file: Review.round == file.review_round,
    "partner_lga_heard": lambda file: (Review.round == file.review_round) & (Review.lga_id == file.call.plan.lga_id),
}
# What the facts of a part read of it, in as few statements as can be.
WITH: dict[Machine, tuple[Load, ...]] = {
    Machine.AGREEMENT: (
        joinedload(Agreement.parties).joinedload(AgreementParty.organisation),
        joinedload(Agreement.tranches),
    ),
    Machine.REPORT: (joinedload(Report.finance),),
    Machine.REVIEW: (joinedload(Review.scores), joinedload(Review.lga)),
}


def of(case: Case, guard: str) -> list[Case]:
    """The parts that this guard still waits for: those that have not come to an end and stand in none of its states."""
    awaits = AWAITS[guard]
    if awaits.part in BESIDE:
        return [part for part in BESIDE[awaits.part](case) if part.state not in awaits.states]
    kind: Any = CASES[awaits.part]
    over = [spec.name for spec in CURRENT[awaits.part].states if spec.is_final]
    query = select(kind).where(kind.application_id == case.id, kind.state.not_in({*over, *awaits.states}))
    if guard in ONLY:
        query = query.where(ONLY[guard](case))
    return list(db.session.scalars(query.order_by(kind.id).options(*WITH.get(awaits.part, ()))).unique())


def name(part: Case) -> str:
    """Which part it is, for a heading: "Final report", "Agreement JUM-2026-005/C1"."""
    machine = wording.machine(part.__machine__)
    if isinstance(part, Report):
        if part.kind is ReportKind.FINAL:
            return wording.label(part.kind)
        return str(_("%(kind)s %(number)s", kind=wording.label(part.kind), number=part.number))
    if isinstance(part, Agreement):
        return str(_("%(what)s %(name)s", what=machine, name=part.number))
    if isinstance(part, Review):
        return str(_("%(what)s: %(name)s", what=machine, name=part.lga.name))
    if isinstance(part, CorrectiveAction):
        return str(_("%(what)s: %(name)s", what=machine, name=part.description))
    if isinstance(part, Obligation):
        return str(_("%(what)s: %(name)s", what=machine, name=part.trainee))
    if isinstance(part, Call | CountryPlan | Programme):
        return str(_("%(what)s: %(name)s", what=machine, name=part.title))
    raise TypeError(f"{type(part).__name__} is no part of a case")
