import { fromAnswer, type State } from "../src/state/model";
import type { ChannelState, Event, EventType, Message, StateAnswer, User } from "../src/types";

const AT = "2026-03-02T10:00:00Z";

export function user(id: number, display_name = `Person ${id}`): User {
  return { id, nickname: `person${id}`, display_name, role: "member", created_at: AT, deactivated_at: null, revision: 0 };
}

export function channel(id: number, fields: Partial<ChannelState> = {}): ChannelState {
  return {
    id, kind: "public", name: `channel-${id}`, topic: "", created_by: 1, created_at: AT, archived_at: null,
    last_seq: 10, last_position: 5, role: "member", joined_at: AT, last_read_position: 5, member_ids: null, member_count: 2,
    ...fields,
  };
}

export function message(position: number, fields: Partial<Message> = {}): Message {
  return {
    id: 100 + position, channel_id: 7, position, user_id: 2, source: `message ${position}`, html: `<p>message ${position}</p>`,
    nonce: null, created_at: AT, edited_at: null, deleted_at: null, previews: [],
    ...fields,
  };
}

/** A person (1) in channel 7 at seq 10, as api tells it. */
export function answer(fields: Partial<StateAnswer> = {}): StateAnswer {
  return {
    user: user(1),
    preferences: { theme: "auto", desktop_notifications: false, muted_channel_ids: [] },
    streams: { "user:1": 3, "channel:7": 10 },
    channels: [channel(7)],
    users: [user(2)],
    ...fields,
  };
}

/** The same, with messages 1 to 5 of person 2 loaded. */
export function state(): State {
  return { ...fromAnswer(answer()), views: { 7: { messages: [1, 2, 3, 4, 5].map((position) => message(position)), hasBefore: false, hasAfter: false } } };
}

type Payload<T extends EventType> = Extract<Event, { type: T }>["payload"];

export function event<T extends EventType>(stream: string, seq: number, type: T, payload: Payload<T>): Event {
  return { stream, seq, type, at: AT, payload } as Event;
}
