import { signal } from "@preact/signals";
import { withMembers, withMoreMembers } from "../state/members";
import { update } from "../state/store";
import { withUsers } from "../state/users";
import type { Event, Member, MemberRole, User } from "../types";
import { api, post } from "./api";

/** Members in one answer: presence is asked for each that is drawn. */
const PAGE = 100;

/** A list read before an event that is already applied would miss it; it is asked for again, this often at most. */
const READS = 4;

/** How many events of its members were applied, by channel. */
const heard = new Map<number, number>();

/** Cursors of the members that are not fetched yet, by channel. */
export const membersBehind = signal<Readonly<Record<number, number | null>>>({});

/** The first members of a channel, or those behind the ones that are known. */
export async function loadMembers(channelId: number, after: number | null = null): Promise<void> {
  const { members, users, next } = await read(channelId, after);
  update((state) => {
    const known = withUsers(state, users);
    return after === null ? withMembers(known, channelId, members) : withMoreMembers(known, channelId, members);
  });
  membersBehind.value = { ...membersBehind.value, [channelId]: next };
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

interface Page {
  members: Member[];
  users: User[];
  next: number | null;
}

async function read(channelId: number, after: number | null): Promise<Page> {
  const path = `/channels/${channelId}/members?limit=${PAGE}${after === null ? "" : `&after=${after}`}`;
  for (let tried = 1; ; tried += 1) {
    const before = heard.get(channelId);
    const page = await api<Page>(path);
    if (heard.get(channelId) === before || tried === READS) return page;
  }
}
