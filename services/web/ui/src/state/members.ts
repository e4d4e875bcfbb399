import type { ChannelState, Event, Member } from "../types";
import type { State } from "./model";
import { withUsers } from "./users";

type MemberEvent = Extract<Event, { type: "member.joined" | "member.left" | "member.role_changed" }>;

export function applyMemberEvent(state: State, event: MemberEvent): State {
  const { channel_id: id } = event.payload;
  switch (event.type) {
    case "member.joined": {
      const { member, user } = event.payload;
      const known = withUsers(changeCount(state, id, 1), [user]);
      return changeList(known, id, (list) => [...list.filter((other) => other.user_id !== member.user_id), member]);
    }
    case "member.left": {
      const { user_id } = event.payload;
      return changeList(changeCount(state, id, -1), id, (list) => list.filter((member) => member.user_id !== user_id));
    }
    case "member.role_changed": {
      const { user_id, role } = event.payload;
      return changeList(state, id, (list) => list.map((member) => (member.user_id === user_id ? { ...member, role } : member)));
    }
  }
}

/** The state with a channel's list of members, as fetched. */
export function withMembers(state: State, channelId: number, members: readonly Member[]): State {
  return { ...state, members: { ...state.members, [channelId]: members } };
}

/** The state with further members of a channel; some may be known from events. */
export function withMoreMembers(state: State, channelId: number, members: readonly Member[]): State {
  const fetched = new Set(members.map(({ user_id }) => user_id));
  return changeList(state, channelId, (list) => [...list.filter(({ user_id }) => !fetched.has(user_id)), ...members]);
}

function changeCount(state: State, id: number, by: number): State {
  const channel = state.channels[id];
  if (!channel) return state;
  const counted: ChannelState = { ...channel, member_count: channel.member_count + by };
  return { ...state, channels: { ...state.channels, [id]: counted } };
}

function changeList(state: State, id: number, how: (list: readonly Member[]) => readonly Member[]): State {
  const list = state.members[id];
  return list ? withMembers(state, id, how(list)) : state;
}
