"""Forms of programmes, plans and calls. Bounds that depend on other rows are asked of the use case."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DecimalField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
    ValidationError,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older than it
from wtforms.validators import URL, DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput

from webapp import wording
from webapp.formfields import DayField, MoneyField, decimal
from webapp.models.programme import PaymentMode
from webapp.plaintext import tidy
from webapp.programmes import figures
from webapp.wording.places import countries, currencies

NEEDED = _("Fill this in.")
CHOOSE = _("Choose one of the list.")
PAGE = 12_000  # characters that a part of a plan may have: about four pages


def line(label: Any, limit: int, help: Any = "", needed: bool = True, **kw: Any) -> StringField:
    """One line of text."""
    first = DataRequired(NEEDED) if needed else Optional()
    return StringField(label, [first, Length(max=limit)], filters=[tidy], description=help, render_kw=kw or None)


def text(label: Any, help: Any = "", limit: int = PAGE, needed: bool = False, rows: int = 6) -> TextAreaField:
    """Several lines of text; a draft may leave it empty."""
    first = [DataRequired(NEEDED)] if needed else []
    return TextAreaField(label, [*first, Length(max=limit)], filters=[tidy], description=help, render_kw={"rows": rows})


def day(label: Any, help: Any = "") -> DayField:
    return DayField(label, [InputRequired(NEEDED)], description=help)


def money(label: Any, help: Any = "") -> MoneyField:
    return MoneyField(label, [InputRequired(NEEDED)], description=help, render_kw={"inputmode": "decimal"})


class Versioned(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A form that remembers which revision of the record it was opened on."""

    revision = HiddenField()

    @property
    def expected(self) -> int | None:
        """The revision the person saw."""
        typed = self.revision.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


