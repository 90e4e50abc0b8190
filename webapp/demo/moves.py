"""The moves that the six files share, each made by the person whose work it is."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from webapp import clock
from webapp.applications import use_cases as applications
from webapp.assessments import use_cases as assessments
from webapp.decisions import use_cases as decisions
from webapp.demo.files import FILES, MITIGATION, File
from webapp.demo.stage import Stage
from webapp.extensions import db
from webapp.models.application import Application, Section
from webapp.models.assessment import Advice, Baseline, EligibilityCheck, Review, RuleCode, Verdict
from webapp.models.programme import Call
from webapp.reviews import use_cases as reviews
from workflows.scoring import BASELINE_ITEMS, REVIEW_GRID
from workflows.vocabulary import Role, State, Trigger

BY_KEY = {file.key: file for file in FILES}
# Points per criterion, in the order of the grid, for the total that journey A, B and C name.
POINTS: dict[int, tuple[int, ...]] = {
    74: (4, 4, 4, 4, 3, 2),
    78: (4, 4, 4, 4, 4, 3),
    71: (4, 3, 4, 4, 3, 2),
    68: (4, 4, 4, 3, 2, 2),
    52: (3, 3, 2, 3, 2, 2),
    80: (4, 4, 4, 4, 4, 4),
}


def case(stage: Stage, key: str) -> Application:
    return db.session.get_one(Application, stage.files[key])


def write(stage: Stage, key: str) -> None:
    """Both municipalities start the application and fill in its nine sections."""
    file = BY_KEY[key]
    with stage.on(file.begun):
        call = db.session.get_one(Call, stage.calls[file.plan])
        actor = stage.who(f"editor.{file.lead}")
        begun = applications.start(call, stage.places[file.lead], [stage.places[file.partner]], file.title, actor)
        stage.files[key] = begun.id
    with stage.on(file.begun - 3):
        for section, values in sections(stage, file).items():
            applications.save_section(case(stage, key), section, values, stage.who(f"editor.{file.lead}"))


def sections(stage: Stage, file: File) -> dict[Section, dict[str, Any]]:
    starts = (stage.day(file.begun) + timedelta(days=130)).replace(day=1)
    ends = starts + timedelta(days=round(file.months * 30.44))
    return {
        Section.PARTIES: {"title": file.title, "starts_on": starts, "ends_on": ends},
        Section.FIT: {
            "theme_id": stage.themes[file.plan, file.theme],
            "sdg_goal": file.sdg,
            "plan_fit": f"The project is part of the plan's theme “{file.theme}” and of both councils' programmes.",
            "national_policy": "It carries out tasks that the national decentralisation policy gives to the council.",
        },
        Section.PROBLEM: {"problem": file.problem, "approach": file.approach, "stakeholders": file.stakeholders},
        Section.OBJECTIVES: {"objectives": _objectives(file, starts)},
        Section.LEARNING: {
            "lead_learns": file.lead_learns,
            "partner_learns": file.partner_learns,
            "exchange": "Working visits, coaching on site and at a distance, each with a briefing by both sides.",
        },
        Section.BUDGET: {"lines": _lines(stage, file)},
        Section.RISKS: {"risks": _risks()},
        Section.SUSTAINABILITY: {
            "continuation": "The tasks are in the yearly plans and budgets of both councils from the second year.",
            "dissemination": "A guide, two meetings for other councils and an article, made with the association.",
            "lga_role": "The association hosts the meetings and keeps the guide in its library.",
        },
        Section.DECLARATIONS: {"double_funding": True, "truth": True, "conflict": True},
    }


def _objectives(file: File, starts: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "activity": activity,
            "how": how,
            "owner": owner,
            "indicator": indicator,
            "target_value": target,
            "baseline_value": "0",
            "due_on": starts + timedelta(days=150 + 60 * place),
        }
        for place, (title, activity, how, owner, indicator, target) in enumerate(file.objectives)
    ]


def _lines(stage: Stage, file: File) -> list[dict[str, Any]]:
    return [
        {
            "title": line.title,
            "category": line.category.value,
            "requested": Decimal(line.requested),
            "own_share": Decimal(line.own),
            "payer_id": stage.places[line.payee],
            "payee_id": stage.places[line.payee],
        }
        for line in file.lines
    ]


def _risks() -> list[dict[str, Any]]:
    return [
        {"kind": kind.value, "likelihood": likelihood, "impact": impact, "mitigation": mitigation, "owner": owner}
        for kind, (likelihood, impact, mitigation, owner) in MITIGATION.items()
    ]


def sign_off(stage: Stage, key: str, ago: int) -> None:
    file = BY_KEY[key]
    for place in (file.partner, file.lead):
        with stage.on(ago):
            applications.sign_off(case(stage, key), stage.who(f"signatory.{place}"))


def submit(stage: Stage, key: str) -> None:
    file = BY_KEY[key]
    sign_off(stage, key, file.begun - 8)
    with stage.on(file.begun - 9):
        stage.move(case(stage, key), Trigger.SUBMIT, f"signatory.{file.lead}")


def start_eligibility(stage: Stage, key: str, ago: int) -> None:
    with stage.on(ago):
        stage.move(case(stage, key), Trigger.START_ELIGIBILITY, "manager")


def check(stage: Stage, key: str, ago: int) -> None:
    """Every rule with its evidence; the land title only where something is built."""
    with stage.on(ago):
        application = case(stage, key)
        rows = db.session.scalars(select(EligibilityCheck).where(EligibilityCheck.application_id == application.id))
        builds = any(line.category == "investment" for line in application.budget)
        for rule in [row.rule for row in rows]:
            verdict = Verdict.PASS if builds or rule is not RuleCode.LAND_TITLE else Verdict.NOT_APPLICABLE
            evidence = "Checked against the application and the call."
            assessments.check_rule(application, rule, verdict, evidence, stage.who("manager"))


def pass_eligibility(stage: Stage, key: str, ago: int) -> None:
    check(stage, key, ago)
    with stage.on(ago):
        stage.move(case(stage, key), Trigger.PASS_ELIGIBILITY, "manager")


def assess(stage: Stage, key: str, ago: int, threes: int) -> None:
    """Both municipalities scored: `threes` items at 3, the others at 2; the partner a little stronger in one more."""
    with stage.on(ago):
        rows = db.session.scalars(select(Baseline).where(Baseline.application_id == stage.files[key])).all()
        for extra, baseline in enumerate(rows):
            scores = [
                {
                    "item": item,
                    "score": 3 if place < threes + extra else 2,
                    "observed_on": clock.today(),
                    "evidence": "Interview with the head of administration; the document was seen.",
                }
                for place, item in enumerate(BASELINE_ITEMS)
            ]
            assessments.score_items(baseline, scores, stage.who("assessor"))
    with stage.on(ago - 1):
        stage.move(case(stage, key), Trigger.SEND_TO_REVIEW, "assessor")


def review(stage: Stage, key: str, ago: int, totals: dict[str, int], advice: Advice = Advice.FUND) -> None:
    """Each association's reviewer declares no conflict, scores and submits; `totals` by country of the association."""
    query = select(Review.id).where(Review.application_id == stage.files[key], Review.state == State.ASSIGNED)
    with stage.on(ago):
        ids = list(db.session.scalars(query))
    for review_id in ids:
        with stage.on(ago):
            row = db.session.get_one(Review, review_id)
            person = stage.person_of(row.reviewer_id)
            total = totals["NL" if row.lga_id == stage.places["vng"] else "partner"]
            scores = dict(zip(REVIEW_GRID, POINTS[total], strict=True))
            comments = dict.fromkeys(REVIEW_GRID, "Shown in the application and in the baseline.")
            actor = stage.who(person)
            reviews.declare(row, True, "", actor)
            reviews.save_scores(row, scores, comments, advice, "", "A partnership that knows what it wants.", actor)
            stage.move(row, Trigger.SUBMIT_REVIEW, person)


def to_decision(stage: Stage, key: str, ago: int) -> None:
    lead = "ralga-lead" if BY_KEY[key].plan == "rwanda" else "ulga-lead"
    with stage.on(ago):
        stage.move(case(stage, key), Trigger.SEND_TO_DECISION, lead)


def decide(stage: Stage, key: str, ago: int, outcome: State, confirmers: tuple[tuple[str, Role], ...]) -> None:
    reasons = {
        State.APPROVED: "Both reviews advise to fund; the plan's theme is served and the capacity is there.",
        State.REJECTED: "The score is below the threshold: the way of working and the upkeep are not worked out.",
    }
    with stage.on(ago):
        application = case(stage, key)
        amount = application.requested if outcome is State.APPROVED else Decimal(0)
        decisions.recommend(application, outcome, amount, "", reasons[outcome], stage.who("manager"))
    for person, role in confirmers:
        with stage.on(ago - 1):
            decisions.confirm(case(stage, key), role, stage.who(person))
