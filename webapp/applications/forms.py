"""The forms of applying: one for each section, the start, the filters, the question and the answer."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from webapp import wording
from webapp.formfields import DayField, MoneyField
from webapp.models.application import Application, BudgetCategory, RiskKind, Section
from webapp.wording import questions
from webapp.wording.questions import question

if TYPE_CHECKING:
    ListOfAny = FieldList[Any]
else:
    ListOfAny = FieldList  # generic in its stubs only

TEXT_LIMIT = 4000
MOST_ROWS = 40
NOT_LISTED = _("Choose one of the list.")
TOO_LONG = _("This text is too long: at most %(max)d characters.")


class ChoiceField(SelectField):
    """A choice that may still be open: None. `kind` makes a value of what was chosen."""

    def __init__(self, label: Any = None, kind: Any = int, **rest: Any) -> None:
        messages: dict[str, Any] = dict.fromkeys(("invalid_value_message", "invalid_choice_message"), NOT_LISTED)
        coerce = lambda value: kind(value) if value not in (None, "") else None  # noqa: E731 - one line, used once
        super().__init__(label, coerce=coerce, **messages, **rest)


class Rows(ListOfAny):
    """A list that takes only small plain numbers for its rows; anything else in a field's name is no row."""

    def __init__(self, *rest: Any, **more: Any) -> None:
        super().__init__(*rest, **more)
        self.type = "FieldList"  # what the form macros know it as

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        for key in formdata:
            number = key.removeprefix(f"{prefix}-").partition("-")[0]
            if key.startswith(f"{prefix}-") and number.isascii() and number.isdigit() and len(number) < 5:
                yield int(number)


def one_line_breaks(value: str | None) -> str | None:
    """Browsers send CRLF; a character is counted once, as the counter under the field does."""
    return value.replace("\r\n", "\n") if value else value


def long_text(key: str, *, rows: int = 6) -> TextAreaField:
    asked = question(key)
    return TextAreaField(
        asked.label,
        [Length(max=TEXT_LIMIT, message=TOO_LONG)],
        filters=[one_line_breaks],
        description=asked.help,
        render_kw={"rows": rows},
    )


def short_text(key: str, limit: int) -> StringField:
    asked = question(key)
    return StringField(asked.label, [Length(max=limit, message=TOO_LONG)], description=asked.help)


class SectionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What all sections share. `revision` is the one the person saw."""

    revision = HiddenField()

    def prepare(self, application: Application) -> None:
        """Offer the choices of this application."""

    def values(self) -> dict[str, Any]:
        """What was typed, as `use_cases.save_section` takes it."""
        return {field.name: field.data for field in self if field.name not in ("revision", "csrf_token")}


class PartiesForm(SectionForm):
    title = short_text("title", 200)
    starts_on = DayField(question("starts_on").label)
    ends_on = DayField(question("ends_on").label)


class FitForm(SectionForm):
    theme_id = ChoiceField(question("theme_id").label, description=question("theme_id").help)
    sdg_goal = ChoiceField(question("sdg_goal").label)
    plan_fit = long_text("plan_fit")
    national_policy = long_text("national_policy")

    def prepare(self, application: Application) -> None:
        themes = [(theme.id, theme.title) for theme in application.call.plan.themes]
        self.theme_id.choices = [("", gettext("Not chosen yet")), *themes]
        goals = [(number, f"{number}. {wording.goal(number)}") for number in range(1, 18)]
        self.sdg_goal.choices = [("", gettext("Not chosen yet")), *goals]


class ProblemForm(SectionForm):
    problem = long_text("problem", rows=8)
    approach = long_text("approach", rows=8)
    stakeholders = long_text("stakeholders")


class LearningForm(SectionForm):
    lead_learns = long_text("lead_learns")
    partner_learns = long_text("partner_learns")
    exchange = long_text("exchange")


class SustainabilityForm(SectionForm):
    continuation = long_text("continuation")
    dissemination = long_text("dissemination")
    lga_role = long_text("lga_role")


class DeclarationsForm(SectionForm):
    double_funding = BooleanField(question("double_funding").label)
    truth = BooleanField(question("truth").label)
    conflict = BooleanField(question("conflict").label)


class RowsForm(SectionForm):
    """A section of repeatable rows: a row is cleared with its box, one is added with a button."""

    ROWS = ""

    @property
    def list(self) -> Rows:
        rows: Rows = self[self.ROWS]
        return rows

    def add_row(self, application: Application) -> bool:
        """One more empty row below what is typed; False when the list is full."""
        if len(self.list.entries) >= MOST_ROWS:
            return False
        self.list.append_entry()
        self.prepare(application)
        return True

    def values(self) -> dict[str, Any]:
        """A row whose box is ticked comes out empty, so that the numbers of the others stay those of the form."""
        return {self.ROWS: [self._row(entry) for entry in self.list.entries]}

    @staticmethod
    def _row(entry: Any) -> dict[str, Any]:
        data = dict(entry.data)
        return {} if data.pop("remove", False) else data


class ObjectiveRow(Form):
    title = short_text("objective.title", 300)
    activity = long_text("objective.activity", rows=3)
    how = long_text("objective.how", rows=4)
    owner = short_text("objective.owner", 200)
    due_on = DayField(question("objective.due_on").label)
    indicator = short_text("objective.indicator", 300)
    baseline_value = short_text("objective.baseline_value", 100)
    target_value = short_text("objective.target_value", 100)
    remove = BooleanField(_("Take this objective out when saving"))


class ObjectivesForm(RowsForm):
    ROWS = "objectives"
    objectives = Rows(FormField(ObjectiveRow), question("objectives").label, min_entries=1, max_entries=MOST_ROWS)


class LineRow(Form):
    title = short_text("line.title", 200)
    category = ChoiceField(question("line.category").label, kind=BudgetCategory)
    requested = MoneyField(question("line.requested").label)
    own_share = MoneyField(question("line.own_share").label)
    payer_id = ChoiceField(question("line.payer_id").label)
    payee_id = ChoiceField(question("line.payee_id").label)
    remove = BooleanField(_("Take this line out when saving"))


class BudgetForm(RowsForm):
    ROWS = "lines"
    lines = Rows(FormField(LineRow), question("budget").label, min_entries=1, max_entries=MOST_ROWS)

    def prepare(self, application: Application) -> None:
        members = [(party.organisation_id, party.organisation.name) for party in application.parties]
        for entry in self.lines.entries:
            row = entry.form
            row.category.choices = [("", gettext("Choose")), *wording.choices(BudgetCategory)]
            row.payer_id.choices = [("", gettext("Nobody: no own share")), *members]
            row.payee_id.choices = [("", gettext("Somebody outside the partnership")), *members]

    def sums(self) -> tuple[Decimal, Decimal]:
        """Asked and own, over what can be read of what is typed."""
        rows = [entry.form for entry in self.lines.entries if not entry.form.remove.data]
        asked = sum((row.requested.data or Decimal(0) for row in rows), Decimal(0))
        return asked, sum((row.own_share.data or Decimal(0) for row in rows), Decimal(0))


class RiskRow(Form):
    kind = HiddenField()
    likelihood = ChoiceField(question("risk.likelihood").label)
    impact = ChoiceField(question("risk.impact").label)
    mitigation = long_text("risk.mitigation", rows=3)
    owner = short_text("risk.owner", 200)


class RisksForm(SectionForm):
    """The six risks of [S2.21], always in the same order; the kind is the place, not what is sent."""

    risks = Rows(FormField(RiskRow), question("risks").label, min_entries=len(RiskKind), max_entries=len(RiskKind))

    def prepare(self, application: Application) -> None:
        for entry, kind in zip(self.risks.entries, RiskKind, strict=False):
            entry.form.kind.data = kind.value
            for name, scale in (("likelihood", questions.LIKELIHOOD), ("impact", questions.IMPACT)):
                open_choice = ("", gettext("Not rated yet"))
                entry.form[name].choices = [open_choice, *((n, str(text)) for n, text in scale.items())]


FORMS: dict[Section, type[SectionForm]] = {
    Section.PARTIES: PartiesForm,
    Section.FIT: FitForm,
    Section.PROBLEM: ProblemForm,
    Section.OBJECTIVES: ObjectivesForm,
    Section.LEARNING: LearningForm,
    Section.BUDGET: BudgetForm,
    Section.RISKS: RisksForm,
    Section.SUSTAINABILITY: SustainabilityForm,
    Section.DECLARATIONS: DeclarationsForm,
}


class StartForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Who applies together, under which call."""

    lead_id = ChoiceField(_("Lead municipality"), description=_("It sends the application and is the first contact."))
    partner_1 = ChoiceField(_("Partner"))
    partner_2 = ChoiceField(_("Second partner"))
    partner_3 = ChoiceField(_("Third partner"))
    title = short_text("title", 200)

    def partners(self) -> list[int]:
        chosen = (self.partner_1.data, self.partner_2.data, self.partner_3.data)
        return [number for number in chosen if number is not None]

    def offer(self, leads: Iterable[tuple[int, str]], partners: Mapping[str, list[tuple[int, str]]]) -> None:
        mine = list(leads)
        self.lead_id.choices = mine if len(mine) == 1 else [("", gettext("Choose")), *mine]
        for field, empty in zip(
            (self.partner_1, self.partner_2, self.partner_3),
            (gettext("Choose"), gettext("No second partner"), gettext("No third partner")),
            strict=True,
        ):
            field.choices = {gettext("Partners"): [("", empty)], **partners}


class FileForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    file = FileField(_("File"), description=_("PDF, image, Word, Excel, OpenDocument, text or CSV, at most 10 MB."))
    title = StringField(
        _("What it shows"),
        [Length(max=200, message=TOO_LONG)],
        description=_("For example: council decision of 3 May 2026."),
    )


class SignOffForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    seen = HiddenField()
    agreed = BooleanField(_("I have read the whole application and stand behind it for my municipality."))


class QuestionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    question = TextAreaField(
        _("Your question"),
        [Length(max=TEXT_LIMIT, message=TOO_LONG)],
        filters=[one_line_breaks],
        description=_("Say what is unclear or missing, and what you need to go on."),
        render_kw={"rows": 6},
    )
    sections = SelectMultipleField(
        _("Sections the applicants may change"),
        coerce=Section,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    due_on = DayField(_("Answer by"))


class AnswerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    answer = TextAreaField(
        _("Your answer"),
        [Length(max=TEXT_LIMIT, message=TOO_LONG)],
        filters=[one_line_breaks],
        description=_("Say what you changed, or why nothing had to change."),
        render_kw={"rows": 6},
    )


def put_error(form: Any, path: str, message: str) -> None:
    """Put a refusal of the use case at its field (`due_on`, `lines-2-requested`), else at the whole form."""
    field = _find(form, path)
    if field is None:
        form.form_errors.append(message)
    else:
        field.errors = [*field.errors, message]


def _find(form: Any, path: str) -> Field | None:
    name, _dash, rest = path.partition("-")
    if name not in form:
        return None
    field: Field = form[name]
    number, _dash, inner = rest.partition("-")
    if not rest:
        return field
    entries = getattr(field, "entries", [])
    if not number.isdigit() or int(number) >= len(entries):
        return field
    field.errors = [rest]  # the list knows that something is wrong inside it
    return _find(entries[int(number)].form, inner)
