"""Fan-out for python-socketio: one Redis channel a room, framed once a process, written without waiting.

Read in this order: `manager` (what you give to the server), `rooms` and `subscriptions` (who hears what; `sharded` on
a cluster), `delivery` (the loop), `engine` (the seam with engineio), `connection` with `outgoing`, `incoming` and
`spill` (one socket), `wheel`, `frames` and `handshake` (the protocol), `polling`. Nothing here knows about chat.
"""

from .engine import Engine, Stats
from .manager import FanoutManager
from .rooms import Client
from .sharded import ShardedSubscriptions, cluster_connector
from .subscriptions import Subscriptions, redis_connector

__all__ = [
    "Client",
    "Engine",
    "FanoutManager",
    "ShardedSubscriptions",
    "Stats",
    "Subscriptions",
    "cluster_connector",
    "redis_connector",
]
