"""The parts of a case that its moves wait for, as `workflows.ahead` declares: which rows they are, and their names."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer
from sqlalchemy.orm.strategy_options import _AbstractLoad as Load

from webapp import wording
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document
from webapp.models.assessment import Review
from webapp.models.monitoring import CorrectiveAction, Obligation, Report, ReportKind
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.template import DocumentTemplate
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
# Which parts of a file count for a guard, where it is not all of them.
ONLY: dict[str, Callable[[Any, Any], bool]] = {
    "final_report_accepted": lambda file, report: report.kind is ReportKind.FINAL,
    "quorum": lambda file, review: review.round == file.review_round,
    "partner_lga_heard": lambda file, review: (
        review.round == file.review_round and review.lga_id == file.call.plan.lga_id
    ),
}
# What the facts of a part read of it, in one statement.
WITH: dict[Machine, tuple[Load, ...]] = {
    Machine.AGREEMENT: (
        joinedload(Agreement.parties).options(
            joinedload(AgreementParty.organisation), joinedload(AgreementParty.signatory)
        ),
        joinedload(Agreement.tranches),
        joinedload(Agreement.obligations),
        joinedload(Agreement.clauses),
        undefer(Agreement.objections_open),
        joinedload(Agreement.documents).options(
            undefer(Document.address), undefer(Document.is_sample),
            joinedload(Document.file), joinedload(Document.approvals), joinedload(Document.signatures),
            joinedload(Document.delegations),
        ),
    ),
    Machine.REPORT: (joinedload(Report.finance),),
    Machine.REVIEW: (joinedload(Review.scores), joinedload(Review.lga)),
}  # fmt: skip


def under_way(case: Case, machine: Machine) -> list[Case]:
    """The parts of this machine that have not come to an end; one statement at most."""
    if machine in BESIDE:
        return BESIDE[machine](case)
    kind: Any = CASES[machine]
    over = [spec.name for spec in CURRENT[machine].states if spec.is_final]
    query = select(kind).where(kind.application_id == case.id, kind.state.not_in(over)).order_by(kind.id)
    return list(db.session.scalars(query.options(*WITH.get(machine, ()))).unique())


def waits_for(guard: str, case: Case, part: Case) -> bool:
    """Whether this guard still waits for this very part."""
    counts = ONLY.get(guard)
    return part.state not in AWAITS[guard].states and (counts is None or counts(case, part))


def name(part: Case) -> str:
    """Which one it is, for a heading: "Final report", "Agreement JUM-2026-005/C1"."""
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
    if isinstance(part, DocumentTemplate):
        return wording.template_title(part.kind, part.language, part.number)
    raise TypeError(f"{type(part).__name__} has no name")
