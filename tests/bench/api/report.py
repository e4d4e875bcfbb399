"""Writes what was measured as JSON, as tables and as plots."""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))

from figures import Figure, bars, durability_in_words

SERVERS = {
    "flack": "Flack",
    "models": "a model for each row, inside Flack's application",
    "stacked": "`jsonify` over the ORM, inside Flack's application",
    "flask": "`jsonify` over the ORM, bare Flask",
    "fastapi": "FastAPI, async, uvicorn",
}
KINDS = {
    "list": "list 50 messages",
    "post": "post a message",
    "post_once": "post a message with an `Idempotency-Key`",
    "sync": "sync of ten streams (nine channels and oneself) with nothing new",
    "sign_in": "sign in (argon2id)",
    "myself": "read oneself (one row)",
    "public": "read the public keys (open to everybody, no database)",
    "empty": "an empty answer (no database)",
}
EMPTY = {
    "stacked": "a plain view, inside Flack's application: authenticated",
    "flask": "a plain view, bare Flask",
    "fastapi": SERVERS["fastapi"],
}
CHECKS = {
    "known": "check an access token, seen before",
    "first": "check an access token, for the first time",
    "redis": "look a session up in Redis",
}
REUSES = 20
"""Requests with one access token over which its check is averaged. A token is good for ten minutes."""
Found = dict[str, dict[str, Figure]]


def write_report(found: dict[str, Any], folder: Path) -> None:
    """`api.json`, `api.md` and `api-*.svg` in `folder`, and the tables on the screen."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "api.json").write_text(json.dumps(found, indent=2) + "\n")
    requests: dict[str, dict[str, Found]] = found["requests"]
    for kind in ("list", "post"):
        values = {server: list(figures["cpu_us"].values()) for server, figures in requests[kind].items()}
        title = f"{KINDS[kind]}: CPU µs of the server"
        (folder / f"api-{kind}.svg").write_text(bars(title, values, note="median and range"))
    text = _markdown(found)
    (folder / "api.md").write_text(text)
    print(text)


def _markdown(found: dict[str, Any]) -> str:
    machine, requests, checks = found["machine"], found["requests"], found["checks"]
    rows = [
        f"| {KINDS[kind]} | {(EMPTY if kind == 'empty' else SERVERS)[server]} | "
        f"{_cell(figures['cpu_us'], '{:,.0f}')} | {_cell(figures['p50_ms'])} | {_cell(figures['p99_ms'])} | "
        f"{figures['client_us']['median']:,.0f} |"
        for kind, servers in requests.items()
        for server, figures in servers.items()
    ]
    check_rows = [f"| {CHECKS[name]} | {_cell(figure, '{:,.1f}')} |" for name, figure in checks.items()]
    return f"""# What requests to api cost, beside its peers

`make bench-api` makes this page: {found["rounds"]} rounds in alternating order, {found["connections"]} kept
connections from one client program, the same PostgreSQL for all. Flack runs as production runs it (gunicorn, one
gevent worker; authentication, rate limits, metrics and logs on); publishing to Valkey and marking events as
published are in its numbers. The peers are in `tests/bench/api/plain.py` and `tests/bench/api/fast.py`: the same rows
by plain views inside Flack's own application, in a bare Flask application on the same server, and in FastAPI on
uvicorn with uvloop and httptools. The list with a model for each row is the same page by `queries.messages.page`:
SQLAlchemy's query, pydantic's models and their JSON, without a transaction as ours. All talk to PostgreSQL by psycopg
and SQLAlchemy, FastAPI by psycopg's async form: asyncpg, which many use there, is not measured. The peers' post does
the same durable work without idempotency or publishing, and outside Flack's application without authentication, limits
or logs; it answers what it wrote and does not read it again. CPU is the server process's own (`/proc`), without
PostgreSQL and without the client. What the client itself uses for a request is the last column: where it is near the
server's, latencies are the client's too.
{durability_in_words(machine["postgresql"])}

{machine["processor"]}, {machine["cores"]} cores, Python {machine["python"]}; load {machine["load_before"]:.1f} before
and {machine["load_after"]:.1f} after. Median (least–most). Read the ratios: absolute times grow with whatever else
runs.

| request | served by | CPU µs | p50 ms | p99 ms | client's CPU µs |
| --- | --- | ---: | ---: | ---: | ---: |
{chr(10).join(rows)}

![list](api-list.svg) ![post](api-post.svg)

| in one process | CPU µs |
| --- | ---: |
{chr(10).join(check_rows)}

| CPU | found | goal |
| --- | ---: | ---: |
{chr(10).join(_goals(requests, checks))}

The first check of a token is its signature (Ed25519) and costs more than a look-up in Redis, which it replaces: what
api saves, it saves by keeping what it has checked, and by not depending on Redis to know who asks. HMAC would be
cheaper to check, but whoever checks could then make tokens: web and realtime hold public keys only.
"""


def _goals(requests: dict[str, dict[str, Found]], checks: Found) -> list[str]:
    def cpu(kind: str, server: str) -> float:
        return float(requests[kind][server]["cpu_us"]["median"])  # type: ignore[arg-type]

    def check(name: str) -> float:
        return float(checks[name]["median"])  # type: ignore[arg-type]

    lines = [f"| post a message | {cpu('post', 'flack') / 1000:.2f} ms | ≤ 3 ms |"]
    for kind, server, goal in (
        ("list", "models", ""),
        ("list", "stacked", "≤ 0.7×"),
        ("list", "flask", ""),
        ("list", "fastapi", ""),
        ("post", "stacked", ""),
        ("post", "flask", ""),
        ("post", "fastapi", ""),
    ):
        ratio = cpu(kind, "flack") / cpu(kind, server)
        lines.append(f"| {KINDS[kind]} ÷ {SERVERS[server]} | {ratio:.2f}× | {goal} |")
    for name, goal in (("known", "≤ 0.35×"), ("first", "")):
        lines.append(f"| {CHECKS[name]} ÷ {CHECKS['redis']} | {check(name) / check('redis'):.2f}× | {goal} |")
    averaged = (check("first") + (REUSES - 1) * check("known")) / REUSES / check("redis")
    lines.append(
        f"| check an access token, over {REUSES} requests ÷ {CHECKS['redis']} | {averaged:.2f}× | ≤ 0.35× |"
    )
    return lines


def _cell(figure: Figure, form: str = "{:.2f}") -> str:
    spread = f"{form.format(figure['min'])}–{form.format(figure['max'])}"
    return f"{form.format(figure['median'])} ({spread})"
