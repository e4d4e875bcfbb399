import { without } from "../state/model";
import { typing } from "../state/screen";

/** Milliseconds for which one signal counts, and between two of our own. */
export const LASTS = 5000;
const EVERY = 3000;

const told = new Map<number, number>();
let tell: (channelId: number) => void = () => undefined;

export function tellThrough(how: typeof tell): void {
  tell = how;
}

/** We type in a channel. */
export function typed(channelId: number): void {
  const at = Date.now();
  if (at - (told.get(channelId) ?? 0) < EVERY) return;
  told.set(channelId, at);
  tell(channelId);
}

/** Somebody types in a channel. */
export function heardTyping(channelId: number, userId: number): void {
  const at = Date.now();
  typing.value = { ...typing.value, [channelId]: { ...typing.value[channelId], [userId]: at } };
  setTimeout(() => {
    if (typing.value[channelId]?.[userId] === at) stopTyping(channelId, userId);
  }, LASTS);
}

/** Somebody has sent what they typed, or has stopped. */
export function stopTyping(channelId: number, userId: number): void {
  const known = typing.value[channelId];
  if (!known || !(userId in known)) return;
  typing.value = { ...typing.value, [channelId]: without(known, userId) };
}
