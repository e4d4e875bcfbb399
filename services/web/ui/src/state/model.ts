import type { ChannelState, Member, Message, Preferences, StateAnswer, Streams, User } from "../types";

/** A stretch of a channel's messages without holes, ascending by position. */
export interface View {
  messages: readonly Message[];
  hasBefore: boolean;
  hasAfter: boolean;
}

/** All that the client knows of the chat. Only the reducer makes a new one. */
export interface State {
  me: User;
  preferences: Preferences;
  streams: Streams;
  channels: Readonly<Record<number, ChannelState>>;
  users: Readonly<Record<number, User>>;
  members: Readonly<Record<number, readonly Member[]>>;
  views: Readonly<Record<number, View>>;
}

export const userStream = (id: number): string => `user:${id}`;
export const channelStream = (id: number): string => `channel:${id}`;

/** The channel id in a stream's name, or null for a user's stream. */
export function channelOf(stream: string): number | null {
  return stream.startsWith("channel:") ? Number(stream.slice(8)) : null;
}

export function fromAnswer(answer: StateAnswer): State {
  return {
    me: answer.user,
    preferences: answer.preferences,
    streams: answer.streams,
    channels: byId(answer.channels),
    users: { ...byId(answer.users), [answer.user.id]: answer.user },
    members: {},
    views: {},
  };
}

export function byId<T extends { id: number }>(items: readonly T[]): Record<number, T> {
  return Object.fromEntries(items.map((item) => [item.id, item]));
}

/** A copy of `record` without `key`. */
export function without<T>(record: Readonly<Record<number | string, T>>, key: number | string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== String(key)));
}
