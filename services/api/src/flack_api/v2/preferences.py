"""How one likes the UI."""

from typing import Annotated

from flack_contracts.chat import Preferences, Theme
from flack_domain import actions, queries
from flask import Blueprint
from pydantic import Field

from flack_api.context import actor, session
from flack_api.http import Body, auth_required, body, returns
from flack_api.http.fields import Id

preferences = Blueprint("preferences", __name__)


class PreferenceChanges(Body):
    """What to change; the rest stays."""

    theme: Theme | None = None
    desktop_notifications: bool | None = None
    muted_channel_ids: Annotated[list[Id], Field(max_length=1000)] | None = None


@preferences.get("/users/me/preferences")
@auth_required
@returns(Preferences, etag=True)
def read_preferences() -> Preferences:
    """Your preferences, whole."""
    return queries.preferences.get(session(), actor().id)


@preferences.patch("/users/me/preferences")
@auth_required
@body(PreferenceChanges)
@returns(Preferences)
def change_preferences(changes: PreferenceChanges) -> Preferences:
    """Change some of your preferences."""
    return actions.preferences.update(session(), actor(), changes.model_dump(exclude_none=True))
