"""Wires the service together."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from flack_contracts.streams import CONTROL_CHANNEL, V1_ROOM
from flack_contracts.tokens import AUDIENCE, ISSUER
from flack_contracts.wire import packet_of
from flack_kit.bus import Bus
from flack_kit.health import Health
from flack_kit.jwt import Verifier
from flack_kit.redis import connect_redis
from flask import Flask
from flask_socketio import SocketIO
from prometheus_client import REGISTRY, CollectorRegistry

from flack_realtime.admission import Admission, Bucket
from flack_realtime.api import InternalApi
from flack_realtime.control import Control
from flack_realtime.drain import Drain
from flack_realtime.ended import Ended
from flack_realtime.fanout import FanoutManager, redis_connector
from flack_realtime.fanout.frames import server_frame
from flack_realtime.gateway import Gateway
from flack_realtime.members import Members
from flack_realtime.memberships import Memberships
from flack_realtime.metrics import RealtimeCollector
from flack_realtime.overload import Overload
from flack_realtime.presence import Presence
from flack_realtime.sessions import Sessions
from flack_realtime.settings import RealtimeSettings
from flack_realtime.sync import Sync
from flack_realtime.tokens import Tokens
from flack_realtime.typing import Typing
from flack_realtime.v1 import V1

CLOSING_REASONS = ("token_expired", "signed_out", "slow_consumer", "draining", "unavailable")
"""What `closing` says before a connection is closed for a reason that its client can do something about."""


@dataclass(frozen=True)
class Services:
    """What is kept on the application for whoever runs it."""

    manager: FanoutManager
    drain: Drain
    overload: Overload


def create_app(
    settings: RealtimeSettings, health: Health | None = None, *, registry: CollectorRegistry = REGISTRY
) -> Flask:
    """The Flask application. Must be made in the process that serves it: it starts greenlets."""
    app = Flask(__name__, static_folder=None)
    redis_url = settings.redis_url.get_secret_value()
    redis = connect_redis(redis_url)
    manager = _manager(settings, Bus(redis))
    socketio = SocketIO(
        app,
        client_manager=manager,
        async_mode="gevent",
        async_handlers=False,  # a connection's events are handled in order, in one greenlet a burst
        manage_session=False,
        transports=["websocket", "polling"] if settings.realtime_polling else ["websocket"],
        ping_interval=settings.realtime_heartbeat_seconds,
        ping_timeout=settings.realtime_heartbeat_timeout,
    )

    api = InternalApi(settings.api_url, settings.service_key.get_secret_value())
    overload = Overload()
    sessions = Sessions(time.time)
    ended = Ended(api, time.time)
    tokens = Tokens(Verifier(api.key_set, issuer=ISSUER, audience=AUDIENCE), sessions, ended, time.time)
    memberships = Memberships(manager, api, hold_seconds=settings.realtime_hold_seconds)
    members = Members(manager, sessions, memberships)
    presence = Presence(redis, manager, sessions, overload, time.time)
    sync = Sync(manager, sessions, memberships, members)
    v1 = (
        V1(manager, api, redis, time.time, anonymous_read=settings.v1_anonymous_read)
        if settings.v1_enabled
        else None
    )
    typing = Typing(manager, overload, time.monotonic)
    gateway = Gateway(
        manager,
        sessions,
        tokens,
        memberships,
        presence,
        typing,
        v1,
        sockets_per_user=settings.realtime_sockets_per_user,
    )
    gateway.register(socketio.server)

    def observe(room: str, payload: bytes) -> Callable[[], None] | None:
        if v1 is not None and room == V1_ROOM:
            v1.heard(payload)
        return members.observe(room, payload)

    manager.observe = observe
    manager.on_restored = sync.restored
    manager.listen(CONTROL_CHANNEL, Control(tokens, sync, v1))

    drain = Drain(manager, settings.drain_seconds, presence.flush)
    sockets = manager.engine.server.sockets

    def full() -> str | None:
        if drain.draining or len(sockets) >= settings.realtime_max_sockets:
            return "draining" if drain.draining else "full"
        return "overloaded" if overload.sheds_connects else None

    bucket = Bucket(settings.realtime_connects_per_second, settings.realtime_connect_burst)
    admission = Admission(app.wsgi_app, bucket, full)
    app.wsgi_app = admission  # type: ignore[method-assign]  # Flask's documented place for middleware
    registry.register(RealtimeCollector(manager, admission, gateway, overload, v1))
    if health is not None:
        health.check_ready(lambda: "draining" if drain.draining else None)
        health.check_ready(lambda: None if manager.subscriptions.ever_up else "waiting for Redis")
    app.extensions["flack"] = Services(manager, drain, overload)
    for service in (manager, overload, ended, tokens, presence, v1):
        if service is not None:
            service.start()
    return app


def _manager(settings: RealtimeSettings, bus: Bus) -> FanoutManager:
    manager = FanoutManager(
        redis_connector(settings.redis_url.get_secret_value()),
        bus.publish,
        keep_environ=("HTTP_X_REQUEST_ID",),
        spill_limit=settings.realtime_spill_bytes,
        message_limit=settings.realtime_message_bytes,
    )
    goodbyes = {reason: server_frame(packet_of("closing", {"reason": reason})) for reason in CLOSING_REASONS}
    manager.goodbye = lambda reason: goodbyes.get(reason, b"")
    return manager
