"""Wires the service together."""

from pathlib import Path

from flack_contracts.tokens import AUDIENCE, ISSUER
from flack_kit.http import internal_client
from flack_kit.jwt import Verifier
from flack_kit.redis import connect_redis
from flack_kit.web import observe
from flask import Flask

from flack_web import assets, errors, pages, scale, security, tokens
from flack_web.api import Api
from flack_web.context import Installation, Services
from flack_web.cookie import SessionCookie
from flack_web.handover import Handover
from flack_web.settings import WebSettings
from flack_web.shared_assets import SharedAssets


def create_app(settings: WebSettings, *, assets_folder: Path = assets.FOLDER) -> Flask:
    """The Flask application. Raises AssetsMissing where the UI was not built."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024  # nothing that a browser posts here is long
    observe(app, "web", trusted_proxies=settings.trusted_proxies)
    client = internal_client(settings.api_url, timeout=settings.api_timeout)
    api = Api(client, trusted_proxies=settings.trusted_proxies)
    cookie = SessionCookie(settings.session_key.get_secret_value())
    redis = connect_redis(settings.redis_url.get_secret_value(), timeout=0.5)
    app.extensions["flack"] = Services(
        api=api,
        verifier=Verifier(api.key_set, issuer=ISSUER, audience=AUDIENCE),
        cookie=cookie,
        handover=Handover(redis, cookie),
        assets=assets.load(assets_folder),
        shared_assets=SharedAssets(redis),
        redis=redis,
        installation=Installation(api),
    )
    security.protect(app)
    errors.handle(app)
    for blueprint in (assets.blueprint, tokens.blueprint, scale.blueprint, pages.blueprint):
        app.register_blueprint(blueprint)
    return app
