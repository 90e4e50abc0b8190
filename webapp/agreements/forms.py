"""The forms of an agreement. What hangs together with other rows is asked of the use case."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from webapp.formfields import DayField, MoneyField

NEEDED = _("Fill this in.")


class DraftForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A form on something that others may change meanwhile: `seen` is the hash of what it was opened on."""

    seen = HiddenField(validators=[Length(max=64)])
    overtaken = False

    @property
    def status(self) -> int:
        """Of the page that is answered when nothing was saved."""
        return 409 if self.overtaken else 422


class InstrumentForm(DraftForm):
    instrument = RadioField(_("Kind of agreement"), [InputRequired(_("Choose the kind of agreement."))])
    reason = TextAreaField(
        _("Reason"),
        [Length(max=2000)],
        description=_("Only needed for an investment contract where a memorandum would do. It stays in the record."),
    )


class PartyForm(DraftForm):
    signatory_id = SelectField(_("Who signs"), [InputRequired(_("Choose who signs."))], coerce=int)
    capacity = StringField(
        _("In which capacity"),
        [DataRequired(NEEDED), Length(max=200)],
        description=_("For example: legal representative of the municipality."),
    )
    mandate_act = StringField(
        _("Under which decision"),
        [DataRequired(NEEDED), Length(max=300)],
        description=_("The act that allows this person to sign. For example: decision of the municipal executive."),
    )
    mandate_number = StringField(_("Number of the decision"), [Optional(), Length(max=100)])
    mandate_date = DayField(_("Date of the decision"), [InputRequired(_("Enter the date of the decision."))])
    mandate_limit = MoneyField(
        _("Up to which amount"),
        [Optional()],
        description=_("Only where the decision sets a limit. It must cover the grant."),
    )


class TrancheForm(Form):
    amount = MoneyField(_("Amount"))
    condition = StringField(_("Paid when"), [Length(max=300)])
    due_on = DayField(_("Planned for"), [Optional()])
    is_balance = BooleanField(_("Balance, paid after the costs are accepted"))

    def is_blank(self) -> bool:
        """A row that nobody filled in is no tranche."""
        typed = (self.amount, self.condition, self.due_on)
        return not any("".join(str(raw) for raw in field.raw_data or ()).strip() for field in typed)

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        if self.is_blank():
            return sound
        missing = {
            self.amount: gettext("Enter an amount above zero."),
            self.condition: gettext("Say when this tranche is paid."),
            self.due_on: gettext("Enter a date."),
        }
        for field, message in missing.items():
            if not field.errors and not field.data:
                field.errors = [message]
                sound = False
        return sound


class TranchesForm(DraftForm):
    rows = FieldList(FormField(TrancheForm), _("Tranche"), max_entries=14)

    def values(self) -> list[dict[str, Any]]:
        return [entry.form.data for entry in self.rows if not entry.form.is_blank()]


class LanguageForm(DraftForm):
    language = RadioField(_("Language of the contract"), [InputRequired(_("Choose a language."))])


class ObligationForm(FlaskForm):  # type: ignore[misc]
    organisation_id = SelectField(_("Municipality"), [InputRequired(_("Choose a municipality."))], coerce=int)
    trainee = StringField(
        _("Who is trained"),
        [DataRequired(NEEDED), Length(max=200)],
        description=_("The function, not the name. For example: tourism officer."),
    )
    training = StringField(_("In which training"), [DataRequired(NEEDED), Length(max=300)])
    activity = StringField(
        _("How they pass it on"),
        [DataRequired(NEEDED), Length(max=300)],
        description=_("For example: a workshop for the neighbouring districts."),
    )
    due_on = DayField(_("Before"), [InputRequired(_("Enter a date."))])


class SignForm(FlaskForm):  # type: ignore[misc]
    sha256 = HiddenField(validators=[Length(max=64)])
    language = HiddenField(validators=[Length(max=10)])
    consent = HiddenField(validators=[Length(max=64)])
    agree = BooleanField(_("I have read the document and I agree"), [DataRequired(_("Tick this box to sign."))])
    password = PasswordField(
        _("Your password"),
        [DataRequired(_("Enter your password."))],
        description=_("We ask again, so that nobody signs from a screen that you left open."),
        render_kw={"autocomplete": "current-password"},
    )


class OrderForm(DraftForm):
    """Its places are as many as there are parties: see `order_form`."""

    order = RadioField(_("Who signs when"), [InputRequired(_("Choose who signs when."))])


def order_form(parties: list[tuple[int, str]], **data: Any) -> OrderForm:
    """A form with one choice for each place in the order."""
    fields = {
        f"place_{place}": SelectField(
            gettext("Signs at place %(place)s", place=place), [InputRequired()], coerce=int, choices=parties
        )
        for place in range(1, len(parties) + 1)
    }
    form = type("OrderForm", (OrderForm,), fields)
    return form(formdata=None, data=data) if data else form()  # type: ignore[no-any-return]


class DelegateForm(FlaskForm):  # type: ignore[misc]
    receiver_id = SelectField(_("Who signs in your place"), [InputRequired(_("Choose a colleague."))], coerce=int)
    capacity = StringField(_("In which capacity"), [DataRequired(NEEDED), Length(max=200)])
    mandate_act = StringField(
        _("Under which decision"),
        [DataRequired(NEEDED), Length(max=300)],
        description=_("The act with which you let your colleague sign."),
    )
    mandate_number = StringField(_("Number of the decision"), [Optional(), Length(max=100)])
    mandate_date = DayField(_("Date of the decision"), [InputRequired(_("Enter the date of the decision."))])


class ComparedForm(FlaskForm):  # type: ignore[misc]
    """What is printed on the paper, copied by hand: nothing is filled in, so that somebody must look."""

    reference = StringField(
        _("Reference on the paper"),
        [DataRequired(_("Copy the reference that is printed on the paper."))],
        render_kw={"autocomplete": "off"},
    )
    prefix = StringField(
        _("Check number on the signature sheet"),
        [DataRequired(_("Copy the check number that is printed on the signature sheet."))],
        description=_("The first 12 characters, without the dots."),
        render_kw={"autocomplete": "off"},
    )


class ScanForm(ComparedForm):
    signed_on = DayField(_("Signed on"), [InputRequired(_("Enter the day that stands beside the signature."))])
    file = FileField(_("Scan of the signed paper"), description=_("A PDF, JPEG or PNG of the whole signature sheet."))


class AttestForm(ComparedForm):
    seen = BooleanField(
        _("I see the signature of the person named, on the sheet of this document"),
        [DataRequired(_("Tick this box only if you see it."))],
    )


class RejectForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        _("What is wrong with the scan"),
        [DataRequired(_("Say what is wrong with the scan, so that a better one can be sent.")), Length(max=1000)],
    )
