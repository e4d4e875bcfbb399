import { describe, expect, it } from "vitest";
import type { Outbox, Pending } from "../src/state/outbox";
import { Sender, TRIES } from "../src/sync/outbox";
import { isPassing } from "../src/sync/api";
import { Problem, Unreachable } from "../src/sync/problem";
import { loadPending, keepPending, dropPending } from "../src/store/outbox";
import { message } from "./make";

type Answer = "ok" | Error;

function world(answers: Answer[] = []) {
  let items: Outbox = [];
  let offline = false;
  const sent: string[] = [];
  const kept = new Map<string, Pending>();
  const timers: (() => void)[] = [];
  const sender = new Sender({
    read: () => items,
    write: (next) => (items = next),
    keep: (item) => kept.set(item.key, item),
    drop: (key) => kept.delete(key),
    send: (item) => {
      sent.push(item.key);
      const answer = answers.shift() ?? "ok";
      return answer === "ok" ? Promise.resolve(message(6, { nonce: item.key })) : Promise.reject(answer);
    },
    sent: () => undefined,
    passing: isPassing,
    offline: () => offline,
    wait: (_, then) => timers.push(then),
  });
  let time = 0;
  const type = (key: string, channel_id = 7): void => {
    time += 1;
    sender.add({ key, channel_id, source: key, created_at: new Date(time).toISOString(), after: null });
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  const nextTimer = async (): Promise<void> => {
    timers.shift()?.();
    await settle();
  };
  return { sender, sent, kept, type, settle, nextTimer, items: () => items, goOffline: (value: boolean) => (offline = value) };
}

const busy = new Problem(503, "unavailable", "Busy.", {}, 1);
const refused = new Problem(422, "invalid", "Refused.", {}, null);

describe("messages on their way", () => {
  it("are sent in the order typed, one after the other in a channel", async () => {
    const { type, sent, settle, items, kept } = world();
    ["a", "b", "c"].forEach((key) => type(key));
    expect(sent).toEqual(["a"]);
    await settle();
    expect(sent).toEqual(["a", "b", "c"]);
    expect(items()).toEqual([]);
    expect(kept.size).toBe(0);
  });

  it("are left to whoever sends next, once it has ended", async () => {
    const { sender, type, sent, settle, nextTimer, items, kept } = world([busy, "ok"]);
    type("a");
    await settle();
    sender.stop();
    await nextTimer();
    type("b");
    expect(sent).toEqual(["a"]);
    expect(items().map((item) => item.state)).toEqual(["queued", "queued"]);
    expect([...kept.keys()]).toEqual(["a", "b"]);
  });

  it("keep their key through every try and their order behind a slow one", async () => {
    const { type, sent, settle, nextTimer } = world([busy, new Unreachable()]);
    type("a");
    type("b");
    await settle();
    expect(sent).toEqual(["a"]);
    await nextTimer();
    expect(sent).toEqual(["a", "a"]);
    await nextTimer();
    expect(sent).toEqual(["a", "a", "a", "b"]);
  });

  it("of one channel do not wait for those of another", async () => {
    const { type, sent, settle } = world([busy]);
    type("a", 7);
    type("b", 8);
    await settle();
    expect(sent).toEqual(["a", "b"]);
  });

  it("that are refused stay with their reason, and the next go on", async () => {
    const { type, sent, settle, items, kept } = world([refused]);
    type("a");
    type("b");
    await settle();
    expect(sent).toEqual(["a", "b"]);
    expect(items()).toMatchObject([{ key: "a", state: "failed", problem: "Refused." }]);
    expect(kept.has("a")).toBe(true);
  });

  it("fail together after the last try, and a retry sends them in order with the same keys", async () => {
    const { sender, type, sent, settle, nextTimer, items } = world(Array.from({ length: TRIES }, () => busy));
    type("a");
    type("b");
    await settle();
    for (let tried = 1; tried < TRIES; tried += 1) await nextTimer();
    expect(items().map((item) => item.state)).toEqual(["failed", "failed"]);
    sender.retry(7);
    await settle();
    expect(sent.slice(-2)).toEqual(["a", "b"]);
    expect(items()).toEqual([]);
  });

  it("wait offline without end, and go at once when the network is back", async () => {
    const { sender, type, sent, settle, nextTimer, items, goOffline } = world(Array.from({ length: TRIES * 2 }, () => new Unreachable()));
    goOffline(true);
    type("a");
    await settle();
    for (let tried = 0; tried < TRIES * 2 - 1; tried += 1) await nextTimer();
    expect(items()[0]?.state).toBe("queued");
    goOffline(false);
    sender.wake();
    await settle();
    expect(items()).toEqual([]);
    expect(new Set(sent)).toEqual(new Set(["a"]));
  });

  it("that were seen in the channel are not tried again although their answer was lost", async () => {
    const { sender, type, sent, settle, nextTimer, items } = world([new Unreachable()]);
    type("a");
    await settle();
    sender.seen("a");
    await nextTimer();
    expect(sent).toEqual(["a"]);
    expect(items()).toEqual([]);
  });
});

describe("what a reload finds", () => {
  const item = (key: string, time: number, state: Pending["state"] = "sending"): Pending => ({
    key, channel_id: 7, source: key, created_at: new Date(Date.now() - 10_000 + time).toISOString(), after: null, state, problem: null,
  });

  it("is everything that was on its way, oldest first, by person", () => {
    keepPending(1, item("later", 2000));
    keepPending(1, item("sooner", 1000));
    keepPending(1, item("broken", 3000, "failed"));
    keepPending(2, item("of somebody else", 500));
    expect(loadPending(1).map(({ key, state }) => [key, state])).toEqual([["sooner", "queued"], ["later", "queued"], ["broken", "failed"]]);
    dropPending(1, "sooner");
    expect(loadPending(1).map(({ key }) => key)).toEqual(["later", "broken"]);
  });

  it("is not sent by itself after so long that its key may be forgotten: it could be there twice", () => {
    keepPending(4, item("of yesterday", -24 * 3_600_000));
    expect(loadPending(4)).toMatchObject([{ key: "of yesterday", state: "failed", problem: expect.stringContaining("may have been sent") as string }]);
  });

  it("is nothing where the stored text is not ours", () => {
    localStorage.setItem("flack.outbox.3.x", "{not json");
    expect(loadPending(3)).toEqual([]);
  });
});
