import { now } from "../state/screen";
import { clockTime, fullTime, shortTime } from "./times";

/** A time in few characters, in full on hover. */
export function Time({ at, clock = false }: { at: string; clock?: boolean }) {
  const milliseconds = Date.parse(at);
  return (
    <time class="time" dateTime={at} title={fullTime(milliseconds)}>
      {clock ? clockTime(milliseconds) : shortTime(milliseconds, now.value)}
    </time>
  );
}
