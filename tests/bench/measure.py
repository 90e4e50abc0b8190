"""Measuring: a connection that stays open, requests interleaved one by one, then bursts of several clients."""

import gzip
import http.client
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import quantiles
from threading import local

CLIENTS = 4
TIMEOUT = 30


@dataclass
class Answer:
    """What came back: status, body, and how the server encoded it."""

    status: int
    body: bytes
    encoding: str = ""
    cookie: str = ""


@dataclass
class Target:
    """Something to measure: how to ask for it once, and what was found. Times are in seconds."""

    name: str
    ask: Callable[[], Answer]
    expected: int = 200
    statements: int | None = None
    times: list[float] = field(default_factory=list)
    burst_requests: int = 0
    burst_seconds: float = 0.0
    size: int = 0
    compressed: int = 0
    encoding: str = ""

    def once(self) -> float:
        """Ask once; the time it took. RuntimeError when the answer is not the expected one."""
        begun = time.perf_counter()
        answer = self.ask()
        took = time.perf_counter() - begun
        if answer.status != self.expected:
            raise RuntimeError(f"{self.name}: {answer.status} instead of {self.expected}: {answer.body[:500]!r}")
        self.size, self.encoding = len(answer.body), answer.encoding
        self.compressed = len(answer.body if self.encoding or answer.body[:2] == b"PK" else gzip.compress(answer.body))
        return took

    @property
    def p50(self) -> float:
        return quantiles(self.times, n=20)[9]

    @property
    def p95(self) -> float:
        return quantiles(self.times, n=20)[18]

    @property
    def rate(self) -> float:
        """Requests a second: of the bursts where there were any, else of one client."""
        if self.burst_requests:
            return self.burst_requests / self.burst_seconds
        return len(self.times) / sum(self.times)


class Client:
    """One signed-in browser as far as a server can tell; each thread has a connection of its own."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.port = port
        self.headers = {"Accept-Encoding": "gzip"} | ({"Cookie": cookie} if cookie else {})
        self.local = local()

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, body: str) -> Answer:
        return self.send("POST", path, body)

    def send(self, method: str, path: str, body: str | None = None) -> Answer:
        """One request; a connection that the server closed meanwhile is opened again."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        for attempt in (1, 2):
            connection = self._connection(fresh=attempt == 2)
            try:
                connection.request(method, path, body, self.headers | kind)
                response = connection.getresponse()
                encoding, cookie = response.headers.get("Content-Encoding", ""), response.headers.get("Set-Cookie", "")
                return Answer(response.status, response.read(), encoding, cookie.partition(";")[0])
            except (ConnectionError, http.client.HTTPException):
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def _connection(self, *, fresh: bool) -> http.client.HTTPConnection:
        if fresh or not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        connection: http.client.HTTPConnection = self.local.connection
        return connection


def interleaved(targets: Sequence[Target], rounds: int, warm_up: int, until: float) -> None:
    """One request to each target, again and again, so that whatever else the machine does touches all alike."""
    for number in range(warm_up + rounds):
        for target in targets:
            took = target.once()
            if number >= warm_up:
                target.times.append(took)
        if time.monotonic() > until and number >= warm_up + 20:
            return


def bursts(targets: Sequence[Target], rounds: int, requests: int, until: float) -> None:
    """`CLIENTS` at a time ask for one target, then for the next; the first round only warms up."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        for number in range(rounds + 1):
            for target in targets:
                begun = time.perf_counter()
                list(pool.map(lambda _n, one=target: one.once(), range(requests)))
                if number:
                    target.burst_requests += requests
                    target.burst_seconds += time.perf_counter() - begun
            if time.monotonic() > until and number:
                return
