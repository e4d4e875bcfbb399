import { apply, standing } from "../state/reducer";
import type { State } from "../state/model";
import type { Event, Streams, SyncAnswer } from "../types";
import { Problem } from "./problem";

/** Milliseconds a gap is given to close by itself: two api processes may publish 6 before 5. */
export const GAP_WAIT = 250;
/** The most that is added at random, a millisecond for each member: all of a large channel see the same gap at once. */
const LONGEST_SPREAD = 5000;
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
  private readonly gaps = new Map<string, Gap>();
  private syncing: Promise<void> | null = null;
  /** The next try, where api said when. Nothing asks before. */
  private told: ReturnType<typeof setTimeout> | null = null;
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
        this.waitFor(event.stream, event.seq);
        return;
      case "repeat":
      case "unknown":
        return;
    }
  }

  /** The newest seqs as the server knows them, at a connect or from a digest. */
  heads(streams: Streams): void {
    for (const [stream, seq] of Object.entries(streams)) if (this.known(stream) < seq) this.waitFor(stream, seq);
  }

  /** Asks once for everything missed. Calls while one is under way make one more after it. */
  sync(): Promise<void> {
    if (this.stopped || this.told) return Promise.resolve();
    if (this.syncing) {
      this.again = true;
      return this.syncing;
    }
    this.syncing = this.syncOnce()
      .catch((error: unknown) => this.tryLater(error))
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
    if (this.told) clearTimeout(this.told);
    this.forgetGaps();
    this.early.clear();
  }

  private take(event: Event, live: boolean): void {
    const state = this.ground.read();
    if (!state) return;
    this.ground.write(apply(state, event));
    this.ground.applied(event, live);
    this.settle(event.stream);
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
      const event = kept.get(this.known(stream) + 1);
      if (!event) break;
      kept.delete(event.seq);
      this.take(event, true);
    }
    const known = this.known(stream);
    for (const seq of kept.keys()) if (seq <= known) kept.delete(seq);
    if (kept.size === 0) this.early.delete(stream);
  }

  /** Waits until a stream has come as far as `seq`, and syncs if it does not. */
  private waitFor(stream: string, seq: number): void {
    const gap = this.gaps.get(stream);
    if (gap) {
      gap.newest = Math.max(gap.newest, seq);
      return;
    }
    const timer = setTimeout(() => {
      this.gaps.delete(stream);
      if (this.known(stream) < seq) void this.sync();
    }, GAP_WAIT + Math.random() * this.spread(stream));
    this.gaps.set(stream, { seq, newest: seq, timer });
  }

  /** Ends the wait for a gap that has closed. One that showed meanwhile has its own time. */
  private settle(stream: string): void {
    const gap = this.gaps.get(stream);
    if (!gap || this.known(stream) < gap.seq) return;
    clearTimeout(gap.timer);
    this.gaps.delete(stream);
    if (this.known(stream) < gap.newest) this.waitFor(stream, gap.newest);
  }

  private spread(stream: string): number {
    const [kind, id] = stream.split(":");
    const channel = kind === "channel" ? this.ground.read()?.channels[Number(id)] : undefined;
    return Math.min(LONGEST_SPREAD, channel?.member_count ?? 0);
  }

  private forgetGaps(): void {
    for (const { timer } of this.gaps.values()) clearTimeout(timer);
    this.gaps.clear();
  }

  /** The newest seq applied; of a stream that is not followed nothing is missed. */
  private known(stream: string): number {
    return this.ground.read()?.streams[stream] ?? Infinity;
  }

  private tryLater(error: unknown): void {
    if (this.stopped) return;
    const told = error instanceof Problem ? error.retryAfter : null;
    // After a lost pod all sync at once: with some chance in it they do not come back so.
    const milliseconds = Math.min(LONGEST_WAIT, told ?? RETRY_WAIT) * 1000 * (1 + Math.random() / 2);
    const timer = setTimeout(() => {
      this.told = null;
      void this.sync();
    }, milliseconds);
    if (told !== null) this.told = timer;
  }

  private async syncOnce(): Promise<void> {
    const state = this.ground.read();
    if (!state) return;
    this.forgetGaps(); // it asks for all of them
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
    for (const [stream, kept] of this.early) {
      if (this.known(stream) === Infinity) this.early.delete(stream);
      else this.waitFor(stream, Math.max(...kept.keys()));
    }
  }
}

/** A gap that is given time to close: how far the stream had come when it showed, and what was told since. */
interface Gap {
  seq: number;
  newest: number;
  timer: ReturnType<typeof setTimeout>;
}
