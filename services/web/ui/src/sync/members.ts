import { withMembers } from "../state/members";
import { update } from "../state/store";
import { withUsers } from "../state/users";
import type { Member, MemberRole, User } from "../types";
import { api, post } from "./api";

export async function loadMembers(channelId: number): Promise<void> {
  const { members, users } = await api<{ members: Member[]; users: User[] }>(`/channels/${channelId}/members`);
  update((state) => withMembers(withUsers(state, users), channelId, members));
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
