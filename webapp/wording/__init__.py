"""Every label a person reads, in one place (see the files for the tables). A word without wording is a KeyError."""

from webapp.wording.blockers import blocker, who
from webapp.wording.form import (
    gap,
    missing,
    plan_section,
    report_section,
    section,
    section_help,
    section_letter,
    section_of,
)
from webapp.wording.grids import (
    baseline_level,
    baseline_level_help,
    criterion,
    criterion_help,
    domain,
    item,
    item_help,
    review_level,
)
from webapp.wording.machines import machine, machine_purpose
from webapp.wording.moves import consequence, effect, moved, trigger
from webapp.wording.people import role, role_plural
from webapp.wording.placeholders import placeholder, placeholder_type
from webapp.wording.requirements import deadline, requirement
from webapp.wording.settings import contradiction
from webapp.wording.states import state, state_meaning, state_tone
from webapp.wording.templates import failure, fault, language, place, template_title
from webapp.wording.values import amount, any_of, contract_language, country, day, due, instant, number, period
from webapp.wording.words import choices, goal, help_for, label

__all__ = [
    "amount",
    "any_of",
    "baseline_level",
    "baseline_level_help",
    "blocker",
    "choices",
    "consequence",
    "contract_language",
    "contradiction",
    "country",
    "criterion",
    "criterion_help",
    "day",
    "deadline",
    "domain",
    "due",
    "effect",
    "failure",
    "fault",
    "gap",
    "goal",
    "help_for",
    "instant",
    "item",
    "item_help",
    "label",
    "language",
    "machine",
    "machine_purpose",
    "missing",
    "moved",
    "number",
    "period",
    "place",
    "placeholder",
    "placeholder_type",
    "plan_section",
    "report_section",
    "requirement",
    "review_level",
    "role",
    "role_plural",
    "section",
    "section_help",
    "section_letter",
    "section_of",
    "state",
    "state_meaning",
    "state_tone",
    "template_title",
    "trigger",
    "who",
]
