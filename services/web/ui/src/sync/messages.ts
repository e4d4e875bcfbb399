import { withMessage } from "../state/messages";
import { deleting } from "../state/screen";
import { chat, outbox, update } from "../state/store";
import type { Message } from "../types";
import { api } from "./api";
import { newKey } from "./keys";
import { running } from "./start";

let lastTime = 0;

/** Sends a message: it stands in the channel at once and is on its way. */
export function sendMessage(channelId: number, source: string): void {
  lastTime = Math.max(Date.now(), lastTime + 1); // times tell the order, also of what is typed within a millisecond
  const created_at = new Date(lastTime).toISOString();
  const after = chat.peek()?.channels[channelId]?.last_position ?? null;
  running?.sender.add({ key: newKey(), channel_id: channelId, source, created_at, after });
}

export function retryMessages(channelId: number): void {
  running?.sender.retry(channelId);
}

export function discardMessage(key: string): void {
  running?.sender.discard(key);
}

export async function editMessage(message: Message, source: string): Promise<void> {
  const path = `/channels/${message.channel_id}/messages/${message.id}`;
  const edited = await api<Message>(path, { method: "PATCH", body: { source } });
  update((state) => withMessage(state, edited, false));
}

/** My newest message in a channel that can be edited. */
export function lastOwn(channelId: number): Message | undefined {
  const state = chat.peek();
  return state?.views[channelId]?.messages.findLast((message) => message.user_id === state.me.id && message.deleted_at === null && !deleting.peek().has(message.id));
}

/** Whether something is on its way to a channel, so that the newest own message cannot be edited yet. */
export function hasPending(channelId: number): boolean {
  return outbox.peek().some((item) => item.channel_id === channelId && item.state !== "failed");
}
