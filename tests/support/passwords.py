"""Passwords in tests: argon2 as in the product, at the least cost it knows.

A hash is made slow on purpose: of the 131 seconds of one file of tests, 107 went into the passwords of people who were
only passing through. The product's own cost is checked by `tests/integration/test_sign_in.py`.
"""

from argon2 import PasswordHasher

from webapp.auth import passwords

PRODUCT = passwords._hasher  # as it is without us
LEAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def make_cheap() -> None:
    """For this process; stored hashes say themselves what they cost, so any of them can still be verified."""
    passwords._hasher = LEAST
    passwords._DUMMY = LEAST.hash("nobody has this password")
