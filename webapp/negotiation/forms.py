"""The forms of a negotiation. What hangs together with other rows is asked of the use case."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

NEEDED = _("Fill this in.")
LONGEST_COMMENT, LONGEST_CLAUSE, LONGEST_TITLE = 3000, 3000, 120


class CommentForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    text = TextAreaField(_("Your comment"), [DataRequired(_("Write your comment.")), Length(max=LONGEST_COMMENT)])
    is_objection = BooleanField(
        _("This is an objection"),
        description=_("The contract is not issued for signature while an objection is open."),
    )


class ReplyForm(FlaskForm):  # type: ignore[misc]
    reply_to = HiddenField()
    reply = TextAreaField(
        _("Your reply"),
        [DataRequired(_("Write your reply.")), Length(max=LONGEST_COMMENT)],
        render_kw={"rows": 3},
    )


class ClauseForm(FlaskForm):  # type: ignore[misc]
    sha256 = HiddenField(validators=[Length(max=64)])
    article = SelectField(
        _("To which article"), description=_("The numbers are those of the newest version; they follow the text.")
    )
    effect = RadioField(_("How it stands to the article"), [InputRequired(_("Choose one."))])
    title = StringField(_("Title"), [DataRequired(NEEDED), Length(max=LONGEST_TITLE)])
    text = TextAreaField(
        _("Text of the clause"),
        [DataRequired(NEEDED), Length(max=LONGEST_CLAUSE)],
        description=_(
            "Plain text, in the language of the contract. It is printed under “Special terms” and prevails there."
        ),
        render_kw={"rows": 8},
    )


class ApproveForm(FlaskForm):  # type: ignore[misc]
    """Approve these very bytes or words: the hash says which."""

    sha256 = HiddenField(validators=[Length(max=64)])
    read = BooleanField(_("I have read this text"), [DataRequired(_("Tick this box when you have read it."))])


class RejectForm(FlaskForm):  # type: ignore[misc]
    sha256 = HiddenField(validators=[Length(max=64)])
    reason = TextAreaField(
        _("Why it is rejected"), [DataRequired(_("Write a reason. The people concerned will read it.")),
                                  Length(max=2000)], render_kw={"rows": 3},
    )  # fmt: skip
