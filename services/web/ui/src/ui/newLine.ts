import { useSignal, useSignalEffect, type ReadonlySignal, type Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { unreadOf } from "../state/channel_names";
import type { Outbox } from "../state/outbox";
import { focused } from "../state/screen";
import { chat } from "../state/store";

/**
 * The position after which the "New" line stands, or null. It stands from the visit's first unread message on, and
 * moves only when something arrives unseen after everything had been read.
 */
export function useNewLine(channelId: number, atEnd: Signal<boolean>): ReadonlySignal<number | null> {
  const start = chat.peek()?.channels[channelId];
  const line = useSignal(start && unreadOf(start) > 0 ? start.last_read_position : null);
  const wasRead = useRef(line.peek() === null);
  useSignalEffect(() => {
    const channel = chat.value?.channels[channelId];
    if (!channel) return;
    const unread = unreadOf(channel);
    const seen = focused.value && atEnd.value;
    if (unread === 0) wasRead.current = true;
    else if (wasRead.current && !seen) {
      wasRead.current = false;
      line.value = channel.last_read_position;
    }
  });
  return line;
}

/** Calls back when a message of one's own is added: then the list goes to its end. */
export function useFollowOwn(pending: ReadonlySignal<Outbox>, toEnd: () => void): void {
  const last = useRef(pending.peek().at(-1)?.key);
  useSignalEffect(() => {
    const newest = pending.value.at(-1)?.key;
    if (newest === last.current) return;
    const added = newest !== undefined && pending.value.at(-1)?.state !== "failed";
    last.current = newest;
    if (added) queueMicrotask(toEnd);
  });
}

/** Arrow keys walk from message to message; Tab goes on into a message's actions. */
export function moveFocus(event: KeyboardEvent): void {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
  const box = event.currentTarget as HTMLElement;
  if (event.altKey || (event.target as HTMLElement).closest("textarea")) return;
  const rows = [...box.querySelectorAll<HTMLElement>("[data-message]")];
  const current = (event.target as HTMLElement).closest<HTMLElement>("[data-message]");
  const at = current ? rows.indexOf(current) : event.key === "ArrowUp" ? rows.length : -1;
  const next = rows[at + (event.key === "ArrowUp" ? -1 : 1)];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: false });
}
