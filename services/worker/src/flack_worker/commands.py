"""What operators do by hand: `flack export` and `flack import`, a whole installation as files; `flack reset-password`.

`-` in place of a folder or a password is standard output or input, as `kubectl exec` likes it.
"""

import argparse
import secrets
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from flack_domain import actions, archive
from flack_domain.archive.manifest import NAME, ArchiveError
from flack_domain.database import make_engine, session_factory
from flack_domain.errors import DomainError
from flack_domain.passwords import Passwords
from flack_kit.logging import configure_logging
from flack_kit.redis import connect_redis
from flack_kit.settings import ServiceSettings, load_settings
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from flack_worker.publish import Publisher

SECONDS_BETWEEN_LINES = 2.0


class CommandSettings(ServiceSettings):
    """Where the installation's data is."""

    database_url: SecretStr


class PublishingSettings(CommandSettings):
    """Where commands that end sessions say so, besides."""

    redis_url: SecretStr


class Progress:
    """Says on standard error how far it is: a line that changes on a terminal, else one every two seconds."""

    def __init__(self) -> None:
        self._said_at = 0.0
        self._table = ""

    def __call__(self, table: str, done: int, total: int) -> None:
        """`done` of `total` rows of a table."""
        now = time.monotonic()
        if done < total and table == self._table and now - self._said_at < SECONDS_BETWEEN_LINES:
            return
        self._said_at, self._table = now, table
        share = f" ({done * 100 // total} %)" if total else ""
        end = "\r" if sys.stderr.isatty() and done < total else "\n"
        print(f"{table}: {done:,} of {total:,}{share}", end=end, file=sys.stderr, flush=True)  # noqa: T201


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Answers the exit code: 0, or 1 with one sentence on standard error."""
    asked = _parser().parse_args(arguments)
    url = load_settings(CommandSettings).database_url.get_secret_value()
    engine = make_engine(url, pool_size=2, patient=True)
    try:
        asked.run(engine, asked)
    except (ArchiveError, DomainError, OSError, tarfile.TarError) as error:
        print(f"flack: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", error)).splitlines()[0]
        print(f"flack: the database: {said}. Run the same command again: it goes on.", file=sys.stderr)  # noqa: T201
        return 1
    finally:
        engine.dispose()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run, does in (
        ("export", _export, "write everything into a folder"),
        ("import", _import, "read a folder into an empty installation"),
    ):
        does += "; again, to go on after an interruption"
        command = commands.add_parser(name, help=does, description=does)
        command.add_argument("archive", metavar="FOLDER", help="the archive's folder, or - for a tar")
        command.set_defaults(run=run)
    does = "give somebody a new password, and sign them out everywhere"
    command = commands.add_parser("reset-password", help=does, description=does)
    command.add_argument("nickname", metavar="NICKNAME", help="exactly as it is written")
    does = "read the password from standard input; else one is made and printed"
    command.add_argument("password", metavar="-", nargs="?", choices=["-"], help=does)
    command.set_defaults(run=_reset_password)
    return parser


def _export(engine: Engine, asked: argparse.Namespace) -> None:
    target = asked.archive
    if target != "-":
        archive.write(engine, Path(target), progress=Progress())
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar,
    ):

        def pack(path: Path) -> None:
            tar.add(path, path.name)
            path.unlink()  # only one file at a time is on the disk

        archive.write(engine, Path(folder), progress=Progress(), each_file=pack)
        tar.add(Path(folder) / NAME, NAME)


def _import(engine: Engine, asked: argparse.Namespace) -> None:
    source = asked.archive
    if source != "-":
        archive.restore(engine, Path(source), progress=Progress())
        return
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as tar:
            tar.extractall(folder, filter="data")
        archive.restore(engine, Path(folder), progress=Progress())


def _reset_password(engine: Engine, asked: argparse.Namespace) -> None:
    settings = load_settings(PublishingSettings)
    configure_logging("command", level="warning", log_format="console")  # says where Redis could not be told
    made = None if asked.password else secrets.token_urlsafe(12)
    password = made or sys.stdin.readline().rstrip("\r\n")
    with (
        connect_redis(settings.redis_url.get_secret_value()) as redis,
        session_factory(engine, publish=Publisher(redis, engine).publish)() as session,
    ):
        user = actions.users.reset_password(session, Passwords(), nickname=asked.nickname, password=password)
    if made:
        print(made)  # noqa: T201
    if user.deactivated_at:
        print("flack: they are locked out until an administrator lets them in again.", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
