"""Pods wait for the schema that their code needs, say so, and come up by themselves."""

import psycopg
import pytest
from flack_domain import migrate, wait_for_schema
from sqlalchemy import make_url


@pytest.fixture
def conninfo(owner_database_url: str) -> str:
    return owner_database_url.replace("+psycopg", "")


def stamp(conninfo: str, revision: str) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute("update alembic_version set version_num = %s", [revision])


def test_a_migrated_database_is_not_waited_for(conninfo: str) -> None:
    assert wait_for_schema.why_wait(conninfo, wait_for_schema.known_revisions()) is None


def test_an_empty_database_is_waited_for(conninfo: str) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute("drop table alembic_version")

    reason = wait_for_schema.why_wait(conninfo, wait_for_schema.known_revisions())

    assert reason and "the schema is at None" in reason


def test_an_older_schema_is_waited_for(conninfo: str) -> None:
    newest = wait_for_schema.known_revisions()[0]

    reason = wait_for_schema.why_wait(conninfo, ["a-later-one", newest])

    assert reason == f"migrations: the schema is at {newest}, needed is a-later-one"


def test_a_newer_schema_is_good_and_no_migration_touches_it(conninfo: str, owner_database_url: str) -> None:
    stamp(conninfo, "from-the-future")

    assert wait_for_schema.why_wait(conninfo, wait_for_schema.known_revisions()) is None
    assert migrate.upgrade(owner_database_url) is False


def test_a_database_that_is_away_is_waited_for(unused_port: int) -> None:
    reason = wait_for_schema.why_wait(f"postgresql://x:y@127.0.0.1:{unused_port}/x", ["1"])

    assert reason and reason.startswith("the database: ")


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def test_a_user_who_does_not_exist_is_said_at_once(conninfo: str) -> None:
    stranger = make_url(conninfo).set(username="nobody").render_as_string(hide_password=False)

    with pytest.raises(psycopg.OperationalError) as refusal:
        wait_for_schema.why_wait(stranger, ["1"])

    assert wait_for_schema.is_login_refused(refusal.value)
