import { io, type Socket } from "socket.io-client";
import type { Event, Streams } from "../types";
import { accessToken, tokenLifetime } from "./session";

/** What the live connection tells. */
export interface Listener {
  event(event: Event): void;
  heads(streams: Streams): void;
  gap(): void;
  ready(streams: Streams): void;
  lost(): void;
  typing(channelId: number, userId: number): void;
  presence(userId: number, online: boolean): void;
}

interface ServerEvents {
  ready: (answer: { streams: Streams }) => void;
  event: (event: Event) => void;
  heads: (answer: { streams: Streams }) => void;
  gap: () => void;
  typing: (answer: { channel_id: number; user_id: number }) => void;
  presence: (answer: { user_id: number; online: boolean }) => void;
}

interface ClientEvents {
  authenticate: (body: { token: string }, done: (answer: { ok: boolean }) => void) => void;
  typing: (body: { channel_id: number }) => void;
  watch_presence: (body: { user_ids: number[] }, done: (answer: { online: number[] }) => void) => void;
}

/** The live connection: WebSocket only, comes back by itself, proves who it is anew before its token ends. */
export class Live {
  private readonly socket: Socket<ServerEvents, ClientEvents>;
  private renewal: ReturnType<typeof setTimeout> | undefined;
  private comeback: ReturnType<typeof setTimeout> | undefined;
  private refused = 0;
  private closed = false;

  constructor(listener: Listener) {
    this.socket = io({
      transports: ["websocket"],
      autoConnect: false,
      reconnectionDelay: 500,
      reconnectionDelayMax: 8000,
      auth: (give) => {
        accessToken(this.refused > 0).then(
          (token) => give({ token }),
          () => this.later(),
        );
      },
    });
    this.socket.on("ready", ({ streams }) => {
      this.refused = 0;
      this.renewLater();
      listener.ready(streams);
    });
    this.socket.on("event", (event) => listener.event(event));
    this.socket.on("heads", ({ streams }) => listener.heads(streams));
    this.socket.on("gap", () => listener.gap());
    this.socket.on("typing", ({ channel_id, user_id }) => listener.typing(channel_id, user_id));
    this.socket.on("presence", ({ user_id, online }) => listener.presence(user_id, online));
    this.socket.on("disconnect", () => {
      clearTimeout(this.renewal);
      listener.lost();
      if (!this.socket.active) this.later();
    });
    this.socket.on("connect_error", () => {
      listener.lost();
      if (this.socket.active) return; // not reached: the library tries again by itself
      this.refused += 1;
      this.later();
    });
  }

  connect(): void {
    this.socket.connect();
  }

  /** Ends for good: a session that is over must not be asked for again. */
  close(): void {
    this.closed = true;
    clearTimeout(this.renewal);
    clearTimeout(this.comeback);
    this.socket.disconnect();
  }

  typing(channelId: number): void {
    if (this.socket.connected) this.socket.volatile.emit("typing", { channel_id: channelId });
  }

  watchPresence(ids: number[], done: (online: number[]) => void): void {
    if (this.socket.connected) this.socket.emit("watch_presence", { user_ids: ids.slice(0, 200) }, ({ online }) => done(online));
  }

  /** Connects again after the server said no or closed on purpose, later each time. */
  private later(): void {
    clearTimeout(this.comeback);
    if (this.closed) return;
    const wait = Math.min(30_000, 1000 * 2 ** Math.min(this.refused, 5)) * (0.5 + Math.random() / 2);
    this.comeback = setTimeout(() => {
      this.socket.disconnect();
      this.socket.connect();
    }, wait);
  }

  private renewLater(): void {
    clearTimeout(this.renewal);
    if (this.closed) return;
    this.renewal = setTimeout(() => {
      accessToken(true).then(
        (token) => this.socket.emit("authenticate", { token }, () => this.renewLater()),
        () => {
          if (!this.closed) this.renewal = setTimeout(() => this.renewLater(), 5000);
        },
      );
    }, Math.max(1000, tokenLifetime()));
  }
}
