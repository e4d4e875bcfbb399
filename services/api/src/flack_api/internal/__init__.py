"""What the other services ask api. Guarded by the service key; the ingress does not route it."""

from flask import Blueprint


def blueprint() -> Blueprint:
    """All routes under `/internal`."""
    return Blueprint("internal", __name__, url_prefix="/internal")
