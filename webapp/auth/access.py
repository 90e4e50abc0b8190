"""Every endpoint says who may call it; an endpoint that says nothing stops the start-up.

`public`, `signed_in` and `with_token` are about the person; whether they may touch the record is asked inside, of
`webapp.policy`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, abort, current_app
from flask_login import current_user

from webapp.auth import bearer
from webapp.errors import NotFound
from webapp.policy import Principal
from workflows.vocabulary import Role

P = ParamSpec("P")
T = TypeVar("T")


def public(view: Callable[P, T]) -> Callable[P, T]:
    """Anybody, without an account."""
    view.__dict__["access"] = "public"
    return view


def signed_in(view: Callable[P, T]) -> Callable[P, T]:
    """Anybody with an account; the record itself is asked about inside."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        if not current_user.is_authenticated:
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined, no-any-return]
        return view(*args, **kwargs)

    guarded.__dict__["access"] = "signed in"
    return guarded


def holding(*roles: Role) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Somebody who holds one of these roles anywhere; for pages that belong to a role, not to a record."""

    def decorate(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            if not actor().holds(*roles):
                raise NotFound("role")
            return view(*args, **kwargs)

        wrapped = signed_in(guarded)
        wrapped.__dict__["access"] = " or ".join(sorted(roles))
        return wrapped

    return decorate


def with_token(view: Callable[P, T]) -> Callable[P, T]:
    """A program with the access token of a person; the record itself is asked about inside."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        bearer.sign_in()
        return view(*args, **kwargs)

    beside = view.__dict__.get("access")
    guarded.__dict__["access"] = f"token, {beside}" if beside else "token"
    return guarded


def actor() -> Principal:
    """Who acts in this request; a use case gets it handed, never looks for it."""
    if not current_user.is_authenticated:
        abort(401)
    principal: Principal = current_user.principal
    return principal


def declared(app: Flask) -> dict[str, str]:
    """Endpoint -> access rule; raises for an endpoint that declares none."""
    rules: dict[str, str] = {"static": "public"}
    for endpoint, view in app.view_functions.items():
        rule: Any = getattr(view, "access", rules.get(endpoint))
        if rule is None:
            raise RuntimeError(f"endpoint {endpoint} declares no access rule")
        rules[endpoint] = rule
    return rules
