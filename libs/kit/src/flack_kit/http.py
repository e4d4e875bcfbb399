"""HTTP from one service to another: short time limits, the request's id carried on."""

import httpx2

from flack_kit.request_id import carried_on


def internal_client(base_url: str, *, timeout: float = 5.0) -> httpx2.Client:
    """A pooled client for calls to another Flack service. Raises `httpx2.HTTPError` where it cannot be reached."""

    def carry_request_id(request: httpx2.Request) -> None:
        request.headers.update(carried_on())

    return httpx2.Client(
        base_url=base_url,
        timeout=httpx2.Timeout(timeout, connect=2.0),
        limits=httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30),
        event_hooks={"request": [carry_request_id]},
        trust_env=False,
        follow_redirects=False,
    )
