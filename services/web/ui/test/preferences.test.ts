import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chat, update } from "../src/state/store";
import { changePreferences } from "../src/sync/preferences";
import type { Preferences } from "../src/types";
import { state } from "./make";
import { serve } from "./server";

const saved: Preferences = { theme: "dark", desktop_notifications: false, muted_channel_ids: [7] };

describe("changing preferences", () => {
  let give: (answer: unknown) => void;
  let asked: ReturnType<typeof serve>;
  beforeEach(() => {
    chat.value = state();
    asked = serve(() => new Promise((resolve) => (give = resolve)));
  });
  afterEach(() => vi.unstubAllGlobals());
  const now = (): Preferences | undefined => chat.value?.preferences;
  const asking = (): Promise<void> => vi.waitFor(() => expect(asked).toHaveLength(1));

  it("shows at once, and then what the server made of it", async () => {
    const done = changePreferences({ theme: "dark" });
    expect(now()?.theme).toBe("dark");
    await asking();
    give(saved);
    await done;
    expect(now()).toEqual(saved);
  });

  it("is taken back where the server refuses, and only that", async () => {
    const done = changePreferences({ theme: "dark" });
    await asking();
    update((known) => ({ ...known, preferences: { ...known.preferences, muted_channel_ids: [7] } }));
    give(503);
    await expect(done).rejects.toThrow();
    expect(now()).toEqual({ theme: "auto", desktop_notifications: false, muted_channel_ids: [7] });
  });

  it("is not overwritten by an answer that is older than what has come since", async () => {
    const done = changePreferences({ theme: "dark" });
    await asking();
    const newer: Preferences = { ...saved, theme: "light" };
    update((known) => ({ ...known, preferences: newer }));
    give(saved);
    await done;
    expect(now()).toEqual(newer);
  });
});
