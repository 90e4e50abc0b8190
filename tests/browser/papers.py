"""What the applicants of the journeys write: the demonstration's content under a title of its own."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tests.browser.walk import Values
from webapp.demo.files import FILES, MITIGATION, File
from webapp.demo.world import PLACES
from webapp.models.application import BudgetCategory, RiskKind

TODAY = datetime.now(UTC).date()
NAMES = {place.key: place.name for place in PLACES}
KIND = {
    BudgetCategory.TRAVEL: "Travel and stay",
    BudgetCategory.EXPERTISE: "Expertise",
    BudgetCategory.TRAINING: "Training and meetings",
    BudgetCategory.INVESTMENT: "Investment",
    BudgetCategory.AUDIT: "Audit",
    BudgetCategory.OTHER: "Other costs",
}
RISK = {
    RiskKind.DELAY: "Delay",
    RiskKind.COMMITMENT: "Lack of commitment",
    RiskKind.POLITICAL_SUPPORT: "Loss of political support",
    RiskKind.STAFF_TURNOVER: "Staff who leave",
    RiskKind.CORRUPTION: "Corruption",
    RiskKind.SECURITY: "Personal safety",
}
LIKELY = {1: "1 – very unlikely", 2: "2 – unlikely", 3: "3 – possible"}
BAD = {3: "3 – serious", 4: "4 – heavy", 5: "5 – the project stops"}
GOAL = {8: "8. Decent work and economic growth", 11: "11. Sustainable cities and communities"}


@dataclass(frozen=True)
class Paper:
    """One new application: its title, and the demonstration's file whose words it borrows."""

    title: str
    file: File
    months: int

    @property
    def lead(self) -> str:
        return NAMES[self.file.lead]

    @property
    def partner(self) -> str:
        return NAMES[self.file.partner]

    @property
    def starts_on(self) -> date:
        """The first day of the month after next."""
        return (TODAY.replace(day=1) + timedelta(days=62)).replace(day=1)

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(days=round(self.months * 30.44))


def paper(key: str, title: str, months: int) -> Paper:
    return Paper(title, next(file for file in FILES if file.key == key), months)


def existing(key: str) -> Paper:
    """An application that the demonstration has already."""
    file = next(file for file in FILES if file.key == key)
    return Paper(file.title, file, file.months)


def answers(paper: Paper) -> dict[str, Values]:
    """The sections without rows, by their heading."""
    file = paper.file
    return {
        "A. Partners and project": {
            "Title of the project": paper.title, "First day": paper.starts_on, "Last day": paper.ends_on,
        },
        "B. Fit with the country plan": {
            "Theme of the country plan": file.theme,
            "Global Goal that the project helps most": GOAL[file.sdg],
            "How does the project help the country plan?": f"It serves the theme “{file.theme}” in both councils.",
            "Which national policy does it support?": "The decentralisation policy gives these tasks to the council.",
        },
        "C. Problem and approach": {
            "What is the problem, and who has it?": file.problem,
            "How will you work on it together?": file.approach,
            "Who else takes part?": file.stakeholders,
        },
        "E. Learning from each other": {
            "What does the lead municipality want to learn?": file.lead_learns,
            "What does the partner municipality want to learn?": file.partner_learns,
            "How will colleagues learn from each other?": "Working visits, and coaching at a distance in between.",
        },
        "H. After the project": {
            "What stays when the project ends?": "The tasks stand in the yearly plans and budgets of both councils.",
            "How do you share the results with others?": "A guide and two meetings for other councils.",
            "What is the part of the local government association?": "It hosts the meetings and keeps the guide.",
        },
        "I. Declarations and documents": {
            "Nobody else pays for the same costs.": True,
            "Everything in this application is true and complete, as far as we know.": True,
            "We have reported every conflict of interest, and will report new ones.": True,
        },
    }  # fmt: skip


def objectives(paper: Paper) -> list[Values]:
    return [
        {
            "Objective": title, "Activity": activity, "How": how, "Owner": owner, "Indicator": indicator,
            "Ready by": paper.ends_on - timedelta(days=30), "Value now": "0", "Value at the end": target,
        }
        for title, activity, how, owner, indicator, target in paper.file.objectives
    ]  # fmt: skip


def budget(paper: Paper) -> list[Values]:
    rows = []
    for line in paper.file.lines:
        row: dict[str, str] = {
            "What it is for": line.title, "Kind of cost": KIND[line.category], "Asked from the grant": line.requested,
            "Paid to": NAMES[line.payee], "Own share": line.own,
        }  # fmt: skip
        if line.own != "0.00":
            row["Whose own share"] = NAMES[line.payee]
        rows.append(row)
    return rows


def risks() -> dict[str, Values]:
    """By the name of each of the six risks."""
    return {
        RISK[kind]: {
            "How likely is it?": LIKELY[likelihood], "How bad would it be?": BAD[impact],
            "What do you do about it?": mitigation, "Who watches it?": owner,
        }
        for kind, (likelihood, impact, mitigation, owner) in MITIGATION.items()
    }  # fmt: skip
