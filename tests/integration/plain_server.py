"""A python-socketio server that uses fanout, as a process (`fanout_alone.py`)."""

import subprocess
import sys
import threading
from pathlib import Path

import httpx2
from realtime_support import HTTP
from servers import ports, wait_until


class Plain:
    """A running example server. `gaps` counts how often it announced that messages may be lost."""

    def __init__(self, redis_url: str, *options: str) -> None:
        self.port = ports.take()
        self.url, self.gaps = f"http://127.0.0.1:{self.port}", 0
        program = Path(__file__).with_name("fanout_alone.py")
        self._process = subprocess.Popen(
            [sys.executable, program, str(self.port), redis_url, *options], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.imported = self._process.stdout.readline().strip()
        threading.Thread(target=self._count, daemon=True).start()
        wait_until(self._answers)

    def _count(self) -> None:
        assert self._process.stdout is not None
        for _line in self._process.stdout:
            self.gaps += 1

    def _answers(self) -> bool:
        try:
            return HTTP.get(f"{self.url}/socket.io/?EIO=3").status_code == 400
        except httpx2.HTTPError:
            return False

    def close(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()
