import { titleOf } from "../state/channel_names";
import { deleting, toast } from "../state/screen";
import { chat } from "../state/store";
import type { Message } from "../types";
import { api } from "./api";
import { wordsOf } from "./problem";

/** Milliseconds in which a deletion can be undone. */
const UNDO = 6000;

interface Deletion {
  /** Whether it is on its way, and cannot be undone any more. */
  isSent: () => boolean;
  commit: () => Promise<void>;
  drop: () => void;
}

/** Deletions that can still be undone or are on their way, by message. */
const pending = new Map<number, Deletion>();

/** Takes a message off the screen now and deletes it when the time to undo has passed. */
export function deleteMessage(message: Message): void {
  const { id, channel_id } = message;
  let sent: Promise<void> | null = null;
  const end = (): void => {
    pending.delete(id);
    setDeleting(id, false);
  };
  const commit = (): Promise<void> => {
    clearTimeout(timer);
    dismiss();
    sent ??= api<undefined>(`/channels/${channel_id}/messages/${id}`, { method: "DELETE", keepalive: true })
      .catch((error: unknown) => void toast(`A message in ${titleAt(channel_id)} was not deleted. ${wordsOf(error)}`))
      .finally(end);
    return sent;
  };
  const drop = (): void => {
    clearTimeout(timer);
    dismiss();
    end();
  };
  const timer = setTimeout(() => void commit(), UNDO);
  const dismiss = toast("Message deleted", { label: "Undo", run: drop }, UNDO, channel_id);
  pending.set(id, { isSent: () => sent !== null, commit, drop });
  setDeleting(id, true);
}

/** Takes the latest deletion back that can still be undone. Answers whether there was one. */
export function undoDeletion(): boolean {
  const latest = [...pending.values()].findLast(({ isSent }) => !isSent());
  latest?.drop();
  return latest !== undefined;
}

/** Deletes at once what could still be undone: the page goes away, or whoever wanted it signs out. */
export async function commitDeletions(): Promise<void> {
  await Promise.all([...pending.values()].map(({ commit }) => commit()));
}

/** Forgets what could still be undone: nobody is signed in any more who may delete it. */
export function dropDeletions(): void {
  for (const { drop } of [...pending.values()]) drop();
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
