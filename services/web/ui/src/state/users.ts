import type { User } from "../types";
import type { State } from "./model";

/** The state knowing these people, each as of the newest revision seen. */
export function withUsers(state: State, users: readonly User[]): State {
  if (users.length === 0) return state;
  const known = { ...state.users };
  for (const user of users) {
    const before = known[user.id];
    if (!before || before.revision <= user.revision) known[user.id] = user;
  }
  return { ...state, users: known, me: known[state.me.id] ?? state.me };
}

/** What a person is called: the display name where there is one. */
export function nameOf(user: User | undefined): string {
  return user ? user.display_name || user.nickname : "Unknown person";
}

/** The letters that stand for a person: one, or those of the first and last word. */
export function initialsOf(name: string, most: 1 | 2 = 2): string {
  const words = name.trim().split(/\s+/u);
  const letters = [words[0], most > 1 && words.length > 1 ? words[words.length - 1] : undefined];
  return letters.map((word) => Array.from(word ?? "")[0] ?? "").join("").toUpperCase();
}

/** Colours of avatars, around the wheel of hues. */
export const COLOURS = 12;
/** Shares no divisor with COLOURS, so that as many ids in a row have as many colours, and takes neighbours far around. */
const STEP = 5;

/** The number of a person's colour. */
export function colourOf(userId: number): number {
  return (userId * STEP) % COLOURS;
}
