import { apply, standing } from "../state/reducer";
import type { State } from "../state/model";
import type { Event, Streams, SyncAnswer } from "../types";
import { Problem } from "./problem";

/** Milliseconds a gap is given to close by itself: two api processes may publish 6 before 5. */
export const GAP_WAIT = 250;
/** Seconds until a sync that failed is tried again, where api did not say when, and the most where it did. */
const RETRY_WAIT = 3;
const LONGEST_WAIT = 60;

export interface Ground {
  read(): State | null;
  write(state: State): void;
  /** GET /sync for these streams. */
  sync(since: Streams): Promise<SyncAnswer>;
  /** Fetches anew what could not be recovered. */
  refetch(streams: readonly string[]): Promise<void>;
  /** Told of each event applied, live or synced. */
  applied(event: Event, live: boolean): void;
}

/** Follows the streams: applies events in order, drops repeats, waits for gaps, syncs once where they stay. */
export class Follower {
  private readonly early = new Map<string, Map<number, Event>>();
  /** Heads that were ahead of us when they came, until the wait for them is over. */
  private ahead: Streams = {};
  private waiting: ReturnType<typeof setTimeout> | null = null;
  private syncing: Promise<void> | null = null;
  private again = false;
  private stopped = false;

  constructor(private readonly ground: Ground) {}

  /** An event pushed by the server. */
  receive(event: Event): void {
    const state = this.ground.read();
    if (!state) return;
    switch (standing(state, event)) {
      case "next":
        this.take(event, true);
        this.drain(event.stream);
        return;
      case "gap":
        this.keep(event);
        this.waitForGap();
        return;
      case "repeat":
      case "unknown":
        return;
    }
  }

  /** The newest seqs as the server knows them, at a connect or from a digest. */
  heads(streams: Streams): void {
    if (!this.isBehind(streams)) return;
    this.ahead = { ...this.ahead, ...streams };
    this.waitForGap();
  }

  /** Asks once for everything missed. Calls while one is under way make one more after it. */
  sync(): Promise<void> {
    if (this.stopped) return Promise.resolve();
    if (this.syncing) {
      this.again = true;
      return this.syncing;
    }
    this.syncing = this.syncOnce()
      .catch((error: unknown) => {
        setTimeout(() => void this.sync(), pause(error));
      })
      .finally(() => {
        this.syncing = null;
        if (this.again) {
          this.again = false;
          void this.sync();
        }
      });
    return this.syncing;
  }

  /** Ends for good, also tries of a sync that failed: the next session has a follower of its own. */
  stop(): void {
    this.stopped = true;
    if (this.waiting) clearTimeout(this.waiting);
    this.waiting = null;
    this.early.clear();
  }

  private take(event: Event, live: boolean): void {
    const state = this.ground.read();
    if (!state) return;
    this.ground.write(apply(state, event));
    this.ground.applied(event, live);
  }

  private keep(event: Event): void {
    const kept = this.early.get(event.stream) ?? new Map<number, Event>();
    kept.set(event.seq, event);
    this.early.set(event.stream, kept);
  }

  private drain(stream: string): void {
    const kept = this.early.get(stream);
    if (!kept) return;
    for (;;) {
      const known = this.ground.read()?.streams[stream];
      if (known === undefined) break;
      const event = kept.get(known + 1);
      if (!event) break;
      kept.delete(event.seq);
      this.take(event, true);
    }
    const known = this.ground.read()?.streams[stream] ?? Infinity;
    for (const seq of kept.keys()) if (seq <= known) kept.delete(seq);
    if (kept.size === 0) this.early.delete(stream);
  }

  private waitForGap(): void {
    this.waiting ??= setTimeout(() => {
      this.waiting = null;
      const { ahead } = this;
      this.ahead = {};
      if (this.early.size > 0 || this.isBehind(ahead)) void this.sync();
    }, GAP_WAIT);
  }

  private isBehind(heads: Streams): boolean {
    const known = this.ground.read()?.streams ?? {};
    return Object.entries(heads).some(([stream, seq]) => (known[stream] ?? Infinity) < seq);
  }

  private async syncOnce(): Promise<void> {
    const state = this.ground.read();
    if (!state) return;
    const { streams } = await this.ground.sync(state.streams);
    const lost: string[] = [];
    for (const answer of streams) {
      if (!answer.recovered) {
        lost.push(answer.stream);
        this.early.delete(answer.stream);
        continue;
      }
      for (const event of answer.events) {
        const now = this.ground.read();
        if (now && standing(now, event) === "next") this.take(event, false);
      }
      this.drain(answer.stream);
    }
    if (lost.length > 0) await this.ground.refetch(lost);
    for (const stream of this.early.keys()) if (this.ground.read()?.streams[stream] === undefined) this.early.delete(stream);
    if (this.early.size > 0) this.waitForGap();
  }
}

/** Milliseconds until the next try. After a lost pod all sync at once: with some chance in it they do not come back so. */
function pause(error: unknown): number {
  const told = error instanceof Problem ? error.retryAfter : null;
  return Math.min(LONGEST_WAIT, told ?? RETRY_WAIT) * 1000 * (1 + Math.random() / 2);
}
