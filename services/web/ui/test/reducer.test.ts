import { describe, expect, it } from "vitest";
import { apply, standing } from "../src/state/reducer";
import { withSnapshot } from "../src/state/refetch";
import { withPage, withTrimmedView } from "../src/state/messages";
import type { Event } from "../src/types";
import { channel, event, message, state, user } from "./make";

const inChannel = 11;
const positions = (known: ReturnType<typeof state>): number[] => (known.views[7]?.messages ?? []).map((item) => item.position);

describe("the standing of an event", () => {
  it.each([
    ["channel:7", 11, "next"],
    ["channel:7", 10, "repeat"],
    ["channel:7", 13, "gap"],
    ["channel:8", 1, "unknown"],
  ])("%s at %i is %s", (stream, seq, expected) => {
    expect(standing(state(), { stream, seq })).toBe(expected);
  });
});

describe("events of a channel", () => {
  it("raise its stream and its last_seq, whatever their type", () => {
    const strange = { stream: "channel:7", seq: 11, type: "thing.happened", at: "", payload: {} } as unknown as Event;
    const after = apply(state(), strange);
    expect(after.streams["channel:7"]).toBe(11);
    expect(after.channels[7]?.last_seq).toBe(11);
  });

  it("message.posted adds the message and raises last_position, and so what is unread", () => {
    const after = apply(state(), event("channel:7", inChannel, "message.posted", { message: message(6) }));
    expect(positions(after)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(after.channels[7]).toMatchObject({ last_position: 6, last_read_position: 5 });
  });

  it("message.posted by me is read by me", () => {
    const after = apply(state(), event("channel:7", inChannel, "message.posted", { message: message(6, { user_id: 1 }) }));
    expect(after.channels[7]?.last_read_position).toBe(6);
  });

  it("message.posted is not added to a view whose end is not loaded", () => {
    const before = state();
    before.views = { 7: { messages: [message(1)], hasBefore: false, hasAfter: true } };
    const after = apply(before, event("channel:7", inChannel, "message.posted", { message: message(6) }));
    expect(positions(after)).toEqual([1]);
    expect(after.channels[7]?.last_position).toBe(6);
  });

  it("message.posted that the answer to the post already added is there once", () => {
    const first = apply(state(), event("channel:7", 11, "message.posted", { message: message(6, { nonce: "key" }) }));
    const again = apply(first, event("channel:7", 12, "message.posted", { message: message(6, { nonce: "key" }) }));
    expect(positions(again)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each(["message.edited", "message.deleted", "message.previewed"] as const)("%s replaces the message in its place", (type) => {
    const changed = message(3, { source: "changed", edited_at: "2026-03-02T11:00:00Z" });
    const after = apply(state(), event("channel:7", inChannel, type, { message: changed }));
    expect(after.views[7]?.messages[2]).toEqual(changed);
    expect(after.channels[7]?.last_position).toBe(5);
  });

  it("message.edited of a message that is not loaded changes no view", () => {
    const before = state();
    before.views = { 7: { messages: [message(4), message(5)], hasBefore: true, hasAfter: false } };
    expect(positions(apply(before, event("channel:7", inChannel, "message.edited", { message: message(2) })))).toEqual([4, 5]);
  });

  it("channel.updated changes the facts and keeps the counters", () => {
    const { last_seq: _seq, last_position: _position, ...facts } = channel(7, { name: "renamed", archived_at: "2026-03-02T11:00:00Z" });
    const after = apply(state(), event("channel:7", inChannel, "channel.updated", { channel: facts }));
    expect(after.channels[7]).toMatchObject({ name: "renamed", archived_at: "2026-03-02T11:00:00Z", last_position: 5, last_seq: 11 });
  });

  it("member.joined, member.role_changed and member.left keep the list and the count", () => {
    const before = { ...state(), members: { 7: [{ user_id: 1, role: "owner" as const, joined_at: "" }] } };
    const member = { user_id: 3, role: "member" as const, joined_at: "" };
    const joined = apply(before, event("channel:7", 11, "member.joined", { channel_id: 7, member, user: user(3) }));
    expect(joined.members[7]).toHaveLength(2);
    expect(joined.channels[7]?.member_count).toBe(3);
    expect(joined.users[3]?.nickname).toBe("person3");
    const raised = apply(joined, event("channel:7", 12, "member.role_changed", { channel_id: 7, user_id: 3, role: "owner" }));
    expect(raised.members[7]?.[1]?.role).toBe("owner");
    const left = apply(raised, event("channel:7", 13, "member.left", { channel_id: 7, user_id: 3 }));
    expect(left.members[7]).toHaveLength(1);
    expect(left.channels[7]?.member_count).toBe(2);
  });

  it("user.updated of an older revision than the one known changes nothing", () => {
    const newer = apply(state(), event("channel:7", 11, "user.updated", { user: { ...user(2, "Third name"), revision: 3 } }));
    const after = apply(newer, event("channel:7", 12, "user.updated", { user: { ...user(2, "Second name"), revision: 2 } }));
    expect(after.users[2]?.display_name).toBe("Third name");
  });

  it("user.updated changes the person everywhere", () => {
    const after = apply(state(), event("channel:7", inChannel, "user.updated", { user: user(2, "New name") }));
    expect(after.users[2]?.display_name).toBe("New name");
  });
});

describe("events of a person", () => {
  it("membership.added brings the channel, its people and its stream", () => {
    const added = event("user:1", 4, "membership.added", { channel: channel(8, { last_seq: 2 }), users: [user(4)] });
    const after = apply(state(), added);
    expect(after.channels[8]?.name).toBe("channel-8");
    expect(after.streams).toMatchObject({ "user:1": 4, "channel:8": 2 });
    expect(after.users[4]).toBeDefined();
  });

  it("membership.removed takes the channel, its stream and its messages", () => {
    const after = apply(state(), event("user:1", 4, "membership.removed", { channel_id: 7 }));
    expect(after.channels[7]).toBeUndefined();
    expect(after.streams["channel:7"]).toBeUndefined();
    expect(after.views[7]).toBeUndefined();
  });

  it("membership.role_changed changes one's own role", () => {
    expect(apply(state(), event("user:1", 4, "membership.role_changed", { channel_id: 7, role: "owner" })).channels[7]?.role).toBe("owner");
  });

  it("read_position.moved goes forward and never back", () => {
    const start = state();
    start.channels = { 7: channel(7, { last_read_position: 3 }) };
    const forward = apply(start, event("user:1", 4, "read_position.moved", { channel_id: 7, position: 5 }));
    expect(forward.channels[7]?.last_read_position).toBe(5);
    const late = apply(forward, event("user:1", 5, "read_position.moved", { channel_id: 7, position: 4 }));
    expect(late.channels[7]?.last_read_position).toBe(5);
  });

  it("preferences.changed and profile.updated change me", () => {
    const dark = { theme: "dark" as const, desktop_notifications: true, muted_channel_ids: [7] };
    const themed = apply(state(), event("user:1", 4, "preferences.changed", { preferences: dark }));
    expect(themed.preferences).toEqual(dark);
    expect(apply(themed, event("user:1", 5, "profile.updated", { user: user(1, "Me anew") })).me.display_name).toBe("Me anew");
  });
});

describe("pages and snapshots", () => {
  it("an older page joins at the top without repeats", () => {
    const before = state();
    before.views = { 7: { messages: [message(4), message(5)], hasBefore: true, hasAfter: false } };
    const page = { messages: [2, 3, 4].map((position) => message(position)), has_before: true, has_after: true, seq: 10 };
    const after = withPage(before, 7, page, "before");
    expect(positions(after)).toEqual([2, 3, 4, 5]);
    expect(after.views[7]).toMatchObject({ hasBefore: true, hasAfter: false });
  });

  it("a lost channel is taken from the snapshot and its view dropped, others keep what their events built", () => {
    const two = { ...state(), channels: { 7: channel(7), 8: channel(8) }, streams: { "user:1": 3, "channel:7": 10, "channel:8": 10 } };
    const answer = {
      user: user(1), preferences: two.preferences, users: [], streams: { "user:1": 3, "channel:7": 900, "channel:8": 12 },
      channels: [channel(7, { last_seq: 900, last_position: 400 }), channel(8, { last_seq: 12, last_position: 6 })],
    };
    const after = withSnapshot(two, answer, ["channel:7"]);
    expect(after.streams).toEqual({ "user:1": 3, "channel:7": 900, "channel:8": 10 });
    expect(after.views[7]).toBeUndefined();
    expect(after.channels[8]?.last_position).toBe(5);
  });

  it("a channel missing from the snapshot is gone, a new one is there", () => {
    const answer = { user: user(1), preferences: state().preferences, users: [], streams: {}, channels: [channel(9)] };
    const after = withSnapshot(state(), answer, ["user:1"]);
    expect(Object.keys(after.channels)).toEqual(["9"]);
    expect(after.streams["channel:9"]).toBe(10);
  });

  it("a view left behind keeps its newest messages", () => {
    const after = withTrimmedView(state(), 7, 2);
    expect(positions(after)).toEqual([4, 5]);
    expect(after.views[7]?.hasBefore).toBe(true);
  });
});
