"""A channel's history from elsewhere."""

from typing import Annotated

from flack_contracts.tasks import IMPORT_RUN, Task
from flack_domain import actions
from flask import Blueprint
from pydantic import AwareDatetime, Field

from flack_api.context import actor, offload, session
from flack_api.http import Answer, Body, administrators_only, lines, returns
from flack_api.http.answers import deferrable
from flack_api.services import services
from flack_api.v2.messages import Source
from flack_api.v2.tasks import accepted

imports = Blueprint("imports", __name__)

MAX_UPLOAD = 16 * 1024 * 1024


class ImportedMessage(Body):
    """A message that was written elsewhere. `nickname` is somebody's here, and `created_at` no earlier than that of
    the line above. What the channel holds already of that author with that `nonce` is left out, so an import can be
    repeated: use the message's id in the place where it comes from.
    """

    nickname: Annotated[str, Field(min_length=1, max_length=32)]
    source: Source
    created_at: AwareDatetime
    nonce: Annotated[str, Field(min_length=1, max_length=64)] | None = None


@imports.post("/channels/<int:channel_id>/imports")
@administrators_only
@deferrable
@lines(ImportedMessage, max_body=MAX_UPLOAD, offload=offload)
@returns(Task, 202, located=True)
def request_import(channel_id: int, messages: list[ImportedMessage]) -> Answer:
    """Put messages from elsewhere behind those of a channel that you see, with their authors and times.

    Up to 25,000 lines and 16 MiB, oldest first. It is done later: the task in `Location` tells its progress in lines,
    and as its result how many messages were imported, and how many skipped because they were there.
    """
    task = actions.imports.request(session(), actor(), channel_id, messages)
    services().tasks.send(IMPORT_RUN, task_id=task.id)
    return accepted(task)
