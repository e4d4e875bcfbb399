"""`python queries.py blocking|gevent`: µs of a query that finds nothing to wait for, `DATABASE_URL` says of whom.

psycopg waits in C for the blocking one; under gevent it waits in the event loop.
"""

import json
import os
import sys
import time

TIMES = 3000


def main(how: str) -> None:
    """Ask many times, print JSON."""
    if how == "gevent":
        from gevent import monkey

        monkey.patch_all()
    import psycopg

    url = os.environ["DATABASE_URL"].replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(200):
            connection.execute("select 1").fetchone()
        cpu, clock = time.process_time(), time.perf_counter()
        for _ in range(TIMES):
            connection.execute("select 1").fetchone()
        cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
    print(json.dumps({"cpu_us": cpu / TIMES * 1e6, "clock_us": clock / TIMES * 1e6}))


if __name__ == "__main__":
    main(sys.argv[1])
