import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chat } from "../src/state/store";
import { loadMembers, membersBehind } from "../src/sync/members";
import { running, start } from "../src/sync/start";
import type { Member } from "../src/types";
import { answer, event, message, user } from "./make";
import { hear } from "./live";
import { serve } from "./server";

vi.mock("socket.io-client", async () => ({ io: (await import("./live")).io }));

const member = (user_id: number): Member => ({ user_id, role: "member", joined_at: "2026-03-02T10:00:00Z" });
const joined = (seq: number, id: number) => event("channel:7", seq, "member.joined", { channel_id: 7, member: member(id), user: user(id) });

describe("the list of members", () => {
  let there: number[];
  let next: number | null;
  let asked: ReturnType<typeof serve>;
  let meanwhile: (() => void)[];
  beforeEach(() => {
    there = [1, 2];
    next = null;
    meanwhile = [];
    asked = serve(() => {
      const list = { members: there.map(member), users: there.map((id) => user(id)), next };
      meanwhile.shift()?.(); // after it was read, before it is here
      return list;
    });
    start(answer());
  });
  afterEach(() => {
    running?.stop();
    vi.unstubAllGlobals();
  });
  const known = (): number[] | undefined => chat.value?.members[7]?.map(({ user_id }) => user_id);

  it("has who joins while it is being read", async () => {
    meanwhile.push(() => {
      there.push(3);
      hear("event", joined(11, 3));
    });
    await loadMembers(7);
    expect(known()).toEqual([1, 2, 3]);
    hear("event", joined(12, 4));
    expect(known()).toEqual([1, 2, 3, 4]);
  });

  it("is not read again for anything else that happens", async () => {
    meanwhile.push(() => {
      hear("event", event("channel:7", 11, "message.posted", { message: message(6) }));
    });
    await loadMembers(7);
    expect(known()).toEqual([1, 2]);
    expect(asked).toHaveLength(1);
  });

  it("comes page by page, and who is known already is not there twice", async () => {
    next = 2;
    await loadMembers(7);
    expect(membersBehind.value[7]).toBe(2);
    hear("event", joined(11, 5));
    [there, next] = [[4, 5], null];
    await loadMembers(7, 2);
    expect(asked.at(-1)?.path).toBe("/channels/7/members?limit=100&after=2");
    expect(known()).toEqual([1, 2, 4, 5]);
    expect(membersBehind.value[7]).toBeNull();
  });

  it("is not read for ever where people come without end", async () => {
    for (let seq = 11; seq < 31; seq += 1) meanwhile.push(() => hear("event", joined(seq, seq)));
    await loadMembers(7);
    expect(asked.length).toBeLessThan(10);
  });
});
