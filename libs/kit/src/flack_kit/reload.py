"""For development in a cluster: `python -m flack_kit.reload flack_api` runs a service, anew whenever its code changes.

`skaffold dev` copies edited files into the pods; the chart's `development.sync` puts this in front of each service. It
looks at the files' times, because not every volume tells of changes.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

_SUFFIXES = (".py", ".html", ".json", ".txt")
_LOOK_SECONDS = 0.5

Times = dict[str, float]


def times(root: Path) -> Times:
    """When each source file under a folder was last written, in seconds since the epoch."""
    found: Times = {}
    for path in root.rglob("*"):
        if path.suffix in _SUFFIXES:
            try:
                found[str(path)] = path.stat().st_mtime
            except FileNotFoundError:  # replaced just now: seen at the next look
                continue
    return found


class Reloader:
    """Keeps one child running, as process 1 of a container does."""

    def __init__(self, root: Path, command: list[str]) -> None:
        self._root, self._command = root, command
        self._ending = False

    def run(self) -> int:
        """Run until SIGTERM or SIGINT, which the child is given too; returns its exit status.

        A child that ends by itself, for instance by a mistake in the code, is started again at the next change.
        """
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        while True:
            before = times(self._root)
            self._child = subprocess.Popen(self._command)
            if self._ending:  # the signal came while it was being started
                self._child.send_signal(signal.SIGTERM)
            while not self._ending and (now := times(self._root)) == before:
                time.sleep(_LOOK_SECONDS)
            if self._ending:
                return self._child.wait()
            changed = sorted(path for path in {*before, *now} if before.get(path) != now.get(path))
            print(f"flack: {changed[0]} has changed: starting anew", file=sys.stderr, flush=True)  # noqa: T201
            self._child.terminate()
            self._child.wait()

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._ending = True
        self._child.send_signal(signal.SIGTERM)


def main() -> None:
    """Run the module that the first argument names, with the other arguments, and watch the folder it is in."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m flack_kit.reload MODULE [ARGUMENT ...]")
    sys.exit(Reloader(Path.cwd(), [sys.executable, "-m", *sys.argv[1:]]).run())


if __name__ == "__main__":
    main()
