"""api as a process, and what its old version costs: started anew with and without v1, asked the same."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import servers
from api_fixtures import PASSWORD, new_signing_key
from client import always, ask, caller, request
from flack_contracts.tokens import AccessClaims
from flack_kit.jwt import Signer
from processes import Server, running, settings

LISTS = 1000
BATCH = 100
TEXT = "A believable message with *some* emphasis, `code` and a thought or two about the release. "


@contextmanager
def api(database_url: str, redis_url: str, **more: str) -> Iterator[Server]:
    """Flack's api, as production runs it, after its first requests."""
    port = servers.ports.take()
    environment = settings(database_url, redis_url, port, FLACK_DATABASE_POOL_SIZE="4", **more)
    with running("api", [sys.executable, "-m", "flack_api"], port, environment) as server:
        ask(port, always(request("GET", "/api/v2/jwks", {})), 200, times=20, connections=1)
        yield server


class Versions:
    """A channel with a page of messages, which api lists with and without v1."""

    def __init__(self, database_url: str, redis_url: str) -> None:
        self._urls, self._key = (database_url, redis_url), new_signing_key()
        with self._api("true") as server:
            call = caller(server.port)
            call("POST", "/users", {"nickname": "ada", "password": PASSWORD})
            call = caller(server.port, self._headers())
            self._channel = call("POST", "/channels", {"name": "lists", "kind": "public"})["id"]
            for _ in range(60):
                call("POST", f"/channels/{self._channel}/messages", {"source": TEXT})

    def measure(self) -> dict[str, dict[str, float]]:
        """A list's CPU µs in processes that were just started, and their resident bytes after all were asked."""
        make = always(request("GET", f"/api/v2/channels/{self._channel}/messages", self._headers()))
        with self._api("true") as old_too, self._api("false") as new_only:
            both = {"with v1": old_too, "without v1": new_only}
            for server in both.values():
                ask(server.port, make, 200, times=2 * BATCH, connections=4)
            before = {name: server.cpu() for name, server in both.items()}
            for _ in range(LISTS // BATCH):  # in turns, so that what else the machine does is shared
                for server in both.values():
                    ask(server.port, make, 200, times=BATCH, connections=4)
            return {
                name: {"cpu_us": (server.cpu() - before[name]) / LISTS * 1e6, "rss": server.memory()}
                for name, server in both.items()
            }

    @contextmanager
    def _api(self, v1: str) -> Iterator[Server]:
        with api(*self._urls, FLACK_SIGNING_KEYS=self._key, FLACK_V1_ENABLED=v1) as server:
            yield server

    def _headers(self) -> dict[str, str]:
        """Signed in as the first user, for as long as a round takes."""
        now = int(time.time())
        claims = AccessClaims(sub="1", sid="1", role="administrator", iat=now, exp=now + 600)
        return {"Authorization": f"Bearer {Signer(self._key).sign(claims.model_dump())}"}
