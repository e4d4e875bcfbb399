import { withReadPosition } from "../state/memberships";
import { chat, update } from "../state/store";
import { api } from "./api";

/** Milliseconds in which read positions are gathered into one request. */
const GATHER = 600;

const waiting = new Map<number, number>();
let timer: ReturnType<typeof setTimeout> | null = null;

/** A position has been on screen in a focused window. */
export function markRead(channelId: number, position: number): void {
  const channel = chat.value?.channels[channelId];
  if (!channel || position <= channel.last_read_position) return;
  update((state) => withReadPosition(state, channelId, position));
  waiting.set(channelId, Math.max(position, waiting.get(channelId) ?? 0));
  timer ??= setTimeout(flush, GATHER);
}

/** Sends read positions that wait; also called when the page goes away. */
export function flush(): void {
  if (timer) clearTimeout(timer);
  timer = null;
  for (const [channelId, position] of waiting) {
    waiting.delete(channelId);
    api(`/channels/${channelId}/read-position`, { method: "PUT", body: { position }, keepalive: true }).catch(() => {
      // Kept for the next message read: a position further on says the same and more.
      waiting.set(channelId, Math.max(position, waiting.get(channelId) ?? 0));
    });
  }
}
