import { titleOf } from "../state/channel_names";
import { withMessage } from "../state/messages";
import { deleting, toast } from "../state/screen";
import { chat, outbox, update } from "../state/store";
import type { Message } from "../types";
import { api } from "./api";
import { newKey } from "./keys";
import { wordsOf } from "./problem";
import { running } from "./start";

/** Milliseconds in which a deletion can be undone. */
const UNDO = 6000;

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

/** Takes a message off the screen now and deletes it when the time to undo has passed, or when the page goes away. */
export function deleteMessage(message: Message): void {
  setDeleting(message.id, true);
  const commit = (): void => {
    finish();
    api(`/channels/${message.channel_id}/messages/${message.id}`, { method: "DELETE", keepalive: true })
      .catch((error: unknown) => toast(`A message in ${titleAt(message.channel_id)} was not deleted. ${wordsOf(error)}`))
      .finally(() => setDeleting(message.id, false));
  };
  const timer = setTimeout(commit, UNDO);
  const finish = (): void => {
    clearTimeout(timer);
    dismiss();
    window.removeEventListener("pagehide", commit);
  };
  const undo = (): void => {
    finish();
    setDeleting(message.id, false);
  };
  const dismiss = toast("Message deleted", { label: "Undo", run: undo }, UNDO, message.channel_id);
  window.addEventListener("pagehide", commit);
}

/** My newest message in a channel that can be edited. */
export function lastOwn(channelId: number): Message | undefined {
  const state = chat.peek();
  return state?.views[channelId]?.messages.findLast((message) => message.user_id === state.me.id && message.deleted_at === null);
}

/** Whether something is on its way to a channel, so that the newest own message cannot be edited yet. */
export function hasPending(channelId: number): boolean {
  return outbox.peek().some((item) => item.channel_id === channelId && item.state !== "failed");
}

function titleAt(channelId: number): string {
  const state = chat.peek();
  const channel = state?.channels[channelId];
  return state && channel ? titleOf(state, channel) : "a channel that you left";
}

function setDeleting(id: number, on: boolean): void {
  const next = new Set(deleting.value);
  if (on) next.add(id);
  else next.delete(id);
  deleting.value = next;
}
