"""Services connect as a role that owns nothing. That it may do enough, every other test shows: they all use it."""

import secrets
from collections.abc import Callable, Iterator

import psycopg
import pytest
from flack_api.migrate import migrate
from flack_api.settings import MigrateSettings
from flack_domain import grants, wait_for_schema
from flack_domain.models import Base
from psycopg import sql
from sqlalchemy import make_url

Connect = Callable[[str], "psycopg.Connection[tuple[object, ...]]"]
BEYOND = [
    "create table more (id int)",
    "create temporary table more (id int)",
    "create schema more",
    "create function more() returns int language sql return 1",
    "create role more",
    "alter table messages add column more int",
    "alter table messages disable trigger all",
    "alter role {role} createdb",
    "drop table export_chunks",
    "drop index ix_events_at",
    "truncate export_chunks",
    "delete from messages",
    "delete from channels",
    "delete from users",
    "update events set envelope = ''",
    "update alembic_version set version_num = '0'",
    "delete from alembic_version",
    "select setval('events_id_seq', 1)",
    "select rolpassword from pg_authid",
    "select pg_read_file('PG_VERSION')",
    "copy users to program 'true'",
    "set session authorization postgres",
]


@pytest.fixture
def connect() -> Iterator[Connect]:
    opened: list[psycopg.Connection[tuple[object, ...]]] = []

    def open_(url: str) -> "psycopg.Connection[tuple[object, ...]]":
        opened.append(psycopg.connect(url.replace("+psycopg", "")))
        return opened[-1]

    yield open_
    for connection in opened:
        connection.close()


@pytest.fixture
def role(postgres_url: str, empty_database_url: str, connect: Connect) -> Iterator[grants.Role]:
    """The name and password of a role that is not there yet."""
    role = grants.Role(f"role-{secrets.token_hex(4)}", "p@ss/wörd:'quoted'%41")
    yield role
    name = sql.Identifier(role.name)
    for url in (empty_database_url, postgres_url):
        with connect(url) as connection:
            if connection.execute("select 1 from pg_roles where rolname = %s", [role.name]).fetchone():
                connection.execute(sql.SQL("drop owned by {}").format(name))
                if url == postgres_url:
                    connection.execute(sql.SQL("drop role {}").format(name))


def settings(owner_url: str, role: grants.Role) -> MigrateSettings:
    """As the chart's Job is given them: the passwords stand beside the URLs."""
    owner = make_url(owner_url)
    urls = owner.set(username=role.name, password=""), owner.set(password="")
    given = {
        "PGPASSWORD": role.password,
        "database_url": urls[0].render_as_string(hide_password=False),
        "owner_database_url": urls[1].render_as_string(hide_password=False),
        "owner_database_password": owner.password,
    }
    return MigrateSettings.model_validate(given)


def as_role(url: str, role: grants.Role) -> str:
    changed = make_url(url).set(username=role.name, password=role.password)
    return changed.render_as_string(hide_password=False)


def as_owner(connect: Connect, url: str, role: grants.Role, *statements: str) -> None:
    """Carry out what the owner alone may do to the role."""
    with connect(url) as owner:
        for statement in statements:
            owner.execute(sql.SQL(statement).format(role=sql.Identifier(role.name)))  # type: ignore[arg-type]


def test_every_table_says_what_services_may_do_with_it() -> None:
    assert set(grants.TABLES) == {*Base.metadata.tables, "alembic_version"}


def test_services_may_do_no_more(empty_database_url: str, role: grants.Role, connect: Connect) -> None:
    migrate(settings(empty_database_url, role))
    owner, services = connect(empty_database_url), connect(as_role(empty_database_url, role))

    def may(connection: "psycopg.Connection[tuple[object, ...]]", statement: str) -> bool:
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(sql.SQL(statement).format(role=sql.Identifier(role.name)))  # type: ignore[arg-type]
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True

    assert [statement for statement in BEYOND if not may(owner, statement)] == []
    assert [statement for statement in BEYOND if may(services, statement)] == []


def test_the_role_is_an_ordinary_one_and_owns_nothing(
    empty_database_url: str, role: grants.Role, connect: Connect
) -> None:
    migrate(settings(empty_database_url, role))

    services = connect(as_role(empty_database_url, role))

    attributes = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
    query = f"select {attributes} from pg_roles where rolname = current_user"
    assert services.execute(query).fetchone() == (False,) * 5
    owned = "select count(*) from pg_shdepend where refobjid = current_user::regrole and deptype = 'o'"
    assert services.execute(owned).fetchone() == (0,)
    member = "select count(*) from pg_auth_members where member = current_user::regrole"
    assert services.execute(member).fetchone() == (0,)


def test_other_databases_of_the_server_are_not_read(
    empty_database_url: str, owner_database_url: str, role: grants.Role, connect: Connect
) -> None:
    migrate(settings(empty_database_url, role))

    there = connect(as_role(owner_database_url, role))

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        there.execute("select * from messages")


def test_each_migration_brings_the_grants_up_to_date(
    empty_database_url: str, role: grants.Role, connect: Connect
) -> None:
    migrate(settings(empty_database_url, role))
    changes = "grant truncate on messages to {role}", "revoke all on users from {role}"
    as_owner(connect, empty_database_url, role, *changes)

    migrate(settings(empty_database_url, role))

    services = connect(as_role(empty_database_url, role))
    services.execute("select * from users")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        services.execute("truncate messages")


def test_after_a_rollback_the_newer_version_s_grants_stay(
    empty_database_url: str, role: grants.Role, connect: Connect
) -> None:
    migrate(settings(empty_database_url, role))
    newer = "update alembic_version set version_num = 'from-the-future'", "grant delete on users to {role}"
    as_owner(connect, empty_database_url, role, *newer)

    migrate(settings(empty_database_url, role))

    connect(as_role(empty_database_url, role)).execute("delete from users")


def test_one_url_alone_is_the_owner_s_and_makes_no_role(empty_database_url: str, connect: Connect) -> None:
    owner = connect(empty_database_url)
    count = "select count(*) from pg_roles"
    before = owner.execute(count).fetchone()

    migrate(MigrateSettings.model_validate({"database_url": empty_database_url}))

    assert owner.execute(count).fetchone() == before
    owner.execute("truncate messages")


def test_a_role_that_cannot_be_made_is_asked_for_in_a_sentence(
    empty_database_url: str, role: grants.Role, connect: Connect
) -> None:
    nobody_s = settings(empty_database_url, grants.Role(role.name))

    with pytest.raises(SystemExit, match=f'create role "{role.name}" login password'):
        migrate(nobody_s)

    tables = "select count(*) from pg_tables where schemaname = 'public'"
    assert connect(empty_database_url).execute(tables).fetchone() == (0,)  # all or nothing


def test_a_pod_waits_for_its_role_and_for_its_rights(
    empty_database_url: str, role: grants.Role, connect: Connect
) -> None:
    url = as_role(empty_database_url, role).replace("+psycopg", "")
    known = wait_for_schema.known_revisions()
    with pytest.raises(psycopg.OperationalError) as refusal:
        wait_for_schema.why_wait(url, known)
    assert wait_for_schema.is_login_refused(refusal.value)

    migrate(settings(empty_database_url, role))
    as_owner(connect, empty_database_url, role, "revoke all on alembic_version from {role}")
    assert "which give us our rights" in str(wait_for_schema.why_wait(url, known))

    migrate(settings(empty_database_url, role))
    assert wait_for_schema.why_wait(url, known) is None
