const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dateOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

/** The first moment of a time's local day. */
export const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Relative within the hour, a clock time within the day, a date before. */
export function shortTime(at: number, now: number): string {
  const ago = now - at;
  if (ago < MINUTE) return "just now";
  if (ago < HOUR) return `${Math.floor(ago / MINUTE)} min ago`;
  if (startOfDay(at) === startOfDay(now)) return clock.format(at);
  return `${dayOf(at, now)}, ${clock.format(at)}`;
}

/** The clock time without its half of the day, for narrow places; the full date is on hover. */
export function clockTime(at: number): string {
  const parts = clock.formatToParts(at).filter((part) => part.type !== "dayPeriod");
  return parts.map((part) => part.value).join("").trim();
}

export const fullTime = (at: number): string => full.format(at);

function dayOf(at: number, now: number): string {
  return (new Date(at).getFullYear() === new Date(now).getFullYear() ? date : dateOfYear).format(at);
}

/** The name of a day for a separator: today, yesterday, a weekday with its date. */
export function dayName(at: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? weekday.format(at) : dateOfYear.format(at);
}
