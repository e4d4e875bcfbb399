"""The relay at its most delicate moments."""

import time

from flack_worker.beat.leader import LOCK

from ..installation import Installation
from .fault import Fault, wait_until

_SLOW_MARKS = """
create or replace function slow_mark() returns trigger language plpgsql as $$ begin
  perform pg_sleep(3); return null;
end $$;
create trigger slow_mark before update of published on events for each statement execute function slow_mark();
"""
# The relay's transaction holds this advisory lock (flack_domain.actions.relay), and it has published when it marks.
_MARKING = (
    "select count(*) from pg_stat_activity join pg_locks using (pid) "
    "where locktype = 'advisory' and objid = 7164107 and query like 'update events set published%'"
)
_LEADER = (
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted "
    "and (classid::bigint << 32) + objid::bigint = %s"
)


def _killed_before_marking(site: Installation, _hold: float) -> None:
    """Marks take three seconds: api's come too late, the relay publishes, begins to mark, and is killed."""
    with site.database(owner=True) as connection:
        connection.autocommit = True
        connection.execute(_SLOW_MARKS)
        try:
            wait_until(lambda: (connection.execute(_MARKING).fetchone() or (0,))[0], "the relay published")
            site.kill("beat")
        finally:
            connection.execute("drop trigger slow_mark on events")
    site.start("beat")


def _two_at_once(site: Installation, hold: float) -> None:
    """The leader freezes and loses its lock, the other takes over, the first wakes up and believes to lead still."""
    site.start("beat-2")
    site.kill("redis")
    try:
        site.suspend("beat")
        with site.database(owner=True) as connection:
            connection.autocommit = True
            connection.execute(_LEADER, [LOCK])
        wait_until(
            lambda: '"beat_leads"' in site.log("beat-2").rpartition("service_started")[2], "a new leader"
        )
    finally:
        site.start("redis")
        site.resume("beat")
    time.sleep(hold)
    site.stop("beat-2")


FAULTS = [
    Fault("relay killed between publishing and marking", _killed_before_marking, hold=0),
    Fault("two relays at once", _two_at_once, hold=3),
]
