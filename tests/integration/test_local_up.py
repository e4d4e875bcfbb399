"""`make up`'s program as its user meets it: what it prints, and that it leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx2
import psutil
import pytest
from flack_local.ports import Ports
from servers import wait_until

eventually = partial(wait_until, seconds=120)


class Run:
    """One run of the program."""

    def __init__(self, data: Path, port: int, output: Path) -> None:
        self.data, self.port, self.output = data, port, output
        with output.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flack_local", "--data", str(data), "--port", str(port)],
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.output.read_text()

    def ready(self) -> None:
        eventually(
            lambda: f"ready http://127.0.0.1:{self.port}" in self.text or self.process.poll() is not None
        )
        assert self.process.poll() is None, self.text

    def children(self) -> list[int]:
        listed = json.loads((self.data / "run/processes.json").read_text())["children"]
        return [entry["pid"] for entry in listed]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[], Run]]:
    runs: list[Run] = []
    port = Ports().take()

    def start() -> Run:
        runs.append(Run(tmp_path / "flack", port, tmp_path / f"output-{len(runs)}"))
        return runs[-1]

    yield start
    for started in runs:
        if started.process.poll() is None:
            started.process.kill()
        started.process.wait()


def alive(pids: list[int]) -> list[int]:
    return [
        pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    ]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_it_starts_with_demo_data_survives_being_killed_and_ends_clean(run: Callable[[], Run]) -> None:
    first = run()
    first.ready()
    login = next(line.split() for line in first.text.splitlines() if line.strip().startswith("mara"))
    body = {"grant": "password", "nickname": login[0], "password": login[1]}
    url = f"http://127.0.0.1:{first.port}/api/v2"
    tokens = httpx2.post(f"{url}/tokens", json=body, timeout=30).json()
    assert tokens["user"]["role"] == "administrator"
    state = httpx2.get(
        f"{url}/state", headers={"Authorization": f"Bearer {tokens['access_token']}"}, timeout=30
    ).json()
    assert len(state["channels"]) >= 8
    assert sum(channel["last_position"] for channel in state["channels"]) > 150
    assert any(channel["last_position"] > channel["last_read_position"] for channel in state["channels"])
    assert {oct(path.stat().st_mode & 0o777) for path in (first.data / "keys").iterdir()} == {"0o600"}

    second = run()  # while the first one runs
    assert second.process.wait(30) == 1
    assert second.text.count("\n") == 1
    assert str(second.port) in second.text

    children = first.children()
    assert len(alive(children)) == len(children) >= 8
    first.process.kill()
    first.process.wait()
    eventually(lambda: not alive(children), seconds=60)

    again = run()
    again.ready()
    assert login[1] in again.text
    children = again.children()
    os.kill(again.process.pid, signal.SIGINT)
    assert again.process.wait(60) == 0
    assert not alive(children)
