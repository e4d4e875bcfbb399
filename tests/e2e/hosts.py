"""Host names of this run, for this process: as lines in /etc/hosts, which tests should not write."""

import os
import socket
from typing import Any

_real = socket.getaddrinfo
_addresses: dict[str, str] = {}


def point(host: str, address: str) -> None:
    """Let a name stand for an IP address, past any proxy."""
    _addresses[host] = address
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(_addresses)
    socket.getaddrinfo = _look_up


def _look_up(host: Any, *arguments: Any, **options: Any) -> Any:
    return _real(_addresses.get(host, host), *arguments, **options)


class Ingress:
    """Where the cluster's ingress controller answers."""

    def __init__(self, address: str, port: int) -> None:
        self.address, self.port = address, port

    def url(self, host: str) -> str:
        """The URL of a host behind it; the name is made known to this process."""
        point(host, self.address)
        return f"http://{host}:{self.port}"
