"""What realtime asks of api, on routes that the ingress does not lead to."""

from typing import Any

import httpx2
from flack_contracts.internal import SERVICE_KEY_HEADER, Memberships, V1Outcome
from flack_kit.http import internal_client


class ApiAway(Exception):
    """api cannot be reached, or could not answer."""


class InternalApi:
    """A client of api's internal routes. Every method raises ApiAway."""

    def __init__(self, base_url: str, service_key: str) -> None:
        self._client = internal_client(base_url, headers={SERVICE_KEY_HEADER: service_key})

    def key_set(self) -> dict[str, Any]:
        """api's public keys (a JWKS)."""
        answer: dict[str, Any] = self._ask("GET", "/api/v2/jwks").json()
        return answer

    def memberships(self, user_id: int) -> Memberships:
        """The channels a person is in, and the newest seq of each of their streams."""
        return Memberships.model_validate_json(
            self._ask("GET", f"/internal/users/{user_id}/memberships").content
        )

    def session_alive(self, session_id: int) -> bool:
        """Whether a session was neither signed out nor revoked."""
        return self._ask("GET", f"/internal/sessions/{session_id}", missing_ok=True).status_code != 404

    def v1_event(self, name: str, arguments: list[Any]) -> V1Outcome:
        """Hand on a v1 client's event."""
        answer = self._ask("POST", "/internal/v1/events", {"name": name, "args": arguments})
        return V1Outcome.model_validate_json(answer.content)

    def v1_offline(self, user_id: int) -> None:
        """The last socket that was tied to a person in v1 has closed."""
        self._ask("POST", "/internal/v1/offline", {"user_id": user_id})

    def _ask(self, method: str, path: str, body: Any = None, *, missing_ok: bool = False) -> httpx2.Response:
        try:
            answer = self._client.request(method, path, **({} if body is None else {"json": body}))
        except httpx2.HTTPError as error:
            raise ApiAway(type(error).__name__) from error
        if answer.is_success or (missing_ok and answer.status_code == 404):
            return answer
        raise ApiAway(f"{method} answered {answer.status_code}")
