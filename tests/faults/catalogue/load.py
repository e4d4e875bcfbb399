"""Too much of something: a client that reads nothing, and ten times as many people as usual."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf

from flack_contracts.streams import channel_stream, room_channel
from flack_contracts.wire import packet_of

from ..installation import Installation
from ..mute import Mute
from ..soak.samples import metric
from ..writer import Writer
from .fault import Fault, wait_until

CROWD = 27
"""Ten times the three writers of every trial, with them."""


def _reads_nothing(site: Installation, _hold: float) -> None:
    """One client of realtime stops reading; it is let go once its queue is full, and nobody else waits for it."""
    let_go = "flack_realtime_slow_consumers_total"
    before = metric(site, "realtime", let_go)
    channel_id = site.person.new_channel()
    stream = channel_stream(channel_id)
    # Its seq is long past, so that no client applies it.
    event = packet_of(
        "event", {"stream": stream, "seq": 0, "type": "message.posted", "payload": {"x": "x" * 3500}}
    )

    def closed() -> bool:
        for _ in range(200):
            client.publish(room_channel(stream), event)
        return metric(site, "realtime", let_go) > before

    with Mute(site.direct_url("realtime"), site.person.token()), site.redis() as client:
        wait_until(closed, "the client was let go")


@contextmanager
def crowd(site: Installation) -> Iterator[list[Writer]]:
    """Many people who write at the usual rate into a channel of their own."""
    channel_id = site.person.new_channel()
    writers = [Writer(site.person.twin(), channel_id).start() for _ in range(CROWD)]
    try:
        yield writers
    finally:
        for writer in writers:
            writer.stop()


def _overload(site: Installation, hold: float) -> None:
    """It is over, and ten seconds later a message takes as long as before."""
    channel_id = site.person.new_channel()

    def seconds_of_a_post() -> float:
        path, body = f"/channels/{channel_id}/messages", {"source": "how long?"}
        answers = [site.person.call("POST", path, json=body) for _ in range(3)]
        return max(answer.elapsed.total_seconds() if answer.ok else inf for answer in answers)

    normal = seconds_of_a_post()
    with crowd(site):
        time.sleep(hold)
    wait_until(lambda: seconds_of_a_post() < max(1.0, 3 * normal), "posting as before", seconds=10)


FAULTS = [
    Fault("a client that reads nothing", _reads_nothing, hold=0),
    Fault("ten times the load for a minute, and its end", _overload, hold=60, brief=6),
]
