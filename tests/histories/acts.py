"""What people do in channels, step by step, by the domain's own actions: stories for tests and for recordings."""

from dataclasses import dataclass

import people
from flack_contracts.chat import Preview
from flack_domain import actions, queries
from flack_domain.actor import Actor
from flack_domain.errors import DomainError
from sqlalchemy import text
from sqlalchemy.orm import Session

PEOPLE = 4


@dataclass(frozen=True)
class Step:
    """Somebody does something; numbers are taken modulo what there is."""

    what: str
    who: int
    whom: int = 0
    where: int = 0
    which: int = 0


class History:
    """Some people, the channels that they made, and what they did."""

    def __init__(self, session: Session) -> None:
        self.session = session
        number = session.scalar(text("select count(*) from users"))
        self.people = people.sign_up(session, *(f"person{number}-{n}" for n in range(PEOPLE)))
        self.channels = [
            people.public_channel(session, self.people[0], self.people[1], name=f"lobby {number}"),
            people.private_channel(session, self.people[1], self.people[2]),
            people.direct_channel(session, self.people[0], self.people[3]),
            queries.channels.general_id(session),
        ]
        self.messages: list[tuple[int, int]] = []

    def run(self, step: Step) -> None:
        """Do it, or be refused: what may be refused must leave nothing behind."""
        who, whom = self.people[step.who % PEOPLE], self.people[step.whom % PEOPLE]
        channel_id = self.channels[step.where % len(self.channels)]
        try:
            getattr(self, step.what)(who, whom, channel_id, step.which)
        except DomainError:
            self.session.rollback()

    def post(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        message = actions.messages.post(self.session, who, channel_id, source=f"**{which}** http://e.com")
        self.messages.append((channel_id, message.id))

    def edit(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        channel_id, message_id = self._message(which)
        actions.messages.edit(self.session, who, channel_id, message_id, source=f"edited {which}")

    def delete(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        channel_id, message_id = self._message(which)
        actions.messages.delete(self.session, who, channel_id, message_id)

    def preview(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        _, message_id = self._message(which)
        message = queries.messages.for_preview(self.session, message_id)
        if message is not None:
            page = Preview(url="http://e.com", title=f"Page {which}")
            actions.previews.attach(self.session, message_id, revision=message.revision, previews=[page])

    def read(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.reads.move(self.session, who, channel_id, position=which)

    def read_all(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        newest = queries.messages.page(self.session, who, channel_id, limit=1).messages
        actions.reads.move(self.session, who, channel_id, position=newest[-1].position if newest else 0)

    def create(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        self.channels.append(people.private_channel(self.session, who))

    def direct(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        others = [person.id for person in self.people[: which % PEOPLE]]
        opened = actions.channels.open_direct(self.session, who, user_ids=[whom.id, *others])
        self.channels.append(opened.channel.id)

    def rename(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.channels.update(self.session, who, channel_id, name=f"name {channel_id} {which}")

    def topic(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.channels.update(self.session, who, channel_id, topic=f"topic {which}")

    def archive(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.channels.archive(self.session, who, channel_id)

    def unarchive(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.channels.unarchive(self.session, who, channel_id)

    def join(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.members.join(self.session, who, channel_id)

    def add(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.members.add(self.session, who, channel_id, user_id=whom.id)

    def remove(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.members.remove(self.session, who, channel_id, user_id=whom.id)

    def leave(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.members.remove(self.session, who, channel_id, user_id=who.id)

    def promote(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        role = "owner" if which % 2 else "member"
        actions.members.set_role(self.session, who, channel_id, user_id=whom.id, role=role)

    def introduce(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        name = f"Name {who.id} {which}"
        actions.users.update_profile(self.session, people.FAST_PASSWORDS, who, display_name=name)

    def prefer(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        actions.preferences.update(self.session, who, {"muted_channel_ids": [which]})

    def history(self, who: Actor, whom: Actor, channel_id: int, which: int) -> None:
        lines = [(self._nickname(person), f"long ago {which}", None) for person in (whom, who)]
        actions.imports.run(self.session, people.history(self.session, who, channel_id, *lines))

    def _nickname(self, person: Actor) -> str:
        return queries.users.get(self.session, person.id).nickname

    def _message(self, which: int) -> tuple[int, int]:
        return self.messages[which % len(self.messages)] if self.messages else (self.channels[0], 1)


ACTS = sorted(name for name in vars(History) if not name.startswith("_") and name != "run")
# Contains every event type; a left and re-entered channel; an old profile told in a channel that was left.
EVERYTHING = [
    Step("post", 0), Step("post", 1), Step("edit", 0), Step("preview", 0, which=1), Step("delete", 1, which=1),
    Step("topic", 0), Step("rename", 0), Step("archive", 0), Step("unarchive", 0), Step("read", 0, which=2),
    Step("promote", 0, 1, which=1), Step("introduce", 3), Step("prefer", 0), Step("join", 3, where=0),
    Step("introduce", 3, which=1), Step("leave", 3, where=0), Step("introduce", 3, which=2),
    Step("remove", 1, 2, where=1), Step("add", 1, 2, where=1), Step("post", 1, where=1), Step("create", 0),
    Step("direct", 1, 2), Step("post", 0, where=3), Step("post", 3, where=2),
    Step("history", 0, 1), Step("post", 1), Step("history", 0, 3, where=3),
]  # fmt: skip
