"""Play the demonstration once: the six files of `domain.md` §7, each in its state."""

from datetime import timedelta

import click
from flask import Flask
from sqlalchemy import select

from webapp.applications import use_cases as applications
from webapp.demo import contracts, moves, negotiation, setting
from webapp.demo.stage import Stage, holds_anything
from webapp.extensions import db
from webapp.jobs import courier
from webapp.models.application import Section
from webapp.models.assessment import Advice
from webapp.models.people import SiteSetting
from webapp.transaction import writing
from workflows.vocabulary import Role, State, Trigger

SECOND_MANAGER = (("manager2", Role.PROGRAMME_MANAGER),)
MIDDLE = (("manager2", Role.PROGRAMME_MANAGER), ("finance", Role.FINANCE_OFFICER))
HIGH = (("finance", Role.FINANCE_OFFICER), ("director", Role.DIRECTOR))


def load(app: Flask, *, if_empty: bool = False) -> bool:
    """Make the demonstration; False when it (or, with `if_empty`, anything) is there already.

    Refused on a database that holds anything else: fictional files never stand beside real ones.
    """
    is_demo = db.session.scalar(select(SiteSetting.value).where(SiteSetting.key == "demonstration")) == "yes"
    occupied = holds_anything()
    db.session.rollback()
    if occupied and (is_demo or if_empty):
        return False
    if occupied:
        raise click.ClickException("This database holds real data. The demonstration is only for an empty one.")
    with writing():
        setting.mark()
    stage = Stage(courier(app))
    setting.organisations(stage)
    setting.people(stage, app.config["SETTINGS"].demo_password)
    setting.programme(stage)
    setting.plans(stage)
    for play in (tourism, waste, participation, market, boulevard, revenue):
        play(stage)
    return True


def _to_review(stage: Stage, key: str, threes: int) -> int:
    """Written, submitted, eligible, assessed; returns how many days ago the reviews began."""
    begun = moves.BY_KEY[key].begun
    moves.write(stage, key)
    moves.submit(stage, key)
    moves.start_eligibility(stage, key, begun - 12)
    moves.pass_eligibility(stage, key, begun - 15)
    moves.assess(stage, key, begun - 24, threes)
    return begun - 26


def tourism(stage: Stage) -> None:
    """Journey A up to monitoring: a memorandum for EUR 18,000."""
    ago = _to_review(stage, "tourism", threes=8)
    moves.review(stage, "tourism", ago - 6, {"partner": 74, "NL": 78})
    moves.to_decision(stage, "tourism", ago - 10)
    moves.decide(stage, "tourism", ago - 14, State.APPROVED, SECOND_MANAGER)
    contracts.start_contracting(stage, "tourism", ago - 20)
    tranches = (
        ("14400.00", "Entry into force", 0, False),
        ("3600.00", "Acceptance of the final report", 450, True),
    )
    trainees = ("Tourism officer", "Statistics officer")
    contracts.prepare(stage, "tourism", ago - 24, tranches, trainees)
    contracts.issue(stage, "tourism", ago - 27)
    contracts.sign(stage, "tourism", ago - 30)
    contracts.decide_committee(stage, "tourism", ago - 36, committee=False)
    contracts.start_monitoring(stage, "tourism", ago - 36)


def waste(stage: Stage) -> None:
    """Journey B up to an open action: an investment contract for EUR 180,000, clarified for a land title."""
    begun = moves.BY_KEY["waste"].begun
    moves.write(stage, "waste")
    moves.submit(stage, "waste")
    moves.start_eligibility(stage, "waste", begun - 12)
    _land_title(stage, begun - 13)
    moves.pass_eligibility(stage, "waste", begun - 20)
    moves.assess(stage, "waste", begun - 30, threes=6)
    ago = begun - 32
    moves.review(stage, "waste", ago - 6, {"partner": 71, "NL": 68})
    moves.to_decision(stage, "waste", ago - 10)
    moves.decide(stage, "waste", ago - 14, State.APPROVED, HIGH)
    contracts.start_contracting(stage, "waste", ago - 20)
    tranches = (
        ("80000.00", "Entry into force", 0, False),
        ("64000.00", "Interim report; 70% of the first tranche spent", 395, False),
        ("18000.00", "Taking-over of the works", 600, False),
        ("18000.00", "Acceptance of the final report", 820, True),
    )
    contracts.decide_committee(stage, "waste", ago - 22, committee=True)
    contracts.prepare(stage, "waste", ago - 24, tranches, ("Station supervisor",))
    contracts.issue(stage, "waste", ago - 28)
    contracts.sign(stage, "waste", ago - 31)
    contracts.start_monitoring(stage, "waste", ago - 38)
    contracts.open_finding(
        stage, "waste", 12, "The weighbridge is not calibrated.",
        "Have the weighbridge calibrated by the bureau of standards and send the certificate.", "kamuli",
    )  # fmt: skip


