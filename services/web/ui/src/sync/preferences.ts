import { update } from "../state/store";
import type { Preferences } from "../types";
import { api } from "./api";

/** Changes preferences at once; the server's answer has the last word. */
export async function changePreferences(change: Partial<Preferences>): Promise<void> {
  update((state) => ({ ...state, preferences: { ...state.preferences, ...change } }));
  await api("/users/me/preferences", { method: "PATCH", body: change });
}
