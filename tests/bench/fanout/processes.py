"""What the comparison starts and reads: processes, their CPU and memory from /proc, free ports, built C programs."""

import json
import os
import resource
import select
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: "subprocess.Popen[Any]", seconds: float = 180) -> None:
    """Return once something listens there; raise where the process ended or the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")


def build(name: str, into: Path) -> Path:
    """Compile one of the C programs beside this file."""
    into.mkdir(parents=True, exist_ok=True)
    program = into / name
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", program, HERE / f"{name}.c"], check=True)
    return program


def raise_file_limit() -> None:
    """As many open files as the system allows: servers and clients inherit it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def tree(pid: int) -> list[int]:
    """A process and all its descendants: what serves may be a launcher's child, or a worker of several."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread may end while it is looked at
            for child in (task / "children").read_text().split():
                found += tree(int(child))
    return found


@dataclass
class Usage:
    """CPU seconds (user + system) and resident bytes."""

    cpu: float
    rss: int

    @classmethod
    def of(cls, pid: int) -> "Usage":
        """Those of a process and its descendants."""
        parts = [cls.parse(Path(f"/proc/{each}/stat").read_text()) for each in tree(pid)]
        return cls(cpu=sum(part.cpu for part in parts), rss=sum(part.rss for part in parts))

    @classmethod
    def parse(cls, stat: str) -> "Usage":
        """Fields 14, 15 and 24 of /proc/<pid>/stat, as in proc(5). The second one may hold anything."""
        fields = stat.rpartition(")")[2].split()
        return cls(cpu=(int(fields[11]) + int(fields[12])) / TICKS, rss=int(fields[21]) * PAGE)


class Clients:
    """The C program that plays many sockets."""

    def __init__(
        self,
        program: Path,
        port: int,
        sockets: int,
        tokens: Path | None,
        *,
        rate: float,
        first: int = 0,
        api_port: int | None = None,
    ) -> None:
        words = [program, port, sockets, tokens or "-", rate, first, *([api_port] if api_port else [])]
        self._process = subprocess.Popen(
            [str(word) for word in words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._sockets = sockets

    def told(self) -> dict[str, Any]:
        """Wait until all are ready, and whole where they ask api at `api_port` for what they missed, or two minutes
        longer than that should take; how that went."""
        return self._answer()

    def connected(self) -> dict[str, Any]:
        """The same. Raises RuntimeError where not all are ready."""
        answer = self.told()
        if answer["ready"] < self._sockets:
            self.close()
            raise RuntimeError(f"only {answer} of {self._sockets} sockets became ready")
        return answer

    def answered(self) -> bool:
        """Whether there is an answer to read."""
        return bool(select.select([self._process.stdout], [], [], 0)[0])

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the clients ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def say(self, command: str) -> dict[str, Any]:
        """Send a command and return its answer."""
        assert self._process.stdin
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End the program; its sockets close."""
        self._process.kill()
        self._process.wait()
