"""Fetching several links at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import gevent
from gevent.pool import Pool

from flack_worker.metrics import LINKS
from flack_worker.previews.errors import HostBusy, LinkError, TooSlow
from flack_worker.previews.fetch import Fetcher
from flack_worker.previews.page import Page

AT_ONCE = 4
SPARE_SECONDS = 2.0
"""After its deadline a fetch should have ended by itself; if something blocks below it, it is ended from outside."""


@dataclass(slots=True)
class Gathered:
    """The pages by link, and whether a link could not be tried because its host was busy."""

    pages: dict[str, Page] = field(default_factory=dict)
    busy: bool = False


def gather(fetcher: Fetcher, links: Sequence[str]) -> Gathered:
    """Fetch links, four at a time. A link that fails in any way is left out."""
    gathered = Gathered()

    def fetch(link: str) -> None:
        try:
            with gevent.Timeout(fetcher.seconds + SPARE_SECONDS, TooSlow("blocked")):
                gathered.pages[link] = fetcher.fetch(link)
            LINKS.labels("fetched").inc()
        except LinkError as error:
            LINKS.labels(error.reason).inc()
            gathered.busy = gathered.busy or isinstance(error, HostBusy)

    pool = Pool(AT_ONCE)
    try:
        for greenlet in [pool.spawn(fetch, link) for link in links]:
            greenlet.get()
    finally:
        pool.kill()
    return gathered
