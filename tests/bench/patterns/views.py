"""What rules and hooks cost: the same empty view in applications with few and with many of them."""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.test import create_environ

NAMES = {
    "10 rules": (10, 0),
    "200 rules": (200, 0),
    "10 rules, 5 hooks": (10, 5),
}
"""How many rules and `before_request` functions."""


def cost_of_views() -> dict[str, Callable[[], dict[str, float]]]:
    """By name, what measures a request's CPU µs in this process: the least of some batches."""
    return {name: _measure(_application(*of)) for name, of in NAMES.items()}


def _application(rules: int, hooks: int) -> Flask:
    app = Flask(f"{rules} rules, {hooks} hooks")
    for number in range(rules):
        app.add_url_rule(f"/part{number}/<int:number>/things", f"view{number}", lambda number: "")
    for _ in range(hooks):
        app.before_request(lambda: None)
    return app


def _measure(app: Flask, batches: int = 30, times: int = 200) -> Callable[[], dict[str, float]]:
    last = sum(1 for _ in app.url_map.iter_rules()) - 2  # without the one for static files
    environ = create_environ(f"/part{last}/7/things")

    def answers(status: str, *_: Any) -> Callable[[bytes], object]:
        if not status.startswith("200"):
            raise RuntimeError(status)
        return len

    def batch() -> float:
        before = time.process_time()
        for _ in range(times):
            app(environ.copy(), answers).close()  # type: ignore[attr-defined]  # werkzeug's answers have it
        return (time.process_time() - before) / times * 1e6

    def measure() -> dict[str, float]:
        return {"cpu_us": min(batch() for _ in range(batches))}  # as timeit: what is more was others' doing

    measure()
    return measure
