"""The forms of monitoring. A report's draft is lenient: what is typed must make sense, nothing has to be there."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from webapp import wording
from webapp.formfields import MoneyField
from webapp.models.application import BudgetCategory
from webapp.models.monitoring import FindingSource, Opinion, Severity
from webapp.plaintext import tidy

LARGEST = 999_999_999
LONG = 5000
FILL = _("Fill in this field.")
CHOOSE = _("Choose one of these.")


def number_or_none(value: Any) -> int | None:
    """What a choice of numbers posts; the empty choice is None, anything else is no choice at all."""
    text = str(value) if value is not None else ""
    if not text or text == "None":
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _text(label: Any, length: int = LONG, *, needed: bool = False, rows: int = 4, help: Any = "") -> TextAreaField:
    first: Any = InputRequired(FILL) if needed else Optional()
    return TextAreaField(label, [first, Length(max=length)], filters=[tidy], description=help, render_kw={"rows": rows})


def _line(label: Any, length: int, help: Any = "") -> StringField:
    too_long = _("Use at most %(max)d characters.")
    return StringField(label, [Optional(), Length(max=length, message=too_long)], filters=[tidy], description=help)


def _figure(label: Any, low: int, high: int, help: Any = "") -> IntegerField:
    range_of: Callable[..., Any] = NumberRange
    wrong = _("Write a whole number from %(min)s to %(max)s.")
    return IntegerField(label, [Optional(), range_of(low, high, wrong)], description=help)


QUALITY = (
    (1, _("1 – very poor")),
    (2, _("2 – poor")),
    (3, _("3 – fair")),
    (4, _("4 – good")),
    (5, _("5 – very good")),
)


class ReportForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """The four sections [S1.10], then deviations and lessons [S2.19]. Finance has a field for each category, below."""

    revision = HiddenField()
    services_count = _figure(_("How many services or activities were delivered in this period?"), 0, LARGEST)
    services_unit = _line(_("Of what?"), 100, _("For example: advisory visits, households reached, training days."))
    quality_score = RadioField(
        _("How good were they?"),
        [Optional()],
        coerce=number_or_none,
    )
    quality_narrative = _text(_("What makes you say so?"), help=_("What went well, and what should be better."))
    satisfaction_percent = _figure(_("How many of the people asked are satisfied?"), 0, 100)
    satisfaction_respondents = _figure(_("How many people answered?"), 1, LARGEST)
    satisfaction_method = _line(
        _("How did you ask them?"), 300, _("For example: a short interview after each visit, a form at the counter.")
    )
    deviations = _text(_("What went differently from the plan?"))
    lessons = _text(_("What did you learn that others can use?"))
    file = FileField(_("Add a file as evidence"))
    file_title = _line(_("What does the file show?"), 200)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.quality_score.choices = list(QUALITY)


for _category in BudgetCategory:
    setattr(ReportForm, f"spent_{_category.value}", MoneyField(_("Spent in this period"), [Optional()]))
    setattr(ReportForm, f"note_{_category.value}", _line(_("Note"), 300))


class CommitteeForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    installed = RadioField(
        _("Will there be a monitoring committee?"),
        [InputRequired(CHOOSE)],
        description=_("It depends on the nature and the scope of the project."),
    )
    reason = _text(_("Why?"), 2000, needed=True, help=_("The people concerned will read this."))
    first_chair_id = RadioField(
        _("Which municipality has the chair first?"),
        [Optional()],
        coerce=number_or_none,
        description=_("Only with a committee. The chair goes round: nobody has it twice before all have had it."),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.installed.choices = [("yes", _("Yes")), ("no", _("No"))]


class FocalPointForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    person_id = RadioField(_("Who is the focal point?"), [InputRequired(_("Choose a person."))], coerce=number_or_none)


class FindingForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    text = _text(_("What did you find?"), needed=True)
    severity = RadioField(_("How serious is it?"), [InputRequired(CHOOSE)])
    source = RadioField(_("Where does it come from?"), [InputRequired(CHOOSE)])
    report_id = SelectField(_("Is it about a report?"), [Optional()], coerce=number_or_none)

    def __init__(self, reports: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.severity.choices = wording.choices(Severity)
        self.source.choices = wording.choices(FindingSource)
        self.report_id.choices = [("", _("No"))] + [(str(number), label) for number, label in reports]


class ActionForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    description = _text(_("What must be done?"), needed=True)
    owner_organisation_id = RadioField(_("Which municipality does it?"), [InputRequired(CHOOSE)], coerce=number_or_none)
    owner_id = SelectField(
        _("Who there?"), [Optional()], coerce=number_or_none, description=_("This person cannot verify the action.")
    )
    due_on = DateField(_("When must it be done?"), [InputRequired(_("Give a date."))])


class EvidenceForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    evidence = _text(_("What shows that it is done?"), help=_("Say what was done and when, or add a file."))
    file = FileField(_("Add a file as evidence"))
    file_title = _line(_("What does the file show?"), 200)


class NoticeForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    grounds = _text(_("On what grounds?"), needed=True, help=_("Everybody concerned gets a mail with these grounds."))


class OpinionForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    opinion = RadioField(_("Your opinion"), [InputRequired(CHOOSE)])
    summary = _text(_("Summary"), 10_000, needed=True, rows=8, help=_("What you looked at, and what you found."))
    ineligible = MoneyField(
        _("Amount that is not eligible"),
        [InputRequired(_("Write the amount in figures. Write 0 when everything is eligible."))],
        description=_("Costs that the grant may not pay. Write 0 when everything is eligible."),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        choices = [(word.value, wording.label(word), {"hint": wording.help_for(word)}) for word in Opinion]
        self.opinion.choices = choices


class FileForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    file = FileField(_("Add a file as evidence"))
    file_title = _line(_("What does the file show?"), 200)
