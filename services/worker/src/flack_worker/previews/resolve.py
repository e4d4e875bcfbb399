"""From a host's name to the addresses that may be connected to."""

import socket
from ipaddress import ip_address

import dns.exception
import dns.resolver

from flack_worker.previews.addresses import refusal
from flack_worker.previews.errors import Refused, TooSlow, Unreachable

MAX_ADDRESSES = 3


def addresses_of(host: str, port: int, *, exempt: bool, seconds: float) -> list[str]:
    """The addresses of a host, at most three, each of them checked.

    A name with one forbidden address among public ones is refused as a whole: an honest site has none.
    Names are asked for as they stand: no search domain, so `http://kubernetes` is nobody. dnspython
    instead of `getaddrinfo` because that one cannot be given a time limit, and under gevent a name
    server that never answers would fill the hub's few resolver threads for everybody.
    """
    host = host.removeprefix("[").removesuffix("]")
    if exempt:
        return _from_system(host, port)
    try:
        found = [str(ip_address(host))]
    except ValueError:
        found = _from_dns(host, seconds)
    for address in found:
        if reason := refusal(address):
            raise Refused(reason)
    return found[:MAX_ADDRESSES]


def _from_dns(host: str, seconds: float) -> list[str]:
    if "." not in host.rstrip("."):
        raise Unreachable("single label")
    try:
        resolver = dns.resolver.get_default_resolver()
        for kind in ("A", "AAAA"):
            answer = resolver.resolve(host, kind, lifetime=seconds, search=False, raise_on_no_answer=False)
            if answer.rrset:
                return [str(record.address) for record in answer.rrset]
    except dns.exception.Timeout as error:
        raise TooSlow("name look-up") from error
    except (dns.exception.DNSException, UnicodeError) as error:
        raise Unreachable("name look-up") from error
    raise Unreachable("no address")


def _from_system(host: str, port: int) -> list[str]:
    """The operator's own origins may live in the hosts file or the search domain."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable("name look-up") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))[:MAX_ADDRESSES]
