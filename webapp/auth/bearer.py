"""Who is there when a program asks: the person of the access token in the request's own header, never of a cookie."""

from flask import g, request
from flask_login import AnonymousUserMixin
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from webapp.auth import access_tokens

REALM = "Jumelage"


def sign_in() -> None:
    """Make the token's person the current user of this request; 401 without a token that counts."""
    g._login_user = AnonymousUserMixin()  # whoever the cookie says is not asked
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": REALM}))
    holder = access_tokens.load(given.token)
    if holder is None:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": REALM, "error": "invalid_token"}))
    g._login_user = holder
