"""Measure our pages against a bare reference, write docs/benchmarks.md: `python -m tests.bench`, at most 3 minutes."""

import itertools
import re
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import flask_migrate
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.bench import documents, engine, report, transitions
from tests.bench.data import Filled, fill
from tests.bench.measure import Answer, Client, Target, bursts, interleaved
from tests.bench.servers import database_url, serving
from tests.support import postgres
from tests.support.settings import settings_for
from webapp import create_app
from webapp.documents import samples
from webapp.documents.renderer import render

SMALL, LARGE = 5_000, 50_000
ROUNDS, WARM_UP = 120, 10
BURSTS, BURST = 4, 24
SECONDS = 150.0
MIGRATIONS = Path(__file__).parents[2] / "migrations"
LIST = "/applications?state=closed&page=2"


@dataclass
class Bench:
    """A filled database, and the application in this process that reads it."""

    folder: Path
    app: Flask
    filled: Filled

    def cookie(self, token: str) -> str:
        """The session cookie of somebody who signed in with this token."""
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        if signer is None:
            raise RuntimeError("no secret key")
        return f"{self.app.config['SESSION_COOKIE_NAME']}={signer.dumps({'_user_id': token, '_fresh': True})!s}"


def prepare(folder: Path, applications: int) -> Bench:
    """A migrated database with this many applications, closed again."""
    folder.mkdir()
    app = create_app(settings_for(database_url(folder), folder))
    with app.app_context():
        from webapp.extensions import db

        flask_migrate.upgrade(directory=str(MIGRATIONS))
        filled = fill(applications)
        db.session.connection().exec_driver_sql("ANALYZE")
        db.session.commit()
        db.session.remove()
    return Bench(folder, app, filled)


def statements(bench: Bench, cookie: str, ask: Callable[[Client], Answer]) -> int:
    """How many statements one request takes, asked in this process; the second time, when nothing is new."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    inside = _Inside(bench.app, cookie)
    ask(inside)
    event.listen(Engine, "before_cursor_execute", note)
    try:
        ask(inside)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return sum(not statement.startswith("BEGIN") for statement in seen)


class _Inside(Client):
    """The same client, with the application in this process instead of a server."""

    def __init__(self, app: Flask, cookie: str) -> None:
        super().__init__(0, cookie)
        self.client = app.test_client(use_cookies=False)

    def send(self, method: str, path: str, body: str | None = None) -> Answer:
        kind = "application/x-www-form-urlencoded"
        response = self.client.open(path, method=method, data=body, headers=self.headers, content_type=kind)
        return Answer(response.status_code, response.data, "", response.headers.get("Set-Cookie", "").partition(";")[0])


def moving(numbers: "itertools.count[int]") -> Callable[[Client], Answer]:
    """A transition by POST, each time of another application; the token of the form is fetched once."""
    tokens: dict[Client, str] = {}

    def ask(client: Client) -> Answer:
        number = next(numbers)
        path = f"/move/application/{number}/start_eligibility"
        if client not in tokens:
            tokens[client], client.headers["Cookie"] = _form_token(client, path)
        fields = {"csrf_token": tokens[client], "request_id": f"bench-{number}", "revision": "1", "reason": ""}
        return client.post(path, urlencode(fields))

    return ask


def _form_token(client: Client, path: str) -> tuple[str, str]:
    """The token in the form and the cookie that belongs to it."""
    answer = client.get(path)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.body.decode())
    if found is None:
        raise RuntimeError(f"no form at {path}: {answer.status} {answer.body[:500]!r}")
    return found.group(1), answer.cookie or client.headers["Cookie"]


def main() -> None:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jumelage-bench-") as home, ExitStack() as stack:
        small = prepare(Path(home) / "small", SMALL)
        large = prepare(Path(home) / "large", LARGE)
        print(f"{SMALL:,} and {LARGE:,} applications in {time.monotonic() - begun:.0f} s")
        ports = [
            stack.enter_context(serving(app, bench.folder))
            for app, bench in (("tests.bench.reference:app", small), ("wsgi:app", small), ("wsgi:app", large))
        ]
        targets = _targets(small, large, *ports)
        reference, list_small, list_large = targets[0], targets[2], targets[3]
        interleaved(targets, ROUNDS, WARM_UP, begun + SECONDS * 0.7)
        bursts(targets[:-1], BURSTS, BURST, begun + SECONDS)
        inside = [*engine.lines(), *transitions.lines(Path(home)), *documents.lines()]
        postgres.stop_server(Path(home))
    rows = report.table(targets, reference)
    found = report.verdicts([list_small, targets[4]], reference, list_small, list_large)
    found += [(line.met, f"{line.what}: {line.value} ({line.beside})") for line in inside if line.met is not None]
    report.write(rows, inside, found, time.monotonic() - begun, any(t.encoding for t in targets))
    print(report.aligned(rows))
    print("\n".join(f"{line.what}: {line.value} ({line.beside})" for line in inside))
    print("\n".join(f"{'met   ' if good else 'MISSED'} {text}" for good, text in found))


def _targets(small: Bench, large: Bench, bare: int, ours: int, big: int) -> list[Target]:
    """The reference first, the document last; the statements are counted here, before any server is asked."""
    whole = small.filled.application_id
    manager, mover = small.cookie(small.filled.manager_token), small.cookie(small.filled.mover_token)
    numbers = itertools.count(small.filled.first_to_move)
    pages: list[tuple[str, Bench, str, int, Callable[[Client], Answer], int]] = [
        ("Desk of a manager", small, manager, ours, lambda c: c.get("/desk"), 200),
        ("List of 5,000, filtered, page 2", small, manager, ours, lambda c: c.get(LIST), 200),
        ("List of 50,000, the same", large, large.cookie(large.filled.manager_token), big, lambda c: c.get(LIST), 200),
        ("One application", small, manager, ours, lambda c: c.get(f"/applications/{whole}"), 200),
        ("Its whole history", small, manager, ours, lambda c: c.get(f"/applications/{whole}/history"), 200),
        ("A committed transition (POST)", small, mover, ours, moving(numbers), 303),
    ]  # fmt: skip
    bare_client = Client(bare)
    targets = [Target("Bare reference", lambda: bare_client.get("/"), statements=1)]
    for name, bench, cookie, port, ask, expected in pages:
        client = Client(port, cookie)
        count = statements(bench, cookie, ask)
        targets.append(Target(name, lambda ask=ask, client=client: ask(client), expected, count))  # type: ignore[misc]
    contract = samples.contract()
    document = Target("One Word document (contract)", lambda: Answer(200, render("investment_contract", contract)))
    return [*targets, document]


if __name__ == "__main__":
    main()
