"""What web asks api, over HTTP."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx2
from flack_contracts.tokens import TokenAnswer

Json = dict[str, Any]


class ApiAway(Exception):
    """api did not answer, or said that it cannot now. `retry_after`: seconds until it is worth asking again."""

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__("api is away")
        self.retry_after = retry_after


class ApiRefused(Exception):
    """api said no: its status and its problem (RFC 9457), to be passed on as they are."""

    def __init__(self, status: int, problem: Json, retry_after: str | None = None) -> None:
        super().__init__(f"{status} {problem.get('code', '')}")
        self.status = status
        self.problem = problem
        self.retry_after = retry_after


class Api:
    """api's v2, as far as web needs it. `client_address` is passed on, for rate limits by address.

    Every method raises ApiAway, and ApiRefused for an answer of 400 to 499.
    """

    def __init__(self, client: httpx2.Client, *, trusted_proxies: int = 1) -> None:
        self._client = client
        self._hops = max(1, trusted_proxies)
        """api believes as many entries of `X-Forwarded-For` as the installation has proxies, and ignores fewer."""

    def installation(self) -> Json:
        """What anybody may know of the installation."""
        return self._call("GET", "/api/v2/installation")

    def key_set(self) -> Json:
        """The public keys of access tokens."""
        return self._call("GET", "/api/v2/jwks")

    def state(self, access_token: str, client_address: str) -> Json:
        """The snapshot that a client starts from."""
        return self._call("GET", "/api/v2/state", client_address, token=access_token)

    def sign_up(self, body: Json, client_address: str) -> Json:
        """Create an account."""
        return self._call("POST", "/api/v2/users", client_address, body=body)

    def sign_in(self, nickname: str, password: str, client_address: str) -> TokenAnswer:
        """Begin a session at api."""
        body = {"grant": "password", "nickname": nickname, "password": password}
        return TokenAnswer.model_validate(self._call("POST", "/api/v2/tokens", client_address, body=body))

    def refresh(self, refresh_token: str, client_address: str) -> TokenAnswer:
        """New tokens for a session."""
        body = {"grant": "refresh", "refresh_token": refresh_token}
        return TokenAnswer.model_validate(self._call("POST", "/api/v2/tokens", client_address, body=body))

    def revoke(self, refresh_token: str, client_address: str) -> None:
        """End a session at api."""
        self._call("POST", "/api/v2/tokens/revoke", client_address, body={"refresh_token": refresh_token})

    def me(self, access_token: str, client_address: str) -> Json:
        """The user of a token."""
        return self._call("GET", "/api/v2/users/me", client_address, token=access_token)

    def _call(
        self,
        method: str,
        path: str,
        client_address: str = "",
        *,
        token: str | None = None,
        body: Json | None = None,
    ) -> Json:
        address = quote(client_address, safe=".:")
        headers = {"X-Forwarded-For": ", ".join([address] * self._hops)} if address else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            answer = self._client.request(method, path, headers=headers, json=body)
        except httpx2.HTTPError as error:
            raise ApiAway from error
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ApiAway(_seconds(answer.headers.get("Retry-After")))
        parsed = _object(answer)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise ApiRefused(answer.status_code, parsed, answer.headers.get("Retry-After"))
        return parsed


def _object(answer: httpx2.Response) -> Json:
    if not answer.content:
        return {}
    try:
        parsed = answer.json()
    except ValueError as error:
        raise ApiAway from error  # not api that speaks there
    return parsed if isinstance(parsed, dict) else {}


def _seconds(retry_after: str | None) -> int:
    return min(60, int(retry_after)) if retry_after and retry_after.isdecimal() else 2
