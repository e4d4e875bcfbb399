import { effect, type Signal } from "@preact/signals";
import { online } from "../state/screen";

/** Milliseconds in which people coming on screen are gathered into one subscription. */
const GATHER = 300;

const shown = new Map<number, number>();
let timer: ReturnType<typeof setTimeout> | null = null;
let watch: (ids: number[], done: (online: number[]) => void) => void = () => undefined;

/** Says that a person is on screen; the answer takes that back. Presence is asked only of people in sight. */
export function showPerson(userId: number): () => void {
  shown.set(userId, (shown.get(userId) ?? 0) + 1);
  if (shown.get(userId) === 1) later();
  return () => {
    const left = (shown.get(userId) ?? 1) - 1;
    if (left > 0) shown.set(userId, left);
    else {
      shown.delete(userId);
      later();
    }
  };
}

export function setPresence(userId: number, isOnline: boolean): void {
  if (online.value.has(userId) === isOnline) return;
  const next = new Set(online.value);
  if (isOnline) next.add(userId);
  else next.delete(userId);
  online.value = next;
}

/** Watches through this connection from now on, anew each time it comes back. */
export function watchThrough(how: typeof watch, connection: Signal<string>): () => void {
  watch = how;
  return effect(() => {
    if (connection.value === "online") later();
  });
}

function later(): void {
  timer ??= setTimeout(() => {
    timer = null;
    watch([...shown.keys()], (ids) => {
      online.value = new Set(ids);
    });
  }, GATHER);
}
