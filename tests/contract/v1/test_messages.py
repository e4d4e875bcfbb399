"""flack-v1 section 4: messages, their rendering, link expansion."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from .client import V1, Account, eventually, unique
from .pages import PageServer

RENDERING = [
    ("hello *world*!", "hello <em>world</em>!"),
    ("**b** _i_ __s__", "<strong>b</strong> <em>i</em> <strong>s</strong>"),
    ("`code <b>`", "<code>code &lt;b&gt;</code>"),
    ("a & b", "a &amp; b"),
    ("a < b > c", "a &lt; b &gt; c"),
    ("# Title", "Title"),
    ("*[x](/e)*", '<em><a href="/e" rel="nofollow">x</a></em>'),
    ("me@e.com", "me@e.com"),
    ("http://127.0.0.1:80/a", "http://127.0.0.1:80/a"),
    ("[x](javascript:alert(1))", "<a>x</a>"),
    ("<script>alert(1)</script>", "alert(1)"),
    ('<b onclick="x()">b</b>', "<b>b</b>"),
    ("![i](http://e.com/i.png)", ""),
    ("~~s~~", "~~s~~"),
    ("<em>x", "<em>x</em>"),
    ("", ""),
    ("  \n ", ""),
]
# With links: what stands before the block quotes, which are there only if the page could be reached.
RENDERING_OF_LINKS = [
    ("[x](http://e.com)", '<a href="http://e.com" rel="nofollow">x</a>'),
    ('[x](http://e.com "t")', '<a href="http://e.com" rel="nofollow" title="t">x</a>'),
    ("<http://e.com>", '<a href="http://e.com" rel="nofollow">http://e.com</a>'),
    ("hello http://foo.com!", 'hello <a href="http://foo.com" rel="nofollow">http://foo.com</a>!'),
    ("hello foo.com!", 'hello <a href="http://foo.com" rel="nofollow">foo.com</a>!'),
    (
        "foo.com/x?a=1&b=2",
        '<a href="http://foo.com/x?a=1&amp;b=2" rel="nofollow">foo.com/x?a=1&amp;b=2</a>',
    ),
    ("*[x](http://e.com)*", '<em><a href="http://e.com" rel="nofollow">x</a></em>'),
]


def quote(url: str, title: str, description: str) -> str:
    return f'<blockquote><p><a href="{url}">{title}</a></p><p>{description}</p></blockquote>'


class TestPost:
    def test_answers_202_and_its_job_201_with_the_message(self, v1: V1, ann: Account) -> None:
        accepted = v1.post("/messages", ann.token, json={"source": "hello *world*!"})
        assert accepted.status_code == 202
        assert accepted.content == b""
        done = v1.finish(accepted)
        assert done.status_code == 201
        message = done.json()
        assert message["source"] == "hello *world*!"
        assert message["html"] == "hello <em>world</em>!"
        assert message["user_id"] == ann.id
        assert message["created_at"] == message["updated_at"]
        assert done.headers["Location"] == f"{v1.url}{v1.mount}/messages/{message['id']}"
        assert v1.get(f"/messages/{message['id']}").json() == message

    @pytest.mark.parametrize(("source", "html"), [*RENDERING, *RENDERING_OF_LINKS])
    def test_rendering(self, api: V1, ann: Account, source: str, html: str) -> None:
        message = api.say(ann, source)
        assert message["source"] == source
        rendered = re.sub(r"\s*\n\s*", "\n", message["html"]).strip()
        assert rendered.partition("<blockquote>")[0] == html

    @pytest.mark.parametrize("body", [
        b"", b"{", b"{}", b"[]", b"null", b"5", b'"x"', b'{"source": null}', b'{"source": 5}', b'{"source": ["x"]}',
        b'{"source": {}}', b'{"source": true}', b'{"Source": "x"}', b'{"source": "a\\u0000b"}',
        b'{"source": "\\ud800"}', b'{"source": "\xff"}', b"[" * 2000, b'{"source": ' + b"[" * 5000,
    ])  # fmt: skip
    def test_a_body_without_a_source_string_is_400(self, v1: V1, ann: Account, body: bytes) -> None:
        answer = v1.finish(
            v1.post("/messages", ann.token, data=body, headers={"Content-Type": "application/json"})
        )
        assert answer.status_code == 400
        assert isinstance(answer.json()["error"], str)

    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
    def test_no_json_content_type_is_400(self, v1: V1, ann: Account, content_type: str | None) -> None:
        headers = {} if content_type is None else {"Content-Type": content_type}
        sent = v1.post("/messages", ann.token, data=b'{"source": "x"}', headers=headers)
        assert v1.finish(sent).status_code == 400

    def test_extra_fields_are_ignored(self, v1: V1, ann: Account, bea: Account) -> None:
        body = {"source": "mine", "html": "<b>x</b>", "user_id": bea.id, "id": 1, "created_at": 5}
        message = v1.finish(v1.post("/messages", ann.token, json=body)).json()
        assert message["user_id"] == ann.id
        assert message["html"] == "mine"
        assert message["id"] != 1
        assert abs(message["created_at"] - time.time()) < 60

    def test_lengths(self, api: V1, ann: Account) -> None:
        assert api.say(ann, "x " * 5000)["source"] == "x " * 5000
        huge = api.post("/messages", ann.token, json={"source": "x" * 300_000})
        assert api.finish(huge).status_code in (400, 413)
        assert isinstance(api.finish(huge).json()["error"], str)

    def test_a_bad_token_is_401_at_once(self, v1: V1) -> None:
        for token in (None, "wrong"):
            answer = v1.post("/messages", token, json={"source": "x"})
            assert answer.status_code == 401
            assert answer.json() == {"error": "authentication required"}

    def test_posts_of_one_sender_keep_their_order(self, v1: V1, ann: Account) -> None:
        accepted = [v1.post("/messages", ann.token, json={"source": f"{n} {unique()}"}) for n in range(10)]
        made = [v1.finish(answer).json() for answer in accepted]
        assert [m["id"] for m in made] == sorted(m["id"] for m in made)
        assert [m["source"].split()[0] for m in made] == [str(n) for n in range(10)]


class TestEdit:
    def test_answers_202_and_its_job_204(self, v1: V1, ann: Account) -> None:
        before = v1.say(ann, "*before*")
        eventually(lambda: time.time() >= before["updated_at"] + 1, "the next second has begun")
        accepted = v1.put(f"/messages/{before['id']}", ann.token, json={"source": "**after**"})
        assert accepted.status_code == 202
        assert accepted.content == b""
        done = v1.finish(accepted)
        assert done.status_code == 204
        assert done.content == b""
        after = v1.get(f"/messages/{before['id']}").json()
        assert after["source"] == "**after**"
        assert after["html"] == "<strong>after</strong>"
        assert after["updated_at"] > before["updated_at"]
        assert {key: after[key] for key in ("id", "created_at", "user_id")} == {
            key: before[key] for key in ("id", "created_at", "user_id")
        }

    @pytest.mark.parametrize("options", [
        {"json": {}}, {}, {"data": b'{"source": "no"}', "headers": {"Content-Type": "text/plain"}},
        {"json": {"html": "<b>no</b>", "user_id": 1}}, {"data": b""},
    ])  # fmt: skip
    def test_nothing_to_change_is_204_without_change(
        self, v1: V1, ann: Account, options: dict[str, Any]
    ) -> None:
        message = v1.say(ann, "stays")
        answer = v1.finish(v1.put(f"/messages/{message['id']}", ann.token, **options))
        assert answer.status_code == 204
        assert v1.get(f"/messages/{message['id']}").json() == message

    @pytest.mark.parametrize("body", [
        b"", b"{", b"[]", b"null", b"5", b'{"source": null}', b'{"source": 5}', b'{"source": "a\\u0000b"}',
        b'{"source": "\\udfff"}',
    ])  # fmt: skip
    def test_a_wrong_body_is_400_and_changes_nothing(self, v1: V1, ann: Account, body: bytes) -> None:
        message = v1.say(ann, "stays")
        answer = v1.finish(
            v1.put(
                f"/messages/{message['id']}",
                ann.token,
                data=body,
                headers={"Content-Type": "application/json"},
            )
        )
        assert answer.status_code == 400
        assert v1.get(f"/messages/{message['id']}").json() == message

    def test_to_an_empty_source(self, v1: V1, ann: Account) -> None:
        message = v1.say(ann, "something")
        done = v1.finish(v1.put(f"/messages/{message['id']}", ann.token, json={"source": ""}))
        assert done.status_code == 204
        assert v1.get(f"/messages/{message['id']}").json()["html"] == ""

    def test_unknown_is_404_then_not_the_author_403_then_the_body(
        self, v1: V1, ann: Account, bea: Account
    ) -> None:
        message = v1.say(bea, "bea's")
        broken = {"data": b"{", "headers": {"Content-Type": "application/json"}}
        for options in (broken, {"json": {"source": "x"}}, {}):
            assert v1.finish(v1.put("/messages/999999999", ann.token, **options)).status_code == 404
            answer = v1.finish(v1.put(f"/messages/{message['id']}", ann.token, **options))
            assert answer.status_code == 403
            assert isinstance(answer.json()["error"], str)
        assert v1.put(f"/messages/{message['id']}", json={"source": "x"}).status_code == 401
        assert v1.get(f"/messages/{message['id']}").json() == message


class TestList:
    def test_updated_since_is_strictly_greater(self, v1: V1, ann: Account) -> None:
        message = v1.say(ann, "listed")
        at = message["updated_at"]

        def listed(**query: Any) -> bool:
            return message["id"] in [m["id"] for m in v1.messages(**query)]

        assert listed()
        assert listed(updated_since="")
        assert listed(updated_since=0)
        assert listed(updated_since=-5)
        assert listed(updated_since=at - 1)
        assert not listed(updated_since=at)
        assert v1.messages(updated_since=at + 10**6) == []
        assert v1.messages(updated_since=10**30) == []

    def test_the_order_is_updated_at_then_id_and_an_edit_moves_to_the_end(self, v1: V1, ann: Account) -> None:
        first, second = v1.say(ann, "first"), v1.say(ann, "second")
        eventually(lambda: time.time() >= second["updated_at"] + 1, "the next second has begun")
        v1.finish(v1.put(f"/messages/{first['id']}", ann.token, json={"source": "edited"}))
        listed = v1.messages()
        assert listed == sorted(listed, key=lambda m: (m["updated_at"], m["id"]))
        order = [m["id"] for m in listed]
        assert order.index(first["id"]) > order.index(second["id"])

    def test_nothing_older_than_24_hours_is_answered(self, v1: V1) -> None:
        day_ago = time.time() - 24 * 3600 - 60
        for query in ({}, {"updated_since": 0}, {"updated_since": int(day_ago) - 10**6}):
            assert all(message["updated_at"] >= day_ago for message in v1.messages(**query))

    def test_user_id_is_ignored(self, v1: V1, ann: Account, bea: Account) -> None:
        hers, mine = v1.say(bea, "bea's"), v1.say(ann, "ann's")
        listed = [m["id"] for m in v1.messages(user_id=ann.id)]
        assert {hers["id"], mine["id"]} <= set(listed)
        assert v1.get("/messages", params={"user_id": "nobody"}).status_code == 200


class TestLinkExpansion:
    @pytest.mark.parametrize(("path", "title", "description"), [
        ("/full", "A title", "About it"),
        ("/upper", "T", "first"),
        ("/bare", None, "No description found."),
        ("/social", "Plain", "No description found."),
        ("/two", "First", "No description found."),
        ("/redirect", "A title", "About it"),
    ])  # fmt: skip
    def test_what_is_appended(
        self, v1: V1, ann: Account, pages: PageServer, path: str, title: str | None, description: str
    ) -> None:
        url = f"{pages.origin}{path}?{unique()}"
        message = v1.say(ann, f"see [it]({url})")
        assert message["html"] == (
            f'see <a href="{url}" rel="nofollow">it</a>{quote(url, title or url, description)}'
        )
        assert v1.get(f"/messages/{message['id']}").json() == message

    def test_one_block_for_each_link_in_order(self, v1: V1, ann: Account, pages: PageServer) -> None:
        first, second = f"{pages.origin}/full?{unique()}", f"{pages.origin}/two?{unique()}"
        html = v1.say(ann, f"[a]({second}) [b]({first}) [c]({second})")["html"]
        assert html.partition("<blockquote>")[1] + html.partition("<blockquote>")[2] == (
            quote(second, "First", "No description found.")
            + quote(first, "A title", "About it")
            + quote(second, "First", "No description found.")
        )

    def test_what_the_page_says_is_escaped(self, v1: V1, ann: Account, pages: PageServer) -> None:
        html = v1.say(ann, f"[x]({pages.origin}/evil?{unique()})")["html"]
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "&lt;img src=x onerror=alert(1)&gt;" in html
        assert "<script" not in html
        assert "<img" not in html

    def test_a_link_that_fails_in_any_way_is_skipped(self, v1: V1, ann: Account, pages: PageServer) -> None:
        good = f"{pages.origin}/full?{unique()}"
        source = (
            f"[a]({pages.origin}/missing) [b](mailto:me@e.com) [c](/relative) <a>d</a> [e](http://127.0.0.1:1/) "
            f"[f](https://{pages.origin.removeprefix('http://')}/full) [g](ftp://e.com/) [h]({good})"
        )
        html = v1.say(ann, source)["html"]
        assert html.endswith(quote(good, "A title", "About it"))
        assert html.count("<blockquote>") == 1

    def test_no_address_that_is_not_public_is_fetched(self, v1: V1, ann: Account, pages: PageServer) -> None:
        port = pages.origin.rsplit(":", 1)[1]
        allowed = f"{pages.origin}/full?{unique()}"
        hidden = [
            f"http://{host}:{port}/full?{unique('hidden')}"
            for host in ("localhost", "127.0.0.2", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433")
        ]
        html = v1.say(ann, " ".join(f"[x]({url})" for url in [*hidden, allowed]))["html"]
        assert html.count("<blockquote>") == 1
        assert not [path for path in pages.seen if "hidden" in path]

    def test_is_done_once_and_never_after_an_edit(self, v1: V1, ann: Account, pages: PageServer) -> None:
        url = f"{pages.origin}/full?{unique()}"
        message = v1.say(ann, f"[x]({url})")
        assert "<blockquote>" in message["html"]
        again = f"{pages.origin}/two?{unique()}"
        v1.finish(v1.put(f"/messages/{message['id']}", ann.token, json={"source": f"[y]({again})"}))
        other = v1.say(
            ann, f"[z]({pages.origin}/full?{unique('later')})"
        )  # its expansion comes after any other
        assert "<blockquote>" in other["html"]
        edited = v1.get(f"/messages/{message['id']}").json()
        assert edited["html"] == f'<a href="{again}" rel="nofollow">y</a>'
        assert len([path for path in pages.seen if path.endswith(url.rpartition("?")[2])]) == 1

    def test_a_slow_page_delays_no_other_message(self, v1: V1, ann: Account, pages: PageServer) -> None:
        pages.close_gate()
        try:
            slow = v1.post("/messages", ann.token, json={"source": f"[x]({pages.origin}/slow?{unique()})"})
            assert slow.status_code == 202
            assert v1.say(ann, "quick")["html"] == "quick"
            status = v1.get("/" + v1.status_path + slow.headers["Location"].rsplit("/", 1)[1])
            assert status.status_code == 202
            assert "slow" in v1.messages()[-2]["source"]
        finally:
            pages.open_gate()
        assert v1.finish(slow).status_code == 201
