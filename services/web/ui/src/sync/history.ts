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

const loading = new Map<string, Promise<boolean>>();

/** The newest page of a channel, when nothing of it is known. */
export async function loadLatest(channelId: number): Promise<void> {
  await load(channelId, `limit=${PAGE}`, "fresh");
}

/** The pages around a position, in place of what is loaded. Answers whether they came. */
export async function loadAround(channelId: number, position: number): Promise<boolean> {
  await loading.get(nameOf(channelId, "fresh")); // another place, which would be taken for this one
  return load(channelId, `around=${position}&limit=${PAGE}`, "fresh");
}

export async function loadOlder(channelId: number): Promise<void> {
  const view = chat.value?.views[channelId];
  const first = view?.messages[0]?.position;
  if (!view?.hasBefore || first === undefined) return;
  await load(channelId, `before=${first}&limit=${OLDER_PAGE}`, "before");
}

export async function loadNewer(channelId: number): Promise<void> {
  const view = chat.value?.views[channelId];
  const last = view?.messages.at(-1)?.position;
  if (!view?.hasAfter || last === undefined) return;
  await load(channelId, `after=${last}&limit=${OLDER_PAGE}`, "after");
}

/** Brings a position into sight, loading around it where it is not known. */
export async function goTo(channelId: number, position: number, mark: boolean): Promise<void> {
  const messages = chat.value?.views[channelId]?.messages ?? [];
  const known = messages.length > 0 && (messages[0]?.position ?? 0) <= position && position <= (messages.at(-1)?.position ?? 0);
  if (!known && !(await loadAround(channelId, position))) return;
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

type Where = "before" | "after" | "fresh";

const nameOf = (channelId: number, where: Where): string => `${channelId} ${where}`;

/** Loads a page, unless one is being loaded there already. Answers whether one came. */
function load(channelId: number, query: string, where: Where): Promise<boolean> {
  const name = nameOf(channelId, where);
  const underWay = loading.get(name);
  if (underWay) return underWay;
  const started = fetchPage(channelId, query, where).finally(() => loading.delete(name));
  loading.set(name, started);
  return started;
}

async function fetchPage(channelId: number, query: string, where: Where): Promise<boolean> {
  const view = chat.value?.views[channelId];
  try {
    const page = await read(channelId, query);
    const replaced = where !== "fresh" && chat.value?.views[channelId]?.messages[0] !== view?.messages[0];
    if (chat.value?.channels[channelId] && !replaced) update((state) => withPage(state, channelId, page, where));
    complain(channelId, null);
    return true;
  } catch (error) {
    complain(channelId, error);
    return false;
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
