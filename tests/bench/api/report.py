"""Writes what was measured as JSON and as a table."""

import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

from measure import Measured

GOALS = [
    ("list 50 messages", "the same by Flask's jsonify over the ORM", 0.7),
    ("check an access token, seen before", "look a session up in Redis", 0.35),
]
POST_MS = 3.0


def write_report(measured: list[Measured], folder: Path) -> None:
    """`api.json` and `api.md` in `folder`, and the table on the screen."""
    by_name = {one.name: one for one in measured}
    ratios = [
        {"what": what, "peer": peer, "goal": goal, "cpu_ratio": by_name[what].cpu_us / by_name[peer].cpu_us}
        for what, peer, goal in GOALS
    ]
    machine = {
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    found = {"machine": machine, "measured": [asdict(one) for one in measured], "ratios": ratios}
    (folder / "api.json").write_text(json.dumps(found, indent=2) + "\n")
    text = _markdown(measured, ratios, by_name["post a message"].cpu_us / 1000, machine)
    (folder / "api.md").write_text(text)
    print(text)


def _markdown(measured: list[Measured], ratios: list[dict[str, object]], post_ms: float, machine: dict[str, object]) -> str:
    rows = "\n".join(
        f"| {one.name} | {one.requests} | {one.cpu_us:,.0f} | {one.p50_ms:.2f} | {one.p99_ms:.2f} |" for one in measured
    )
    goals = "\n".join(
        f"| {ratio['what']} against {ratio['peer']} | {ratio['cpu_ratio']:.2f}× | ≤ {ratio['goal']}× |" for ratio in ratios
    )
    return f"""# What requests to api cost

`make bench-api` makes this page. Requests go one after the other straight into the WSGI application, in a process
patched by gevent as in production, with embedded PostgreSQL and Valkey beside it; authentication, rate limits (in
Valkey), metrics and logs are on. CPU is the whole process's, its publisher to Valkey and the marking of published events
included. The peer (`tests/bench/api/plain.py`) reads the same rows and has nothing of that around it.

{machine["cores"]} cores, Python {machine["python"]}, {machine["machine"]}; load average {machine["load_before"]:.1f} at the end.

| request | number | CPU µs | p50 ms | p99 ms |
| --- | ---: | ---: | ---: | ---: |
{rows}

| CPU | found | goal |
| --- | ---: | ---: |
{goals}
| post a message | {post_ms:.2f} ms | ≤ {POST_MS:.0f} ms |
"""
