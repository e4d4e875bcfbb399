"""A private channel with all kinds of people around it, each at a socket of a whole installation."""

import itertools

import httpx2
from faults.account import Account
from flack_contracts.chat import Preview
from flack_domain import actions
from flack_domain.database import make_engine, session_factory
from flack_local.stack import Stack
from realtime_support import Person, wait_until

ROLES = ("anonymous", "stranger", "member", "owner", "administrator", "removed", "signed out")
"""`administrator` is no member. `removed` was in the channel; `signed out` is in it, but their session has ended."""

_numbers = itertools.count(1)


class World:
    """A private channel with its people, each at a socket; everybody is in `general`."""

    def __init__(self, stack: Stack, administrator: Account) -> None:
        self.stack = stack
        number = next(_numbers)
        self.people: dict[str, Account] = {
            role: Account(stack.url, f"matrix-{number}-{role.replace(' ', '-')}").sign_up()
            for role in (*ROLES[1:4], *ROLES[5:])
        }
        self.people["administrator"] = administrator
        self.extra = self.newcomer()
        owner = self.people["owner"]
        channels = owner.ask("GET", "/state")["channels"]
        self.general = next(channel["id"] for channel in channels if channel["name"] == "general")
        self.channel, self.other = self.private(), self.private()
        for role in ("member", "removed", "signed out"):
            self.add(self.people[role].user_id)
        self.sockets: dict[str, Person] = {}

    def newcomer(self) -> Account:
        """Somebody who has just signed up."""
        return Account(self.stack.url, f"matrix-newcomer-{next(_numbers)}").sign_up()

    def private(self) -> int:
        body = {"name": f"matrix {next(_numbers)}", "kind": "private"}
        return int(self.people["owner"].ask("POST", "/channels", json=body)["id"])

    def add(self, user_id: int, channel: int | None = None) -> None:
        path = f"/channels/{channel or self.channel}/members"
        self.people["owner"].ask("POST", path, json={"user_id": user_id})

    def open(self) -> None:
        """Everybody comes; then one is removed and one signs out."""
        self.sockets = {"anonymous": Person(self.stack.url)}
        for role, account in self.people.items():
            self.sockets[role] = Person(self.stack.url, account.token())
        wait_until(lambda: self.sockets["anonymous"].connects)
        for role in self.people:
            self.sockets[role].wait("ready")
        removed, gone = self.people["removed"], self.people["signed out"]
        self.people["owner"].ask("DELETE", f"/channels/{self.channel}/members/{removed.user_id}")
        self.sockets["removed"].wait("event", lambda event: event["type"] == "membership.removed")
        gone.ask("DELETE", "/tokens/current")
        self.sockets["signed out"].wait("closing")
        for socket in self.sockets.values():
            socket.events = [(name, data) for name, data in socket.events if name in ("ready", "closing")]

    def say_in_general(self) -> None:
        """Everybody who can hear anything hears this; what was said before has passed."""
        text = f"barrier {next(_numbers)}"
        path = f"/channels/{self.general}/messages"
        self.people["owner"].ask("POST", path, json={"source": text})
        for role, socket in self.sockets.items():
            if role == "anonymous":
                socket.wait("updated_model", lambda data: data["model"].get("source") == text)
            elif role != "signed out":
                socket.wait("event", lambda data: data["payload"].get("message", {}).get("source") == text)

    def heard(self, role: str) -> set[str]:
        """Which types of the two streams reached this role's socket."""
        streams = {f"channel:{self.channel}", f"user:{self.people['member'].user_id}"}
        return {event["type"] for event in self.sockets[role].all("event") if event["stream"] in streams}

    def others_token(self, role: str) -> str:
        return self.people["owner" if role != "owner" else "member"].token()

    def v1_token(self, role: str) -> str:
        account = self.people[role]
        answer = httpx2.post(
            f"{self.stack.url}/api/tokens", auth=(account.nickname, account.password), timeout=30
        )
        return str(answer.json()["token"])

    def close(self) -> None:
        for socket in self.sockets.values():
            socket.close()


def do_everything(world: World) -> None:
    """One act at least for every type of event."""
    owner, member, extra = world.people["owner"], world.people["member"], world.extra
    channel = f"/channels/{world.channel}"
    message = member.ask("POST", f"{channel}/messages", json={"source": "a secret"})
    member.ask("PATCH", f"{channel}/messages/{message['id']}", json={"source": "another secret"})
    engine = make_engine(world.stack.database_url)
    with session_factory(engine)() as session:  # the relay publishes it
        preview = Preview(
            url="http://e.com", title="secret", description="", site_name="e.com", image_url=None
        )
        actions.previews.attach(session, message["id"], revision=1, previews=[preview])
    engine.dispose()
    world.sockets["member"].wait("event", lambda event: event["type"] == "message.previewed")
    member.ask("DELETE", f"{channel}/messages/{message['id']}")
    owner.ask("PATCH", channel, json={"topic": "secret"})
    world.add(extra.user_id)
    owner.ask("PATCH", f"{channel}/members/{extra.user_id}", json={"role": "owner"})
    extra.ask("DELETE", f"{channel}/members/me")
    member.ask("PATCH", "/users/me", json={"display_name": f"Member {next(_numbers)}"})
    for role in ("owner", "member"):
        owner.ask("PATCH", f"{channel}/members/{member.user_id}", json={"role": role})
    position = owner.ask("POST", f"{channel}/messages", json={"source": "a secret to read"})["position"]
    member.ask("PUT", f"{channel}/read-position", json={"position": position})
    theme = member.ask("GET", "/users/me/preferences")["theme"]
    member.ask("PATCH", "/users/me/preferences", json={"theme": "dark" if theme != "dark" else "light"})
    world.add(member.user_id, world.other)
    owner.ask("DELETE", f"/channels/{world.other}/members/{member.user_id}")
