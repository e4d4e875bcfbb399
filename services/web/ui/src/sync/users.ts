import { chat, update } from "../state/store";
import { withUsers } from "../state/users";
import type { Message, User } from "../types";
import { api } from "./api";

const MOST = 100;
/** Milliseconds that news waits for its author's name. */
const PATIENCE = 1000;
/** Who was asked for, with when the answer is here. */
const asked = new Map<number, Promise<void>>();
const scanned = new WeakSet<readonly Message[]>();

/** People whose messages are loaded but who are not known yet are asked for, once. Runs as an effect on the chat. */
export function loadUsers(): void {
  const state = chat.value;
  if (!state) {
    asked.clear();
    return;
  }
  const missing = new Set<number>();
  for (const view of Object.values(state.views)) {
    if (scanned.has(view.messages)) continue;
    scanned.add(view.messages);
    for (const message of view.messages) {
      if (!(message.user_id in state.users) && !asked.has(message.user_id)) missing.add(message.user_id);
    }
  }
  const all = [...missing];
  for (let at = 0; at < all.length; at += MOST) void ask(all.slice(at, at + MOST));
}

/** Tells what somebody does once their name is known, or it has taken too long. */
export function whenKnown(id: number, then: () => void): void {
  if (id in (chat.peek()?.users ?? {})) then();
  else void Promise.race([asked.get(id) ?? ask([id]), new Promise((late) => setTimeout(late, PATIENCE))]).then(then);
}

function ask(ids: number[]): Promise<void> {
  const answered = api<{ users: User[] }>(`/users?ids=${ids.join(",")}`).then(
    ({ users }) => update((known) => withUsers(known, users)),
    () => void setTimeout(() => ids.forEach((id) => asked.delete(id)), 5000),
  );
  for (const id of ids) asked.set(id, answered);
  return answered;
}

/** People by the start of a name. */
export async function findUsers(query: string): Promise<User[]> {
  const { users } = await api<{ users: User[] }>(`/users?q=${encodeURIComponent(query)}&limit=20`);
  update((known) => withUsers(known, users));
  return users;
}
