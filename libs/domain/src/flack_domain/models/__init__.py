"""The tables. Only actions write them."""

from .base import Base
from .channels import Channel, Membership
from .events import Event, IdempotencyKey
from .messages import Message
from .preferences import Preferences
from .sessions import Invite, RefreshToken, SignIn, V1Token
from .tasks import Task, TaskChunk
from .users import User

__all__ = [
    "Base",
    "Channel",
    "Event",
    "IdempotencyKey",
    "Invite",
    "Membership",
    "Message",
    "Preferences",
    "RefreshToken",
    "SignIn",
    "Task",
    "TaskChunk",
    "User",
    "V1Token",
]
