"""A pod is lost: its clients come back to another one, and ask api for what they missed."""

import time

from compared import Server
from installation import COMMON
from processes import Usage
from scenarios import Bench, Result

MISSED, MISSED_IN_TEAMS = 20, 2
"""Messages that came while the clients were gone: in the common channel, and in each of the smaller ones."""


def storm(bench: Bench, server: Server, sockets: int, stayed: int) -> Result:
    """They knock within a second, while others are here and two messages a second go to all."""
    around = server.installation
    assert around is not None
    here = bench.clients(server, stayed)
    try:
        around.chat.push(MISSED_IN_TEAMS, around.chat.teams())
        bench.publish_at(server, 20, MISSED / 20, COMMON)
        here.say("begin")
        before, (api_before, postgres_before) = Usage.of(server.pid), around.cpu()
        knocking = bench.knocking(server, sockets, rate=sockets, first=stayed, api_port=around.api.port)
        try:
            began = time.monotonic()
            sent = 0
            while not knocking.answered():
                sent += bench.publish_at(server, 2, 1, COMMON)
            seconds = time.monotonic() - began
            after, (api_after, postgres_after) = Usage.of(server.pid), around.cpu()
            back = knocking.told()
            client_cpu = knocking.say("end")["client_cpu"]
        finally:
            knocking.close()
        got = here.say("end")
    finally:
        here.close()
    return {
        **_back(back, sockets),
        "cpu_percent": (after.cpu - before.cpu) / seconds * 100,
        "api_cpu_percent": (api_after - api_before) / seconds * 100,
        "postgres_cpu_percent": (postgres_after - postgres_before) / seconds * 100,
        "stayed_p50_ms": got["p50_ms"],
        "stayed_p99_ms": got["p99_ms"],
        "stayed_max_ms": got["max_ms"],
        "stayed_missing": sent * stayed - got["deliveries"],
        "stayed_closed": got["closed_by_server"],
        "client_cpu_percent": (client_cpu + got["client_cpu"]) / seconds * 100,
    }


def _back(told: Result, sockets: int) -> Result:
    """How those who came back fared."""
    return {
        "back_seconds": told["back_seconds"] or told["seconds"],
        "not_back": sockets - told["ready"],
        "whole_seconds": told["seconds"],
        "not_whole": sockets - told["whole"],
        "knocks_per_client": told["knocks"] / sockets,
        "closed_again": told["closed_by_server"] + told["refused"],
        "events_missed": told["events_missed"] / sockets,
        "sync_p50_ms": told["sync_p50_ms"],
        "sync_p99_ms": told["sync_p99_ms"],
        "sync_max_ms": told["sync_max_ms"],
        "sync_told_to_wait": told["told_to_wait"],
        "sync_failed": told["sync_failed"],
    }
