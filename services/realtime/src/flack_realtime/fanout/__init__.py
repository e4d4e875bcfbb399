"""Fan-out for python-socketio: one Redis channel a room, framed once a process, written without waiting.

Read in this order: `manager` (what you give to the server), `rooms` and `subscriptions` (who hears what; `sharded` on
a cluster), `delivery` (the loop), `engine` (the seam with engineio), `connection` with `outgoing`, `incoming` and
`spill` (one socket), `wheel`, `frames` and `handshake` (the protocol), `polling`. Nothing here knows about chat.
"""

from flack_realtime.fanout.engine import Engine, Stats
from flack_realtime.fanout.manager import FanoutManager
from flack_realtime.fanout.rooms import Client
from flack_realtime.fanout.sharded import ShardedSubscriptions, cluster_connector
from flack_realtime.fanout.subscriptions import Subscriptions, redis_connector

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
