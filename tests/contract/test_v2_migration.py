"""The sample of `docs/migrating-from-v1.md` runs as it stands there."""

import re
from pathlib import Path
from typing import Any

import pytest
import requests
from api_fixtures import PASSWORD, Person
from flack_domain import queries

PAGE = Path(__file__).parents[2] / "docs" / "migrating-from-v1.md"


def test_the_sample_posts_to_general_whatever_other_channels_are_called(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.make_channel("private", "general")
    for number in range(51):  # more than a page of channels that stand before it
        ada.make_channel(name=f"a general matter {number}")
    send_to(ada, monkeypatch)
    (sample,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)

    names: dict[str, Any] = {"url": "", "nickname": ada.nickname, "password": PASSWORD}
    exec(compile(sample, str(PAGE), "exec"), names)

    with ada.app.extensions["flack_sessions"]() as session:
        assert names["general"] == queries.channels.general_id(session)
    assert names["message"]["channel_id"] == names["general"]
    said = ada.get(f"/channels/{names['general']}/messages").json["messages"]  # type: ignore[index]
    assert [message["source"] for message in said] == ["hello", "hello"]  # by v1, by v2


def send_to(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `requests` ask the application of this test."""

    def answer(method: str, path: str, **options: Any) -> requests.Response:
        query = options.pop("params", None)
        asked = person.app.test_client().open(path, method=method, query_string=query, **options)
        answered = requests.Response()
        answered.status_code, answered._content = asked.status_code, asked.data
        return answered

    monkeypatch.setattr(requests, "get", lambda url, **options: answer("GET", url, **options))
    monkeypatch.setattr(requests, "post", lambda url, **options: answer("POST", url, **options))
