"""Redis and PostgreSQL: gone, emptied, frozen, slow, full, refusing."""

import time
from contextlib import suppress
from typing import LiteralString

import psycopg
from redis.exceptions import RedisError

from ..installation import Installation
from .fault import Action, Fault, broken, frozen, killed, stopped

# About a third of a second of one core; no other command is served meanwhile.
_BUSY = "for i = 1, 12000000 do end return 1"
_OTHERS = (
    "select pg_terminate_backend(pid) from pg_stat_activity "
    "where usename = 'flack_services' and pid <> pg_backend_pid() and backend_type = 'client backend'"
)
_FULL = """
create or replace function no_space() returns trigger language plpgsql as $$ begin
  raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
end $$;
create trigger no_space before insert on events for each row execute function no_space();
"""


def _slow_redis(site: Installation, hold: float) -> None:
    """Keep it busy, so that every command waits for a third of a second."""
    end = time.monotonic() + hold
    with site.redis() as client:
        while time.monotonic() < end:
            with suppress(RedisError):
                client.eval(_BUSY, 0)


def _owner(*statements: LiteralString) -> Action:
    """Say something to PostgreSQL as the server's owner."""

    def act(site: Installation) -> None:
        with site.database(owner=True) as connection:
            connection.autocommit = True
            for statement in statements:
                connection.execute(statement)

    return act


def _lift(site: Installation) -> None:
    """Let connections in again. Whoever was refused may have taken the owner's reserve too: try until it works."""
    while True:
        try:
            _owner("alter role flack_services connection limit -1")(site)
            return
        except psycopg.OperationalError:
            time.sleep(0.1)


FAULTS = [
    Fault("Redis killed, back empty", killed("redis"), hold=3, brief=1),
    Fault("Redis stopped and started", stopped("redis"), hold=1, brief=0),
    Fault("Redis frozen for 10 s", frozen("redis"), hold=10, brief=4),
    Fault("Redis slow: a third of a second a command", _slow_redis, hold=8, brief=3),
    Fault("PostgreSQL killed", killed("postgres"), brief=0),
    Fault("PostgreSQL restarted", stopped("postgres"), hold=0),
    Fault("PostgreSQL frozen for 5 s", frozen("postgres"), hold=5, brief=3),
    Fault(
        "PostgreSQL out of connections",
        broken(_owner("alter role flack_services connection limit 0", _OTHERS), _lift),
        hold=4,
        brief=2,
    ),
    Fault(
        "PostgreSQL refuses to write (read-only, as a standby or a managed server with a full disk)",
        broken(
            _owner("alter system set default_transaction_read_only = on", "select pg_reload_conf()"),
            _owner("alter system reset default_transaction_read_only", "select pg_reload_conf()"),
        ),
        hold=4,
        brief=2,
    ),
    Fault(
        "PostgreSQL's disk full (the error of one, at every insert)",
        broken(_owner(_FULL), _owner("drop trigger no_space on events")),
        hold=4,
        brief=2,
    ),
    Fault("both databases killed", killed("redis", "postgres"), brief=0),
]
