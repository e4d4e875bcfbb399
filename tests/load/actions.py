"""What virtual people do, one function each, by the names of the profile."""

import asyncio
from contextlib import suppress

from .http import Failed
from .person import Action, Person, Place

PAGE = 50
_TYPING_SECONDS = 3.0
_ATTEMPTS = 5
_TEXT = (
    "the release is ready once *review* has seen it and `make test` passes on both branches again so please look "
    "at the graph from last night before we talk about what to do with the queue in **production** because nobody "
    "else was online when it grew and I think that we should move the meeting to Thursday"
)
_WORDS = _TEXT.split()


async def switch_channel(person: Person) -> None:
    """Go to another channel and read it."""
    kinds = {kind.name: kind.visits for kind in person.world.profile.channels}
    wanted = "general"
    drawn = person.dice.random()
    for name, share in kinds.items():
        drawn -= share
        if drawn < 0:
            wanted = name
            break
    found = [
        place for place in person.places.values() if place.kind == wanted and place is not person.current
    ]
    if not found:
        found = [place for place in person.places.values() if place.kind != "direct"]
    if found:
        await _view(person, person.dice.choice(found))


async def open_direct(person: Person) -> None:
    """Go to a direct channel and read it."""
    found = [place for place in person.places.values() if place.kind == "direct"]
    if found:
        await _view(person, person.dice.choice(found))


async def _view(person: Person, place: Place) -> None:
    if person.current is not None:
        await _mark_read(person, person.current)
    person.current = place
    if place.newest:
        query = f"after={place.newest}"
    elif place.read_position < place.last_position:
        query = f"around={place.read_position}"
    else:
        query = f"limit={PAGE}"
    await _read_page(person, place, query)
    person.watch()
    await _mark_read(person, place)


async def _read_page(person: Person, place: Place, query: str) -> None:
    page = await person.ask("read messages", "GET", f"/channels/{place.id}/messages?{query}")
    messages = page["messages"]
    if messages:
        place.oldest = min(place.oldest or messages[0]["position"], messages[0]["position"])
        place.newest = max(place.newest, messages[-1]["position"])
        if place.kind != "direct":
            place.people = tuple({message["user_id"] for message in messages})


async def _mark_read(person: Person, place: Place) -> None:
    if place.last_position > place.read_position:
        place.read_position = place.last_position
        body = {"position": place.last_position}
        await person.ask("mark as read", "PUT", f"/channels/{place.id}/read-position", body=body)


async def scroll(person: Person) -> None:
    """Read some pages back."""
    place = person.current
    if place is None:
        return
    for _ in range(person.dice.randint(1, 5)):
        if place.oldest <= 1:
            return
        await _read_page(person, place, f"before={place.oldest}&limit={PAGE}")
        await asyncio.sleep(person.dice.uniform(1, 10) / person.world.pace)


async def unread_check(person: Person) -> None:
    """Fetch channels and memberships anew, and mark the channel as read."""
    await person.fetch_state()
    if person.current is not None:
        await _mark_read(person, person.current)


async def post(person: Person) -> None:
    """Write a message and send it; again, with the same key, where that failed."""
    place = person.current
    if place is None:
        return
    writing = person.world.profile.writing
    left = writing.seconds.draw(person.dice) / person.world.pace
    while left > 0:
        person.say("typing", {"channel_id": place.id})
        await asyncio.sleep(min(left, _TYPING_SECONDS))
        left -= _TYPING_SECONDS
    await _send(person, place.id, _text(person))


def _text(person: Person) -> str:
    words = person.world.profile.writing.words
    return " ".join(person.dice.choices(_WORDS, k=person.dice.randint(int(words.least), int(words.most))))


