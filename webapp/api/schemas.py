"""What the answers look like; the OpenAPI description is made from these."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import RAISE, Schema, fields, validate

from workflows.definitions.application import STATES
from workflows.vocabulary import Instrument, Machine, State

MOST = 100  # rows of a list
AMOUNT = validate.Regexp(r"^\d+\.\d\d$")


def said(about: str = "", **more: Any) -> fields.String:
    return fields.String(required=True, metadata={"description": about} if about else {}, **more)


def truth(about: str) -> fields.Boolean:
    return fields.Boolean(required=True, metadata={"description": about})


def number(about: str = "") -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": about} if about else {})


def one(schema: type[Schema], **more: Any) -> fields.Nested:
    return fields.Nested(schema, required=True, **more)


def many(schema: type[Schema]) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), required=True)


def words(about: str) -> fields.List[str]:
    return fields.List(fields.String(), required=True, metadata={"description": about})


class Strict(Schema):
    """An answer has these members and no others."""

    class Meta:
        unknown = RAISE


class Coded(Strict):
    code = said("stays the same in every language")
    label = said("in the reader's language")


class Money(Strict):
    amount = said("with two decimals", validate=AMOUNT)
    currency = said("ISO 4217")


class Partner(Strict):
    organisation = said()
    country = said("ISO 3166-1")
    role = one(Coded)


class CallLine(Strict):
    id = number()
    title = said()
    country = said("ISO 3166-1; of the country plan")


class Links(Strict):
    page = said("for people")
    moves = fields.String(metadata={"description": "what can happen next, and why not; absent for who sees a summary"})


class ApplicationLine(Strict):
    id = number()
    reference = said()
    title = said()
    partners = many(Partner)
    state = one(Coded)
    since = fields.AwareDateTime(required=True, metadata={"description": "when it came into this state"})
    call = one(CallLine)
    requested = one(Money)


class Applications(Strict):
    items = many(ApplicationLine)
    next = fields.String(
        required=True, allow_none=True, metadata={"description": "the address of the next page; null on the last"}
    )


class ApplicationQuery(Schema):
    state = fields.String(
        validate=validate.OneOf([spec.name.value for spec in STATES]),
        metadata={"description": _("Only applications in this state."), "example": "review"},
    )
    call = fields.Integer(
        validate=validate.Range(1, 2**31 - 1), metadata={"description": _("Only applications of this call.")}
    )
    limit = fields.Integer(
        load_default=50, validate=validate.Range(1, MOST), metadata={"description": _("How many rows at most.")}
    )
    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 2**31 - 1),
        metadata={"description": _("Begin after this number; “next” of the page before carries it.")},
    )


class Part(Strict):
    machine = said(validate=validate.OneOf([m.value for m in Machine]))
    id = number()
    label = said()
    state = one(Coded)
    since = fields.AwareDateTime(required=True)
    moves = said("what can happen next, and why not")


class ApplicationWhole(ApplicationLine):
    theme = fields.String(required=True, allow_none=True)
    starts_on = fields.Date(required=True, allow_none=True)
    ends_on = fields.Date(required=True, allow_none=True)
    own_share = one(Money, allow_none=True, metadata={"description": "null for who sees a summary"})
    instrument = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([*[i.value for i in Instrument], None]),
        metadata={"description": "null before it is chosen, and for who does not see the agreement"},
    )  # fmt: skip
    grant = one(Money, allow_none=True, metadata={"description": "of the agreement, as above"})
    whole = truth("false: this person sees a summary")
    parts = many(Part)
    links = one(Links)


class Reason(Strict):
    code = said("stays the same in every language")
    message = said("in the reader's language")
    who = said("who can clear it, as a sentence; empty when nobody can")
    cleared_by = many(Coded)


class Move(Strict):
    trigger = said("the name of the move")
    label = said()
    text = said("what it does")
    dest = one(Coded)
    owners = many(Coded)
    mine = truth("this person has a role that makes this move")
    allowed = truth("this person can make it now, on the pages: it is theirs and nothing stands in the way")
    asked_there = words("codes of what the page of the move still asks for: a reason, the text of a question")
    blockers = many(Reason)


class CaseLine(Strict):
    machine = said(validate=validate.OneOf([m.value for m in Machine]))
    id = number()
    state = one(Coded)
    since = fields.AwareDateTime(required=True)
    rules = number("the version of the workflow that this case began with")


class Moves(Strict):
    case = one(CaseLine)
    moves = many(Move)


class PathQuery(Schema):
    to = fields.String(
        required=True,
        validate=validate.OneOf([state.value for state in State]),
        metadata={"description": _("The state to reach; one of this workflow."), "example": "signed"},
    )


class Step(Strict):
    trigger = said()
    label = said()
    text = said("what it does")
    source = one(Coded)
    dest = one(Coded)
    owners = many(Coded)
    by_itself = truth("no person makes it: it happens when all is done")
    mine = truth("this person has a role that makes this move")
    now = truth("it leaves the present state, so what is missing is known")
    missing = many(Reason)
    needed = words("what a later move will ask for")
    parts = fields.List(
        fields.Nested("PartWay"),
        required=True,
        metadata={"description": "what has to happen first in parts of the file that this move waits for"},
    )


class PartWay(Strict):
    machine = said(validate=validate.OneOf([m.value for m in Machine]))
    name = said("which part it is")
    state = one(Coded)
    steps = many(Step)


class Path(Strict):
    case = one(CaseLine)
    target = one(Coded)
    reachable = truth("false: no way leads there from here")
    steps = many(Step)


class WorkflowLine(Strict):
    machine = said(validate=validate.OneOf([m.value for m in Machine]))
    label = said()
    purpose = said()
    version = number("that new cases begin with")
    versions = fields.List(fields.Integer(), required=True)
    digest = said("SHA-256 of everything that decides a move")


class Workflows(Strict):
    items = many(WorkflowLine)


class WorkflowQuery(Schema):
    version = fields.Integer(
        validate=validate.Range(1, 32767), metadata={"description": _("An earlier version; else the present one.")}
    )


class Deadline(Strict):
    setting = said("the figure of the programme")
    days = number("unless the programme sets another number")
    trigger = said("the move that then happens by itself")


class WorkflowState(Coded):
    meaning = said()
    is_review = truth("somebody judges here")
    is_final = truth("nothing follows")
    outcome = fields.String(required=True, allow_none=True)
    is_detour = truth("beside the regular way")
    deadline = one(Deadline, allow_none=True)


class Transition(Strict):
    trigger = said()
    label = said()
    source = said("code of a state")
    dest = said("code of a state")
    owners = many(Coded)
    guards = many(Coded)
    when = one(Coded, allow_none=True, metadata={"description": "chooses among moves of one name from one state"})
    effects = many(Coded)
    needs_reason = truth("somebody writes a reason")


class Workflow(WorkflowLine):
    initial = said("code of a state")
    states = many(WorkflowState)
    transitions = many(Transition)


class Problem(Schema):
    """RFC 9457."""

    type = said()
    title = said()
    status = number()
    detail = said()
    errors = fields.Dict(metadata={"description": "by place and parameter"})
    reference = fields.String(metadata={"description": "to name to the administrator"})
