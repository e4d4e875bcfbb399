"""Free TCP ports on the loopback interface."""

import random
import socket

# Below the range from which systems take the local ports of outgoing connections: a port that is free stays free,
# also while the process that owns it is down and will come back.
LOWEST, HIGHEST = 20_000, 29_999


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Ports:
    """Hands out ports that are free and not handed out before by this object."""

    def __init__(self) -> None:
        self._taken: set[int] = set()

    def take(self) -> int:
        """A free port."""
        for _ in range(1000):
            port = random.randint(LOWEST, HIGHEST)
            if port not in self._taken and is_free(port):
                self._taken.add(port)
                return port
        raise RuntimeError(f"no free port between {LOWEST} and {HIGHEST}")
