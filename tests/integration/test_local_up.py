"""`make up`'s program as its user meets it: what it prints, and that it leaves nothing behind."""

import json
import os
import signal
import socket
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

    def __init__(self, data: Path, port: int, output: Path, *options: str, **environment: str) -> None:
        self.data, self.port, self.output = data, port, output
        with output.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flack_local", "--data", str(data), "--port", str(port), *options],
                env={**os.environ, **environment},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.output.read_text()

    def ready(self) -> None:
        eventually(lambda: "End: Ctrl-C" in self.text or self.process.poll() is not None)  # its last line
        assert self.process.poll() is None, self.text
        assert f"ready http://127.0.0.1:{self.port}" in self.text

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v2"

    def children(self) -> list[int]:
        listed = json.loads((self.data / "run/processes.json").read_text())["children"]
        return [entry["pid"] for entry in listed]

    def descendants(self) -> list[int]:
        """Its children and theirs: PostgreSQL's and gunicorn's processes as well."""
        return [process.pid for process in psutil.Process(self.process.pid).children(recursive=True)]


MakeRun = Callable[..., Run]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[MakeRun]:
    runs: list[Run] = []
    port = Ports().take()

    def start(*options: str, **environment: str) -> Run:
        runs.append(Run(tmp_path / "flack", port, tmp_path / f"output-{len(runs)}", *options, **environment))
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


def works_in(process: psutil.Process, folder: Path) -> bool:
    """Whether a process has its working directory in this folder: every child of ours does."""
    try:
        return process.cwd().startswith(str(folder))
    except psutil.Error:
        return False


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_it_starts_with_demo_data_survives_being_killed_and_ends_clean(run: MakeRun) -> None:
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


def test_a_port_that_something_else_listens_on_is_said_in_one_line(run: MakeRun, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", Ports().take())) as foreign:
        port = foreign.getsockname()[1]
        refused = run("--port", str(port))
        assert refused.process.wait(60) == 1
    line = f"Port {port} is taken: end what uses it, or choose another: make up PORT=8001\n"
    assert refused.text == line
    assert not refused.data.exists()


@pytest.mark.parametrize("port", ["0", "65536", "eighty"])
def test_what_is_no_port_is_said(run: MakeRun, port: str) -> None:
    refused = run("--port", port)
    assert refused.process.wait(60) == 2
    assert "argument --port: a port is a number from 1 to 65535" in refused.text
    assert "Traceback" not in refused.text


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_service_that_does_not_start_is_named_with_its_last_words(run: MakeRun) -> None:
    broken = run("--no-demo", FLACK_REQUESTS_IN_HAND="none")
    assert broken.process.wait(240) == 1
    title, *said = broken.text.partition("✗ ")[2].splitlines()
    assert title == f"api ended with status 78 ({broken.data / 'log/api.log'})"
    assert any("FLACK_REQUESTS_IN_HAND" in line for line in said)
    assert "flack_local" not in broken.text, "no traceback of the program itself"
    assert not [process for process in psutil.process_iter() if works_in(process, broken.data)]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_term_and_ctrl_c_end_every_process_and_keep_the_data(run: MakeRun) -> None:
    first = run("--no-demo")
    first.ready()
    kept = {"nickname": "kept", "password": "a bicycle by the canal"}
    assert httpx2.post(f"{first.url}/users", json=kept, timeout=30).status_code == 201
    descendants = first.descendants()
    assert len(descendants) > len(first.children()) >= 8
    first.process.terminate()
    assert first.process.wait(60) == 0
    assert not alive(descendants)
    assert not (first.data / "run/processes.json").exists()

    second = run("--no-demo")
    second.ready()
    answer = httpx2.post(f"{second.url}/tokens", json={"grant": "password", **kept}, timeout=30)
    assert answer.status_code == 200
    descendants = second.descendants()
    os.killpg(second.process.pid, signal.SIGINT)  # as a terminal does: to all in the foreground
    assert second.process.wait(60) == 0
    assert not alive(descendants)
    assert "Traceback" not in first.text + second.text


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_ctrl_c_while_it_starts_leaves_nothing(run: MakeRun) -> None:
    started = run("--no-demo")
    eventually(lambda: "starting postgres" in started.text and started.descendants())
    os.killpg(started.process.pid, signal.SIGINT)
    assert started.process.wait(60) == 0
    assert not [process for process in psutil.process_iter() if works_in(process, started.data)]
    assert "Traceback" not in started.text
