"""What services may do in the database: they connect as a role that owns nothing, migrations as the owner.

`migrate.upgrade` gives the role exactly this, in the transaction of the migrations. The version before runs meanwhile,
and after a rollback. So take a grant away one version after the code that needed it, as you do with a column, and bring
one that you add with a migration: an older version leaves a newer schema as it is, and its grants with it.
"""

from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy import Connection

TABLES = {
    "users": "select, insert, update",  # who leaves is deactivated
    "channels": "select, insert, update",  # deleting one would take its messages along
    "memberships": "select, insert, update, delete",
    "messages": "select, insert, update",  # a deleted one stays as a tombstone
    "events": "select, insert, update (published), delete",  # the relay marks; clean-up trims
    "preferences": "select, insert, update",
    "idempotency_keys": "select, insert, update, delete",
    "sessions": "select, insert, update, delete",
    "refresh_tokens": "select, insert, update, delete",
    "v1_tokens": "select, insert, delete",
    "invites": "select, insert, update, delete",
    "tasks": "select, insert, update, delete",
    "export_chunks": "select, insert, delete",
    "alembic_version": "select",
}

SEQUENCES = {  # what the database counts by itself needs no grant
    "messages_id_seq": "usage, update",  # posting takes ids ahead
    "events_id_seq": "usage",
    "users_id_seq": "update",  # `flack import` sets counters behind what it brought in
    "channels_id_seq": "update",
    "invites_id_seq": "update",
}


@dataclass(frozen=True, slots=True)
class Role:
    """Whom services connect as. With a password the role is made where there is none of that name."""

    name: str
    password: str | None = None


class RoleMissing(Exception):
    """The role is not there, and cannot be made; the message says how to make it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"services have no role to connect as: create role \"{name}\" login password '…'")


def give(connection: Connection, role: Role) -> None:
    """Bring the role to what this version's services need. Raises `RoleMissing`."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    _make(driver, role)
    names = {"role": sql.Identifier(role.name), "database": sql.Identifier(driver.info.dbname)}
    for statement in (
        "revoke temporary on database {database} from public",
        "revoke create on schema public from public",
        "grant connect on database {database} to {role}",
        "grant usage on schema public to {role}",
        f"revoke all on {', '.join((*TABLES, *SEQUENCES))} from {{role}}",
        *(f"grant {rights} on {table} to {{role}}" for table, rights in TABLES.items()),
        *(f"grant {rights} on sequence {name} to {{role}}" for name, rights in SEQUENCES.items()),
    ):
        driver.execute(sql.SQL(statement).format(**names))


def _make(driver: "psycopg.Connection[tuple[object, ...]]", role: Role) -> None:
    if driver.execute("select 1 from pg_roles where rolname = %s", [role.name]).fetchone():
        return
    if not role.password:
        raise RoleMissing(role.name)
    # Hashed on this side, so that no log of statements ever holds the password.
    hashed = driver.pgconn.encrypt_password(role.password.encode(), role.name.encode()).decode()
    statement = sql.SQL("create role {} login password {}")
    try:
        driver.execute(statement.format(sql.Identifier(role.name), sql.Literal(hashed)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise RoleMissing(role.name) from error
