"""`python tests/bench/api/run.py [--rounds 5]`: what requests to api cost beside its peers, into docs/benchmarks."""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "bench"), str(Path(__file__).parent)]

import servers  # noqa: E402
from api_fixtures import PASSWORD, new_signing_key  # noqa: E402
from client import Request, always, ask, caller, numbered, request  # noqa: E402
from figures import durability, figure, machine, percentile  # noqa: E402
from flack_api.ended import EndedSessions  # noqa: E402
from flack_api.http.auth import AccessTokens  # noqa: E402
from flack_contracts.tokens import AUDIENCE, ISSUER, AccessClaims  # noqa: E402
from flack_domain import migrate  # noqa: E402
from flack_domain.database import make_engine  # noqa: E402
from flack_kit.jwt import Signer, Verifier  # noqa: E402
from flack_kit.redis import connect_redis  # noqa: E402
from processes import Server, all_running  # noqa: E402
from report import write_report  # noqa: E402

CONNECTIONS = 4
QUIET_CHANNELS = 9
"""Beside oneself, the streams of a sync: what a person has who is in a handful of rooms."""
TEXT = "A believable message with *some* emphasis, `code` and a thought or two about the release. "


@dataclass(frozen=True)
class Case:
    """One kind of request to one server."""

    kind: str
    name: str
    server: Server
    make: Request
    status: int
    times: int


