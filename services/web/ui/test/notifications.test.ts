import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chat } from "../src/state/store";
import { running, start } from "../src/sync/start";
import { answer, event, message } from "./make";
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
