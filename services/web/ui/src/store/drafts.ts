import { signal } from "@preact/signals";
import { storage } from "./storage";

/** Drafts by person and channel, written at each keystroke: they outlive reload, sign-out and a crash. */
const keyOf = (userId: number, channelId: number): string => `flack.draft.${userId}.${channelId}`;

/** Channels with a draft, for the mark in the list. */
export const drafted = signal<ReadonlySet<number>>(new Set());

export function readDraft(userId: number, channelId: number): string {
  return storage.get(keyOf(userId, channelId)) ?? "";
}

export function writeDraft(userId: number, channelId: number, text: string): void {
  if (text === "") storage.remove(keyOf(userId, channelId));
  else storage.set(keyOf(userId, channelId), text);
  const has = text.trim() !== "";
  if (drafted.value.has(channelId) === has) return;
  const next = new Set(drafted.value);
  if (has) next.add(channelId);
  else next.delete(channelId);
  drafted.value = next;
}

/** Tells of what another tab writes into the same draft: it is one draft. Answers how to stop. */
export function followDraft(userId: number, channelId: number, then: (text: string) => void): () => void {
  const hear = (event: StorageEvent): void => {
    if (event.key === keyOf(userId, channelId)) then(event.newValue ?? "");
  };
  window.addEventListener("storage", hear);
  return () => window.removeEventListener("storage", hear);
}

export function loadDrafts(userId: number): void {
  const prefix = `flack.draft.${userId}.`;
  drafted.value = new Set(storage.keys(prefix).map((key) => Number(key.slice(prefix.length))));
}

/** What stands in an edit that was begun, kept in the same way until it is saved or cancelled. */
const editKeyOf = (userId: number, messageId: number): string => `flack.edit.${userId}.${messageId}`;

export function readEdit(userId: number, messageId: number): string | null {
  return storage.get(editKeyOf(userId, messageId));
}

/** `null`: nothing is left to keep. */
export function writeEdit(userId: number, messageId: number, text: string | null): void {
  if (text === null) storage.remove(editKeyOf(userId, messageId));
  else storage.set(editKeyOf(userId, messageId), text);
}
