"""A person's preferences."""

from flack_contracts.chat import Preferences
from sqlalchemy.orm import Session

from flack_domain import models


def get(session: Session, user_id: int) -> Preferences:
    """What they set, and the defaults for the rest."""
    row = session.get(models.Preferences, user_id, populate_existing=True)
    return Preferences.model_validate(row.values if row else {})
