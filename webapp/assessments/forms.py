"""The forms of checklist and baseline: one group per rule and per item, saved together, each on its own merits."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, Form, FormField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length, Optional

from webapp import wording
from webapp.models.assessment import Baseline, EligibilityCheck, RuleCode, Verdict
from webapp.plaintext import AtMost, tidy
from workflows.scoring import BASELINE_ITEMS


class RuleForm(Form):
    """The verdict on one rule and what was seen."""

    verdict = RadioField(_("Verdict"), [Optional()])
    evidence = TextAreaField(
        _("Evidence"), [AtMost(2000)], filters=[tidy], render_kw={"rows": 3},
    )  # fmt: skip


def checklist_form(rows: Sequence[EligibilityCheck], seen: str = "") -> Any:
    """A form with one group for each rule, filled from the checklist unless something was sent."""
    fields: dict[str, Any] = {row.rule.value: FormField(RuleForm, label=wording.label(row.rule)) for row in rows}
    fields["seen"] = HiddenField(validators=[Length(max=64)])
    kind = type("ChecklistForm", (FlaskForm,), fields)
    saved = {
        row.rule.value: {"verdict": row.verdict.value if row.verdict else None, "evidence": row.evidence}
        for row in rows
    }
    form = kind(data={**saved, "seen": seen})
    for row in rows:
        verdicts = [Verdict.PASS, Verdict.FAIL] if row.mandatory else list(Verdict)
        choices = [SelectChoice(verdict.value, wording.label(verdict)) for verdict in verdicts]
        form[row.rule.value].form.verdict.choices = choices
    return form


def checked_rows(form: Any, rules: Sequence[RuleCode]) -> dict[RuleCode, tuple[Verdict | None, str]]:
    """What was chosen for each rule."""
    found = {}
    for rule in rules:
        inner = form[rule.value].form
        verdict = Verdict(inner.verdict.data) if inner.verdict.data else None
        found[rule] = (verdict, inner.evidence.data or "")
    return found


class WaiveForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    reason = TextAreaField(
        _("Why a question to the applicants would not help"), [Length(max=2000)], filters=[tidy], render_kw={"rows": 3},
        description=_("An obvious clerical error is sent back, not refused. The applicants read this in the letter."),
    )  # fmt: skip


class SupportPlanForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    support_plan = TextAreaField(
        _("Support plan"), [Length(max=4000)], filters=[tidy],
        description=_("What the municipality will work on, who helps, and until when."),
    )  # fmt: skip


class ItemForm(Form):
    """Score, evidence and day of one item."""

    score = SelectField(_("Score"), [Optional()])
    evidence = TextAreaField(_("Evidence"), [AtMost(2000)], filters=[tidy], render_kw={"rows": 4})
    observed_on = DateField(_("Seen on"), [Optional()])


def baseline_form(baseline: Baseline, today: date) -> Any:
    """A form with one group for each of the 14 items, filled from what is saved unless something was sent."""
    fields = {item: FormField(ItemForm, label=wording.item(item)) for item in BASELINE_ITEMS}
    kind = type("BaselineForm", (FlaskForm,), fields)
    saved: dict[str, dict[str, Any]] = {item: {"observed_on": today} for item in BASELINE_ITEMS}
    for row in baseline.scores:
        saved[row.item] = {"score": str(row.score), "evidence": row.evidence, "observed_on": row.observed_on}
    form = kind(data=saved)
    levels = [SelectChoice("", gettext("Not scored yet"))]
    levels += [SelectChoice(str(n), f"{n} – {wording.baseline_level(n)}") for n in range(5)]
    for item in BASELINE_ITEMS:
        form[item].form.score.choices = levels
    return form


def whole_rows(form: Any, today: date) -> list[dict[str, Any]]:
    """The items that can be saved; an error is put at what is missing in the others. Untouched items are left out."""
    rows = []
    for item in BASELINE_ITEMS:
        inner = form[item].form
        if inner.errors or not (inner.score.data or inner.evidence.data):
            continue
        if not inner.score.data:
            inner.score.errors = [gettext("%(item)s: choose a score.", item=wording.item(item))]
        elif not inner.evidence.data:
            inner.evidence.errors = [gettext("%(item)s: write the evidence.", item=wording.item(item))]
        elif inner.observed_on.data is None or inner.observed_on.data > today:
            inner.observed_on.errors = [
                gettext("%(item)s: give the day on which you saw it, today or before.", item=wording.item(item))
            ]
        else:
            values = {"score": int(inner.score.data), "evidence": inner.evidence.data}
            rows.append({"item": item, "observed_on": inner.observed_on.data, **values})
    return rows


def saved_sentence(count: int) -> str:
    """How many items were saved, for the line that says so."""
    return str(ngettext("%(num)d item is saved.", "%(num)d items are saved.", count))
