"""Waits until the database's schema is at least as new as this code. `python -m flack_domain.wait_for_schema`.

Pods of api and worker run it before they start, while a Job runs the migrations. A schema that this code does not know
is newer than it, which is fine: code of version N runs on the schema of N+1 (after a rollback, say).
"""

import os
import sys
import time
from pathlib import Path

import psycopg
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

SECONDS_BETWEEN_LOOKS = 1.0
REFUSALS = 60
"""How many refused logins in all are waited out: the Job of the migrations may be about to make our role."""
# Wrong password, no such user, no such database.
_NO_LOGIN = ("28P01", "28000", "3D000")


def missing(found: str | None, known: list[str]) -> bool:
    """Whether migrations of this code are still to be run. `known` is newest first."""
    return found is None or (found in known and found != known[0])


def why_wait(conninfo: str, known: list[str]) -> str | None:
    """One look at the database: None if this code can start, else what it waits for.

    Raises `psycopg.OperationalError` where a login is refused, which long waiting does not mend.
    """
    try:
        with psycopg.connect(conninfo, connect_timeout=5) as connection:
            row = connection.execute("select version_num from alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        row = None
    except psycopg.errors.InsufficientPrivilege as error:
        return f"migrations, which give us our rights: {first_line(error)}"
    except psycopg.OperationalError as error:
        if is_login_refused(error):
            raise
        return f"the database: {first_line(error)}"
    found: str | None = row[0] if row else None
    return f"migrations: the schema is at {found}, needed is {known[0]}" if missing(found, known) else None


def is_login_refused(error: psycopg.OperationalError) -> bool:
    """Whether the server answered, and refused who we are."""
    text = str(error)
    return error.sqlstate in _NO_LOGIN or "password authentication failed" in text or "no password" in text


def first_line(error: BaseException) -> str:
    """The first line of a driver's message, which holds no password."""
    return str(error).splitlines()[0]


def known_revisions() -> list[str]:
    """The migrations that this code has, newest first."""
    scripts = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    return [script.revision for script in scripts.walk_revisions()]


def main() -> None:
    """Wait without end, unless for a login: the pod's state and log say for what."""
    url = os.environ.get("FLACK_DATABASE_URL")
    if not url:
        sys.exit("flack: setting FLACK_DATABASE_URL: is not set")
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    known = known_revisions()
    said, refusals = None, 0
    while True:
        try:
            reason = why_wait(conninfo, known)
        except psycopg.OperationalError as error:
            refusal = f"the database refused the login: {first_line(error)}"
            refusals += 1
            if refusals > REFUSALS:
                sys.exit(f"flack: {refusal}")
            reason = f"a login: {refusal}"
        if reason is None:
            return
        if reason != said:
            print(f"waiting for {reason}", flush=True)  # noqa: T201 (an init container's log is all it has)
            said = reason
        time.sleep(SECONDS_BETWEEN_LOOKS)


if __name__ == "__main__":
    main()
