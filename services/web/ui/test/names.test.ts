import { describe, expect, it } from "vitest";
import { channelNameFrom, neighbour, railOf, titleOf, unreadShown } from "../src/state/channel_names";
import { fromAnswer } from "../src/state/model";
import { chat, totalUnread } from "../src/state/store";
import { COLOURS, colourOf, initialsOf } from "../src/state/users";
import { dayName, shortTime } from "../src/ui/times";
import { channel, user } from "./make";

const known = fromAnswer({
  user: user(1), preferences: { theme: "auto", desktop_notifications: false, muted_channel_ids: [] }, streams: {},
  channels: [
    channel(1, { name: "general" }),
    channel(2, { name: "design", last_position: 9 }),
    channel(3, { name: "old", archived_at: "2026-01-01T00:00:00Z", last_position: 9 }),
    channel(4, { kind: "direct", name: null, member_ids: [1, 2, 3], last_position: 9 }),
  ],
  users: [user(2, "Ben"), user(3, "Ana")],
});

describe("the channel list", () => {
  it("has channels by name, direct ones apart, and no archived ones", () => {
    const { channels, directs } = railOf(known);
    expect(channels.map((item) => item.id)).toEqual([2, 1]);
    expect(directs.map((item) => titleOf(known, item))).toEqual(["Ben, Ana"]);
  });

  it("leads to the next unread channel in both directions", () => {
    expect(neighbour(known, 2, 1)).toBe(4);
    expect(neighbour(known, 2, -1)).toBe(4);
    expect(neighbour(known, 4, 1)).toBe(2);
  });

  it("counts nothing as unread that is muted or archived, and leads past it", () => {
    const quiet = { ...known, preferences: { ...known.preferences, muted_channel_ids: [2] } };
    expect(Object.values(quiet.channels).map((item) => unreadShown(quiet, item))).toEqual([0, 0, 0, 4]);
    expect(neighbour(quiet, 1, -1)).toBe(4);
    chat.value = quiet;
    expect(totalUnread.value).toBe(4);
    chat.value = null;
  });
});

describe("names and times", () => {
  it.each([["My Channel ", "my-channel"], ["#general", "general"], ["a \t b", "a-b"], ["Été 2026", "été-2026"], ["  ", ""], ["release-planning", "release-planning"]])(
    "%s makes a channel called %s",
    (typed, name) => expect(channelNameFrom(typed)).toBe(name),
  );

  it.each([["Ana Duarte", "AD"], ["ana", "A"], ["Jean Luc Picard", "JP"], ["  ", ""], ["𝒜 b", "𝒜B"]])("%s has the letters %s", (name, letters) => {
    expect(initialsOf(name)).toBe(letters);
  });

  it("people who came one after another have colours far apart", () => {
    const ids = Array.from({ length: COLOURS }, (_, index) => 1000 + index);
    expect(new Set(ids.map(colourOf)).size).toBe(COLOURS);
    for (const id of ids) {
      const apart = Math.abs(colourOf(id) - colourOf(id + 1));
      expect(Math.min(apart, COLOURS - apart)).toBeGreaterThanOrEqual(COLOURS / 3);
    }
  });

  it("times are relative within the hour, a clock time within the day, a date before", () => {
    const now = new Date(2026, 2, 5, 15, 0).getTime();
    expect(shortTime(now - 30_000, now)).toBe("just now");
    expect(shortTime(now - 59 * 60_000, now)).toBe("59 min ago");
    const morning = new Date(2026, 2, 5, 9, 5).getTime();
    expect(shortTime(morning, now)).toBe(new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(morning)); // without a zero before it, where the language writes none
    expect(shortTime(new Date(2026, 2, 3, 9, 5).getTime(), now)).toMatch(/3/);
    expect(dayName(new Date(2026, 2, 4, 23, 0).getTime(), now)).toBe("Yesterday");
  });
});
