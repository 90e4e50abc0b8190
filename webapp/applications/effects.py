"""What moves of the application also do here: freeze a version, unlock sections, release money."""

from decimal import Decimal

from sqlalchemy import update

from webapp import clock
from webapp.extensions import db
from webapp.models.application import Application, ApplicationVersion, Clarification
from webapp.models.programme import CountryPlan
from webapp.services import content
from webapp.services.effects import Moved, handles
from webapp.services.facts import open_clarification
from workflows.vocabulary import Effect, State


@handles(Effect.FREEZE_VERSION)
def freeze_version(moved: Moved) -> None:
    """Keep what the parties signed off; from a clarification, this is its answer."""
    application = _application(moved)
    snapshot = content.snapshot(application)
    requested, own_share = content.totals(application.budget)
    version = ApplicationVersion(
        application_id=application.id,
        number=max((v.number for v in application.versions), default=0) + 1,
        content=snapshot,
        sha256=content.sha256(snapshot),
        requested=requested,
        own_share=own_share,
        total=requested + own_share,
        created_at=clock.now(),
        created_by_id=moved.actor.person_id,
    )
    application.versions.append(version)
    application.requested, application.own_share = requested, own_share
    db.session.flush()
    question = open_clarification(application)
    if moved.move.source is State.CLARIFICATION and question is not None:
        _close(question, version)


def _close(question: Clarification, version: ApplicationVersion) -> None:
    question.answer_version = version
    question.closed_at = clock.now()


@handles(Effect.UNLOCK_SECTIONS)
def unlock_sections(moved: Moved) -> None:
    """Which sections are open stands in the question; every sign-off is asked again for the answer."""
    for party in _application(moved).parties:
        party.signed_off_by = party.signed_off_at = party.signed_off_sha256 = None


@handles(Effect.RELEASE_FUNDS)
def release_funds(moved: Moved) -> None:
    """Give back to the plan what this file held, counted by the database."""
    application = _application(moved)
    plan = CountryPlan
    db.session.execute(
        update(plan)
        .where(plan.id == application.call.plan_id)
        .values(
            reserved=plan.reserved - application.amount_reserved,
            committed=plan.committed - application.amount_committed,
        )
    )
    application.amount_reserved = application.amount_committed = Decimal(0)


def _application(moved: Moved) -> Application:
    if not isinstance(moved.case, Application):
        raise TypeError(f"{moved.move.trigger} is no move of an application")
    return moved.case
