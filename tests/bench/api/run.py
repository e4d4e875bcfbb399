"""`python tests/bench/api/run.py [--quick]`: what requests cost, written to docs/benchmarks/api.{json,md}."""

from gevent import monkey

monkey.patch_all()  # before all else, as the service's entry point does it

import argparse  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT / "tests"), str(Path(__file__).parent)]

import servers  # noqa: E402
from api_fixtures import PASSWORD, SERVICE_KEY, new_signing_key  # noqa: E402
from flack_api.app import create_app  # noqa: E402
from flack_api.http.auth import AccessTokens  # noqa: E402
from flack_api.settings import ApiSettings  # noqa: E402
from flack_contracts.tokens import AUDIENCE, ISSUER  # noqa: E402
from flack_domain import migrate  # noqa: E402
from flack_domain.database import make_engine  # noqa: E402
from flack_kit.jwt import Verifier  # noqa: E402
from flask import Flask  # noqa: E402
from measure import Caller, Measured, measure, measure_call  # noqa: E402
from plain import add_plain_list  # noqa: E402
from report import BARE, KNOWN_CHECK, OURS, PLAIN, POST, write_report  # noqa: E402

TEXT = "A believable message with *some* emphasis, `code` and a thought or two about the release. "
JSON = {"content_type": "application/json"}


def main() -> None:
    """Start PostgreSQL and Valkey, measure, write the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a tenth of the requests")
    quick = arguments.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "valkey").mkdir()
        with (
            servers.embedded_postgres(folder) as postgres,
            servers.embedded_valkey(folder / "valkey") as redis,
        ):
            migrate.upgrade(postgres)
            measured = _measure(postgres, redis, 100 if quick else 1000)
    write_report(measured, ROOT / "docs" / "benchmarks")


def _measure(database_url: str, redis_url: str, requests: int) -> list[Measured]:
    settings = ApiSettings(
        database_url=database_url,
        redis_url=redis_url,
        service_key=SERVICE_KEY,
        signing_keys=new_signing_key(),
        trusted_proxies=1,
        rate_limit_requests="1000000/minute",
        rate_limit_sign_in_address="1000000/minute",
    )
    app = create_app(settings)
    engine = make_engine(database_url, pool_size=2)
    bare = Flask("bare")
    add_plain_list(bare, engine)
    add_plain_list(app, engine)
    client = app.test_client()
    client.post("/api/v2/users", json={"nickname": "ada", "password": PASSWORD})
    grant = {"grant": "password", "nickname": "ada", "password": PASSWORD}
    tokens = client.post("/api/v2/tokens", json=grant).json
    assert tokens
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    new = {"name": "bench", "kind": "public"}
    channel = client.post("/api/v2/channels", json=new, headers=headers).json["id"]  # type: ignore[index]
    path = f"/api/v2/channels/{channel}/messages"
    for _ in range(60):
        client.post(path, json={"source": TEXT}, headers=headers)

    plain_path = f"/plain/channels/{channel}/messages"
    lists = {
        OURS: Caller(app, "GET", path, headers=headers),
        PLAIN: Caller(app, "GET", plain_path, headers=headers),
        BARE: Caller(bare, "GET", plain_path),
    }
    # Side by side, in turns, so that whatever else the machine does falls on all.
    rounds = [
        {
            name: measure(name, caller, "200", requests=requests // 8, warm_up=10)
            for name, caller in lists.items()
        }
        for _ in range(8)
    ]
    measured = [_middle([found[name] for found in rounds]) for name in lists]
    post = Caller(app, "POST", path, headers=headers, json={"source": TEXT})
    measured.append(measure(POST, post, "201", requests=requests, warm_up=50))
    since = ",".join(
        f"{stream}@{seq}"
        for stream, seq in client.get("/api/v2/state", headers=headers).json["streams"].items()
    )  # type: ignore[index]
    sync = Caller(app, "GET", "/api/v2/sync", headers=headers, query_string={"since": since})
    measured.append(measure("sync with nothing new", sync, "200", requests=requests, warm_up=50))
    sign_in = Caller(app, "POST", "/api/v2/tokens", json=grant)
    measured.append(
        measure("sign in (argon2id)", sign_in, "200", requests=max(20, requests // 20), warm_up=3)
    )
    measured += _token_checks(app, str(tokens["access_token"]), requests * 2)
    engine.dispose()
    app.extensions["flack_services"].close()
    return measured


def _token_checks(app: Flask, token: str, times: int) -> list[Measured]:
    services = app.extensions["flack_services"]
    verifier = Verifier(services.signer.key_set, issuer=ISSUER, audience=AUDIENCE)
    tokens = AccessTokens(verifier)
    services.redis.set("flack:bench:session", b"1")
    return [
        measure_call(KNOWN_CHECK, lambda: tokens.caller(token), times=times),
        measure_call(
            "check an access token, for the first time", lambda: verifier.claims(token), times=times
        ),
        measure_call(
            "look a session up in Redis", lambda: services.redis.get("flack:bench:session"), times=times
        ),
    ]


def _middle(measured: list[Measured]) -> Measured:
    """The median by CPU time."""
    return sorted(measured, key=lambda one: one.cpu_us)[len(measured) // 2]


if __name__ == "__main__":
    main()
