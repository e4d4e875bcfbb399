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
