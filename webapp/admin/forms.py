"""Forms for organisations, people, roles and one's own account."""

from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from webapp import wording
from webapp.formfields import DayField
from webapp.models.people import AffiliationKind, OrganisationType
from webapp.plaintext import tidy
from webapp.wording.places import countries, time_zones
from workflows.vocabulary import Role

NEEDED = _("Fill this in.")
CHOOSE = _("Choose one of the list.")


def line(label: Any, limit: int, help: Any = "", needed: bool = True) -> StringField:
    first = DataRequired(NEEDED) if needed else Optional()
    return StringField(label, [first, Length(max=limit)], filters=[tidy], description=help)


def number_or_none(text: str) -> int | None:
    """The value of a select that may be left at its first, empty line."""
    return int(text) if text else None


class WholeField(IntegerField):
    """A whole number in figures; empty is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = valuelist[0].replace(" ", "").strip() if valuelist else ""
        self.data = None
        if typed:
            if not (typed.isascii() and typed.isdigit()):
                raise ValueError(gettext("Enter a whole number in figures, for example 43500."))
            self.data = int(typed[:12])


class OrganisationForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    name = line(_("Name"), 200, _("The short name that people use, for example Rheden."))
    legal_name = line(_("Legal name"), 300, _("As it must stand in a contract, for example Municipality of Rheden."))
    type = SelectField(_("Type"), coerce=OrganisationType)
    country = SelectField(_("Country"), [DataRequired(CHOOSE)])
    subdivision = line(_("Region or province"), 100, needed=False)
    place = line(_("Place of the town hall or office"), 100, needed=False)
    time_zone = SelectField(_("Time zone"), description=_("Deadlines of this organisation are counted in it."))
    population = WholeField(
        _("Number of inhabitants"),
        [Optional(), NumberRange(0, 2_000_000_000, _("Enter a number from 0 to 2,000,000,000."))],
    )
    registry_id = line(_("Number in the national register"), 100, needed=False)
    lga_id = SelectField(
        _("Member of"), coerce=number_or_none,
        description=_("The association of local governments; its officers can review applications of its members."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type.choices = wording.choices(OrganisationType)
        self.country.choices = [("", gettext("Choose a country")), *countries()]
        self.time_zone.choices = time_zones()


class PersonForm(FlaskForm):  # type: ignore[misc]
    name = line(_("Name"), 200)
    language = SelectField(_("Language"), description=_("Of pages and of mails."))
    time_zone = SelectField(_("Time zone"), description=_("Days and hours are shown in it."))

    def __init__(self, languages: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = list(languages.items())
        self.time_zone.choices = time_zones()


class InviteForm(PersonForm):
    email = EmailField(
        _("E-mail address"), [DataRequired(NEEDED), Length(max=254)], filters=[tidy],
        description=_("The invitation goes there, and it is the name to sign in with."),
        render_kw={"autocomplete": "off"},
    )  # fmt: skip
    job_title = line(_("Function"), 200, _("For example: international officer."), needed=False)
    organisation_id = SelectField(_("Organisation"), coerce=int)
    role = SelectField(_("First role"), coerce=Role, validators=[DataRequired(CHOOSE)])


class ScopeForm(FlaskForm):  # type: ignore[misc]
    """Where a role will be held: the first of two steps, by GET."""

    class Meta:
        csrf = False

    scope = SelectField(_("Where"), [DataRequired(CHOOSE)], description=_("A role counts there and nowhere else."))
    file = StringField(
        _("Number of the file"), [Length(max=40)], filters=[tidy],
        description=_("Only for a role on one application, for example an auditor."),
    )  # fmt: skip


class GrantForm(FlaskForm):  # type: ignore[misc]
    role = SelectField(_("Role"), coerce=Role)
    starts_on = DayField(_("First day"), [Optional()], description=_("Empty means from today."))
    ends_on = DayField(_("Last day"), [Optional()], description=_("Empty means until somebody ends it."))


class AffiliationForm(FlaskForm):  # type: ignore[misc]
    organisation_id = SelectField(_("Organisation"), coerce=int)
    kind = SelectField(_("As"), coerce=AffiliationKind)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = wording.choices(AffiliationKind)


class PasswordForm(FlaskForm):  # type: ignore[misc]
    old = PasswordField(
        _("Your password now"), [DataRequired(NEEDED), Length(max=200)], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        _("New password"), [DataRequired(_("Choose a password.")), Length(max=200)],
        description=_("At least 12 characters. Three or four words that do not belong together work well."),
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip


class TokenForm(FlaskForm):  # type: ignore[misc]
    name = line(_("Name"), 100, _("What it is for, so that you know later which one to revoke: “Monthly report”."))
    days = SelectField(_("It ends after"), coerce=int, default=90)
    password = PasswordField(
        _("Your password"), [DataRequired(NEEDED), Length(max=200)],
        description=_("A token reads everything that you may read, so we ask who is there."),
        render_kw={"autocomplete": "current-password"},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days.choices = [(days, ngettext("%(num)d day", "%(num)d days", days)) for days in (7, 30, 90, 180, 365)]


class LeaveForm(FlaskForm):  # type: ignore[misc]
    """The Final page of removing somebody: nothing but the button, and a place for what stands in the way."""

    confirm = StringField()
