"""`make load`'s program as its user meets it, against a whole installation, for some seconds."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from flack_local.ports import Ports
from flack_local.stack import Stack

ROOT = Path(__file__).parents[2]


def start(folder: Path, *options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.load", "--data", str(folder / "data"), *options]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ
    )


def load(folder: Path, *options: str) -> tuple[int, str]:
    process = start(folder, *options)
    said, _ = process.communicate(timeout=150)
    return process.returncode, said


def stopped(process: "subprocess.Popen[str]", at: str) -> str:
    """Press Ctrl-C once it has said this; returns all that it said."""
    assert process.stdout
    said = ""
    while at not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    process.send_signal(signal.SIGINT)
    return said + process.communicate(timeout=60)[0]


def test_a_handful_of_people_lose_nothing_and_leave_a_report(stack: Stack, tmp_path: Path) -> None:
    options = ("--url", stack.url, "--users", "8", "--seconds", "10", "--pace", "40", "--seed", "5")

    status, said = load(tmp_path, *options, "--out", str(tmp_path / "report"))

    assert "lost 0 of" in said, said
    found = json.loads((tmp_path / "report/report.json").read_text())
    assert found["measured"]["users"] == 8
    assert found["measured"]["requests"] > 0
    assert found["order"]["acknowledged"] > 0
    assert found["order"]["lost"] == found["order"]["never_seen"] == 0
    assert {"api", "realtime", "postgres"} <= set(found["measured"]["cores"])
    assert status == (0 if found["good"] else 1)
    assert "## Was anything lost?" in (tmp_path / "report/report.md").read_text()
    assert (tmp_path / "report/report.svg").read_text().startswith("<svg")


def test_accounts_are_made_once_and_kept_for_their_owner_only(stack: Stack, tmp_path: Path) -> None:
    options = ("--url", stack.url, "--users", "3", "--prepare")
    assert "accounts: 3 of 3" in load(tmp_path, *options)[1]

    status, said = load(tmp_path, *options)

    assert (status, said) == (0, "")
    (kept,) = (tmp_path / "data").iterdir()
    assert kept.stat().st_mode & 0o077 == 0


def test_feedback_says_how_many_are_carried(stack: Stack, tmp_path: Path) -> None:
    people = ("--users=3", "--first=2", "--pace=40")
    options = ("--url", stack.url, "--feedback", "--seconds", "10", *people)

    _, said = load(tmp_path, *options, "--out", str(tmp_path / "report"))

    assert re.search(r"carr(y|ies) (at least )?[\d,]+ users", said), said
    assert "## What was tried" in (tmp_path / "report/report.md").read_text()


def test_ctrl_c_ends_a_run_with_its_report(stack: Stack, tmp_path: Path) -> None:
    process = start(
        tmp_path, "--url", stack.url, "--users", "3", "--seconds", "100", "--out", str(tmp_path / "out")
    )

    said = stopped(process, "measured")

    assert "Stopping." in said
    assert re.search(r"; stopped after \d+ of 100 s", (tmp_path / "out/report.md").read_text())
    assert "Traceback" not in said


def test_ctrl_c_in_a_step_of_the_feedback_mode_leaves_a_report_and_confirms_nothing(
    stack: Stack, tmp_path: Path
) -> None:
    people = ("--users=3", "--first=3", "--pace=40", "--seconds=100")
    process = start(tmp_path, "--url", stack.url, "--feedback", *people, "--out", str(tmp_path / "out"))

    said = stopped(process, "raising with 3")

    assert process.returncode == 1, said
    assert "Stopped before a number was confirmed; no step had ended." in said
    assert "| 3 | raising, stopped |" in (tmp_path / "out/report.md").read_text()


def test_ctrl_c_while_accounts_are_made_is_no_run(stack: Stack, tmp_path: Path) -> None:
    for what in ("--prepare", "--seconds=10"):
        process = start(tmp_path, "--url", stack.url, "--users", "300", what)

        said = stopped(process, "accounts: ")

        assert process.returncode == 2, said
        assert re.search(r"Stopped\. \d+ accounts are kept in", said)


def test_bad_options_are_refused_in_one_sentence(tmp_path: Path) -> None:
    status, output = load(tmp_path, "--url", "http://127.0.0.1:9", "--users", "many")

    assert (status, output) == (2, "USERS=many is no whole number.\n")


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    status, said = load(tmp_path, "--url=http://127.0.0.1:9", "--users=1", "--out", str(tmp_path / "file"))

    assert (status, said) == (2, f"OUT={tmp_path}/file cannot be written to: File exists.\n")


def test_an_address_without_flack_is_said(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{Ports().take()}"

    assert load(tmp_path, "--url", address, "--users", "1") == (
        2,
        f"No Flack at {address}: nothing answers there.\n",
    )


def test_a_refused_sign_up_is_said_with_what_to_do(tmp_path: Path) -> None:
    with Stack(settings={"SIGNUP": "closed"}, without=frozenset({"worker", "beat", "realtime"})) as closed:
        status, said = load(tmp_path, "--url", closed.url, "--users", "2")

    assert status == 2
    assert "does not let strangers sign up" in said
