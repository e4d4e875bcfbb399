"""What the other services ask api. Guarded by the service key; the ingress does not route it."""

from flask import Blueprint

from flack_api.database import read_without_transaction
from flack_api.internal.members import members
from flack_api.internal.tokens import tokens


def blueprint() -> Blueprint:
    """All routes under `/internal`."""
    internal = Blueprint("internal", __name__, url_prefix="/internal")
    internal.before_request(read_without_transaction)
    internal.register_blueprint(members)
    internal.register_blueprint(tokens)
    return internal
