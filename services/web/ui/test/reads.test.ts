import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { signOut } from "../src/sync/account";
import { markRead } from "../src/sync/reads";
import { running, start } from "../src/sync/start";
import { answer, channel } from "./make";
import { hear } from "./live";
import { serve } from "./server";

vi.mock("socket.io-client", async () => ({ io: (await import("./live")).io }));

const MINUTE = 60_000;
const unread = answer({ channels: [channel(7, { last_read_position: 1 })] });

describe("how far somebody has read", () => {
  let refusal: number | null;
  let asked: ReturnType<typeof serve>;
  beforeEach(() => {
    vi.useFakeTimers();
    refusal = null;
    asked = serve(({ path }) => (path.endsWith("/read-position") ? refusal : null));
    start(unread);
    hear("ready", { streams: {} });
  });
  afterEach(() => {
    running?.stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const told = (): unknown[] => asked.filter(({ method }) => method === "PUT").map(({ body }) => (body as { position: number }).position);

  it("is told in one request for what is read within a moment", async () => {
    [2, 3, 4].forEach((position) => markRead(7, position));
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(told()).toEqual([4]);
  });

  it("is told again when the connection is back, though nothing else is read", async () => {
    refusal = 503;
    markRead(7, 4);
    await vi.advanceTimersByTimeAsync(1000);
    hear("disconnect");
    refusal = null;
    hear("ready", { streams: {} });
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(told()).toEqual([4, 4]);
  });

  it("is told again after a while where the connection was never lost, and what is read then does not wait for that", async () => {
    refusal = 503;
    markRead(7, 3);
    await vi.advanceTimersByTimeAsync(1000);
    refusal = null;
    markRead(7, 4);
    await vi.advanceTimersByTimeAsync(1000);
    expect(told()).toEqual([3, 4]);
    refusal = 503;
    markRead(7, 5);
    await vi.advanceTimersByTimeAsync(1000);
    refusal = null;
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(told()).toEqual([3, 4, 5, 5]);
  });

  it("is not told again where it is refused for good", async () => {
    refusal = 404;
    markRead(7, 4);
    await vi.advanceTimersByTimeAsync(MINUTE);
    hear("ready", { streams: {} });
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(told()).toEqual([4]);
  });

  it("is told before somebody signs out, and never in the name of who signs in afterwards", async () => {
    refusal = 503;
    markRead(7, 4);
    await signOut();
    expect(asked.map(({ path }) => path)).toEqual(["/channels/7/read-position", "/session"]);
    refusal = null;
    start(unread);
    hear("ready", { streams: {} });
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(told()).toEqual([4]);
  });
});
