import { computed, signal } from "@preact/signals";
import type { Installation } from "../types";
import { railOf, unreadShown } from "./channel_names";
import type { State } from "./model";
import type { Outbox } from "./outbox";

/** The chat as known; null while signed out. */
export const chat = signal<State | null>(null);
export const outbox = signal<Outbox>([]);
export const installation = signal<Installation>({ name: "Flack", signup: "open", version: "", v1_enabled: false });

export function update(how: (state: State) => State): void {
  if (chat.value) chat.value = how(chat.value);
}

const EMPTY = {};
export const users = computed(() => chat.value?.users ?? EMPTY as State["users"]);
export const channels = computed(() => chat.value?.channels ?? EMPTY as State["channels"]);
export const me = computed(() => chat.value?.me ?? null);
export const preferences = computed(() => chat.value?.preferences ?? null);
export const rail = computed(() => (chat.value ? railOf(chat.value) : { channels: [], directs: [] }));
const NONE: readonly number[] = [];
export const muted = computed(() => chat.value?.preferences.muted_channel_ids ?? NONE);
export const totalUnread = computed(() => {
  const state = chat.value;
  return state ? Object.values(state.channels).reduce((sum, channel) => sum + unreadShown(state, channel), 0) : 0;
});
