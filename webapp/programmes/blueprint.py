"""The blueprint that the views of this feature share, and the way a form becomes a change."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp import policy
from webapp.errors import Forbidden, Invalid
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.policy import Action, Principal
from webapp.programmes.forms import Versioned
from webapp.services.scope import programme_scope
from workflows.vocabulary import State

blueprint = Blueprint("programmes", __name__, template_folder="templates")
Answer = str | Response | tuple[str, int]
Done = TypeVar("Done")


def may(who: Principal, action: Action, record: Programme | CountryPlan | Call) -> bool:
    return policy.may(who, action, programme_scope(record))


def attempt(form: Versioned, verb: Callable[[], Done]) -> Done | None:
    """The verb's result; None when the form or the verb found something wrong, which then stands at its field."""
    if not form.validate():
        return None
    try:
        return verb()
    except Invalid as wrong:
        for field, message in ((wrong.field, wrong.message), *wrong.others):
            form[field].errors = [*form[field].errors, message]
        return None


def values(form: Versioned) -> dict[str, Any]:
    """What was typed; an empty line is an empty text, as the columns have it."""
    typed = {key: value for key, value in form.data.items() if key not in ("csrf_token", "revision")}
    return {key: "" if value is None else value for key, value in typed.items()}


def running(programme: Programme) -> Programme:
    if programme.state is State.CLOSED:
        raise Forbidden("programme_closed")
    return programme