def _land_title(stage: Stage, ago: int) -> None:
    """Returned for a missing land title: the question, the changed section, both signatures again."""
    with stage.on(ago):
        question = "Please show that the land of the transfer station is held by the municipality."
        due = stage.day(ago) + timedelta(days=14)
        applications.ask_clarification(
            moves.case(stage, "waste"), question, [Section.PROBLEM], due, stage.who("manager")
        )
    with stage.on(ago - 3):
        application = moves.case(stage, "waste")
        values = dict(moves.sections(stage, moves.BY_KEY["waste"])[Section.PROBLEM])
        values["approach"] += " The land is held by the council under a freehold title, plot 14 in block 3."
        editor = stage.who("editor.goes")
        applications.save_section(application, Section.PROBLEM, values, editor)
        applications.answer_clarification(application, "The title was missing; the section now names it.", editor)
    moves.sign_off(stage, "waste", ago - 4)
    with stage.on(ago - 5):
        stage.move(moves.case(stage, "waste"), Trigger.ANSWER_CLARIFICATION, "editor.goes")


def participation(stage: Stage) -> None:
    """In LGA review, a clarification asked."""
    ago = _to_review(stage, "participation", threes=5)
    with stage.on(min(ago - 4, 4)):
        question = "How are people reached who cannot come to an evening meeting?"
        due = stage.day(-12)
        lead = stage.who("ulga-lead")
        applications.ask_clarification(moves.case(stage, "participation"), question, [Section.PROBLEM], due, lead)


def market(stage: Stage) -> None:
    """Journey C up to the appeal: rejected with 52 points."""
    ago = _to_review(stage, "market", threes=3)
    moves.review(stage, "market", ago - 6, {"partner": 52, "NL": 52}, Advice.REJECT)
    moves.to_decision(stage, "market", ago - 10)
    moves.decide(stage, "market", 31, State.REJECTED, MIDDLE)
    with stage.on(8):
        grounds = "The reviewers did not see the maintenance plan that was attached; it answers their main point."
        stage.move(moves.case(stage, "market"), Trigger.FILE_APPEAL, "signatory.deventer", grounds)


def boulevard(stage: Stage) -> None:
    """A second agreement of the same partners: EUR 240,000, in contracting; its draft is being negotiated."""
    ago = _to_review(stage, "boulevard", threes=9)
    moves.review(stage, "boulevard", ago - 6, {"partner": 80, "NL": 78})
    moves.to_decision(stage, "boulevard", ago - 10)
    moves.decide(stage, "boulevard", ago - 14, State.APPROVED, HIGH)
    contracts.start_contracting(stage, "boulevard", ago - 20)
    tranches = (
        ("144000.00", "Entry into force; land title and permits handed in", 0, False),
        ("72000.00", "Interim report; 70% of the first tranche spent", 395, False),
        ("24000.00", "Acceptance of the final report", 820, True),
    )
    contracts.prepare(stage, "boulevard", ago - 24, tranches, ())
    negotiation.negotiate(stage, "boulevard", ago - 27)
    contracts.write(stage, "boulevard", ago - 33)
    negotiation.agree(stage, "boulevard", ago - 36, "signatory.rheden")
    objection = "The council asks for 10 years, not 5, so that stalls are not sold when a lease ends."
    negotiation.object_to(stage, "boulevard", ago - 37, "assets", objection, "signatory.rubavu")


def revenue(stage: Stage) -> None:
    """Withdrawn before signature: the reservation is released."""
    ago = _to_review(stage, "revenue", threes=6)
    moves.review(stage, "revenue", ago - 4, {"partner": 71, "NL": 74})
    moves.to_decision(stage, "revenue", ago - 8)
    moves.decide(stage, "revenue", ago - 10, State.APPROVED, MIDDLE)
    with stage.on(5):
        reason = "The new council of Lira wants to buy an existing register instead."
        stage.move(moves.case(stage, "revenue"), Trigger.WITHDRAW, "signatory.valkenswaard", reason)
