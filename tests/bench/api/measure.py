"""How measurements are taken: requests go straight into the WSGI application, in a process patched as in production.

CPU time is the whole process's (its publisher and its marker of published events included), not the client's: a
request's environment is made before the clock starts.
"""

import io
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder


@dataclass(frozen=True)
class Measured:
    """What one kind of request costs."""

    name: str
    requests: int
    cpu_us: float
    p50_ms: float
    p99_ms: float


class Caller:
    """Calls a WSGI application with the same request again and again."""

    def __init__(self, app: Flask, method: str, path: str, **options: Any) -> None:
        self._app = app
        builder = EnvironBuilder(method=method, path=path, **options)
        self._environ = builder.get_environ()
        self._body = self._environ["wsgi.input"].read()

    def environ(self) -> dict[str, Any]:
        """A fresh environment of the request."""
        return {**self._environ, "wsgi.input": io.BytesIO(self._body)}

    def call(self, environ: dict[str, Any], status: str) -> bytes:
        """The body of the answer. Raises AssertionError where its status is another."""
        found: list[str] = []
        body = self._app.wsgi_app(environ, lambda line, _headers, _info=None: found.append(line))
        data = b"".join(body)
        close = getattr(body, "close", None)
        if close:
            close()
        assert found[0].startswith(status), (found[0], data[:300])
        return data


def measure(name: str, caller: Caller, status: str, *, requests: int, warm_up: int) -> Measured:
    """Warm up, then measure that many requests one after the other."""
    for _ in range(warm_up):
        caller.call(caller.environ(), status)
    environments = [caller.environ() for _ in range(requests)]
    walls: list[float] = []
    cpu = time.process_time()
    for environ in environments:
        before = time.perf_counter()
        caller.call(environ, status)
        walls.append(time.perf_counter() - before)
    cpu = time.process_time() - cpu
    walls.sort()
    return Measured(
        name=name,
        requests=requests,
        cpu_us=cpu / requests * 1e6,
        p50_ms=statistics.median(walls) * 1e3,
        p99_ms=walls[min(len(walls) - 1, int(len(walls) * 0.99))] * 1e3,
    )


def measure_call(name: str, function: Callable[[], object], *, times: int) -> Measured:
    """The same for a plain function."""
    for _ in range(times // 10):
        function()
    walls: list[float] = []
    cpu = time.process_time()
    for _ in range(times):
        before = time.perf_counter()
        function()
        walls.append(time.perf_counter() - before)
    cpu = time.process_time() - cpu
    walls.sort()
    p99 = walls[int(len(walls) * 0.99)]
    return Measured(name, times, cpu / times * 1e6, statistics.median(walls) * 1e3, p99 * 1e3)
