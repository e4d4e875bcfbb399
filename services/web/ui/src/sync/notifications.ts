import { titleOf } from "../state/channel_names";
import { focused, route } from "../state/screen";
import { chat, installation } from "../state/store";
import { nameOf } from "../state/users";
import type { ChannelState, Event, Message } from "../types";
import { navigate } from "../ui/router";
import { whenKnown } from "./users";

const LONGEST = 140;
/** Milliseconds before it was told by which a message is history: it was imported. */
const OLD = 3_600_000;

/** Browsers of phones have notifications and grant them, but make none for a page: that is only seen by trying. */
let works = true;

/** Whether this browser may show desktop notifications, and can, as far as is known. */
export function notificationsAllowed(): boolean {
  return works && "Notification" in window && Notification.permission === "granted";
}

/** Asks the browser. Only ever called from a click. */
export async function allowNotifications(): Promise<"allowed" | "refused" | "missing"> {
  if (!("Notification" in window)) return "missing";
  if ((await Notification.requestPermission()) !== "granted") return "refused";
  const trial = made(installation.peek().name, { silent: true });
  trial?.close();
  return trial ? "allowed" : "missing";
}

/** Tells of a new message by somebody else that is not in sight. */
export function notify(event: Event): void {
  const state = chat.value;
  if (event.type !== "message.posted" || !state?.preferences.desktop_notifications || !notificationsAllowed()) return;
  const { message } = event.payload;
  const channel = state.channels[message.channel_id];
  if (Date.parse(event.at) - Date.parse(message.created_at) > OLD) return; // both by the server's clock
  if (!channel || message.user_id === state.me.id) return;
  if (state.preferences.muted_channel_ids.includes(channel.id)) return;
  const inSight = focused.value && route.value.page === "channel" && route.value.channelId === channel.id;
  if (!inSight) whenKnown(message.user_id, () => show(message, channel));
}

function show(message: Message, channel: ChannelState): void {
  const state = chat.peek();
  if (!state) return; // signed out meanwhile
  const author = nameOf(state.users[message.user_id]);
  const title = channel.kind === "direct" ? author : `${author} in ${titleOf(state, channel)}`;
  const shown = made(title, { body: message.source.slice(0, LONGEST), tag: `flack-${channel.id}` });
  if (!shown) return;
  shown.onclick = () => {
    window.focus();
    navigate(`/c/${channel.id}`);
    shown.close();
  };
}

/** A notification that is shown, or null where the browser makes none. */
function made(title: string, options: NotificationOptions): Notification | null {
  try {
    return new Notification(title, options);
  } catch {
    works = false;
    return null;
  }
}
