import { announced, route } from "../state/screen";
import { me } from "../state/store";
import type { Event } from "../types";
import { whenKnown } from "./users";

/** Lines kept for who reads them slowly, or looks back. */
const KEPT = 20;

/** Has a message that has just been posted by somebody else into the open channel read aloud. */
export function announce(event: Event): void {
  if (event.type !== "message.posted") return;
  const { message } = event.payload;
  const here = route.peek();
  if (here.page !== "channel" || here.channelId !== message.channel_id || message.user_id === me.peek()?.id) return;
  whenKnown(message.user_id, () => {
    announced.value = [...announced.value, message].slice(-KEPT);
  });
}
