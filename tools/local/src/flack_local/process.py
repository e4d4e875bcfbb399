"""One child process: how it is started, ended, and what it last said."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import psutil

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Spec:
    """What to run, and how to see that it is ready to work."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    ready: Callable[[], bool]
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15.0


class Child:
    """A process of a Spec. Its output goes to its log file; the run before is kept as `.1`."""

    def __init__(self, spec: Spec, log: Path) -> None:
        self.spec = spec
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """The name under which it is spoken of."""
        return self.spec.name

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process and self.running else None

    @property
    def running(self) -> bool:
        """Whether the process exists."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs or before it ran."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start the process. Call it from a thread that lives on: its end would end the child (PDEATHSIG)."""
        if self.running:
            return
        with self.log.open("ab") as output:
            self._process = _spawn(self.spec, output)

    def stop(self) -> None:
        """Ask it to end as its kind wants to be asked, and end what is left of it after its time."""
        if self._process is None:
            return
        family = self._family()
        for member in family:  # a suspended process cannot hear the request
            _signal(member, signal.SIGCONT)
        if self.running:
            self._process.send_signal(self.spec.stop_signal)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self.spec.stop_seconds)
        self._end(family)

    def kill(self) -> None:
        """End it and its children at once, without a chance to clean up."""
        if self._process is not None:
            self._end(self._family())

    def suspend(self) -> None:
        """Freeze it and its children: connections stay open and nothing is answered."""
        for member in self._family():
            _signal(member, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `suspend`."""
        for member in self._family():
            _signal(member, signal.SIGCONT)

    def tail(self, lines: int = 20) -> list[str]:
        """The last lines of its log."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 64 * 1024))
            return file.read().decode(errors="replace").splitlines()[-lines:]

    def _family(self) -> list[psutil.Process]:
        """The process and all that descend from it (PostgreSQL's children leave its process group)."""
        if self._process is None or not self.running:
            return []
        try:
            leader = psutil.Process(self._process.pid)
            return [leader, *leader.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def _end(self, family: list[psutil.Process]) -> None:
        assert self._process is not None
        for member in family:
            _signal(member, signal.SIGKILL)
        self._process.wait(10)


def rotate(log: Path) -> None:
    """Begin a new log file and keep the one of the run before."""
    if log.exists():
        log.replace(log.with_name(log.name + ".1"))


def _signal(member: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        member.send_signal(number)


def _spawn(spec: Spec, output: BinaryIO) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(spec.command),
        env=dict(spec.environment),
        cwd=spec.folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C reaches the manager only, which then ends everything in order
        preexec_fn=_end_with_parent(spec.stop_signal),
        user=spec.user,
        group=spec.user,
        extra_groups=None if spec.user is None else [],
    )


def _end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """What makes a child end when the manager is killed. Linux only; elsewhere the next start ends what is left."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it was killed before the line above
            os._exit(1)

    return prepare
