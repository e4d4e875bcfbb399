import type { Event } from "../types";
import { applyChannelEvent } from "./channels";
import { applyMemberEvent } from "./members";
import { applyMessageEvent } from "./messages";
import { applyMembershipEvent } from "./memberships";
import { channelOf, type State } from "./model";
import { withUsers } from "./users";

/** What an event is to a state: the next of its stream, a repeat, ahead by a gap, or of a stream not followed. */
export type Standing = "next" | "repeat" | "gap" | "unknown";

export function standing(state: State, event: Pick<Event, "stream" | "seq">): Standing {
  const known = state.streams[event.stream];
  if (known === undefined) return "unknown";
  if (event.seq <= known) return "repeat";
  return event.seq === known + 1 ? "next" : "gap";
}

/** The state after an event. The caller has made sure that it is the next of its stream. */
export function apply(state: State, event: Event): State {
  const channelId = channelOf(event.stream);
  const channel = channelId === null ? undefined : state.channels[channelId];
  const raised: State = {
    ...state,
    streams: { ...state.streams, [event.stream]: event.seq },
    channels: channel ? { ...state.channels, [channel.id]: { ...channel, last_seq: event.seq } } : state.channels,
  };
  return change(raised, event);
}

function change(state: State, event: Event): State {
  switch (event.type) {
    case "message.posted":
    case "message.edited":
    case "message.deleted":
    case "message.previewed":
      return applyMessageEvent(state, event);
    case "channel.updated":
      return applyChannelEvent(state, event);
    case "member.joined":
    case "member.left":
    case "member.role_changed":
      return applyMemberEvent(state, event);
    case "membership.added":
    case "membership.removed":
    case "membership.role_changed":
    case "read_position.moved":
      return applyMembershipEvent(state, event);
    case "preferences.changed":
      return { ...state, preferences: event.payload.preferences };
    case "user.updated":
    case "profile.updated":
      return withUsers(state, [event.payload.user]);
    default:
      return state; // a type from a newer version: its seq counts, its content waits for a newer page
  }
}
