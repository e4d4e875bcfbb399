"""Asking an installation over HTTP, every answer timed and counted."""

import time
from typing import Any

import aiohttp
import orjson

from .figures import Figures

_CONNECTION_ERRORS = (
    aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, aiohttp.ClientResponseError, ConnectionError,
)  # fmt: skip


class Failed(Exception):
    """A request did not succeed. `status` is 0 where there was no answer."""

    def __init__(self, what: str, status: int = 0, retry_after: float = 0.0) -> None:
        super().__init__(what)
        self.status, self.retry_after = status, retry_after


class Http:
    """A pool of connections to one installation."""

    def __init__(self, url: str, figures: Figures, *, host: str | None = None, seconds: float = 20) -> None:
        self.url, self.host, self._figures = url, host, figures
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=512, keepalive_timeout=30),
            timeout=aiohttp.ClientTimeout(total=seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Host": host} if host else None,
            auto_decompress=True,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def ask(
        self, name: str, method: str, path: str, *, token: str = "", body: Any = None, key: str = "",
        headers: dict[str, str] | None = None, counted: bool = True,
    ) -> Any:  # fmt: skip
        """The JSON of a good answer (None where it has none, text where it is a page). Raises Failed."""
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if key:
            sent["Idempotency-Key"] = key
        data = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            data = orjson.dumps(body)
        began, failure, said = time.perf_counter(), None, b""
        status, after, kind = 0, "", ""
        try:
            async with self._session.request(
                method, self.url + path, data=data, headers=sent, allow_redirects=False
            ) as answer:
                said, status = await answer.read(), answer.status
                after, kind = answer.headers.get("Retry-After", ""), answer.content_type
                if status >= 400:
                    failure = str(status)
        except TimeoutError:
            failure = "timeout"
        except _CONNECTION_ERRORS:
            failure = "connection"
        if counted:
            self._figures.request(name, time.perf_counter() - began, failure)
        if failure is None:
            return orjson.loads(said) if kind.endswith("json") and said else said or None
        what = f"{method} {path.partition('?')[0]}: {failure} {said[:160].decode(errors='replace')}".strip()
        if counted:
            self._figures.problems[f"{name}: {failure} {_code(said)}".strip()] += 1
        raise Failed(what, status, float(after) if after.isdigit() else 0.0)


def _code(said: bytes) -> str:
    """The code of a problem+json body, or nothing."""
    try:
        return str(orjson.loads(said).get("code", ""))
    except (orjson.JSONDecodeError, AttributeError):
        return ""
