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
BATCHES = 30


def cost_of_views() -> Callable[[], dict[str, dict[str, float]]]:
    """Measures a request's CPU µs in this process, through the WSGI callable: the least of batches in turns."""
    batches = {name: _batch(_application(*of)) for name, of in NAMES.items()}

    def measure() -> dict[str, dict[str, float]]:
        turns = [{name: batch() for name, batch in batches.items()} for _ in range(BATCHES)]
        return {name: {"cpu_us": min(turn[name] for turn in turns)} for name in batches}

    return measure


def _application(rules: int, hooks: int) -> Flask:
    app = Flask(f"{rules} rules, {hooks} hooks")
    for number in range(rules):
        app.add_url_rule(f"/part{number}/<int:number>/things", f"view{number}", lambda number: "")
    for _ in range(hooks):
        app.before_request(lambda: None)
    return app


def _batch(app: Flask, times: int = 200) -> Callable[[], float]:
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

    return batch
