"""The current API. One file a feature, with the feature's name in every layer."""

from flask import Blueprint

from flack_api.openapi.pages import documentation
from flack_api.v2.installation import installation
from flack_api.version import VERSION

PREFIX = "/api/v2"
DESCRIPTION = "The HTTP API of Flack, a self-hosted team chat."


def blueprint() -> Blueprint:
    """All routes of v2."""
    v2 = Blueprint("v2", __name__, url_prefix=PREFIX)
    for feature in (installation,):
        v2.register_blueprint(feature)
    v2.register_blueprint(
        documentation(prefix=PREFIX, title="Flack API v2", version=VERSION, description=DESCRIPTION)
    )
    return v2
