"""Fetching one link: at most five redirects, five seconds and 512 KiB, all told."""

import ssl
import zlib
from dataclasses import dataclass

import httpcore2
import httpx2

from flack_worker.previews.errors import LinkError, TooManyRedirects, TooSlow, Unreachable
from flack_worker.previews.guard import Deadline, GuardedBackend
from flack_worker.previews.hosts import HostGate
from flack_worker.previews.origins import OriginPolicy, Target
from flack_worker.previews.page import Page, is_html, read_page

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS: dict[bytes | str, bytes | str] = {
    "User-Agent": "FlackBot/2.0 (link preview)",
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
    "Accept-Language": "en;q=0.8,*;q=0.5",
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True)
class Limits:
    """What a page may cost."""

    seconds: float = 5.0
    bytes: int = 512 * 1024
    redirects: int = 5


class Fetcher:
    """Fetches pages. One for a process: it holds the TLS settings and the count of fetches a host."""

    def __init__(
        self, policy: OriginPolicy, limits: Limits | None = None, gate: HostGate | None = None
    ) -> None:
        self._policy = policy
        self._limits = limits or Limits()
        self._gate = gate or HostGate()
        self._tls = ssl.create_default_context()

    @property
    def seconds(self) -> float:
        """How long a fetch may take."""
        return self._limits.seconds

    def fetch(self, link: str) -> Page:
        """What the page behind a link says of itself. Raises `LinkError` for a link that yields nothing.

        Anything but a final status 200 is `Unreachable`, as v1's contract has it.
        """
        deadline = Deadline(self._limits.seconds)
        target = self._policy.check(link)
        for _ in range(self._limits.redirects + 1):
            with self._gate.enter(target.host_and_port, deadline):
                answer = self._get(target, deadline)
            if isinstance(answer, Page):
                return answer
            target = self._policy.check(answer)
        raise TooManyRedirects(str(self._limits.redirects))

    def _get(self, target: Target, deadline: Deadline) -> Page | str:
        """One request: the page, or the address that it redirects to."""
        backend = GuardedBackend(target, deadline)
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._limits.seconds)
        try:
            with (
                httpcore2.ConnectionPool(
                    ssl_context=self._tls,
                    network_backend=backend,
                    max_connections=1,
                    max_keepalive_connections=0,
                ) as pool,
                pool.stream(
                    "GET", str(target.url), headers=_HEADERS, extensions={"timeout": timeouts}
                ) as response,
            ):
                return self._read(target, response)
        except LinkError:
            raise
        except httpcore2.TimeoutException as error:
            raise TooSlow("timeout") from error
        except (
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
            httpcore2.UnsupportedProtocol,
            httpx2.InvalidURL,
            OSError,  # TLS failures among them
            ValueError,  # h11 on header values that it will not send
            zlib.error,
        ) as error:
            raise Unreachable(type(error).__name__) from error

    def _read(self, target: Target, response: httpcore2.Response) -> Page | str:
        headers = httpx2.Headers(response.headers)
        if response.status in _REDIRECTS and "location" in headers:
            return str(target.url.join(headers["location"]))
        if response.status != 200:
            raise Unreachable(f"status {response.status}")
        content_type = headers.get("content-type", "")
        body = self._body(response, headers) if is_html(content_type) else b""
        return read_page(body, content_type)

    def _body(self, response: httpcore2.Response, headers: httpx2.Headers) -> bytes:
        """The first 512 KiB of the page. What it says of its own length is not believed, nor that it is not packed."""
        unpack = _unpacker(headers.get("content-encoding", ""))
        body = bytearray()
        received = 0
        for chunk in response.iter_stream():
            received += len(chunk)
            room = self._limits.bytes - len(body)
            body += unpack.decompress(chunk, room) if unpack else chunk[:room]
            if len(body) >= self._limits.bytes or received >= self._limits.bytes:
                break
        return bytes(body)


def _unpacker(encoding: str) -> "zlib._Decompress | None":
    """Sites that pack although told not to are read all the same, never past the size limit."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: tell gzip from zlib by its header
    raise Unreachable("content encoding")
