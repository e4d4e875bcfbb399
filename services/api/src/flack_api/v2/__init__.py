"""The current API. One file a feature, with the feature's name in every layer."""

from flask import Blueprint, current_app

from flack_api.database import read_without_transaction
from flack_api.openapi.document import Json, openapi_document
from flack_api.openapi.pages import documentation
from flack_api.v2.channels import channels
from flack_api.v2.exports import exports
from flack_api.v2.imports import imports
from flack_api.v2.installation import installation
from flack_api.v2.invites import invites
from flack_api.v2.members import members
from flack_api.v2.messages import messages
from flack_api.v2.preferences import preferences
from flack_api.v2.reads import reads
from flack_api.v2.sync import sync
from flack_api.v2.tasks import tasks
from flack_api.v2.tokens import tokens
from flack_api.v2.users import users
from flack_api.version import VERSION

FEATURES = (
    installation,
    users,
    tokens,
    channels,
    members,
    messages,
    reads,
    preferences,
    sync,
    tasks,
    exports,
    imports,
    invites,
)
PREFIX = "/api/v2"
TITLE = "Flack API v2"
DESCRIPTION = "The HTTP API of Flack, a self-hosted team chat."


def blueprint() -> Blueprint:
    """All routes of v2."""
    v2 = Blueprint("v2", __name__, url_prefix=PREFIX)
    v2.before_request(read_without_transaction)
    for feature in FEATURES:
        v2.register_blueprint(feature)
    v2.register_blueprint(documentation(title=TITLE, document=_document))
    return v2


def _document() -> Json:
    return openapi_document(current_app, prefix=PREFIX, title=TITLE, version=VERSION, description=DESCRIPTION)
