import { withReadPosition } from "../state/memberships";
import { chat, update } from "../state/store";
import { api, isPassing } from "./api";

/** Milliseconds in which read positions are gathered into one request. */
const GATHER = 600;
/** Milliseconds until those that could not be sent are sent again, unless the connection comes back before. */
const AGAIN = 15_000;

/** Read positions to send, by channel. Another map for each person: what fails late is not the next one's. */
let waiting = new Map<number, number>();
let timer: ReturnType<typeof setTimeout> | null = null;
let due = Infinity;

/** A position has been on screen in a focused window. */
export function markRead(channelId: number, position: number): void {
  const channel = chat.value?.channels[channelId];
  if (!channel || position <= channel.last_read_position) return;
  update((state) => withReadPosition(state, channelId, position));
  keep(channelId, position);
  flushIn(GATHER);
}

/** Sends read positions that wait; also called when the page goes away or the connection is back. */
export async function flush(): Promise<void> {
  stopTimer();
  const theirs = waiting;
  const sent = [...theirs];
  theirs.clear();
  await Promise.all(sent.map(([channelId, position]) => send(theirs, channelId, position)));
}

/** Forgets what waits, as a session ends. */
export function dropReads(): void {
  stopTimer();
  waiting = new Map();
}

async function send(theirs: Map<number, number>, channelId: number, position: number): Promise<void> {
  try {
    await api(`/channels/${channelId}/read-position`, { method: "PUT", body: { position }, keepalive: true });
  } catch (error) {
    if (theirs !== waiting || !isPassing(error)) return;
    keep(channelId, position);
    flushIn(AGAIN);
  }
}

function keep(channelId: number, position: number): void {
  waiting.set(channelId, Math.max(position, waiting.get(channelId) ?? 0));
}

function flushIn(milliseconds: number): void {
  const at = Date.now() + milliseconds;
  if (at >= due) return;
  stopTimer();
  due = at;
  timer = setTimeout(() => void flush(), milliseconds);
}

function stopTimer(): void {
  if (timer) clearTimeout(timer);
  timer = null;
  due = Infinity;
}
