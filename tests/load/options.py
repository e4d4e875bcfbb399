"""What `make load` is told, read and checked. Each option is named as its user says it: USERS=…, not --users."""

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

from .profile import DEFAULT

LEAST_SECONDS = 10
REPORTS = Path(".flack/load")
"""Where a run's folder is made if no other is said."""
_YES, _NO = ("1", "yes", "true", "on", "y"), ("0", "no", "false", "off", "n", "")


class BadOption(Exception):
    """Something said makes no sense; the message is a sentence for who said it."""


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What was said on the command line. Raises BadOption."""
    options = _parser().parse_args(arguments)
    options.url = _address(options.url)
    if options.users is None and not options.feedback:
        raise BadOption("How many people? Say USERS=200, or FEEDBACK=1 to find how many are carried.")
    options.users = 4000 if options.users is None else options.users
    if min(options.users, options.first, options.ramp, options.pace) <= 0:
        raise BadOption("USERS, RAMP and PACE must be more than nothing.")
    if options.seconds is None:
        options.seconds = 40 if options.feedback else 120
    if options.seconds < LEAST_SECONDS:
        raise BadOption(
            f"SECONDS={options.seconds:g} is too short: people do something every minute or two, "
            f"so measure at least {LEAST_SECONDS} seconds."
        )
    return options


def writable(folder: Path, name: str) -> None:
    """Make a folder, unless it is there, and see that files can be written into it. Raises BadOption."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BadOption(f"{name}={folder} cannot be written to: {error.strerror}.") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make load", description="Virtual people against an installation.")
    add = parser.add_argument
    add("--url", required=True, help="the installation's address")
    add("--host", help="the Host to ask for, where the address is only the ingress's")
    add("--users", type=_whole("USERS"), help="how many people (with --feedback: at most)")
    add(
        "--seconds", type=_number("SECONDS"),
        help="how long all of them are measured (120; feedback: 40 a step)",
    )  # fmt: skip
    add("--ramp", type=_number("RAMP"), default=25, help="how many come a second (25)")
    add("--pace", type=_number("PACE"), default=1, help="how many times quicker than the profile (1)")
    _add_switch(parser, "feedback", "find how many the installation carries")
    add(
        "--first", type=_whole("--first"), default=200,
        help="with --feedback: how many to begin with (200)",
    )  # fmt: skip
    _add_switch(parser, "prepare", "only make the accounts")
    add("--profile", type=Path, default=DEFAULT, help="how people behave")
    add("--namespace", default="flack", help="whose pods' CPU is read where KUBECONFIG is set")
    add("--out", type=Path, help="where the report goes (.flack/load/<time>)")
    add("--data", type=Path, default=REPORTS, help="where accounts are kept")
    add("--seed", type=_whole("SEED"), help="makes people do the same again")
    return parser


def _add_switch(parser: argparse.ArgumentParser, name: str, told: str) -> None:
    """An option that alone means yes, and may be followed by a word for yes or no."""
    parser.add_argument(
        f"--{name}", type=_yes_or_no(name.upper()), nargs="?", const=True, default=False, help=told
    )


def _whole(name: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            return int(text)
        except ValueError:
            raise BadOption(f"{name}={text} is no whole number.") from None

    return read


def _number(name: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise BadOption(f"{name}={text} is no number.")
        return number

    return read


def _yes_or_no(name: str) -> Callable[[str], bool]:
    def read(text: str) -> bool:
        word = text.strip().lower()
        if word not in (*_YES, *_NO):
            raise BadOption(f"{name}={text} is neither yes nor no: say {name}=1 or {name}=0.")
        return word in _YES

    return read


def _address(said: str) -> str:
    url = said.strip().rstrip("/")
    if not url:
        raise BadOption("Which installation? Say URL=http://127.0.0.1:8000.")
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises, too
    except ValueError as error:
        raise BadOption(f"“{url}” is no address: {error}.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadOption(f"“{url}” is no address: it must begin with http:// or https://")
    return url
