"""A browser beside the test: its requests run in a context of their own, so that they share no session and no user.

They do share the hour: what a test has set on the clock holds for its requests as well.
"""

from contextvars import Context
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp import clock
from webapp.extensions import db


class Outside(FlaskClient):
    """What the test has read is forgotten before each request, and no lock of the test stands in its way."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.session.rollback()
        outside = Context()
        outside.run(clock._fixed.set, clock._fixed.get())
        return outside.run(super().open, *args, **kwargs)
