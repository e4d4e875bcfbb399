import type { Streams } from "../types";

/** Streams asked for in one request: its line must pass every server on the way, and gunicorn's takes 4094 bytes. */
const BATCH = 100;

/** What to ask `/sync?since=` for, in as many requests as it takes. */
export function sinceQueries(since: Streams): string[] {
  const names = Object.entries(since).map(([stream, seq]) => `${stream}@${seq}`);
  const starts = names.map((_, at) => at).filter((at) => at % BATCH === 0);
  return starts.map((at) => names.slice(at, at + BATCH).join(","));
}
