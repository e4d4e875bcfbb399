import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { State } from "../src/state/model";
import { Follower, GAP_WAIT } from "../src/sync/follower";
import { Problem, Unreachable } from "../src/sync/problem";
import type { Event, Streams, SyncAnswer } from "../src/types";
import { channel, event, message, state } from "./make";

const posted = (seq: number): Event => event("channel:7", seq, "message.posted", { message: message(seq - 5) });

function world(members = 2) {
  let known: State = { ...state(), channels: { 7: channel(7, { member_count: members }) } };
  const log = [11, 12, 13, 14].map(posted);
  const asked: Streams[] = [];
  const refetched: string[][] = [];
  const applied: number[] = [];
  const answers = { error: null as Error | null, recovered: true };
  const follower = new Follower({
    read: () => known,
    write: (next) => (known = next),
    sync: (since) => {
      asked.push(since);
      if (answers.error) return Promise.reject(answers.error);
      const events = answers.recovered ? log.filter((item) => item.seq > (since["channel:7"] ?? 0)) : [];
      const answer: SyncAnswer = { streams: [{ stream: "channel:7", recovered: answers.recovered, seq: 14, events }] };
      return Promise.resolve(answer);
    },
    refetch: (streams) => {
      refetched.push([...streams]);
      return Promise.resolve();
    },
    applied: (item) => applied.push(item.seq),
  });
  return { follower, asked, refetched, applied, answers, seq: () => known.streams["channel:7"] };
}

describe("following the streams", () => {
  const chance = vi.spyOn(Math, "random");
  beforeEach(() => {
    vi.useFakeTimers();
    chance.mockReturnValue(0);
  });
  afterEach(() => vi.useRealTimers());

  it("applies what comes in order, each once", () => {
    const { follower, applied } = world();
    [11, 12, 11, 12, 13].forEach((seq) => follower.receive(posted(seq)));
    expect(applied).toEqual([11, 12, 13]);
  });

  it("waits for a gap that closes by itself and asks nobody", async () => {
    const { follower, applied, asked } = world();
    follower.receive(posted(12));
    follower.receive(posted(13));
    expect(applied).toEqual([]);
    follower.receive(posted(11));
    expect(applied).toEqual([11, 12, 13]);
    await vi.advanceTimersByTimeAsync(GAP_WAIT * 2);
    expect(asked).toEqual([]);
  });

  it("syncs once for a gap that stays", async () => {
    const { follower, applied, asked } = world();
    follower.receive(posted(13));
    follower.receive(posted(14));
    await vi.advanceTimersByTimeAsync(GAP_WAIT - 1);
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toEqual([{ "user:1": 3, "channel:7": 10 }]);
    expect(applied).toEqual([11, 12, 13, 14]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveLength(1);
  });

  it("gives each gap its own time", async () => {
    const { follower, applied, asked } = world();
    follower.receive(posted(12));
    await vi.advanceTimersByTimeAsync(GAP_WAIT - 10);
    follower.receive(posted(11));
    follower.receive(posted(14));
    await vi.advanceTimersByTimeAsync(GAP_WAIT - 1);
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(11);
    expect(asked).toEqual([{ "user:1": 3, "channel:7": 12 }]);
    expect(applied).toEqual([11, 12, 13, 14]);
  });

  it("goes on to wait for what was told while a sync was under way and is newer than its answer", async () => {
    const { follower, asked } = world();
    void follower.sync();
    follower.receive(posted(13));
    follower.heads({ "channel:7": 20 });
    await vi.advanceTimersByTimeAsync(GAP_WAIT);
    expect(asked).toEqual([{ "user:1": 3, "channel:7": 10 }, { "user:1": 3, "channel:7": 14 }]);
  });

  it.each([
    [4_000, 2_000],
    [100_000, 2_500],
  ])("waits longer in a channel of %d, where all see the same gap", async (members, spread) => {
    chance.mockReturnValue(0.5);
    const { follower, asked } = world(members);
    follower.receive(posted(12));
    await vi.advanceTimersByTimeAsync(GAP_WAIT + spread - 1);
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(1);
  });

  it("asks for nothing, whatever comes, while api has told it to wait", async () => {
    const { follower, asked, answers, seq } = world();
    answers.error = new Problem(503, "overloaded", "Too much at once.", {}, 20);
    await follower.sync();
    answers.error = null;
    follower.receive(posted(14));
    await vi.advanceTimersByTimeAsync(19_999);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(seq()).toBe(14);
  });

  it("syncs when the heads are ahead, and not when they are known", async () => {
    const { follower, asked, seq } = world();
    follower.heads({ "channel:7": 10, "channel:99": 4 });
    await vi.advanceTimersByTimeAsync(GAP_WAIT);
    expect(asked).toHaveLength(0);
    follower.heads({ "channel:7": 14 });
    await vi.advanceTimersByTimeAsync(GAP_WAIT);
    expect(asked).toHaveLength(1);
    expect(seq()).toBe(14);
  });

  it("refetches what was not recovered", async () => {
    const { follower, answers, refetched } = world();
    answers.recovered = false;
    await follower.sync();
    expect(refetched).toEqual([["channel:7"]]);
  });

  it("tries a sync that failed again, unless it has ended since", async () => {
    const { follower, asked, answers } = world();
    answers.error = new Unreachable();
    await follower.sync();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked.length).toBeGreaterThan(1);
    const tried = asked.length;
    follower.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(tried);
  });

  it("comes back when api said, not before", async () => {
    const { follower, asked, answers, seq } = world();
    answers.error = new Problem(503, "overloaded", "Too much at once.", {}, 20);
    await follower.sync();
    answers.error = null;
    await vi.advanceTimersByTimeAsync(19_999);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10_001);
    expect(asked).toHaveLength(2);
    expect(seq()).toBe(14);
  });

  it("makes one request of many wishes, and one more for those made meanwhile", async () => {
    const { follower, asked } = world();
    void follower.sync();
    void follower.sync();
    void follower.sync();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toHaveLength(2);
  });
});
