"""The current API. One file a feature, with the feature's name in every layer."""

from flask import Blueprint, current_app

from flack_api.database import read_without_transaction
from flack_api.openapi import Json
from flack_api.openapi.document import openapi_document
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
DESCRIPTION = """The HTTP API of Flack, a self-hosted team chat.

**Begin** with `POST /api/v2/tokens`: nickname and password give an access token, to be sent as
`Authorization: Bearer …`, and a refresh token for the next one. **Retry** a POST with the same `Idempotency-Key`
within a day (but not one that answers a secret: that is not kept).
Every refusal is `application/problem+json`: `code` is for programs, `errors` names the fields at fault.

**Listen** by Socket.IO 5 on this address, path `/socket.io`, transport `websocket`, `auth`
`{"token": ACCESS_TOKEN}`. The server says `ready` with the newest `seq` of each of your streams, then `event` for each
event; what was missed `GET /api/v2/sync` answers. Every event, its payload, reasons to close and limits stand in
`docs/socket-io.md` of the source, beside a bot that runs, `docs/examples/listening_bot.py`.
"""


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
