"""What a person sets for themselves."""

from typing import Any

from flack_contracts.chat import Preferences
from flack_contracts.events import PreferencesChanged
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from flack_domain import errors, models
from flack_domain.actor import Actor
from flack_domain.queries import preferences as stored
from flack_domain.transaction import Transaction, action


@action
def update(tx: Transaction, actor: Actor, changes: dict[str, Any]) -> Preferences:
    """Change some preferences; the answer is all of them. Raises `Invalid` for one that is unknown or wrong."""
    unknown = changes.keys() - Preferences.model_fields.keys()
    if unknown:
        raise errors.Invalid("There is no such preference.", field=min(unknown))
    # Locks the person, so that two devices' changes are merged one after the other.
    tx.session.execute(
        select(models.User.id).where(models.User.id == actor.id).with_for_update(key_share=True)
    )
    before = stored.get(tx.session, actor.id)
    try:
        after = Preferences.model_validate({**before.model_dump(), **changes})
    except ValidationError as error:
        first = error.errors()[0]
        raise errors.Invalid(first["msg"], field=str(first["loc"][0])) from None
    if after != before:
        values = after.model_dump(mode="json", exclude_defaults=True)
        statement = insert(models.Preferences).values(user_id=actor.id, values=values)
        tx.session.execute(
            statement.on_conflict_do_update(index_elements=["user_id"], set_={"values": values})
        )
        tx.tell_user(actor.id, PreferencesChanged(preferences=after))
    return after