class ProgrammeForm(Versioned):
    code = line(_("Code"), 20, _("Short, unique, and part of every file's reference. For example LGP26."))
    title = line(_("Title"), 200)
    operator_id = SelectField(
        _("Programme office"), coerce=int, description=_("The organisation that runs the programme and signs for it.")
    )
    starts_on = day(_("First day"))
    ends_on = day(_("Last day"))
    currency = SelectField(_("Currency"), description=_("Every amount of the programme is in it. It is fixed later."))
    budget = money(_("Budget"), _("The country plans together never take more than this."))
    payment_mode = SelectField(_("How grants are paid"), coerce=PaymentMode)
    funder = line(_("Funder"), 200, _("Who pays for the programme."))
    funder_reference = line(_("Reference of the funder"), 100, needed=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency.choices = currencies()
        self.payment_mode.choices = [
            (mode.value, f"{wording.label(mode)}{gettext(': ')}{wording.help_for(mode)}") for mode in PaymentMode
        ]


class PlanForm(Versioned):
    title = line(_("Title"), 200, _("For example: Rwanda, local economy and urban services."))
    country = SelectField(_("Country"), [DataRequired(CHOOSE)])
    area = line(_("Area"), 200, _("When the plan covers a part of the country only."), needed=False)
    lga_id = SelectField(
        _("Association of local governments (LGA)"), coerce=int,
        description=_("It co-writes the plan, endorses it, and its officers help to review applications."),
    )  # fmt: skip
    starts_on = day(_("First day"))
    ends_on = day(_("Last day"))
    envelope = money(_("Budget of the plan"), _("Grants under this plan together never exceed it."))
    actors = text(
        _("Actors"), _("Who works on local government in this country: ministries, associations, donors, others."),
    )  # fmt: skip
    policies = text(
        _("Policies"), _("Which national policies on decentralisation and development matter, and where they stand."),
    )  # fmt: skip
    windows = text(
        _("Windows of opportunity"), _("What changes now that makes cooperation useful: a law, an election, a fund."),
    )  # fmt: skip
    objectives = text(
        _("Objectives"), _("What the partnerships under this plan should reach together, and how one will see it."),
    )  # fmt: skip
    sector_benefit = text(
        _("Benefit for other municipalities"),
        _("How results reach municipalities without a partner. The association can complete this when it endorses."),
        limit=4000, rows=4,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = [("", gettext("Choose a country")), *countries()]


class ReferenceRow(PlainForm):
    title = StringField(_("Policy or law"), [Length(max=300)], filters=[tidy])  # not Optional: it would end the checks
    issuer = line(_("Issued by"), 200, needed=False)
    url = URLField(
        _("Web address"),
        [Optional(), Length(max=500), URL(message=_("Write a full address that starts with https://"))],
        filters=[tidy],
    )  # fmt: skip

    def validate_title(self, field: StringField) -> None:
        if not field.data and (self.issuer.data or self.url.data):
            raise ValidationError(gettext("Name the policy or law, or clear the row."))


class ReferencesForm(Versioned):
    rows = FieldList(FormField(ReferenceRow), label=_("National policy"), max_entries=20)


class ThemeForm(Versioned):
    title = line(_("Title"), 200)
    objective = text(_("Objective"), _("What projects on this theme should help to reach."), limit=2000, rows=4)
    sdg_goal = SelectField(_("Global Goal (SDG)"), coerce=int, description=_("The goal that this theme helps most."))
    sector_code = line(
        _("Sector code"), 5, _("The five-digit purpose code of OECD DAC, for example 15112 for decentralisation."),
        needed=False, inputmode="numeric",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sdg_goal.choices = [(0, gettext("Choose a goal"))] + [(n, f"{n}. {wording.goal(n)}") for n in range(1, 18)]

    def validate_sector_code(self, field: StringField) -> None:
        code = field.data or ""
        if code and not (code.isascii() and code.isdigit() and len(code) == 5):
            raise ValidationError(gettext("A purpose code has five digits."))


class EndorseForm(Versioned):
    statement = text(
        _("Statement of the association"),
        _("In the words of your association: why it stands behind this plan, and what it will do for it."),
        limit=4000, needed=True, rows=8,
    )  # fmt: skip
    sector_benefit = text(
        _("Benefit for other municipalities"),
        _("How the association brings the results to municipalities that have no partner: meetings, training, advice."),
        limit=4000, needed=True, rows=5,
    )  # fmt: skip
    request_id = HiddenField(validators=[Length(max=64)])


class CallForm(Versioned):
    title = line(_("Title"), 200)
    summary = text(
        _("Summary"), _("What you are looking for, in a few plain sentences. The public page shows it."),
        limit=4000,
    )  # fmt: skip
    opens_on = day(_("First day"), _("Applications can be sent from the beginning of this day, in the plan's country."))
    closes_on = day(_("Last day"), _("Until the end of this day, in the plan's country."))
    floor = money(_("Lowest amount"), _("An application asks for at least this grant."))
    ceiling = money(_("Highest amount"), _("An application asks for this grant at most."))


class OpenCallForm(Versioned):
    """What may still change while people write."""

    summary = text(_("Summary"), limit=4000)
    closes_on = day(_("Last day"), _("The call is open: its last day can only become later."))


def rules_form(currency: str) -> type[Versioned]:
    """A form with a field for each figure of a programme, bounds and explanations as in `figures`."""
    fields: dict[str, Any] = {
        figure.key: _choice_field(figure) if isinstance(figure, figures.Choice) else _figure_field(figure)
        for group in figures.GROUPS
        for figure in group.figures
    }
    fields["confirmed"] = _Read(_("I have read this. The people will be appointed before it matters."))
    return type("RulesForm", (Versioned,), fields)


class _Read(StringField):
    """A box to tick under what is doubted; its value names exactly that, so that another doubt asks again."""

    widget = CheckboxInput()
    checked = False

    def _value(self) -> str:
        return self.data or ""


def _choice_field(choice: figures.Choice) -> RadioField:
    """Radio buttons; the values travel as text, `figures.checked` knows what they mean."""
    options = [SelectChoice(str(value), label) for value, label in choice.options]
    return RadioField(choice.label, [InputRequired(CHOOSE)], coerce=str, choices=options, description=choice.help)


def _figure_field(figure: figures.Figure) -> IntegerField | DecimalField | MoneyField:
    described = {"description": figure.help}
    if figure.unit == figures.MONEY:
        return MoneyField(figure.label, [InputRequired(NEEDED)], **described)
    if figure.is_decimal:
        return _Decimal(figure.label, [InputRequired(NEEDED), _Bounds(figure)], places=None, **described)
    return _Whole(figure.label, [InputRequired(NEEDED), _Bounds(figure)], **described)


class _Bounds:
    """Within the figure's bounds; says what to enter instead. NaN and infinity are within none."""

    def __init__(self, figure: figures.Figure) -> None:
        self.figure = figure

    def __call__(self, form: Any, field: Any) -> None:
        value = field.data
        if value is None or (isinstance(value, Decimal) and not value.is_finite()):
            raise ValidationError(figures.out_of_bounds(self.figure))
        if not self.figure.low <= value <= self.figure.high:
            raise ValidationError(figures.out_of_bounds(self.figure))


class _Whole(IntegerField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if typed:
            if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
                raise ValueError(gettext("Enter a whole number in figures, for example 30."))
            self.data = int(typed)


class _Decimal(DecimalField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = str(valuelist[0]) if valuelist else ""
        self.data: Any = None
        if typed.strip():
            self.data = decimal(typed)
