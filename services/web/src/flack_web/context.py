"""What the views of this service share."""

from dataclasses import dataclass
from typing import cast

from flack_kit.jwt import Verifier
from flask import current_app
from redis import Redis

from flack_web.api import Api
from flack_web.assets import Assets
from flack_web.cookie import SessionCookie


@dataclass(frozen=True)
class Services:
    """Made once by `create_app`."""

    api: Api
    verifier: Verifier
    cookie: SessionCookie
    assets: Assets
    redis: "Redis"


def services() -> Services:
    """Those of the application in hand."""
    return cast(Services, current_app.extensions["flack"])
