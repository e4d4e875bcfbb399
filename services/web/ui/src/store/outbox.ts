import type { Pending } from "../state/outbox";
import { storage } from "./storage";

/** One stored entry for each message on its way, so that two tabs never overwrite each other's. */
const prefixOf = (userId: number): string => `flack.outbox.${userId}.`;

export function keepPending(userId: number, item: Pending): void {
  storage.set(prefixOf(userId) + item.key, JSON.stringify(item));
}

export function dropPending(userId: number, key: string): void {
  storage.remove(prefixOf(userId) + key);
}

/** Milliseconds for which the server surely knows a message's key again; later, one more try could post it twice. */
const KNOWN = 20 * 3_600_000;
const TOO_OLD = "This was written some time ago and may have been sent: look whether it is there.";

/** What was still on its way when the page ended, as typed: oldest first, all but what is too old to be tried again. */
export function loadPending(userId: number): Pending[] {
  const items: Pending[] = [];
  for (const key of storage.keys(prefixOf(userId))) {
    const item = parse(storage.get(key));
    if (!item) continue;
    const old = Date.now() - Date.parse(item.created_at) > KNOWN;
    if (item.state === "failed") items.push(item);
    else items.push(old ? { ...item, state: "failed", problem: TOO_OLD } : { ...item, state: "queued" });
  }
  return items.sort((a, b) => a.created_at.localeCompare(b.created_at));
}

function parse(text: string | null): Pending | null {
  try {
    const item = JSON.parse(text ?? "null") as Partial<Pending> | null;
    if (typeof item?.key !== "string" || typeof item.channel_id !== "number" || typeof item.source !== "string") return null;
    const created_at = item.created_at ?? new Date(0).toISOString();
    return { key: item.key, channel_id: item.channel_id, source: item.source, created_at, after: item.after ?? null, state: item.state ?? "queued", problem: item.problem ?? null };
  } catch {
    return null;
  }
}
