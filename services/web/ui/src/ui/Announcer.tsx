import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { route } from "../state/screen";
import { chat } from "../state/store";
import { nameOf } from "../state/users";

const LONGEST = 200;

/** Reads new messages of the open channel aloud, politely, and nothing else: not what scrolling draws. */
export function Announcer() {
  const text = useSignal("");
  const last = useRef<{ channel: number; position: number } | null>(null);
  useSignalEffect(() => {
    const here = route.value;
    const state = chat.value;
    if (here.page !== "channel" || !state) return;
    const newest = state.views[here.channelId]?.messages.at(-1);
    if (!newest) return;
    const before = last.current;
    last.current = { channel: here.channelId, position: newest.position };
    if (before?.channel !== here.channelId || newest.position <= before.position) return;
    if (newest.user_id === state.me.id || newest.deleted_at !== null) return;
    text.value = `${nameOf(state.users[newest.user_id])}: ${newest.source.slice(0, LONGEST)}`;
  });
  return (
    <div class="sr-only" aria-live="polite" aria-atomic="true">
      {text.value}
    </div>
  );
}
