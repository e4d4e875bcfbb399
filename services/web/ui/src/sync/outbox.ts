import { enqueue, failChannel, mark, nextToSend, remove, retryChannel, type Outbox, type Pending } from "../state/outbox";
import type { Message } from "../types";
import { Problem, wordsOf } from "./problem";

/** Tries of one message on passing errors while the network is there, before it is called failed. */
export const TRIES = 6;

export interface Post {
  read(): Outbox;
  write(outbox: Outbox): void;
  keep(item: Pending): void;
  drop(key: string): void;
  send(item: Pending): Promise<Message>;
  sent(message: Message): void;
  /** Whether an error may pass by itself. */
  passing(error: unknown): boolean;
  /** Whether the network is known to be away: then messages wait without using up tries. */
  offline(): boolean;
  wait(milliseconds: number, then: () => void): void;
}

/** Sends what was typed, in order within each channel, each with one key through all its tries. */
export class Sender {
  private readonly tries = new Map<string, number>();
  private readonly resting = new Set<number>();
  private stopped = false;

  constructor(private readonly post: Post) {}

  add(item: Omit<Pending, "state" | "problem">): void {
    this.post.write(enqueue(this.post.read(), item));
    this.store(item.key);
    this.run();
  }

  retry(channelId: number): void {
    this.post.write(retryChannel(this.post.read(), channelId));
    this.resting.delete(channelId);
    for (const item of this.post.read()) if (item.channel_id === channelId) this.store(item.key);
    this.run();
  }

  discard(key: string): void {
    this.finish(key);
  }

  /** The network is back: everything that rests is tried at once. */
  wake(): void {
    this.resting.clear();
    this.run();
  }

  /** The message of this key has been seen in the channel: it needs no further try. */
  seen(key: string): void {
    if (this.post.read().some((item) => item.key === key)) this.finish(key);
  }

  /** Ends for good: what is on its way when somebody else signs in is theirs to send. */
  stop(): void {
    this.stopped = true;
  }

  run(): void {
    if (this.stopped) return;
    for (;;) {
      const item = nextToSend(this.post.read().filter((other) => !this.resting.has(other.channel_id)));
      if (!item) return;
      this.post.write(mark(this.post.read(), item.key, "sending"));
      void this.send(item);
    }
  }

  private async send(item: Pending): Promise<void> {
    try {
      this.post.sent(await this.post.send(item));
      this.finish(item.key);
    } catch (error) {
      this.failed(item, error);
    }
    this.run();
  }

  private failed(item: Pending, error: unknown): void {
    if (this.stopped || !this.post.read().some((other) => other.key === item.key)) return; // seen or deleted meanwhile
    if (!this.post.passing(error)) {
      this.post.write(mark(this.post.read(), item.key, "failed", wordsOf(error)));
      this.store(item.key);
      return;
    }
    const offline = this.post.offline();
    const tried = (this.tries.get(item.key) ?? 0) + (offline ? 0 : 1);
    this.tries.set(item.key, tried);
    if (tried >= TRIES) {
      this.tries.delete(item.key);
      this.post.write(failChannel(this.post.read(), item.channel_id, wordsOf(error)));
      for (const other of this.post.read()) if (other.channel_id === item.channel_id) this.store(other.key);
      return;
    }
    this.post.write(mark(this.post.read(), item.key, "queued"));
    this.rest(item.channel_id, pause(error, tried));
  }

  private rest(channelId: number, milliseconds: number): void {
    this.resting.add(channelId);
    this.post.wait(milliseconds, () => {
      this.resting.delete(channelId);
      this.run();
    });
  }

  private store(key: string): void {
    const item = this.post.read().find((other) => other.key === key);
    if (item) this.post.keep(item);
  }

  private finish(key: string): void {
    this.tries.delete(key);
    this.post.drop(key);
    this.post.write(remove(this.post.read(), key));
  }
}

function pause(error: unknown, tried: number): number {
  if (error instanceof Problem && error.retryAfter !== null) return Math.min(60, error.retryAfter) * 1000;
  return Math.min(15_000, 500 * 2 ** tried);
}
