"""SIGTERM in the middle of something: what is in hand is finished, or given to another."""

import threading
import time

from ..installation import Installation
from .fault import Fault, wait_until

_WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = 'flack'"


def _api_in_a_request(site: Installation, hold: float) -> None:
    """Somebody holds the channels' rows, so that posts wait in their transactions while api is told to stop."""
    with site.database() as holding, site.database(owner=True) as looking:
        holding.execute("select id from channels for update")
        wait_until(lambda: (looking.execute(_WAITING).fetchone() or (0,))[0] >= 2, "a request in hand")
        stopping = threading.Thread(target=site.stop, args=("api-2",))
        stopping.start()
        time.sleep(hold)
        holding.rollback()
    stopping.join()
    site.start("api-2")


def _realtime_in_a_send(site: Installation, hold: float) -> None:
    """The readers are far away, so that frames are on their way while realtime is told to stop."""
    cable = site.cable("ingress")
    cable.delay(0.5)
    try:
        time.sleep(hold)
        site.restart("realtime")
        site.restart("realtime-2")
    finally:
        cable.mend()


def _worker_in_a_task(site: Installation, _hold: float) -> None:
    """A page that does not come keeps the task busy past the grace; the next worker must take it up."""
    site.page.asked.clear()
    site.page.released.clear()
    channel_id = site.person.new_channel()
    path = f"/channels/{channel_id}/messages"
    posted = site.person.ask("POST", path, json={"source": f"see {site.page.origin}/{time.monotonic_ns()}"})
    try:
        wait_until(site.page.asked.is_set, "the link was fetched")
        site.stop("worker")
    finally:
        site.page.released.set()
        site.start("worker")
    wait_until(lambda: site.person.ask("GET", f"{path}/{posted['id']}")["previews"], "the task was done")


FAULTS = [
    Fault("api told to stop in the middle of requests", _api_in_a_request, hold=1, graceful=True),
    Fault("realtime told to stop in the middle of sending", _realtime_in_a_send, hold=1, graceful=True),
    Fault("worker told to stop in the middle of a task", _worker_in_a_task, graceful=True),
]
