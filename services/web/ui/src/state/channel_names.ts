import type { ChannelState } from "../types";
import type { State } from "./model";
import { nameOf } from "./users";

/** What a channel is called: its name, or the other people in a direct one. */
export function titleOf(state: State, channel: ChannelState): string {
  if (channel.kind !== "direct") return channel.name ?? "unnamed";
  const others = othersIn(state, channel);
  if (others.length === 0) return `${nameOf(state.me)} (you)`;
  return others.map((id) => nameOf(state.users[id])).join(", ");
}

/** The name that a channel gets for what somebody typed: small letters, hyphens between the words, no # before it. */
export function channelNameFrom(typed: string): string {
  return typed.trim().replace(/^#+\s*/, "").toLowerCase().replace(/\s+/g, "-");
}

export function othersIn(state: State, channel: ChannelState): number[] {
  return (channel.member_ids ?? []).filter((id) => id !== state.me.id);
}

export function unreadOf(channel: ChannelState): number {
  return Math.max(0, channel.last_position - channel.last_read_position);
}

/** How much is said to be unread wherever channels are listed or counted: nothing where it is muted or archived. */
export function unreadShown(state: State, channel: ChannelState): number {
  const quiet = channel.archived_at !== null || state.preferences.muted_channel_ids.includes(channel.id);
  return quiet ? 0 : unreadOf(channel);
}

export interface Rail {
  channels: ChannelState[];
  directs: ChannelState[];
}

const names = new Intl.Collator();

/** The channel list: channels by name, direct ones by the names of the people. */
export function railOf(state: State): Rail {
  const live = Object.values(state.channels).filter((channel) => channel.archived_at === null);
  const channels = live.filter((channel) => channel.kind !== "direct");
  const directs = live.filter((channel) => channel.kind === "direct");
  channels.sort((a, b) => names.compare(a.name ?? "", b.name ?? ""));
  directs.sort((a, b) => names.compare(titleOf(state, a), titleOf(state, b)));
  return { channels, directs };
}

/** The next unread channel after (1) or before (-1) the current one in the order of the list, or simply the neighbour. */
export function neighbour(state: State, current: number | null, step: 1 | -1): number | null {
  const { channels, directs } = railOf(state);
  const list = [...channels, ...directs];
  if (list.length === 0) return null;
  const at = list.findIndex((channel) => channel.id === current);
  for (let distance = 1; distance <= list.length; distance += 1) {
    const candidate = list[(at + step * distance + list.length * 2) % list.length];
    if (candidate && candidate.id !== current && unreadShown(state, candidate) > 0) return candidate.id;
  }
  return list[(at + step + list.length) % list.length]?.id ?? null;
}
