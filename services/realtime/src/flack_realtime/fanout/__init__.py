"""Fan-out for python-socketio: one Redis channel a room, framed once a process, written without waiting.

Read in this order: `manager` (what you give to the server), `rooms` and `subscriptions` (who hears what), `delivery`
(the loop), `engine` (the seam with engineio), `connection` with `outgoing`, `incoming` and `spill` (one socket),
`wheel`, `frames` and `handshake` (the protocol), `polling`. Nothing here knows about chat.
"""

from flack_realtime.fanout.engine import Engine, Stats
from flack_realtime.fanout.manager import FanoutManager
from flack_realtime.fanout.rooms import Client
from flack_realtime.fanout.subscriptions import redis_connector

__all__ = ["Client", "Engine", "FanoutManager", "Stats", "redis_connector"]
