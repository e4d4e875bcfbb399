"""Fixtures for every test: real PostgreSQL and Valkey, a fresh migrated database for each test that asks for one."""

import itertools
from collections.abc import Iterator

import psycopg
import pytest
import redis
import servers
from flack_domain import migrate
from flack_domain.database import make_engine, session_factory
from hypothesis import HealthCheck, settings
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

# print_blob makes a failure repeatable; pytest prints the seed that --hypothesis-seed takes.
settings.register_profile(
    "flack", deadline=None, print_blob=True, database=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("flack")

pytest_plugins = ["api_fixtures", "stack_fixtures"]

_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--containers", action="store_true", help="run PostgreSQL and Valkey in containers (testcontainers)"
    )


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The maintenance database of a running PostgreSQL."""
    if request.config.getoption("--containers"):
        with servers.container_postgres() as url:
            yield url
    else:
        with servers.open_folder() as folder, servers.embedded_postgres(folder) as url:
            yield url


@pytest.fixture(scope="session")
def template_database(postgres_url: str) -> str:
    """The name of a migrated database that nobody is connected to."""
    _execute(postgres_url, "create database {} template template0 encoding 'UTF8'", "flack_template")
    migrate.upgrade(_database(postgres_url, "flack_template"), role=servers.SERVICES)
    return "flack_template"


@pytest.fixture
def owner_database_url(postgres_url: str, template_database: str) -> Iterator[str]:
    """A migrated database of this test's own, as its owner, who may do everything."""
    name = f"flack_test_{next(_numbers)}"
    _execute(postgres_url, "create database {} template {}", name, template_database)
    yield _database(postgres_url, name)
    _execute(postgres_url, "drop database {} with (force)", name)


@pytest.fixture
def database_url(owner_database_url: str) -> str:
    """The same database as services have it: every test that uses it shows that what they are granted suffices."""
    return servers.as_services(owner_database_url)


@pytest.fixture
def empty_database_url(postgres_url: str) -> Iterator[str]:
    """A database without any table."""
    name = f"flack_test_{next(_numbers)}"
    _execute(postgres_url, "create database {} template template0 encoding 'UTF8'", name)
    yield _database(postgres_url, name)
    _execute(postgres_url, "drop database {} with (force)", name)


@pytest.fixture(scope="session")
def redis_server_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A running Valkey."""
    if request.config.getoption("--containers"):
        with servers.container_valkey() as url:
            yield url
    else:
        with servers.embedded_valkey(tmp_path_factory.mktemp("valkey")) as url:
            yield url


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """Valkey, emptied."""
    with redis.Redis.from_url(redis_server_url) as client:
        client.flushall()
    return redis_server_url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on this test's database."""
    engine = make_engine(database_url, pool_size=20)
    yield engine
    engine.dispose()


@pytest.fixture
def owner(owner_database_url: str) -> Iterator[Engine]:
    """An engine on this test's database as its owner, for what no service may do: to change the past, say."""
    engine = make_engine(owner_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> "sessionmaker[Session]":
    """Makes sessions on this test's database."""
    return session_factory(engine)


@pytest.fixture
def session(sessions: "sessionmaker[Session]") -> Iterator[Session]:
    """A session on this test's database, as a request has one."""
    with sessions() as session:
        yield session


def _execute(url: str, statement: str, *names: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _database(postgres_url: str, name: str) -> str:
    return postgres_url.rsplit("/", 1)[0] + "/" + name
