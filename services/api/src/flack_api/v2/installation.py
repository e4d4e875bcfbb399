"""What anybody may know of this installation."""

from typing import Literal

from flack_contracts.base import Contract
from flask import Blueprint

from flack_api.http import public, returns
from flack_api.services import services
from flack_api.version import VERSION

installation = Blueprint("installation", __name__)


class Installation(Contract):
    """How this installation presents itself and who may sign up."""

    name: str
    signup: Literal["open", "invite", "closed"]
    version: str
    v1_enabled: bool


@installation.get("/installation")
@public
@returns(Installation)
def read_installation() -> Installation:
    """What anybody may know of this installation."""
    settings = services().settings
    return Installation(
        name=settings.installation_name,
        signup=settings.signup,
        version=VERSION,
        v1_enabled=settings.v1_enabled,
    )