def main() -> None:
    """Start databases and servers, measure in turns, write the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--requests", type=int, default=800, help="of each kind, server and round")
    arguments.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks")
    options = arguments.parse_args()
    about = machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "valkey").mkdir()
        with (
            servers.embedded_postgres(folder) as postgres,
            servers.embedded_valkey(folder / "valkey") as redis,
        ):
            migrate.upgrade(postgres)
            about["postgresql"] = durability(postgres)
            with all_running(postgres, redis) as running:
                cases = _cases(running, options.requests)
                requests = _measure(cases, options.rounds)
            checks = _token_checks(postgres, redis, options.rounds)
    about["load_after"] = os.getloadavg()[0]
    found = {
        "machine": about,
        "rounds": options.rounds,
        "connections": CONNECTIONS,
        "requests": requests,
        "checks": checks,
    }
    write_report(found, options.out)


def _measure(cases: list[Case], rounds: int) -> dict[str, dict[str, Any]]:
    """Figures by kind and server. The order turns around each round, so that no one is always measured first."""
    values: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        ask(case.server.port, case.make, case.status, times=40, connections=CONNECTIONS)
    for number in range(rounds):
        for case in cases if number % 2 == 0 else cases[::-1]:
            before, own = case.server.cpu(), time.process_time()
            seconds = ask(case.server.port, case.make, case.status, times=case.times, connections=CONNECTIONS)
            found = values[case.kind, case.name]
            found["client_us"].append((time.process_time() - own) / case.times * 1e6)
            # What it still does for these requests, such as marking events as published, is theirs.
            time.sleep(0.3)
            found["cpu_us"].append((case.server.cpu() - before) / case.times * 1e6)
            found["p50_ms"].append(percentile(seconds, 0.5) * 1000)
            found["p99_ms"].append(percentile(seconds, 0.99) * 1000)
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    figures: dict[str, dict[str, Any]] = defaultdict(dict)
    for (kind, name), found in values.items():
        figures[kind][name] = {key: figure(of_rounds) for key, of_rounds in found.items()}
    return figures


def _cases(running: dict[str, Server], times: int) -> list[Case]:
    flack, flask, fastapi = running["flack"], running["flask"], running["fastapi"]
    call = caller(flack.port)
    call("POST", "/users", {"nickname": "ada", "password": PASSWORD})
    grant = {"grant": "password", "nickname": "ada", "password": PASSWORD}
    headers = {"Authorization": f"Bearer {call('POST', '/tokens', grant)['access_token']}"}
    call = caller(flack.port, headers)
    lists = call("POST", "/channels", {"name": "lists", "kind": "public"})["id"]
    for _ in range(60):
        call("POST", f"/channels/{lists}/messages", {"source": TEXT})
    quiet = [
        call("POST", "/channels", {"name": f"quiet {number}", "kind": "public"})["id"]
        for number in range(QUIET_CHANNELS)
    ]
    streams = call("GET", "/state")["streams"]
    still = {f"channel:{id}" for id in quiet}
    since = ",".join(
        f"{stream}@{seq}" for stream, seq in streams.items() if stream in still or stream.startswith("user:")
    )

    def get(path: str) -> Request:
        return always(request("GET", path, headers))

    def post(path: str, body: dict[str, str], **more: str) -> bytes:
        return request("POST", path, {**headers, **more}, json.dumps(body).encode())

    # The page that is listed holds still: posts go to channels of their own.
    new = {"source": TEXT}
    names = ("flack", "stacked", "flask", "fastapi")
    posts = [
        call("POST", "/channels", {"name": f"posts to {name}", "kind": "public"})["id"] for name in names
    ]
    ours, plain = "/api/v2/channels/{}/messages", "/plain/channels/{}/messages"
    run = f"{time.time_ns()}"
    return [
        Case("list", "flack", flack, get(ours.format(lists)), 200, times),
        Case("list", "models", flack, get(f"/plain/models/{lists}"), 200, times),
        Case("list", "stacked", flack, get(plain.format(lists)), 200, times),
        Case("list", "flask", flask, get(plain.format(lists)), 200, times),
        Case("list", "fastapi", fastapi, get(plain.format(lists)), 200, times),
        Case("post", "flack", flack, always(post(ours.format(posts[0]), new)), 201, times),
        Case("post", "stacked", flack, always(post(plain.format(posts[1]), new)), 201, times),
        Case("post", "flask", flask, always(post(plain.format(posts[2]), new)), 201, times),
        Case("post", "fastapi", fastapi, always(post(plain.format(posts[3]), new)), 201, times),
        Case("post_once", "flack", flack, _fresh_keys(post, ours.format(posts[0]), new, run), 201, times),
        Case("sync", "flack", flack, get(f"/api/v2/sync?since={since}"), 200, times),
        Case("sign_in", "flack", flack, always(post("/api/v2/tokens", grant)), 200, max(20, times // 20)),
        Case("myself", "flack", flack, get("/api/v2/users/me"), 200, times),
        Case("myself", "stacked", flack, get("/plain/users/me"), 200, times),
        Case("myself", "flask", flask, get("/plain/users/me"), 200, times),
        Case("myself", "fastapi", fastapi, get("/plain/users/me"), 200, times),
        Case("public", "flack", flack, get("/api/v2/jwks"), 200, times),
        Case("empty", "stacked", flack, get("/plain/nothing"), 200, times),
        Case("empty", "flask", flask, get("/plain/nothing"), 200, times),
        Case("empty", "fastapi", fastapi, get("/plain/nothing"), 200, times),
    ]


def _fresh_keys(post: Callable[..., bytes], path: str, body: dict[str, str], run: str) -> Request:
    """Requests whose idempotency keys never come twice, in later rounds neither."""
    make = numbered(post(path, body, **{"Idempotency-Key": f"{run}-{{n}}"}))
    sent = iter(range(10**9))
    return lambda _number: make(next(sent))


def _token_checks(database_url: str, redis_url: str, rounds: int) -> dict[str, Any]:
    signer, redis = Signer(new_signing_key()), connect_redis(redis_url)
    verifier = Verifier(signer.key_set, issuer=ISSUER, audience=AUDIENCE)
    ended = EndedSessions(make_engine(database_url))
    now = int(time.time())
    many = [_token(signer, session_id, now) for session_id in range(1000)]
    redis.set("flack:bench:session", b"1")
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        tokens = AccessTokens(verifier, ended)
        found["first"].append(_cpu_us(lambda number, tokens=tokens: tokens.caller(many[number])))  # type: ignore[misc]
        found["known"].append(_cpu_us(lambda number, tokens=tokens: tokens.caller(many[number])))  # type: ignore[misc]
        found["redis"].append(_cpu_us(lambda _number: redis.get("flack:bench:session")))
    ended.close()
    return {name: figure(found[name]) for name in ("known", "first", "redis")}


def _token(signer: Signer, session_id: int, now: int) -> str:
    claims = AccessClaims(sub="1", sid=str(session_id), role="member", iat=now, exp=now + 600)
    return signer.sign(claims.model_dump())


def _cpu_us(function: Callable[[int], object], times: int = 1000) -> float:
    before = time.process_time()
    for number in range(times):
        function(number)
    return (time.process_time() - before) / times * 1e6


if __name__ == "__main__":
    main()
