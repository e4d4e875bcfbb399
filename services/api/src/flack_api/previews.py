"""Has the links of new and edited messages looked at by the worker."""

import orjson
from flack_contracts.events import MessageEdited, MessagePosted
from flack_contracts.tasks import PREVIEW_FETCH, QUEUE_PREVIEWS
from flack_domain.outbox import Outgoing
from flack_domain.rendering.v1 import links as v1_links
from flack_kit.queue import TaskSender

_TYPES = {MessagePosted.type, MessageEdited.type}


class Previews:
    """Sends the task that fetches a message's linked pages. Never waits for the broker, and never raises."""

    def __init__(self, tasks: TaskSender) -> None:
        self._tasks = tasks

    def want(self, event: Outgoing) -> None:
        """Send the task if the event is a message with a link."""
        if event.type not in _TYPES or not _may_have_link(event):
            return
        message_id = orjson.loads(event.envelope)["payload"]["message"]["id"]
        self._tasks.send(PREVIEW_FETCH, queue=QUEUE_PREVIEWS, message_id=message_id)


def _may_have_link(event: Outgoing) -> bool:
    # A look at the bytes spares most messages the parsing. v1 makes links of more than v2 does.
    return b"<a " in event.envelope or (event.v1 is not None and bool(v1_links(event.v1.source)))
