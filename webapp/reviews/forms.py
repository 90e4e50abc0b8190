"""Assign, declare, score."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Form, FormField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length, Optional

from webapp import wording
from webapp.models.assessment import Advice, Review
from webapp.plaintext import AtMost, tidy
from workflows.scoring import REVIEW_GRID


class AssignForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """One more reviewer, from the officers who are free."""

    reviewer = SelectField(_("Reviewer"), validate_choice=False)

    def person_id(self) -> int:
        """The chosen person, 0 for anything that is no number of ours."""
        typed = self.reviewer.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class DeclareForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    conflict = RadioField(
        _("Do you have a conflict of interest in this file?"),
        choices=[
            SelectChoice("no", _("No, I have none of these ties")),
            SelectChoice("yes", _("Yes, or it could look like it")),
        ],
    )
    note = TextAreaField(
        _("What the conflict is"), [Length(max=1000)], filters=[tidy], render_kw={"rows": 3},
        description=_("Only if you answered yes. A few words are enough; the programme manager reads them."),
    )  # fmt: skip


class CriterionForm(Form):
    score = RadioField(_("Score"), [Optional()])
    comment = TextAreaField(_("Comment"), [AtMost(2000)], filters=[tidy], render_kw={"rows": 6})


def grid_form(review: Review) -> Any:
    """The grid of six criteria, advice, conditions and comment, filled from the draft unless something was sent."""
    fields: dict[str, Any] = {key: FormField(CriterionForm, label=wording.criterion(key)) for key in REVIEW_GRID}
    fields["advice"] = RadioField(_("Your advice"), [Optional()], choices=_advice())
    fields["conditions"] = TextAreaField(
        _("Conditions"), [Length(max=2000)], filters=[tidy], render_kw={"rows": 3},
        description=_("One a line. Needed when you advise to fund with conditions."),
    )  # fmt: skip
    fields["comment"] = TextAreaField(
        _("Comment on the whole"), [Length(max=4000)], filters=[tidy], render_kw={"rows": 4},
        description=_("The office reads this. The applicants get your comments on the criteria without your name."),
    )  # fmt: skip
    saved: dict[str, Any] = {row.criterion: {"score": str(row.score), "comment": row.comment} for row in review.scores}
    saved |= {"advice": review.advice.value if review.advice else None}
    saved |= {"conditions": review.conditions, "comment": review.comment}
    form = type("GridForm", (FlaskForm,), fields)(data=saved)
    for key in REVIEW_GRID:
        form[key].form.score.choices = [SelectChoice(str(n), f"{n} – {wording.review_level(n)}") for n in range(1, 6)]
    return form


def _advice() -> list[SelectChoice]:
    return [
        SelectChoice(advice.value, wording.label(advice), render_kw={"hint": wording.help_for(advice)})
        for advice in Advice
    ]


def typed_scores(form: Any) -> tuple[dict[str, int], dict[str, str]]:
    """Scores and comments that can be kept; an error stands where a comment has no score."""
    scores, comments = {}, {}
    for key in REVIEW_GRID:
        inner = form[key].form
        if inner.score.data:
            scores[key], comments[key] = int(inner.score.data), inner.comment.data or ""
        elif inner.comment.data:
            inner.score.errors = [gettext("%(name)s: choose a score too.", name=wording.criterion(key))]
    return scores, comments


def ask_for_the_rest(form: Any) -> None:
    """Before submitting: a score and a comment for each criterion, the advice, and its conditions."""
    for key in REVIEW_GRID:
        inner = form[key].form
        name = wording.criterion(key)
        if not inner.score.data:
            inner.score.errors = [gettext("%(name)s: choose a score.", name=name)]
        if not inner.comment.data:
            inner.comment.errors = [gettext("%(name)s: write a comment. It explains the score.", name=name)]
    if not form.advice.data:
        form.advice.errors = [gettext("Choose your advice: fund, fund with conditions, or reject.")]
    elif form.advice.data == Advice.CONDITIONAL.value and not form.conditions.data:
        form.conditions.errors = [gettext("Write the conditions that you advise.")]
