"""What `make load` may be told, and what is said of what it may not."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from .options import BadOption, read_options, writable

ROOT = Path(__file__).parents[2]
URL = "--url=http://127.0.0.1:8000"
OF_MAKE = frozenset({"MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL"})
"""What a make tells those that it starts."""
YES, NO = ("1", "yes", "true", "on", "Yes"), ("0", "no", "false", "off")


def made(**said: str) -> list[str]:
    """The options that `make load` hands on when it is told this."""
    words = [f"{name}={value}" for name, value in said.items()]
    command = ["make", "-n", "-o", ".venv/.dev-stamp", "load", *words]
    # Not what a make that runs these tests was told: its options and variables would count here, too.
    own = {name: value for name, value in os.environ.items() if name not in OF_MAKE}
    shown = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=True).stdout
    _, _, options = shown.replace("\\\n", " ").partition("-m tests.load ")
    return shlex.split(options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--url="], "Which installation"),
        (["--url=chat.example.org", "--users=1"], "must begin with http"),
        (["--url=http://127.0.0.1:99999", "--users=1"], "no address: Port out of range"),
        (["--url=http://127.0.0.1:abc", "--users=1"], "no address: Port"),
        (["--url=http://[::1", "--users=1"], "no address"),
        ([URL], "How many people"),
        ([URL, "--users=0"], "more than nothing"),
        ([URL, "--users=-5"], "more than nothing"),
        ([URL, "--users=abc"], "USERS=abc is no whole number"),
        ([URL, "--users=2.5"], "USERS=2.5 is no whole number"),
        ([URL, "--users=5", "--seconds=abc"], "SECONDS=abc is no number"),
        ([URL, "--users=5", "--seconds=nan"], "SECONDS=nan is no number"),
        ([URL, "--users=5", "--seconds=9"], "SECONDS=9 is too short.*at least 10"),
        ([URL, "--users=5", "--seconds=0"], "SECONDS=0 is too short"),
        ([URL, "--feedback", "--seconds=-40"], "SECONDS=-40 is too short"),
        ([URL, "--users=5", "--ramp=inf"], "RAMP=inf is no number"),
        ([URL, "--users=5", "--seed=x"], "SEED=x is no whole number"),
        ([URL, "--feedback=perhaps"], "FEEDBACK=perhaps is neither yes nor no"),
    ],
)
def test_what_makes_no_sense_is_refused_by_the_name_that_its_user_said(options: list[str], said: str) -> None:
    with pytest.raises(BadOption, match=said):
        read_options(options)


def test_how_long_is_measured_depends_on_the_mode_unless_it_is_said() -> None:
    assert read_options([URL, "--users=5"]).seconds == 120
    assert read_options([URL, "--feedback"]).seconds == 40
    assert read_options([URL, "--feedback", "--seconds=10"]).seconds == 10


def test_make_hands_on_what_it_is_told() -> None:
    options = read_options(made(URL="http://chat.example.org/", USERS="7", SECONDS="30", SEED="0", PACE="2"))

    assert (options.url, options.users, options.seconds) == ("http://chat.example.org", 7, 30)
    assert (options.seed, options.pace) == (0, 2)
    assert not options.feedback
    assert not options.prepare


@pytest.mark.parametrize(("words", "meant"), [(YES, True), (NO, False)])
def test_a_switch_of_make_means_what_it_says(words: tuple[str, ...], meant: bool) -> None:
    for word in words:
        told = read_options(made(URL="http://chat.example.org", USERS="7", FEEDBACK=word, PREPARE=word))
        assert (told.feedback, told.prepare) == (meant, meant), word


def test_make_hands_on_nonsense_whole_so_that_it_is_named() -> None:
    with pytest.raises(BadOption, match="USERS=10 20 is no whole number"):
        read_options(made(URL="http://chat.example.org", USERS="10 20"))


def test_a_folder_for_the_report_is_made(tmp_path: Path) -> None:
    writable(tmp_path / "this/one", "OUT")

    assert list((tmp_path / "this/one").iterdir()) == []


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(BadOption, match=f"OUT=.*/{folder} cannot be written to: "):
        writable(tmp_path / folder, "OUT")


def test_a_folder_that_may_not_be_written_to_is_named() -> None:
    with pytest.raises(BadOption, match="OUT=/proc cannot be written to: "):
        writable(Path("/proc"), "OUT")
