"""Where servers listen: every port is bound here, and whoever comes is called by their usual address."""

import socket
from ipaddress import IPv6Address, ip_address
from typing import Any

EVERYWHERE = "::"
"""Every address of the host, IPv6 and IPv4: a pod has one or both, as its cluster has."""


def listen(bind: str, port: int, *, backlog: int = 128) -> socket.socket:
    """A socket that listens: at `EVERYWHERE`, which is all of IPv4 where the host has no IPv6, or at one address.

    Raises OSError where the address is not this host's or the port is taken.
    """
    if bind != EVERYWHERE:
        family = socket.AF_INET6 if ":" in bind else socket.AF_INET
        return socket.create_server((bind, port), family=family, backlog=backlog)
    if not socket.has_dualstack_ipv6():
        return socket.create_server(("", port), backlog=backlog)
    return socket.create_server((bind, port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=backlog)


def usual(peer: Any) -> Any:
    """A peer as `accept` tells it, under the address that it has: a socket for both families calls 192.0.2.1
    `::ffff:192.0.2.1` (RFC 4291, section 2.5.5.2), which no list of proxies and no limit by address knows."""
    address = ip_address(peer[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped), peer[1]
    return peer
