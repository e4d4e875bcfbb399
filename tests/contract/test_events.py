"""Each event and token model: its example is read back unchanged, unknown fields are ignored, missing ones refused."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flack_contracts import chat, control, events, internal, streams, tasks, tokens, wire
from flack_contracts.base import Contract
from pydantic import ValidationError

AT = "2026-01-31T09:30:00.250Z"
USER = {
    "id": 3, "nickname": "ann", "display_name": "Ann", "role": "member", "created_at": AT, "deactivated_at": None,
    "revision": 2,
}  # fmt: skip
CHANNEL_INFO = {
    "id": 7, "kind": "public", "name": "general", "topic": "",
    "created_by": None, "created_at": AT, "archived_at": None,
}  # fmt: skip
CHANNEL = {**CHANNEL_INFO, "last_seq": 12, "last_position": 9}
MEMBER = {"user_id": 3, "role": "member", "joined_at": AT}
CHANNEL_STATE = {
    **CHANNEL, "role": "owner", "joined_at": AT, "last_read_position": 4, "member_count": 2, "member_ids": None,
}  # fmt: skip
PREVIEW = {"url": "https://example.org", "title": "Example", "description": "", "site_name": ""}
MESSAGE = {
    "id": 99, "channel_id": 7, "position": 9, "user_id": 3, "source": "*hi*", "html": "<p><em>hi</em></p>",
    "nonce": "a1", "created_at": AT, "edited_at": None, "deleted_at": None, "previews": [PREVIEW],
}  # fmt: skip
PREFERENCES = {"theme": "dark", "desktop_notifications": True, "muted_channel_ids": [7]}
PUBLIC_KEY = {
    "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "0123456789abcdef", "x": "AAAA",
}  # fmt: skip
MEMBERSHIPS = {"user_id": 3, "seq": 5, "channel_ids": [7], "streams": {"user:3": 5, "channel:7": 12}}

EXAMPLES: dict[type[Contract], dict[str, Any]] = {
    events.MessagePosted: {"message": MESSAGE},
    events.MessageEdited: {"message": {**MESSAGE, "edited_at": AT, "previews": []}},
    events.MessageDeleted: {"message": {**MESSAGE, "source": "", "html": "", "deleted_at": AT, "previews": []}},
    events.MessagePreviewed: {"message": MESSAGE},
    events.ChannelUpdated: {"channel": CHANNEL_INFO},
    events.MemberJoined: {"channel_id": 7, "member": MEMBER, "user": USER},
    events.MemberLeft: {"channel_id": 7, "user_id": 3},
    events.MemberRoleChanged: {"channel_id": 7, "user_id": 3, "role": "owner"},
    events.UserUpdated: {"user": USER},
    events.MembershipAdded: {"channel": CHANNEL_STATE, "users": [USER]},
    events.MembershipRemoved: {"channel_id": 7},
    events.MembershipRoleChanged: {"channel_id": 7, "role": "owner"},
    events.ReadPositionMoved: {"channel_id": 7, "position": 9},
    events.PreferencesChanged: {"preferences": PREFERENCES},
    events.ProfileUpdated: {"user": USER},
    tokens.AccessClaims: {
        "iss": "flack", "aud": "flack", "sub": "3", "sid": "44", "role": "member", "iat": 1, "exp": 601,
    },
    tokens.TokenAnswer: {
        "access_token": "a.b.c", "token_type": "Bearer", "expires_in": 600, "refresh_token": "frt_x", "user": USER,
    },
    tokens.PublicKey: PUBLIC_KEY,
    tokens.KeySet: {"keys": [PUBLIC_KEY]},
    tasks.Task: {
        "id": "t1", "kind": "export", "state": "running", "progress": 10, "total": 20, "result": None, "error": None,
        "created_at": AT, "finished_at": None,
    },
    control.SessionEnded: {"kind": "session.ended", "user_id": 3, "session_id": 44, "request_id": "0f3c8a1e"},
    control.V1TokensEnded: {"kind": "v1.tokens_ended", "user_id": 3, "request_id": None},
    control.Heads: {"kind": "heads", "streams": {"channel:7": 12}},
    internal.Memberships: MEMBERSHIPS,
    internal.EndedSessions: {"session_ids": [44]},
    internal.MembershipsOfMany: {"people": [MEMBERSHIPS]},
    internal.V1Event: {"name": "ping_user", "args": ["token"]},
    internal.V1Outcome: {"outcome": "accepted", "user_id": 3},
}  # fmt: skip

models = pytest.mark.parametrize("model", EXAMPLES, ids=lambda model: model.__name__)


def test_every_event_type_and_every_model_between_services_has_an_example() -> None:
    assert set(events.PAYLOADS.values()) <= set(EXAMPLES)
    for module in (control, internal, tasks, tokens):
        of_the_module = {
            model
            for model in vars(module).values()
            if isinstance(model, type) and issubclass(model, Contract) and model.__module__ == module.__name__
        }
        assert of_the_module <= set(EXAMPLES), module


@models
def test_the_example_is_read_and_written_unchanged(model: type[Contract]) -> None:
    example = EXAMPLES[model]

    assert model.model_validate(example).model_dump(mode="json") == example


@models
def test_an_unknown_field_of_a_newer_version_is_ignored(model: type[Contract]) -> None:
    example = EXAMPLES[model]

    newer = model.model_validate({**example, "from_a_newer_version": 1})

    assert newer.model_dump(mode="json") == example


@models
def test_each_missing_field_without_a_default_is_refused_by_name(model: type[Contract]) -> None:
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    for name in required:
        rest = {key: value for key, value in EXAMPLES[model].items() if key != name}
        with pytest.raises(ValidationError) as refused:
            model.model_validate(rest)
        assert refused.value.errors()[0]["loc"] == (name,)
    assert required or model in (events.PreferencesChanged,)


def test_an_envelope_is_read_back_as_the_event_it_was() -> None:
    payload = events.MessagePosted.model_validate(EXAMPLES[events.MessagePosted])
    at = datetime(2026, 1, 31, 9, 30, 0, 250_000, tzinfo=UTC)

    data = events.envelope(
        stream=streams.channel_stream(7),
        seq=12,
        type=payload.type,
        at=at,
        payload=events.payload_json(payload),
    )

    event = events.read_event(data)
    assert (event.stream, event.seq, event.at, event.parsed()) == ("channel:7", 12, at, payload)
    assert data.startswith(
        b'{"stream":"channel:7","seq":12,"type":"message.posted","at":"2026-01-31T09:30:00.250Z"'
    )


def test_an_event_type_of_a_newer_version_has_no_payload_model() -> None:
    event = events.Event.model_validate(
        {"stream": "channel:7", "seq": 1, "type": "thing.happened", "at": AT, "payload": {}}
    )
    assert event.parsed() is None


def test_a_packet_is_a_socket_io_event_frame() -> None:
    data = wire.packet("event", b'{"seq":1}')

    assert data == b'42["event",{"seq":1}]'
    assert wire.is_packet(data)
    assert wire.packet_arguments(data) == ("event", [{"seq": 1}])
    assert (
        wire.packet_of("typing", {"channel_id": 7, "user_id": 3})
        == b'42["typing",{"channel_id":7,"user_id":3}]'
    )
    assert not wire.is_packet(b'{"kind":"heads"}')


def test_control_messages_are_told_apart_by_kind() -> None:
    ended = control.SessionEnded(user_id=3, session_id=44, request_id="one-request-id")
    assert control.read_control(control.control_json(ended)) == ended
    before = b'{"kind":"session.ended","user_id":3,"session_id":44}'  # of a version that did not know the id
    assert control.read_control(before) == ended.model_copy(update={"request_id": None})
    with pytest.raises(ValueError, match="kind"):
        control.read_control(b'{"kind":"something.else"}')


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("", {}),
        ("channel:7@112", {"channel:7": 112}),
        ("channel:7@112,user:3@0", {"channel:7": 112, "user:3": 0}),
    ],
)
def test_since_is_read(text: str, positions: dict[str, int]) -> None:
    assert streams.parse_since(text) == positions


@pytest.mark.parametrize(
    "text",
    [
        "channel:7",
        "channel:0@1",
        "channel:7@-1",
        "room:7@1",
        "channel:7@١",
        "channel:7@1e3",
        "@",
        "channel:٧@1",
        "x" * 99,
    ],
)
def test_a_since_that_cannot_be_read_says_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match="not of the form channel:ID@SEQ"):
        streams.parse_since(text)


def test_a_role_outside_the_list_is_refused() -> None:
    with pytest.raises(ValidationError):
        chat.Member.model_validate({**MEMBER, "role": "king"})
