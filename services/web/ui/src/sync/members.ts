import { withMembers } from "../state/members";
import { update } from "../state/store";
import { withUsers } from "../state/users";
import type { Event, Member, MemberRole, User } from "../types";
import { api, post } from "./api";

/** A list read before an event that is already applied would miss it; it is asked for again, this often at most. */
const READS = 4;

/** How many events of its members were applied, by channel. */
const heard = new Map<number, number>();

export async function loadMembers(channelId: number): Promise<void> {
  const { members, users } = await read(channelId);
  update((state) => withMembers(withUsers(state, users), channelId, members));
}

/** An event has been applied: if it is of members, lists that are just being read may lack it. */
export function heardMember(event: Event): void {
  if (event.type !== "member.joined" && event.type !== "member.left" && event.type !== "member.role_changed") return;
  const { channel_id } = event.payload;
  heard.set(channel_id, (heard.get(channel_id) ?? 0) + 1);
}

export function addMember(channelId: number, userId: number): Promise<void> {
  return post(`/channels/${channelId}/members`, { user_id: userId });
}

export function removeMember(channelId: number, userId: number): Promise<void> {
  return api(`/channels/${channelId}/members/${userId}`, { method: "DELETE" });
}

export function changeRole(channelId: number, userId: number, role: MemberRole): Promise<void> {
  return api(`/channels/${channelId}/members/${userId}`, { method: "PATCH", body: { role } });
}

async function read(channelId: number): Promise<{ members: Member[]; users: User[] }> {
  for (let tried = 1; ; tried += 1) {
    const before = heard.get(channelId);
    const list = await api<{ members: Member[]; users: User[] }>(`/channels/${channelId}/members`);
    if (heard.get(channelId) === before || tried === READS) return list;
  }
}
