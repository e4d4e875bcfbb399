/** The models of api v2 and of the event log, as they travel (see libs/contracts). */

export interface User {
  id: number;
  nickname: string;
  display_name: string;
  role: "administrator" | "member";
  created_at: string;
  deactivated_at: string | null;
  /** Counts the changes of a profile, which are told in several streams: the highest seen is the newest. */
  revision: number;
}

export type ChannelKind = "public" | "private" | "direct";
export type MemberRole = "owner" | "member";

export interface ChannelFacts {
  id: number;
  kind: ChannelKind;
  name: string | null;
  topic: string;
  created_by: number | null;
  created_at: string;
  archived_at: string | null;
}

export interface Channel extends ChannelFacts {
  last_seq: number;
  last_position: number;
}

/** A channel as seen by one of its members. */
export interface ChannelState extends Channel {
  role: MemberRole;
  joined_at: string;
  last_read_position: number;
  member_ids: number[] | null;
  member_count: number;
}

export interface ListedChannel extends Channel {
  joined: boolean;
  member_count: number;
}

export interface Member {
  user_id: number;
  role: MemberRole;
  joined_at: string;
}

export interface Preview {
  url: string;
  title: string;
  description: string;
  site_name: string;
}

export interface Message {
  id: number;
  channel_id: number;
  position: number;
  user_id: number;
  source: string;
  html: string;
  nonce: string | null;
  created_at: string;
  edited_at: string | null;
  deleted_at: string | null;
  previews: Preview[];
}

export type Theme = "auto" | "light" | "dark";
export interface Preferences {
  theme: Theme;
  desktop_notifications: boolean;
  muted_channel_ids: readonly number[];
}

export interface Installation {
  name: string;
  signup: "open" | "invite" | "closed";
  version: string;
  v1_enabled: boolean;
}

/** Seq by stream name, such as {"channel:7": 112}. */
export type Streams = Record<string, number>;

export interface StateAnswer {
  user: User;
  preferences: Preferences;
  streams: Streams;
  channels: ChannelState[];
  users: User[];
}

export interface MessagePage {
  messages: Message[];
  has_before: boolean;
  has_after: boolean;
  seq: number;
}

export interface SyncAnswer {
  streams: { stream: string; recovered: boolean; seq: number | null; events: Event[] }[];
}

export interface Task {
  id: number;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  progress: number;
  total: number | null;
  error: string | null;
}

interface Payloads {
  "message.posted": { message: Message };
  "message.edited": { message: Message };
  "message.deleted": { message: Message };
  "message.previewed": { message: Message };
  "channel.updated": { channel: ChannelFacts };
  "member.joined": { channel_id: number; member: Member; user: User };
  "member.left": { channel_id: number; user_id: number };
  "member.role_changed": { channel_id: number; user_id: number; role: MemberRole };
  "user.updated": { user: User };
  "membership.added": { channel: ChannelState; users: User[] };
  "membership.removed": { channel_id: number };
  "membership.role_changed": { channel_id: number; role: MemberRole };
  "read_position.moved": { channel_id: number; position: number };
  "preferences.changed": { preferences: Preferences };
  "profile.updated": { user: User };
}

export type EventType = keyof Payloads;
export type Event = {
  [T in EventType]: { stream: string; seq: number; type: T; at: string; payload: Payloads[T] };
}[EventType];

/** What the server's page carries in its inert data block. */
export interface Boot {
  user: User | null;
  state: StateAnswer | null;
  installation: Installation;
  version: string;
}
