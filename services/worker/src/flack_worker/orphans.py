"""In a container this program is process 1, and inherits every process whose parent has ended."""

import os
import signal
from contextlib import suppress


def bury_orphans() -> None:
    """Reap them, so that no zombie keeps its place in the table. Elsewhere the system's own process 1 does."""
    if os.getpid() == 1:
        signal.signal(signal.SIGCHLD, lambda *_: reap())


def reap() -> None:
    """Take the exit status of every child that has ended. Flack starts none whose status it would want."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
