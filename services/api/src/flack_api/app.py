"""The one place that wires the service together."""

from flack_domain.rendering.v1_objects import message_packet
from flack_kit.bus import Bus
from flack_kit.jwt import Signer
from flack_kit.queue import TaskSender
from flack_kit.redis import connect_redis
from flack_kit.web import observe
from flask import Flask

from flack_api import internal, v2
from flack_api.context import still_administrator
from flack_api.database import connect_database, init_database
from flack_api.ended import EndedSessions
from flack_api.failures import translate_failure
from flack_api.http.auth import init_auth
from flack_api.http.bodies import init_bodies
from flack_api.http.ids import IdConverter
from flack_api.http.in_hand import InHand
from flack_api.http.limits import init_limits
from flack_api.http.problems import init_problems, translate_with
from flack_api.http.routes import undeclared_views
from flack_api.idempotency import init_idempotency
from flack_api.outbox import Outbox
from flack_api.services import Services
from flack_api.settings import ApiSettings

MAX_BODY = 256 * 1024


def create_app(settings: ApiSettings) -> Flask:
    """The WSGI application of api. No connection is opened before the first request."""
    app = Flask("flack_api", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.url_map.converters["int"] = IdConverter

    made = _make_services(settings)
    app.extensions["flack_services"] = made
    observe(app, "api", trusted_proxies=settings.trusted_proxies)
    init_problems(app)
    translate_with(app, translate_failure)
    init_database(app, made.engine, made.outbox)
    init_auth(
        app,
        made.signer,
        settings.service_key.get_secret_value(),
        ended=made.ended,
        still_administrator=still_administrator,
    )
    init_bodies(app)

    app.register_blueprint(internal.blueprint())
    app.register_blueprint(v2.blueprint())
    if settings.v1_enabled:
        _add_v1(app)

    init_idempotency(app, v2.PREFIX)
    undeclared = undeclared_views(app)
    if undeclared:
        raise RuntimeError(f"these views do not say who may call them: {', '.join(undeclared)}")
    init_limits(app, settings)
    in_hand = InHand(app, settings.requests_in_hand)
    made.outbox.sheds_previews = lambda: in_hand.is_pressed
    app.wsgi_app = in_hand  # type: ignore[method-assign]  # Flask's own way
    return app


def _make_services(settings: ApiSettings) -> Services:
    redis_url = settings.redis_url.get_secret_value()
    redis = connect_redis(redis_url)
    engine = connect_database(settings)
    tasks = TaskSender(redis_url)
    v1_packet = message_packet if settings.v1_enabled else None
    ended = EndedSessions(engine)
    return Services(
        settings=settings,
        engine=engine,
        redis=redis,
        outbox=Outbox(Bus(redis), tasks, engine, ended=ended, v1_packet=v1_packet),
        tasks=tasks,
        signer=Signer(settings.signing_keys.get_secret_value()),
        ended=ended,
    )


def _add_v1(app: Flask) -> None:
    """Serve v1. Imported here, so that an installation without v1 does not load it."""
    from flack_api import v1

    v1.init_app(app)
