"""Writes what was measured as JSON and as a table."""

import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

from measure import Measured

OURS = "list 50 messages"
PLAIN = "list 50, `jsonify` over the ORM, in the same application"
BARE = "list 50, `jsonify` over the ORM, in a bare Flask application"
POST = "post a message"
KNOWN_CHECK = "check an access token, seen before"
FIRST_CHECK = "check an access token, for the first time"
REDIS_LOOKUP = "look a session up in Redis"
GOALS = [(OURS, PLAIN, 0.7), (KNOWN_CHECK, REDIS_LOOKUP, 0.35)]
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
        "load_after": os.getloadavg()[0],
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    found = {"machine": machine, "measured": [asdict(one) for one in measured], "ratios": ratios}
    (folder / "api.json").write_text(json.dumps(found, indent=2) + "\n")
    text = _markdown(measured, ratios, by_name[POST].cpu_us / 1000, machine)
    (folder / "api.md").write_text(text)
    print(text)


def _markdown(
    measured: list[Measured], ratios: list[dict[str, object]], post_ms: float, machine: dict[str, object]
) -> str:
    rows = "\n".join(
        f"| {one.name} | {one.requests} | {one.cpu_us:,.0f} | {one.p50_ms:.2f} | {one.p99_ms:.2f} |"
        for one in measured
    )
    goals = "\n".join(
        f"| {ratio['what']} against {ratio['peer']} | {ratio['cpu_ratio']:.2f}× | ≤ {ratio['goal']}× |"
        for ratio in ratios
    )
    return f"""# What requests to api cost

`make bench-api` makes this page. Requests go one after the other straight into the WSGI application, in a process
patched by gevent as in production, with embedded PostgreSQL and Valkey beside it; authentication, rate limits, metrics
and logs are on. CPU is the whole process's: publishing to Valkey and marking events as published are in it. The peers
(`tests/bench/api/plain.py`) read the same rows: one behind the same authentication, limits and logs, one with nothing
around it. Lists are measured in turns, and the median of eight rounds is shown.

{machine["cores"]} cores, Python {machine["python"]}, {machine["machine"]}; load average {machine["load_after"]:.1f}
at the end: much more than 1 means that others used the machine, and that times are too long.

| request | number | CPU µs | p50 ms | p99 ms |
| --- | ---: | ---: | ---: | ---: |
{rows}

| CPU | found | goal |
| --- | ---: | ---: |
{goals}
| {POST} | {post_ms:.2f} ms | ≤ {POST_MS:.0f} ms |
"""
