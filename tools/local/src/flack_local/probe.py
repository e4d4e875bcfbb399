"""Asking a local HTTP address whether it is well."""

import urllib.error
import urllib.request

_direct = urllib.request.ProxyHandler({})  # never through a proxy that the environment names


def answers_ok(url: str, timeout: float = 2.0) -> bool:
    """Whether GET of the address answers 200 in time."""
    try:
        with urllib.request.build_opener(_direct).open(url, timeout=timeout) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def has_server(url: str, timeout: float = 2.0) -> bool:
    """Whether the ingress passes GET of the address on to a service, whatever that then answers."""
    try:
        with urllib.request.build_opener(_direct).open(url, timeout=timeout):
            return True
    except urllib.error.HTTPError as error:
        return not (error.code == 503 and error.read(100).startswith(b"no available server"))
    except OSError:
        return False
