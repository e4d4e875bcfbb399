import { effect } from "@preact/signals";
import { withMessage } from "../state/messages";
import { fromAnswer } from "../state/model";
import { withSnapshot } from "../state/refetch";
import { connection, returns, showReconnecting } from "../state/screen";
import { chat, outbox, update } from "../state/store";
import { loadDrafts } from "../store/drafts";
import { dropPending, keepPending, loadPending } from "../store/outbox";
import type { Message, StateAnswer, SyncAnswer } from "../types";
import { announce } from "./announcements";
import { api, isPassing, post } from "./api";
import { commitDeletions, dropDeletions } from "./deletions";
import { Follower } from "./follower";
import { heardMember } from "./members";
import { notify } from "./notifications";
import { Sender } from "./outbox";
import { setPresence, watchThrough } from "./presence";
import { dropReads, flush } from "./reads";
import { sinceQueries } from "./since";
import { Live } from "./socket";
import { heardTyping, stopTyping, tellThrough } from "./typing";
import { loadUsers, whenKnown } from "./users";

/** Milliseconds of a drop that nobody needs to hear of. */
const QUIET = 3000;
/** Milliseconds within which what a sync brings is news, as if it had been heard; what is older is history. */
const AWAY = 120_000;

export interface Chat {
  sender: Sender;
  stop(): void;
}

export let running: Chat | null = null;

/** Starts following the chat from a snapshot: events in, messages out. */
export function start(answer: StateAnswer): void {
  running?.stop();
  const userId = answer.user.id;
  chat.value = fromAnswer(answer);
  outbox.value = loadPending(userId);
  loadDrafts(userId);

  const sender = new Sender({
    read: () => outbox.peek(),
    write: (items) => {
      outbox.value = items;
    },
    keep: (item) => keepPending(userId, item),
    drop: (key) => dropPending(userId, key),
    send: (item) => post<Message>(`/channels/${item.channel_id}/messages`, { source: item.source, nonce: item.key }, item.key),
    sent: (message) => update((state) => withMessage(state, message, true)),
    passing: isPassing,
    offline: () => !navigator.onLine || connection.peek() !== "online",
    wait: (milliseconds, then) => void setTimeout(then, milliseconds),
  });

  const follower = new Follower({
    read: () => chat.peek(),
    write: (state) => {
      chat.value = state;
    },
    sync: async (since) => {
      const answers = await Promise.all(sinceQueries(since).map((query) => api<SyncAnswer>(`/sync?since=${query}`)));
      return { streams: answers.flatMap((answer) => answer.streams) };
    },
    refetch: async (streams) => {
      const fresh = await api<StateAnswer>("/state");
      update((state) => withSnapshot(state, fresh, streams));
    },
    applied: (event, live) => {
      heardMember(event);
      if (event.type !== "message.posted") return;
      const { message } = event.payload;
      if (message.nonce) sender.seen(message.nonce);
      stopTyping(message.channel_id, message.user_id);
      if (!live && Date.now() - Date.parse(event.at) > AWAY) return;
      notify(event);
      announce(event);
    },
  });

  const live = new Live({
    event: (event) => follower.receive(event),
    heads: (streams) => follower.heads(streams),
    gap: () => void follower.sync(),
    ready: (streams) => {
      const returned = connection.peek() === "offline";
      connection.value = "online";
      if (returned) returns.value += 1;
      if (returned) void follower.sync();
      else follower.heads(streams);
      sender.wake();
      void flush();
    },
    lost: () => {
      connection.value = "offline";
    },
    typing: (channelId, who) => whenKnown(who, () => heardTyping(channelId, who)),
    presence: setPresence,
  });

  const endings = [
    effect(reconnectingAfter),
    effect(loadUsers),
    watchThrough((ids, done) => live.watchPresence(ids, done), connection),
    listen(window, "online", () => {
      returns.value += 1; // a short drop may have gone by unseen by the socket
      live.connect();
    }),
    listen(window, "storage", () => loadDrafts(userId)), // written in another tab
    listen(window, "pagehide", () => {
      void flush();
      void commitDeletions();
    }),
  ];
  tellThrough((channelId) => live.typing(channelId));
  live.connect();
  sender.run();

  running = {
    sender,
    stop: () => {
      dropReads();
      dropDeletions();
      live.close();
      follower.stop();
      sender.stop();
      for (const end of endings) end();
      connection.value = "connecting";
      chat.value = null;
      outbox.value = [];
      running = null;
    },
  };
}

function reconnectingAfter(): (() => void) | undefined {
  if (connection.value === "online") {
    showReconnecting.value = false;
    return undefined;
  }
  const timer = setTimeout(() => {
    showReconnecting.value = true;
  }, QUIET);
  return () => clearTimeout(timer);
}

function listen(where: Window, name: string, how: () => void): () => void {
  where.addEventListener(name, how);
  return () => where.removeEventListener(name, how);
}
