import { chat, update } from "../state/store";
import { withUsers } from "../state/users";
import type { Message, User } from "../types";
import { api } from "./api";

const MOST = 100;
const asked = new Set<number>();
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
  for (let at = 0; at < all.length; at += MOST) ask(all.slice(at, at + MOST));
}

function ask(ids: number[]): void {
  for (const id of ids) asked.add(id);
  api<{ users: User[] }>(`/users?ids=${ids.join(",")}`).then(
    ({ users }) => update((known) => withUsers(known, users)),
    () => setTimeout(() => ids.forEach((id) => asked.delete(id)), 5000),
  );
}

/** People by the start of a name. */
export async function findUsers(query: string): Promise<User[]> {
  const { users } = await api<{ users: User[] }>(`/users?q=${encodeURIComponent(query)}&limit=20`);
  update((known) => withUsers(known, users));
  return users;
}
