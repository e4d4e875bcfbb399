"""What the views of this service share."""

import time
from dataclasses import dataclass
from typing import cast

from flack_kit.jwt import Verifier
from flask import current_app
from redis import Redis

from flack_web.api import Api, Json
from flack_web.assets import Assets
from flack_web.cookie import SessionCookie
from flack_web.handover import Handover
from flack_web.shared_assets import SharedAssets


class Installation:
    """What api says of the installation, asked again after a few seconds."""

    SECONDS = 10

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: Json = {}
        self._until = 0.0

    def __call__(self) -> Json:
        """The newest answer. Raises ApiAway."""
        if time.monotonic() > self._until:
            self._known = self._api.installation()
            self._until = time.monotonic() + self.SECONDS
        return self._known


@dataclass(frozen=True)
class Services:
    """Made once by `create_app`."""

    api: Api
    verifier: Verifier
    cookie: SessionCookie
    handover: Handover
    assets: Assets
    shared_assets: SharedAssets
    redis: Redis
    installation: Installation


def services() -> Services:
    """Those of the application in hand."""
    return cast(Services, current_app.extensions["flack"])
