"""What moves of the application also do to its agreement, and what an agreement in force does to its application."""

from decimal import Decimal

from sqlalchemy import func, select, update

from webapp import clock
from webapp.agreements.defaults import schedule
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Tranche
from webapp.models.application import Application, PartyRole
from webapp.models.programme import CountryPlan
from webapp.models.record import AuditEvent
from webapp.policy import SYSTEM
from webapp.services import audit, seals
from webapp.services.advance import advance
from webapp.services.content import instrument
from webapp.services.contract.source import approved
from webapp.services.effects import Moved, handles
from webapp.services.facts import current_agreement, programme_of, rules_of
from workflows.vocabulary import Effect, Instrument, Role, State, Trigger

LETTER = {Instrument.MEMORANDUM: "M", Instrument.INVESTMENT_CONTRACT: "C"}


@handles(Effect.DRAFT_AGREEMENT)
def draft_agreement(moved: Moved) -> None:
    """The agreement for the approved amount: parties in signing order, conditions of the decision, a first schedule."""
    application = _application(moved)
    decision = approved(application.id).decision
    if application.starts_on is None or application.ends_on is None:
        raise RuntimeError(f"application {application.id} was approved without a period")
    kind = application.instrument or instrument(application).instrument
    agreement = Agreement(
        application_id=application.id,
        kind=kind,
        number=number(application, kind),
        grant=decision.amount,
        own_share=application.own_share,
        currency=programme_of(application).currency,
        starts_on=application.starts_on,
        ends_on=application.ends_on,
        conditions=decision.conditions,
    )
    db.session.add(agreement)
    db.session.flush()
    _add_parties(agreement, application)
    _add_tranches(agreement, application)
    audit.record(
        agreement, moved.actor, Role.PROGRAMME_MANAGER, AuditEvent.CREATED, application_id=application.id,
        data={"number": agreement.number, "grant": str(agreement.grant)},
    )  # fmt: skip


def number(application: Application, kind: Instrument) -> str:
    """`<reference>/M1`, `<reference>/C1`: counted per application, so that a number is never used twice."""
    before = db.session.scalar(select(func.count(Agreement.id)).where(Agreement.application_id == application.id))
    return f"{application.reference}/{LETTER[kind]}{(before or 0) + 1}"


def _add_parties(agreement: Agreement, application: Application) -> None:
    """Partner municipalities first, the lead after them, the programme's operator last."""
    ordered = sorted(application.parties, key=lambda party: (party.role is PartyRole.LEAD, party.id))
    signing = [party.organisation_id for party in ordered]
    operator = programme_of(application).operator_id
    for position, organisation_id in enumerate([*signing, operator], 1):
        last = position > len(signing)
        db.session.add(
            AgreementParty(
                agreement_id=agreement.id, organisation_id=organisation_id, position=position, is_operator=last
            )
        )
    db.session.flush()


def _add_tranches(agreement: Agreement, application: Application) -> None:
    mode = programme_of(application).payment_mode
    today = clock.today(programme_of(application).operator.time_zone)
    planned = schedule(agreement.grant, agreement.starts_on, agreement.ends_on, rules_of(application), mode, today)
    for place, row in enumerate(planned, 1):
        db.session.add(
            Tranche(
                agreement_id=agreement.id,
                number=place,
                amount=row.amount,
                condition=row.condition,
                due_on=row.due_on,
                is_balance=row.is_balance,
            )
        )
    db.session.flush()


@handles(Effect.VOID_AGREEMENT)
def void_agreement(moved: Moved) -> None:
    """A file that ends before its signatures leaves no agreement standing."""
    agreement = current_agreement(_application(moved))
    if agreement is not None and agreement.state in (State.DRAFT, State.ISSUED):
        advance(agreement, Trigger.VOID, SYSTEM, reason=moved.reason)


@handles(Effect.END_AGREEMENT)
def end_agreement(moved: Moved) -> None:
    agreement = current_agreement(_application(moved))
    if agreement is not None and agreement.state is State.IN_FORCE:
        advance(agreement, Trigger.END, SYSTEM, reason=moved.reason)


@handles(Effect.CONCLUDE_CASE)
def conclude_case(moved: Moved) -> None:
    """The last signature concludes the application in the same transaction [S2.13]; the seal follows."""
    agreement = moved.case
    if not isinstance(agreement, Agreement):
        raise TypeError(type(agreement).__name__)
    if agreement.issued_document is not None:
        seals.make_later(agreement.issued_document)
    advance(agreement.application, Trigger.CONCLUDE, SYSTEM)


@handles(Effect.COMMIT_FUNDS)
def commit_funds(moved: Moved) -> None:
    """What was reserved on the plan becomes the grant that is owed; one UPDATE, so that no sum is lost in a race."""
    application = _application(moved)
    agreement = current_agreement(application)
    if agreement is None:
        raise RuntimeError(f"application {application.id} is concluded without an agreement")
    plan = application.call.plan
    db.session.execute(
        update(CountryPlan)
        .where(CountryPlan.id == plan.id)
        .values(
            reserved=CountryPlan.reserved - application.amount_reserved,
            committed=CountryPlan.committed + agreement.grant,
        )
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(plan, ["reserved", "committed"])
    application.amount_reserved = Decimal(0)
    application.amount_committed = agreement.grant


def _application(moved: Moved) -> Application:
    if not isinstance(moved.case, Application):
        raise TypeError(type(moved.case).__name__)
    return moved.case
