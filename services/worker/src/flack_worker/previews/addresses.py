"""Which addresses a link may lead to: public unicast ones, by the IANA special-purpose registries.

`ipaddress.is_global` alone is not enough: 64:ff9b::7f00:1 (NAT64 of loopback), fec0::1, ::127.0.0.1
and 224.0.0.1 all pass it. So IPv6 is allowed only inside 2000::/3, the one block from which public
addresses are given out, and everything that embeds an IPv4 address is refused as a whole.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

_REFUSED_V4 = tuple(
    (IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),  # Azure's wire server: public by number only
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "AMT"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved or broadcast"),
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("2001::/23", "protocol assignments, Teredo among them"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
    )
)


def refusal(address: str | Address) -> str | None:
    """Why this address may not be connected to, in a few words, or None if it may.

    Anything that is not an address in its usual spelling is refused too.
    """
    try:
        ip = ip_address(address) if isinstance(address, str) else address
    except ValueError:
        return "not an address"
    if isinstance(ip, IPv4Address):
        found = next((what for network, what in _REFUSED_V4 if ip in network), None)
    elif ip.scope_id is not None:
        found = "has a zone"
    elif ip.ipv4_mapped is not None:
        found = "IPv4-mapped"
    elif ip not in _PUBLIC_V6:
        found = "not public unicast"
    else:
        found = next((what for network, what in _REFUSED_V6 if ip in network), None)
    return found or (None if ip.is_global else "not global")
