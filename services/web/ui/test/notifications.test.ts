import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chat } from "../src/state/store";
import { running, start } from "../src/sync/start";
import { answer, event, message, user } from "./make";
import { hear } from "./live";
import { serve } from "./server";

vi.mock("socket.io-client", async () => ({ io: (await import("./live")).io }));

/** As in Chrome on Android: granted, but made by a service worker only. */
function refuse(): never {
  throw new TypeError("Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.");
}
const unmakeable = Object.assign(refuse, { permission: "granted", requestPermission: () => Promise.resolve("granted") });

const at = new Date().toISOString();
const posted = (seq: number) => event("channel:7", seq, "message.posted", { message: message(seq - 5, { created_at: at }) });

describe("a notification", () => {
  const shown: string[] = [];
  class Made {
    static permission = "granted";
    onclick = null;
    constructor(title: string) {
      shown.push(title);
    }
    close(): void {}
  }
  const AN_HOUR = 3_600_000;
  const answers = { users: [user(9, "Zoe")], streams: [] as unknown[] };
  beforeEach(() => {
    shown.length = 0;
    answers.streams = [];
    vi.stubGlobal("Notification", Made);
    serve(() => answers);
    start(answer({ preferences: { theme: "auto", desktop_notifications: true, muted_channel_ids: [] } }));
  });
  afterEach(() => {
    running?.stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const posts = (seq: number, ago: number, user_id = 2) => {
    const when = new Date(Date.now() - ago).toISOString();
    return { ...event("channel:7", seq, "message.posted", { message: message(seq - 5, { user_id, created_at: when }) }), at: when };
  };

  it("names who is not known yet", async () => {
    hear("event", posts(11, 0, 9));
    await vi.waitFor(() => expect(shown).toEqual([expect.stringMatching(/^Zoe in /) as string]));
  });

  it("does not depend on the clock of this machine", () => {
    hear("event", posts(11, 2 * AN_HOUR));
    expect(shown).toHaveLength(1);
  });

  it.each([
    ["comes for what a sync brings after a moment", 30_000, 1],
    ["does not come for what was said while this page was away for long", AN_HOUR, 0],
  ])("%s", async (_, ago, times) => {
    answers.streams = [{ stream: "channel:7", recovered: true, seq: 11, events: [posts(11, ago)] }];
    hear("gap", {});
    await vi.waitFor(() => expect(chat.value?.streams["channel:7"]).toBe(11));
    expect(shown).toHaveLength(times);
  });
});

describe("where notifications are granted but cannot be made", () => {
  beforeEach(() => {
    vi.stubGlobal("Notification", unmakeable);
    serve(() => ({ streams: [] }));
    start(answer({ preferences: { theme: "auto", desktop_notifications: true, muted_channel_ids: [] } }));
  });
  afterEach(() => {
    running?.stop();
    vi.unstubAllGlobals();
  });

  it("all that came is taken in at once, also what came early", () => {
    hear("event", posted(12));
    hear("event", posted(11));
    expect(chat.value?.streams["channel:7"]).toBe(12);
  });

  it("who asks for them is told that there are none", async () => {
    vi.resetModules(); // as on a fresh page, on which none was tried
    const { allowNotifications, notificationsAllowed } = await import("../src/sync/notifications");
    expect(notificationsAllowed()).toBe(true);
    expect(await allowNotifications()).toBe("missing");
    expect(notificationsAllowed()).toBe(false);
  });
});
