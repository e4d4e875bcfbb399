import { chat, update } from "../state/store";
import type { Preferences } from "../types";
import { api } from "./api";

/** Changes preferences at once; the server's answer has the last word, and what it refuses is as it was before. */
export async function changePreferences(change: Partial<Preferences>): Promise<void> {
  const before = chat.peek()?.preferences;
  if (!before) return;
  const hoped: Preferences = { ...before, ...change };
  update((state) => ({ ...state, preferences: hoped }));
  try {
    const preferences = await api<Preferences>("/users/me/preferences", { method: "PATCH", body: change });
    // What came over the live connection since, or was changed here since, is newer than this answer.
    update((state) => (state.preferences === hoped ? { ...state, preferences } : state));
  } catch (error) {
    update((state) => ({ ...state, preferences: takenBack(state.preferences, change, before) }));
    throw error;
  }
}

/** Preferences without a change, as far as it still stands. */
function takenBack(now: Preferences, change: Partial<Preferences>, before: Preferences): Preferences {
  const standing = (Object.keys(change) as (keyof Preferences)[]).filter((name) => now[name] === change[name]);
  return { ...now, ...Object.fromEntries(standing.map((name) => [name, before[name]])) };
}
