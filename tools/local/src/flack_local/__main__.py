"""`python -m flack_local`: run Flack on this machine until Ctrl-C."""

import argparse
import fcntl
import os
import signal
import sys
import threading
from pathlib import Path

from flack_local.console import Console
from flack_local.demo.run import fill, invitation
from flack_local.ports import is_free
from flack_local.stack import ChildFailed, Stack
from flack_local.supervisor import supervise


def main() -> int:
    """Start, supervise, end. Exit status 1 if it could not start."""
    parser = argparse.ArgumentParser(prog="flack_local", description="Run Flack on this machine.")
    parser.add_argument("--port", type=_port, default=8000, help="port of the ingress on 127.0.0.1 (8000)")
    parser.add_argument(
        "--data", type=Path, default=Path(".flack"), help="folder of the installation (.flack)"
    )
    parser.add_argument("--no-demo", action="store_true", help="begin with an empty installation")
    options = parser.parse_args()
    if not is_free(options.port):
        print(
            f"Port {options.port} is taken: end what uses it, or choose another: make up PORT=8001",
            file=sys.stderr,
        )
        return 1
    options.data.mkdir(parents=True, exist_ok=True)
    with (options.data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Flack already runs from {options.data.resolve()}.", file=sys.stderr)
            return 1
        return _run(options.data, options.port, demo=not options.no_demo)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def _run(data: Path, port: int, demo: bool) -> int:
    end = threading.Event()
    console = Console()
    os.environ.setdefault("FLACK_LOG_FORMAT", "console")
    stack = Stack(data, port, console=console)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _Interrupt(end))
    try:
        stack.up(prepared=lambda: fill(stack) if demo else None)
        console.line(f"\nready {stack.url}\n")
        for line in invitation(stack):
            console.line(line)
        console.line(f"Logs: {stack.layout.logs}   End: Ctrl-C")
        supervise(stack, end)
    except KeyboardInterrupt:
        pass
    except ChildFailed as failed:
        console.failure(f"{failed.name} {failed.reason} ({stack.layout.logs / failed.name}.log)", failed.log)
        return 1
    finally:
        end.set()
        console.step("ending")
        stack.down()
        console.step("ended")
    return 0


class _Interrupt:
    """The first signal ends the run wherever it is; later ones change nothing, the end is under way."""

    def __init__(self, end: threading.Event) -> None:
        self._end = end

    def __call__(self, number: int, frame: object) -> None:
        if not self._end.is_set():
            self._end.set()
            raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
