"""What a move also does. A feature registers the handler of an effect; `create_app` refuses to start without one."""

from collections.abc import Callable
from dataclasses import dataclass

from webapp.models.types import Case
from webapp.policy import Principal
from workflows.definition import Move
from workflows.vocabulary import Effect


@dataclass(frozen=True, slots=True)
class Moved:
    """A move that has just been made, inside its transaction."""

    case: Case
    move: Move
    actor: Principal
    reason: str


Handler = Callable[[Moved], None]
HANDLERS: dict[Effect, Handler] = {}


def handles(effect: Effect) -> Callable[[Handler], Handler]:
    """Register the one handler of an effect. It writes to the database only and may be rolled back."""

    def register(handler: Handler) -> Handler:
        known = HANDLERS.setdefault(effect, handler)
        if known is not handler:
            raise ValueError(f"effect {effect} has two handlers")
        return handler

    return register
