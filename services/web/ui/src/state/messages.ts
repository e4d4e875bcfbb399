import type { Event, Message, MessagePage } from "../types";
import { without, type State, type View } from "./model";

type MessageEvent = Extract<Event, { type: `message.${string}` }>;

export function applyMessageEvent(state: State, event: MessageEvent): State {
  const { message } = event.payload;
  const channel = state.channels[message.channel_id];
  if (event.type !== "message.posted" || !channel) return withMessage(state, message, false);
  const last_position = Math.max(channel.last_position, message.position);
  const read = message.user_id === state.me.id ? message.position : 0; // who writes has read up to there
  const last_read_position = Math.max(channel.last_read_position, read);
  const raised = { ...state, channels: { ...state.channels, [channel.id]: { ...channel, last_position, last_read_position } } };
  return withMessage(raised, message, true);
}

/** Puts a message into its channel's view: in its place if it stands there, at the end if it is new and the end is loaded. */
export function withMessage(state: State, message: Message, isNew: boolean): State {
  const view = state.views[message.channel_id];
  if (!view) return state;
  const at = indexOfPosition(view.messages, message.position);
  if (view.messages[at]?.position === message.position) {
    return withView(state, message.channel_id, { ...view, messages: view.messages.with(at, message) });
  }
  if (!isNew || view.hasAfter) return state;
  return withView(state, message.channel_id, { ...view, messages: view.messages.toSpliced(at, 0, message) });
}

/** A page fetched from the server, joined to the view where they touch, else in its place. */
export function withPage(state: State, channelId: number, page: MessagePage, where: "before" | "after" | "fresh"): State {
  const view = state.views[channelId];
  const fresh: View = { messages: page.messages, hasBefore: page.has_before, hasAfter: page.has_after };
  if (!view || where === "fresh") return withView(state, channelId, fresh);
  if (where === "before") {
    const first = view.messages[0]?.position ?? Infinity;
    const older = page.messages.filter((message) => message.position < first);
    return withView(state, channelId, { ...view, messages: [...older, ...view.messages], hasBefore: page.has_before });
  }
  const last = view.messages.at(-1)?.position ?? 0;
  const newer = page.messages.filter((message) => message.position > last);
  return withView(state, channelId, { ...view, messages: [...view.messages, ...newer], hasAfter: page.has_after });
}

export function withoutView(state: State, channelId: number): State {
  return { ...state, views: without(state.views, channelId) };
}

/** The index of the first message at or after a position. */
export function indexOfPosition(messages: readonly Message[], position: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((messages[middle]?.position ?? Infinity) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function withView(state: State, channelId: number, view: View): State {
  return { ...state, views: { ...state.views, [channelId]: view } };
}

/** Keeps only the newest messages of a view, as a visit ends: coming back is quick, and scrolling up loads the rest. */
export function withTrimmedView(state: State, channelId: number, keep: number): State {
  const view = state.views[channelId];
  if (!view || view.messages.length <= keep) return state;
  if (view.hasAfter) return withoutView(state, channelId);
  return withView(state, channelId, { ...view, messages: view.messages.slice(-keep), hasBefore: true });
}
