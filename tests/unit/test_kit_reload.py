"""A service under development: run anew when its code changes, and ended when it is told to."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CODE = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: (print("ended", flush=True), sys.exit(5)))
print("hello from {name} with " + " ".join(sys.argv[1:]), flush=True)
signal.pause()
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "greeting.py").write_text(CODE.format(name="Ann"))
    process = subprocess.Popen(
        [sys.executable, "-m", "flack_kit.reload", "greeting", "an", "argument"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.terminate()  # which ends the child too
    process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_edited_code_is_run_anew(running: subprocess.Popen[str], tmp_path: Path) -> None:
    assert said(running) == "hello from Ann with an argument"

    (tmp_path / "greeting.py").write_text(CODE.format(name="Ben"))

    assert said(running) == "ended"
    assert said(running) == "hello from Ben with an argument"


def test_code_that_fails_waits_for_the_next_change(running: subprocess.Popen[str], tmp_path: Path) -> None:
    assert said(running)
    (tmp_path / "greeting.py").write_text("print('oops', flush=True); raise SystemExit(1)")
    assert (said(running), said(running)) == ("ended", "oops")
    assert running.poll() is None

    (tmp_path / "greeting.py").write_text(CODE.format(name="Ann"))

    assert said(running) == "hello from Ann with an argument"


def test_a_signal_reaches_the_child_and_its_status_comes_back(running: subprocess.Popen[str]) -> None:
    assert said(running)

    running.send_signal(signal.SIGTERM)

    assert said(running) == "ended"
    assert running.wait(10) == 5
