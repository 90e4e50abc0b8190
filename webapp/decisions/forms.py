"""Recommend, confirm, vote."""

from decimal import Decimal
from typing import cast

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length

from webapp import wording
from webapp.formfields import MoneyField
from webapp.plaintext import tidy
from workflows.vocabulary import Machine, State

OUTCOMES = (State.APPROVED, State.RESERVE, State.REJECTED)


class RecommendForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    outcome = RadioField(_("Outcome"), validate_choice=False)
    amount = MoneyField(_("Amount of the grant"))
    conditions = TextAreaField(
        _("Conditions"), [Length(max=4000)], filters=[tidy], render_kw={"rows": 3},
        description=_("One a line. They stand in the award letter and in the agreement."),
    )  # fmt: skip
    reasons = TextAreaField(
        _("Reasons"), [Length(max=4000)], filters=[tidy],
        description=_("Those who confirm read them, and the applicants read them in the letter."),
    )  # fmt: skip

    def offer(self) -> "RecommendForm":
        """With its choices in the reader's language."""
        self.outcome.choices = [
            SelectChoice(
                state.value,
                wording.state(Machine.APPLICATION, state),
                render_kw={"hint": wording.state_meaning(Machine.APPLICATION, state)},
            )
            for state in OUTCOMES
        ]
        return self

    def granted(self) -> Decimal | None:
        """The amount, None when it is empty."""
        return cast("Decimal | None", self.amount.data)

    def chosen(self) -> State | None:
        known = {state.value: state for state in OUTCOMES}
        return known.get(self.outcome.data or "")


class ConfirmForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """The recommendation that the person read."""

    decision = HiddenField(validators=[Length(max=20)])

    def seen(self) -> int:
        typed = self.decision.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 12 else 0


class VoteForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    uphold = RadioField(
        _("Your vote"), validate_choice=False,
        choices=[
            SelectChoice(
                "yes", _("Uphold the appeal"), render_kw={"hint": _("The application goes back and is judged again.")}
            ),
            SelectChoice("no", _("Dismiss the appeal"), render_kw={"hint": _("The refusal stays, the file closes.")}),
        ],
    )  # fmt: skip
    reasons = TextAreaField(
        _("Reasons"), [Length(max=4000)], filters=[tidy],
        description=_("The applicants read them in the letter. Answer each of their grounds."),
    )  # fmt: skip
