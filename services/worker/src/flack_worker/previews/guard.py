"""The network under a fetch: it connects only to checked addresses and keeps one deadline for everything.

httpcore2 opens every connection through a `NetworkBackend`; ours resolves the name itself and connects to
the very address that it checked, so that a name cannot change its mind in between (DNS rebinding).
"""

import ssl
import time
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

import httpcore2
from httpcore2 import SOCKET_OPTION

from flack_worker.previews.errors import Refused, TooSlow, Unreachable
from flack_worker.previews.origins import Target
from flack_worker.previews.resolve import addresses_of

CONNECT_SECONDS = 2.0


class Deadline:
    """The moment at which a fetch is over, whatever trickles in."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        """Seconds that remain. Raises `TooSlow` when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TooSlow("deadline")
        return left if at_most is None else min(left, at_most)


class DeadlineStream(httpcore2.NetworkStream):
    """A connection on which each read and write may take only what is left of the whole fetch's time."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return DeadlineStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # the base class's signature
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections for one target, to checked addresses only."""

    def __init__(self, target: Target, deadline: Deadline) -> None:
        self._target = target
        self._deadline = deadline
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        found = addresses_of(
            host, port, exempt=self._target.exempt, seconds=self._deadline.left(CONNECT_SECONDS)
        )
        for address in found:
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.left(CONNECT_SECONDS), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
            self._check_peer(stream, address)
            return DeadlineStream(stream, self._deadline)
        raise Unreachable("connect")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SOCKET_OPTION] | None = None
    ) -> httpcore2.NetworkStream:
        raise Refused("unix socket")

    def _check_peer(self, stream: httpcore2.NetworkStream, address: str) -> None:
        """Belt and braces: what the kernel says we are connected to is what was checked."""
        peer = stream.get_extra_info("server_addr")[0]
        if ip_address(peer) != ip_address(address):
            stream.close()
            raise Refused("peer")
