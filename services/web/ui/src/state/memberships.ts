import type { Event } from "../types";
import { channelStream, without, type State } from "./model";
import { withUsers } from "./users";

type MembershipEvent = Extract<
  Event,
  { type: "membership.added" | "membership.removed" | "membership.role_changed" | "read_position.moved" }
>;

export function applyMembershipEvent(state: State, event: MembershipEvent): State {
  switch (event.type) {
    case "membership.added": {
      const { channel, users } = event.payload;
      return withUsers(withChannel(state, channel), users);
    }
    case "membership.removed":
      return withoutChannel(state, event.payload.channel_id);
    case "membership.role_changed":
      return changed(state, event.payload.channel_id, { role: event.payload.role });
    case "read_position.moved":
      return changed(state, event.payload.channel_id, { last_read_position: event.payload.position });
  }
}

/** The state following one more channel, from the seq its snapshot was taken at. */
export function withChannel(state: State, channel: State["channels"][number]): State {
  const known = state.streams[channelStream(channel.id)];
  if (known !== undefined && known >= channel.last_seq && state.channels[channel.id]) return state;
  return {
    ...state,
    channels: { ...state.channels, [channel.id]: channel },
    streams: { ...state.streams, [channelStream(channel.id)]: channel.last_seq },
    views: without(state.views, channel.id),
    members: without(state.members, channel.id),
  };
}

export function withoutChannel(state: State, id: number): State {
  return {
    ...state,
    channels: without(state.channels, id),
    streams: without(state.streams, channelStream(id)),
    views: without(state.views, id),
    members: without(state.members, id),
  };
}

/** Read positions are moved here at once and confirmed by their event, so they only ever go forward. */
export function withReadPosition(state: State, id: number, position: number): State {
  const channel = state.channels[id];
  return channel && position > channel.last_read_position ? changed(state, id, { last_read_position: position }) : state;
}

function changed(state: State, id: number, fields: { role?: "owner" | "member"; last_read_position?: number }): State {
  const channel = state.channels[id];
  if (!channel) return state;
  const last_read_position = Math.max(channel.last_read_position, fields.last_read_position ?? 0);
  return { ...state, channels: { ...state.channels, [id]: { ...channel, ...fields, last_read_position } } };
}
