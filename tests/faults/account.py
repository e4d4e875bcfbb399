"""A person with an account, as a program: signs up or in, and keeps an access token that is good."""

import threading
import time
import uuid
from typing import Any

import requests


class Account:
    """One signed-in person against one installation."""

    def __init__(self, url: str, nickname: str, password: str = "correct horse battery") -> None:
        self.url, self.nickname, self.password = url, nickname, password
        self.http = requests.Session()
        self._lock = threading.Lock()
        self._token, self._refresh, self._good_until = "", "", 0.0
        self.user_id = 0

    def sign_up(self) -> "Account":
        """Make the account. Raises requests.HTTPError where it is refused."""
        body = {"nickname": self.nickname, "password": self.password}
        answer = self.http.post(f"{self.url}/api/v2/users", json=body, timeout=20)
        answer.raise_for_status()
        return self.sign_in()

    def twin(self) -> "Account":
        """The same session, on connections of its own; not refreshed, so good for some minutes."""
        twin = Account(self.url, self.nickname, self.password)
        twin._token, twin._good_until, twin.user_id = self.token(), float("inf"), self.user_id
        return twin

    def sign_in(self) -> "Account":
        """Start a session with the password."""
        body = {"grant": "password", "nickname": self.nickname, "password": self.password}
        self._keep(self.http.post(f"{self.url}/api/v2/tokens", json=body, timeout=20))
        return self

    def _keep(self, answer: requests.Response) -> None:
        answer.raise_for_status()
        tokens = answer.json()
        self._token, self._refresh = tokens["access_token"], tokens["refresh_token"]
        self._good_until = time.monotonic() + tokens["expires_in"] - 60
        self.user_id = tokens["user"]["id"]

    def token(self) -> str:
        """An access token that is good for another minute, refreshed where needed."""
        with self._lock:
            if time.monotonic() > self._good_until:
                body = {"grant": "refresh", "refresh_token": self._refresh}
                self._keep(self.http.post(f"{self.url}/api/v2/tokens", json=body, timeout=20))
            return self._token

    def refuse(self, token: str) -> None:
        """This token was refused: the next one is new."""
        with self._lock:
            if token == self._token:
                self._good_until = 0.0

    def call(self, method: str, path: str, *, timeout: float = 20, **options: Any) -> requests.Response:
        """Ask api; the answer comes back whatever its status. A refused token is replaced once, as by the UI."""
        given = options.pop("headers", {})
        for last in (False, True):
            token = self.token()
            headers = {"Authorization": f"Bearer {token}", **given}
            answer = self.http.request(
                method, f"{self.url}/api/v2{path}", headers=headers, timeout=timeout, **options
            )
            if last or answer.status_code != 401:
                break
            self.refuse(token)
        return answer

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Ask api and return the JSON of a good answer; raises requests.HTTPError for another."""
        answer = self.call(method, path, **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def new_channel(self, name: str | None = None) -> int:
        """Create a public channel of one's own and return its id."""
        body = {"name": name or f"faults-{uuid.uuid4().hex[:12]}", "kind": "public"}
        return int(self.ask("POST", "/channels", json=body)["id"])

    def history(self, channel_id: int) -> list[dict[str, Any]]:
        """Every message of a channel, fetched page by page: what a reader's state must equal."""
        messages: list[dict[str, Any]] = []
        while True:
            after = messages[-1]["position"] if messages else 0
            page = self.ask("GET", f"/channels/{channel_id}/messages", params={"after": after, "limit": 100})
            messages += page["messages"]
            if not page["has_after"]:
                return messages