async def _send(person: Person, channel_id: int, source: str) -> None:
    world = person.world
    body = {"source": source, "nonce": world.nonce()}
    for attempt in range(_ATTEMPTS):
        try:
            message = await person.ask(
                "post a message", "POST", f"/channels/{channel_id}/messages", body=body, key=body["nonce"]
            )
        except Failed as failed:
            if attempt == _ATTEMPTS - 1 or failed.status in (403, 404, 422):
                raise
            await asyncio.sleep(max(0.5 * 2**attempt, failed.retry_after))
            continue
        world.acknowledged.add(message["id"])
        world.figures.posted()
        person.mine = [*person.mine[-9:], (channel_id, message["id"])]
        return


async def edit(person: Person) -> None:
    """Change a message of one's own."""
    if person.mine:
        channel_id, message_id = person.dice.choice(person.mine)
        path = f"/channels/{channel_id}/messages/{message_id}"
        await person.ask("edit a message", "PATCH", path, body={"source": _text(person)})


async def delete(person: Person) -> None:
    """Delete a message of one's own."""
    if person.mine:
        channel_id, message_id = person.mine.pop()
        await person.ask("delete a message", "DELETE", f"/channels/{channel_id}/messages/{message_id}")


async def permalink(person: Person) -> None:
    """Follow a link to a message of the channel."""
    place = person.current
    if place is not None and place.last_position:
        position = person.dice.randint(1, place.last_position)
        path = f"/channels/{place.id}/messages?around={position}"
        await person.ask("read messages", "GET", path)


async def profile(person: Person) -> None:
    """Look at somebody."""
    if person.current is not None and person.current.people:
        await person.ask("read a person", "GET", f"/users/{person.dice.choice(person.current.people)}")


async def search_people(person: Person) -> None:
    """Look for somebody by name, while typing it."""
    name = person.dice.choice(person.world.accounts.people).nickname
    for length in (6, 9, len(name)):
        await person.ask("search people", "GET", f"/users?q={name[:length]}")
        await asyncio.sleep(0.3)


async def search_channels(person: Person) -> None:
    """Look for a channel by name, while typing it."""
    name = person.dice.choice(list(person.world.accounts.channels) or ["general"])
    for length in (6, 12, len(name)):
        await person.ask("browse channels", "GET", f"/channels?q={name[:length]}")
        await asyncio.sleep(0.3)


async def start_direct(person: Person) -> None:
    """Open a direct channel with one or two others."""
    others = person.dice.sample(person.world.accounts.people, k=min(2, len(person.world.accounts.people)))
    ids = [one.user_id for one in others if one.user_id != person.account.user_id]
    if ids:
        body = {"user_ids": ids}
        await person.ask("open a direct channel", "POST", "/channels/direct", body=body)


async def join(person: Person) -> None:
    """Join a channel, and leave the one joined last time."""
    if person.joined_last is not None:
        left, person.joined_last = person.joined_last, None
        await person.ask("leave a channel", "DELETE", f"/channels/{left}/members/me")
    others = [one for one in person.world.accounts.channels.values() if one not in person.places]
    if others:
        channel_id = person.dice.choice(others)
        await person.ask("join a channel", "POST", f"/channels/{channel_id}/members", body={})
        person.joined_last = channel_id


async def preferences(person: Person) -> None:
    """Change a preference."""
    body = {"theme": person.dice.choice(["auto", "light", "dark"])}
    await person.ask("change preferences", "PATCH", "/users/me/preferences", body=body)


async def reconnect(person: Person) -> None:
    """Lose the network for a moment."""
    await person.away(person.world.profile.network.away_seconds.draw(person.dice))


async def full_reload(person: Person) -> None:
    """Load the page anew."""
    await person.world.http.ask("load the page", "GET", "/")
    await person.away(0.2)
    await person.fetch_state()


async def sign_in_again(person: Person) -> None:
    """Sign out and in again."""
    with suppress(Failed):
        await person.world.accounts.sign_in_again(person.account)


ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        switch_channel, open_direct, scroll, unread_check, post, edit, delete, permalink, profile, search_people,
        search_channels, start_direct, join, preferences, reconnect, full_reload, sign_in_again,
    )
}  # fmt: skip
