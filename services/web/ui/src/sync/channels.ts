import { withSnapshot } from "../state/refetch";
import { chat, update } from "../state/store";
import type { Channel, ListedChannel, StateAnswer } from "../types";
import { navigate } from "../ui/router";
import { api, post } from "./api";

/** Milliseconds that the event of a new membership is given to arrive by itself. */
const ARRIVAL = 1000;

export async function createChannel(name: string, kind: "public" | "private", topic: string): Promise<void> {
  const channel = await post<Channel>("/channels", { name, kind, ...(topic === "" ? {} : { topic }) });
  await open(channel.id);
}

export async function openDirect(userIds: readonly number[]): Promise<void> {
  const channel = await post<Channel>("/channels/direct", { user_ids: userIds });
  await open(channel.id);
}

export async function joinChannel(channelId: number): Promise<void> {
  await post(`/channels/${channelId}/members`);
  await open(channelId);
}

/** A channel that one sees, in it or not. */
export function readChannel(channelId: number): Promise<Channel> {
  return api(`/channels/${channelId}`);
}

export function leaveChannel(channelId: number): Promise<void> {
  return api(`/channels/${channelId}/members/me`, { method: "DELETE" });
}

export function changeChannel(channelId: number, fields: { name?: string; topic?: string }): Promise<void> {
  return api(`/channels/${channelId}`, { method: "PATCH", body: fields });
}

export function archiveChannel(channelId: number, archive: boolean): Promise<void> {
  return post(`/channels/${channelId}/${archive ? "archive" : "unarchive"}`);
}

export function listChannels(query: string, before: string | null): Promise<{ channels: ListedChannel[]; next: string | null }> {
  const cursor = before === null ? "" : `&before=${encodeURIComponent(before)}`;
  return api(`/channels?q=${encodeURIComponent(query)}&limit=30${cursor}`);
}

/** Opens a channel that was just joined, as soon as it is known. */
async function open(channelId: number): Promise<void> {
  if (!(await arrives(channelId))) {
    const fresh = await api<StateAnswer>("/state");
    update((state) => withSnapshot(state, fresh, []));
  }
  navigate(`/c/${channelId}`);
}

function arrives(channelId: number): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (known: boolean): void => {
      clearTimeout(timer);
      queueMicrotask(() => stop());
      resolve(known);
    };
    const timer = setTimeout(() => finish(false), ARRIVAL);
    const stop = chat.subscribe((state) => {
      if (state?.channels[channelId]) finish(true);
    });
  });
}
