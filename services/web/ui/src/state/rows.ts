import type { Message } from "../types";
import type { Pending } from "./outbox";

/** One row of the message list. Keys stay the same while a message goes from sending to sent. */
export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "new"; key: string }
  | { kind: "start"; key: string }
  | { kind: "loading"; key: string }
  | { kind: "message"; key: string; message: Message; first: boolean }
  | { kind: "pending"; key: string; pending: Pending; first: boolean };

export const GROUP_MILLISECONDS = 5 * 60_000;

export interface RowsInput {
  messages: readonly Message[];
  pending: readonly Pending[];
  hasBefore: boolean;
  hasAfter: boolean;
  /** The "New" line stands before the first message of somebody else after this position; null: no line. */
  newAfter: number | null;
  me: number;
}

/**
 * The rows of a channel: day separators, the "New" line, messages grouped by author, then what is being sent. What
 * failed stands where it was written, between the messages before and those that came later.
 */
export function rowsOf(input: RowsInput): Row[] {
  const rows: Row[] = [{ kind: input.hasBefore ? "loading" : "start", key: input.hasBefore ? "loading-before" : "start" }];
  let previous = null as { day: string; user: number; at: number } | null;
  let lineStands = false;
  for (const { key } of input.pending) own.set(key, input.me);
  const failed = input.pending.filter((item) => item.state === "failed" && item.after !== null);
  const addPending = (pending: Pending): void => {
    const at = Date.parse(pending.created_at);
    const day = dayKey(at);
    if (previous && previous.day !== day) rows.push({ kind: "day", key: `day-${day}-${pending.key}`, at: pending.created_at });
    const first = previous?.day !== day || !continues(previous, input.me, at);
    rows.push({ kind: "pending", key: pending.key, pending, first });
    previous = { day, user: input.me, at };
  };
  for (const message of input.messages) {
    while (failed[0] && (failed[0].after ?? 0) < message.position) addPending(failed.shift() as Pending);
    const { key, at, day } = factsOf(message);
    let breaks = false;
    if (previous?.day !== day) {
      rows.push({ kind: "day", key: `day-${day}-${message.position}`, at: message.created_at });
      breaks = true;
    }
    if (!lineStands && input.newAfter !== null && message.position > input.newAfter && message.user_id !== input.me) {
      rows.push({ kind: "new", key: "new" });
      lineStands = breaks = true;
    }
    const first = breaks || !continues(previous, message.user_id, at);
    rows.push({ kind: "message", key, message, first });
    previous = { day, user: message.user_id, at };
  }
  if (input.hasAfter) rows.push({ kind: "loading", key: "loading-after" });
  failed.forEach(addPending);
  const sent = new Set(input.pending.length > 0 ? input.messages.slice(-200).map((message) => message.nonce) : []);
  for (const pending of input.pending) {
    if (!sent.has(pending.key) && (pending.state !== "failed" || pending.after === null)) addPending(pending);
  }
  return rows;
}

interface Facts {
  key: string;
  at: number;
  day: string;
}

/** What is worked out of a message once, as it never changes. */
const facts = new WeakMap<Message, Facts>();

function factsOf(message: Message): Facts {
  const known = facts.get(message);
  if (known) return known;
  const at = Date.parse(message.created_at);
  const made = { key: rowKey(message), at, day: dayKey(at) };
  facts.set(message, made);
  return made;
}

/** The keys of what was written in this page, by its author. Nonces of others may come twice. */
const own = new Map<string, number>();

export function rowKey(message: Pick<Message, "id" | "nonce" | "user_id">): string {
  return message.nonce !== null && own.get(message.nonce) === message.user_id ? message.nonce : `message-${message.id}`;
}

function continues(previous: { user: number; at: number } | null, user: number, at: number): boolean {
  return previous !== null && previous.user === user && at - previous.at <= GROUP_MILLISECONDS;
}

let dayStart = 0;
let dayEnd = 0;
let dayName = "";

/** The local calendar day of a time, such as 2026-11-23. Remembers the last day, as rows come in order. */
export function dayKey(at: number): string {
  if (at >= dayStart && at < dayEnd) return dayName;
  const date = new Date(at);
  dayStart = new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  dayEnd = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
  dayName = `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
  return dayName;
}
