import { withPage } from "../state/messages";
import { channelStream, without } from "../state/model";
import { loadProblems, target } from "../state/screen";
import { chat, update } from "../state/store";
import type { Message, MessagePage } from "../types";
import { api } from "./api";
import { wordsOf } from "./problem";

const PAGE = 50;
const OLDER_PAGE = 100;
/** A page read before an event that is already applied would miss it; it is asked for again, this often at most. */
const READS = 4;

const loading = new Set<string>();

/** The newest page of a channel, when nothing of it is known. */
export function loadLatest(channelId: number): Promise<void> {
  return load(channelId, `limit=${PAGE}`, "fresh");
}

/** The pages around a position, in place of what is loaded. */
export async function loadAround(channelId: number, position: number): Promise<void> {
  await load(channelId, `around=${position}&limit=${PAGE}`, "fresh");
}

export function loadOlder(channelId: number): Promise<void> {
  const view = chat.value?.views[channelId];
  const first = view?.messages[0]?.position;
  if (!view?.hasBefore || first === undefined) return Promise.resolve();
  return load(channelId, `before=${first}&limit=${OLDER_PAGE}`, "before");
}

export function loadNewer(channelId: number): Promise<void> {
  const view = chat.value?.views[channelId];
  const last = view?.messages.at(-1)?.position;
  if (!view?.hasAfter || last === undefined) return Promise.resolve();
  return load(channelId, `after=${last}&limit=${OLDER_PAGE}`, "after");
}

/** Brings a position into sight, loading around it where it is not known. */
export async function goTo(channelId: number, position: number, mark: boolean): Promise<void> {
  const messages = chat.value?.views[channelId]?.messages ?? [];
  const known = messages.length > 0 && (messages[0]?.position ?? 0) <= position && position <= (messages.at(-1)?.position ?? 0);
  if (!known) await loadAround(channelId, position);
  target.value = { channelId, position, mark };
}

/** Follows a link to one message. */
export async function goToMessage(channelId: number, messageId: number): Promise<void> {
  try {
    const { position } = await api<Message>(`/channels/${channelId}/messages/${messageId}`);
    await goTo(channelId, position, true);
  } catch (error) {
    complain(channelId, error);
  }
}

async function load(channelId: number, query: string, where: "before" | "after" | "fresh"): Promise<void> {
  const name = `${channelId} ${where}`;
  if (loading.has(name)) return;
  loading.add(name);
  const view = chat.value?.views[channelId];
  try {
    const page = await read(channelId, query);
    const replaced = where !== "fresh" && chat.value?.views[channelId]?.messages[0] !== view?.messages[0];
    if (chat.value?.channels[channelId] && !replaced) update((state) => withPage(state, channelId, page, where));
    complain(channelId, null);
  } catch (error) {
    complain(channelId, error);
  } finally {
    loading.delete(name);
  }
}

async function read(channelId: number, query: string): Promise<MessagePage> {
  for (let tried = 1; ; tried += 1) {
    const page = await api<MessagePage>(`/channels/${channelId}/messages?${query}`);
    const known = chat.value?.streams[channelStream(channelId)] ?? 0;
    if (page.seq >= known || tried === READS) return page;
  }
}

function complain(channelId: number, error: unknown): void {
  if (error === null && !(channelId in loadProblems.value)) return;
  const rest = without(loadProblems.value, channelId);
  loadProblems.value = error === null ? rest : { ...rest, [channelId]: wordsOf(error) };
}
