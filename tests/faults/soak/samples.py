"""What every process of an installation holds at one moment."""

import re
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil
import redis
import requests
from flack_local.stack import Stack

COUNTS = ("descriptors", "threads", "greenlets", "subscriptions", "connections")


@dataclass
class Process:
    """One child with all that descends from it. `memory` is what is its own (USS), in KiB."""

    memory: float = 0.0
    descriptors: int = 0
    threads: int = 0
    greenlets: int = 0
    subscriptions: int = 0
    connections: int = 0


@dataclass
class Sample:
    """All processes, `seconds` after the start. `at_rest`: nobody writes, and no socket is open."""

    seconds: float
    at_rest: bool
    processes: dict[str, Process] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def take(stack: Stack, began: float, *, at_rest: bool) -> Sample:
    """Look at every process now."""
    sample = Sample(round(time.monotonic() - began, 1), at_rest)
    for name in stack.children:
        sample.processes[name] = _process(stack, name)
    with redis.Redis.from_url(stack.redis_url) as client:
        sample.processes["redis"].subscriptions = len(client.pubsub_channels())
        sample.processes["redis"].connections = int(client.info("clients")["connected_clients"])
    return sample


def _process(stack: Stack, name: str) -> Process:
    found = Process()
    leader = psutil.Process(stack.pid(name))
    for member in (leader, *leader.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            found.memory += member.memory_full_info().uss / 1024
            found.descriptors += member.num_fds()
            found.threads += member.num_threads()
    if "FLACK_METRICS_PORT" in stack.children[name].spec.environment:
        found.greenlets = int(requests.get(f"{stack.metrics_url(name)}/greenlets", timeout=30).text)
    if name.startswith("realtime"):
        found.connections = int(metric(stack, name, "flack_realtime_connections"))
        found.subscriptions = int(metric(stack, name, "flack_realtime_subscriptions"))
    return found


def cpu_seconds(stack: Stack) -> float:
    """What all processes have used so far, this one (the people) included."""
    total = time.process_time()
    for name in stack.children:
        leader = psutil.Process(stack.pid(name))
        for member in (leader, *leader.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = member.cpu_times()
                total += times.user + times.system
    return total


def metric(stack: Stack, name: str, metric_name: str) -> float:
    """The value of a metric without labels; 0 where it is not there."""
    text = requests.get(f"{stack.metrics_url(name)}/metrics", timeout=30).text
    found = re.search(rf"^{metric_name} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0
