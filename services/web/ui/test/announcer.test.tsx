import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withPage } from "../src/state/messages";
import { route } from "../src/state/screen";
import { update } from "../src/state/store";
import { running, start } from "../src/sync/start";
import type { Message } from "../src/types";
import { Announcer } from "../src/ui/Announcer";
import { answer, channel, event, message, user } from "./make";
import { hear } from "./live";
import { serve } from "./server";

vi.mock("socket.io-client", async () => ({ io: (await import("./live")).io }));

const page = (...positions: number[]) => ({ messages: positions.map((position) => message(position)), has_before: true, has_after: false, seq: 10 });
const open = (channelId: number): Promise<void> =>
  act(() => {
    route.value = { page: "channel", channelId, messageId: null };
  });

describe("what is read aloud", () => {
  let seq: number;
  beforeEach(async () => {
    seq = 10;
    serve(() => ({ users: [] }));
    start(answer({ channels: [channel(7), channel(8)], users: [user(2, "Ann")], streams: { "user:1": 3, "channel:7": 10, "channel:8": 10 } }));
    await open(7);
    await act(() => render(<Announcer />, document.body));
  });
  afterEach(async () => {
    await act(() => render(null, document.body));
    running?.stop();
    vi.unstubAllGlobals();
  });
  const read = (): (string | null)[] => [...document.querySelectorAll("[aria-live=polite] > *")].map((line) => line.textContent);
  const post = (source: string, fields: Partial<Message> = {}): void => {
    seq += 1;
    hear("event", event(`channel:${fields.channel_id ?? 7}`, seq, "message.posted", { message: message(seq - 5, { source, ...fields }) }));
  };

  it("is each new message, also those that say the same or come together", async () => {
    await act(() => post("ok"));
    const first = document.querySelector("[aria-live=polite] > *");
    await act(() => post("ok"));
    expect(read()).toEqual(["Ann: ok", "Ann: ok"]);
    expect(document.querySelector("[aria-live=polite] > *")).toBe(first); // what stands is not read again: only what is added
    await act(() => ["one", "two", "three"].forEach((source) => post(source)));
    expect(read().slice(2)).toEqual(["Ann: one", "Ann: two", "Ann: three"]);
  });

  it("is not history that is loaded, nor what one wrote oneself", async () => {
    await act(() => update((state) => withPage(state, 7, page(1, 2), "fresh")));
    await act(() => update((state) => withPage(state, 7, page(3, 4, 5), "after")));
    await act(() => post("mine", { user_id: 1 }));
    expect(read()).toEqual([]);
    await act(() => post("theirs"));
    expect(read()).toEqual(["Ann: theirs"]);
  });

  it("is only of the open channel, and not once more on coming back", async () => {
    await act(() => post("here"));
    seq = 10;
    await act(() => post("elsewhere", { channel_id: 8 }));
    expect(read()).toEqual(["Ann: here"]);
    await open(8);
    expect(read()).toEqual([]);
    await open(7);
    expect(read()).toEqual([]);
  });

  it("is a list that does not grow without end", async () => {
    await act(() => {
      for (let index = 0; index < 100; index += 1) post(`line ${index}`);
    });
    expect(read().at(-1)).toBe("Ann: line 99");
    expect(read().length).toBeLessThanOrEqual(20);
  });
});
