import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deleting, toasts } from "../src/state/screen";
import { leave, signOut } from "../src/sync/account";
import { deleteMessage } from "../src/sync/deletions";
import { running, start } from "../src/sync/start";
import { listenToKeys } from "../src/ui/keyboard";
import { answer, message } from "./make";
import { serve } from "./server";

vi.mock("socket.io-client", async () => ({ io: (await import("./live")).io }));

const MINUTE = 60_000;
const PATH = "/channels/7/messages/103";

describe("a deletion that can still be undone", () => {
  let asked: ReturnType<typeof serve>;
  beforeEach(() => {
    vi.useFakeTimers();
    asked = serve(() => null);
    start(answer());
    deleteMessage(message(3));
  });
  afterEach(() => {
    running?.stop();
    toasts.value = [];
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const deleted = (): string[] => asked.filter(({ method }) => method === "DELETE").map(({ path }) => path);

  it("is done when the time has passed, once", async () => {
    expect(deleting.value).toEqual(new Set([103]));
    await vi.advanceTimersByTimeAsync(MINUTE);
    window.dispatchEvent(new Event("pagehide"));
    expect(deleted()).toEqual([PATH]);
    expect(deleting.value.size).toBe(0);
  });

  it("is not done where it is undone", async () => {
    toasts.value[0]?.action?.run();
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(deleting.value.size).toBe(0);
    expect(deleted()).toEqual([]);
  });

  it("is undone by Ctrl+Z where nothing is being written, and only as long as it can be", async () => {
    listenToKeys();
    const press = (): boolean => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true, bubbles: true, cancelable: true }));
    expect(press()).toBe(false);
    expect(deleting.value.size).toBe(0);
    deleteMessage(message(3));
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(press()).toBe(true);
    expect(deleted()).toEqual([PATH]);
  });

  it("is done when the page goes away", async () => {
    window.dispatchEvent(new Event("pagehide"));
    await vi.advanceTimersByTimeAsync(0);
    expect(deleted()).toEqual([PATH]);
  });

  it("is done before its author signs out", async () => {
    await signOut();
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(deleted()).toEqual([PATH, "/session"]);
  });

  it("is not done in the name of who signs in after a session has ended", async () => {
    leave();
    expect(deleting.value.size).toBe(0);
    expect(toasts.value).toEqual([]);
    start(answer());
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(deleted()).toEqual([]);
  });
});
