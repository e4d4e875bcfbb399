"""A Flask application whose views wait, as real ones do: for a database, for a slow page, or for nobody.

`DATABASE_URL`, with `POOL` connections, `REDIS_URL` and `PAGE_URL` say for whom. gunicorn serves it with whatever
worker is compared.
"""

import os
from urllib.request import urlopen

from flack_kit.queue import TaskSender
from flask import Flask
from sqlalchemy import create_engine, text

app = Flask("waits")
engine = create_engine(os.environ["DATABASE_URL"], pool_size=int(os.environ["POOL"]), max_overflow=0)
tasks = TaskSender(os.environ["REDIS_URL"])


@app.get("/database")
def wait_for_database() -> str:
    """A query of 20 milliseconds."""
    with engine.connect() as connection:
        connection.execute(text("select pg_sleep(0.02)"))
    return "done"


@app.get("/expand-inline")
def expand_inline() -> str:
    """Fetch a linked page while the client waits."""
    with urlopen(os.environ["PAGE_URL"], timeout=10) as page:
        return f"{len(page.read())}"


@app.get("/expand-queued")
def expand_queued() -> str:
    """Leave the page to a worker."""
    tasks.send("bench.expand", queue="bench", url=os.environ["PAGE_URL"])
    return "queued"
