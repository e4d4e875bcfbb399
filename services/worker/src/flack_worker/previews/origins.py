"""The parts of a link that decide whether it may be followed at all, before any name is looked up."""

from collections.abc import Iterable
from dataclasses import dataclass

import httpx2

from flack_worker.previews.errors import Refused

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PORTS = frozenset({80, 443, 8080, 8443})
"""Where web sites listen. Anything else is more likely somebody's database."""
MAX_URL_LENGTH = 2048


@dataclass(frozen=True)
class Target:
    """A link that may be followed, as far as its text tells."""

    url: httpx2.URL
    host: str
    port: int
    exempt: bool
    """On the operator's list: its address need not be public."""

    @property
    def host_and_port(self) -> str:
        """The key under which fetches are counted."""
        return f"{self.host}:{self.port}"


def origin_of(url: httpx2.URL) -> tuple[str, str, int]:
    """Scheme, host and port of a URL, the default port filled in. Port 0 where there is none."""
    return url.scheme, url.raw_host.decode("ascii").lower(), url.port or _DEFAULT_PORTS.get(url.scheme, 0)


class OriginPolicy:
    """Decides by scheme, port and origin; knows the operator's exact exceptions."""

    def __init__(self, allowed_origins: Iterable[str] = ()) -> None:
        self._allowed = frozenset(origin_of(httpx2.URL(origin)) for origin in allowed_origins)

    def check(self, link: str) -> Target:
        """Parse a link. Raises `Refused` where it may not be followed whatever its address is."""
        if len(link) > MAX_URL_LENGTH:
            raise Refused("too long")
        try:
            url = httpx2.URL(link)
            scheme, host, port = origin_of(url)
        except (httpx2.InvalidURL, ValueError, UnicodeError) as error:
            raise Refused("not a URL") from error
        if scheme not in _DEFAULT_PORTS:
            raise Refused("scheme")
        if url.userinfo:
            raise Refused("user name in URL")
        if not host or "%" in host:
            raise Refused("host")
        exempt = (scheme, host, port) in self._allowed
        if not exempt and port not in _PORTS:
            raise Refused("port")
        return Target(url=url.copy_with(fragment=None), host=host, port=port, exempt=exempt)
