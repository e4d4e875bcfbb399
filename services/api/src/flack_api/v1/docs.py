"""v1's OpenAPI document and its page."""

from flask import Blueprint

from flack_api.openapi.pages import documentation
from flack_api.v1.document import document
from flack_api.v1.mounts import VERSIONED

docs = Blueprint("v1_docs", __name__, url_prefix=VERSIONED)
docs.register_blueprint(documentation(title="Flack API v1", document=document))
