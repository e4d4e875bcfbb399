import { useEffect } from "preact/hooks";
import { announced, route } from "../state/screen";
import { users } from "../state/store";
import { nameOf } from "../state/users";

const LONGEST = 200;

/** Reads new messages of the open channel aloud, politely, each one, and nothing else: not what scrolling loads and draws. */
export function Announcer() {
  const here = route.value.page === "channel" ? route.value.channelId : null;
  useEffect(
    () => () => {
      announced.value = []; // on coming back it would be new on the page, and read again
    },
    [here],
  );
  return (
    <div class="sr-only" aria-live="polite">
      {announced.value.filter((message) => message.channel_id === here).map((message) => (
        <p key={message.id}>
          {nameOf(users.value[message.user_id])}: {message.source.slice(0, LONGEST)}
        </p>
      ))}
    </div>
  );
}
