/** Messages on their way. A pending message keeps its key, which is its idempotency key and nonce, through every try. */
export interface Pending {
  key: string;
  channel_id: number;
  source: string;
  created_at: string;
  /** The position of the channel's last message when this was written; null where that is not known. */
  after: number | null;
  state: "queued" | "sending" | "failed";
  problem: string | null;
}

export type Outbox = readonly Pending[];

export function enqueue(outbox: Outbox, item: Omit<Pending, "state" | "problem">): Outbox {
  return [...outbox, { ...item, state: "queued", problem: null }];
}

export function remove(outbox: Outbox, key: string): Outbox {
  return outbox.filter((item) => item.key !== key);
}

export function mark(outbox: Outbox, key: string, state: Pending["state"], problem: string | null = null): Outbox {
  return outbox.map((item) => (item.key === key ? { ...item, state, problem } : item));
}

/** After tries without end, everything waiting in a channel fails together, so that a retry keeps the order. */
export function failChannel(outbox: Outbox, channelId: number, problem: string): Outbox {
  return outbox.map((item) => (item.channel_id === channelId ? { ...item, state: "failed", problem } : item));
}

/** Retrying one retries what failed with it in its channel, in the order it was typed. */
export function retryChannel(outbox: Outbox, channelId: number): Outbox {
  return outbox.map((item) =>
    item.channel_id === channelId && item.state === "failed" ? { ...item, state: "queued", problem: null } : item,
  );
}

/** The next message to send: the oldest queued one of a channel in which none is being sent. */
export function nextToSend(outbox: Outbox): Pending | undefined {
  const busy = new Set(outbox.filter((item) => item.state === "sending").map((item) => item.channel_id));
  return outbox.find((item) => item.state === "queued" && !busy.has(item.channel_id));
}
