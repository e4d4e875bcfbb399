import { io } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Live, type Listener } from "../src/sync/socket";

/** What the library does for us: `disconnect` is told at once, and is for good unless we connect again. */
class Socket {
  active = false;
  private readonly told = new Map<string, () => void>();
  connect = vi.fn(() => (this.active = true));
  on(name: string, how: () => void): void {
    this.told.set(name, how);
  }
  disconnect(): void {
    if (!this.active) return;
    this.active = false;
    this.told.get("disconnect")?.();
  }
}

vi.mock("socket.io-client", () => ({ io: vi.fn() }));

const HOUR = 3_600_000;

describe("the live connection", () => {
  let socket: Socket;
  let live: Live;
  beforeEach(() => {
    vi.useFakeTimers();
    socket = new Socket();
    vi.mocked(io).mockReturnValue(socket as never);
    live = new Live({ lost: () => undefined } as Listener);
    live.connect();
  });
  afterEach(() => vi.useRealTimers());

  it("comes back when the server ended it", () => {
    socket.disconnect();
    vi.advanceTimersByTime(HOUR);
    expect(socket.connect).toHaveBeenCalledTimes(2);
  });

  it("does not come back after it was closed", () => {
    live.close();
    vi.advanceTimersByTime(HOUR);
    expect(socket.connect).toHaveBeenCalledTimes(1);
  });
});
