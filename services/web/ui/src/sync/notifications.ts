import { titleOf } from "../state/channel_names";
import { focused, route } from "../state/screen";
import { chat } from "../state/store";
import { nameOf } from "../state/users";
import type { Event } from "../types";
import { navigate } from "../ui/router";

const LONGEST = 140;
/** Milliseconds after which a message is history: it was imported, or this page was asleep for long. */
const OLD = 3_600_000;

/** Whether this browser may show desktop notifications. */
export function notificationsAllowed(): boolean {
  return "Notification" in window && Notification.permission === "granted";
}

/** Asks the browser. Only ever called from a click. */
export async function allowNotifications(): Promise<"allowed" | "refused" | "missing"> {
  if (!("Notification" in window)) return "missing";
  return (await Notification.requestPermission()) === "granted" ? "allowed" : "refused";
}

/** Tells of a new message by somebody else that is not in sight. */
export function notify(event: Event): void {
  const state = chat.value;
  if (event.type !== "message.posted" || !state?.preferences.desktop_notifications || !notificationsAllowed()) return;
  const { message } = event.payload;
  const channel = state.channels[message.channel_id];
  if (Date.now() - Date.parse(message.created_at) > OLD) return;
  if (!channel || message.user_id === state.me.id) return;
  if (state.preferences.muted_channel_ids.includes(channel.id)) return;
  const inSight = focused.value && route.value.page === "channel" && route.value.channelId === channel.id;
  if (inSight) return;
  const author = nameOf(state.users[message.user_id]);
  const title = channel.kind === "direct" ? author : `${author} in ${titleOf(state, channel)}`;
  const shown = new Notification(title, { body: message.source.slice(0, LONGEST), tag: `flack-${channel.id}` });
  shown.onclick = () => {
    window.focus();
    navigate(`/c/${channel.id}`);
    shown.close();
  };
}
