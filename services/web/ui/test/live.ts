import { vi } from "vitest";

type Listener = (payload: unknown) => void;

const listeners = new Map<string, Listener>();

/** Stands in for the library's connection; a test says what the server tells. */
export const io = vi.fn(() => {
  listeners.clear();
  const socket = { active: true, connected: true, connect: vi.fn(), disconnect: vi.fn(), emit: vi.fn(), on: (name: string, how: Listener) => void listeners.set(name, how) };
  return { ...socket, volatile: { emit: vi.fn() } };
});

/** What comes over the live connection. */
export function hear(name: string, payload: unknown = {}): void {
  listeners.get(name)?.(payload);
}
