"""What realtime asks of api, on routes that the ingress does not lead to."""

import math
import random
from typing import Any

import gevent
import orjson
import urllib3
from flack_contracts.internal import (
    SERVICE_KEY_HEADER,
    EndedSessions,
    Memberships,
    MembershipsOfMany,
    V1Outcome,
)
from flack_kit.request_id import carried_on

from flack_realtime.gather import Gather

_GATHER_SECONDS = 0.005  # much shorter than the question itself takes
_MOST_PEOPLE = 500  # api's own limit
_QUESTIONS_AT_ONCE = 2
BUSY_SECONDS = (0.25, 0.5, 1.0, 2.0)
"""How long to wait before asking again, each time that api has too much in hand. To close whoever waits for the answer
would have them all connect anew, which is more work than the answer."""
_TIMEOUT = urllib3.Timeout(connect=2.0, read=5.0)


class ApiAway(Exception):
    """api cannot be reached, or could not answer."""


class ApiBusy(ApiAway):
    """api has too much in hand just now."""


class InternalApi:
    """A client of api's internal routes. Every method raises ApiAway."""

    def __init__(self, base_url: str, service_key: str) -> None:
        # urllib3 itself: the layers that httpx2 has above a connection cost three times as much CPU.
        self._pool = urllib3.connection_from_url(
            base_url, maxsize=100, timeout=_TIMEOUT, retries=False, headers={SERVICE_KEY_HEADER: service_key}
        )
        self._memberships = Gather(
            self._ask_memberships, seconds=_GATHER_SECONDS, most=_MOST_PEOPLE, at_once=_QUESTIONS_AT_ONCE
        )

    def key_set(self) -> dict[str, Any]:
        """api's public keys (a JWKS)."""
        answer: dict[str, Any] = orjson.loads(self._ask("GET", "/api/v2/jwks").data)
        return answer

    def memberships(self, user_id: int) -> Memberships:
        """The channels a person is in, and the newest seq of each of their streams.

        Whoever asks within a few milliseconds shares one request and one query: many do when a pod was lost.
        """
        found = self._memberships(user_id)
        if found is None:
            raise ApiAway("nobody with this id")
        return found

    def session_alive(self, session_id: int) -> bool:
        """Whether a session was neither signed out nor revoked."""
        return self._ask("GET", f"/internal/sessions/{session_id}", missing_ok=True).status != 404

    def ended_sessions(self, seconds: float) -> list[int]:
        """The sessions that have ended within the last seconds."""
        answer = self._ask("GET", f"/internal/sessions/ended?seconds={math.ceil(seconds)}")
        return EndedSessions.model_validate_json(answer.data).session_ids

    def v1_event(self, name: str, arguments: list[Any]) -> V1Outcome:
        """Hand on a v1 client's event."""
        answer = self._ask("POST", "/internal/v1/events", {"name": name, "args": arguments})
        return V1Outcome.model_validate_json(answer.data)

    def v1_offline(self, user_id: int) -> None:
        """The last socket that was tied to a person in v1 has closed."""
        self._ask("POST", "/internal/v1/offline", {"user_id": user_id})

    def _ask_memberships(self, user_ids: list[int]) -> dict[int, Memberships]:
        answer = self._ask_until_free(f"/internal/memberships?users={','.join(map(str, user_ids))}")
        return {
            person.user_id: person for person in MembershipsOfMany.model_validate_json(answer.data).people
        }

    def _ask_until_free(self, path: str) -> urllib3.BaseHTTPResponse:
        for seconds in BUSY_SECONDS:
            try:
                return self._ask("GET", path)
            except ApiBusy:
                gevent.sleep(seconds * random.uniform(0.5, 1.0))
        return self._ask("GET", path)

    def _ask(
        self, method: str, path: str, body: Any = None, *, missing_ok: bool = False
    ) -> urllib3.BaseHTTPResponse:
        headers = {**self._pool.headers, **carried_on()}
        content = None
        if body is not None:
            headers["Content-Type"], content = "application/json", orjson.dumps(body)
        try:
            answer = self._pool.urlopen(method, path, content, headers, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise ApiAway(type(error).__name__) from error
        if 200 <= answer.status < 300 or (missing_ok and answer.status == 404):
            return answer
        raise (ApiBusy if answer.status == 503 else ApiAway)(f"{method} answered {answer.status}")
