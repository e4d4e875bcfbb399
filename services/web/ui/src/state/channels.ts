import type { Event } from "../types";
import type { State } from "./model";

type ChannelEvent = Extract<Event, { type: "channel.updated" }>;

export function applyChannelEvent(state: State, event: ChannelEvent): State {
  const facts = event.payload.channel;
  const channel = state.channels[facts.id];
  return channel ? { ...state, channels: { ...state.channels, [facts.id]: { ...channel, ...facts } } } : state;
}
