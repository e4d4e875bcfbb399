import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Message } from "../types";

/** What is on screen and lives only there. */
export type Route =
  | { page: "home" }
  | { page: "channel"; channelId: number; messageId: number | null }
  | { page: "sign-in" }
  | { page: "sign-up"; invite: string | null };

export type Dialog =
  | { name: "jump" }
  | { name: "help" }
  | { name: "create" }
  | { name: "browse" }
  | { name: "direct" }
  | { name: "preferences" }
  | { name: "confirm"; title: string; body: ComponentChildren; action: string; run: () => Promise<void> };

export interface Toast {
  id: number;
  text: string;
  action: { label: string; run: () => void } | null;
  /** The only channel in which it is shown; null: anywhere. */
  channelId: number | null;
}

export const route = signal<Route>({ page: "home" });
export const dialog = signal<Dialog | null>(null);
export const panelOpen = signal(false);
export const drawerOpen = signal(false);
export const toasts = signal<readonly Toast[]>([]);
/** The message being edited in place. */
export const editing = signal<number | null>(null);
/** Messages taken off the screen while their deletion can still be undone. */
export const deleting = signal<ReadonlySet<number>>(new Set());
/** Who types where: the time each was last heard typing, by channel and person. */
export const typing = signal<Readonly<Record<number, Readonly<Record<number, number>>>>>({});
export const online = signal<ReadonlySet<number>>(new Set());
/** Messages of the open channel to read aloud, as they came. */
export const announced = signal<readonly Message[]>([]);
export const focused = signal(true);
/** Whether live events flow, and whether that has been missing long enough to say so. */
export const connection = signal<"connecting" | "online" | "offline">("connecting");
export const showReconnecting = signal(false);
/** How often the connection has come back. */
export const returns = signal(0);
/** What went wrong while loading a channel, by channel. */
export const loadProblems = signal<Readonly<Record<number, string>>>({});
/** The message to bring into sight and mark, once it is loaded. */
export const target = signal<{ channelId: number; position: number; mark: boolean } | null>(null);
/** A minute's clock for relative times. */
export const now = signal(Date.now());

let lastToast = 0;

export function toast(text: string, action: Toast["action"] = null, milliseconds = 5000, channelId: number | null = null): () => void {
  const id = (lastToast += 1);
  const dismiss = (): void => {
    toasts.value = toasts.value.filter((other) => other.id !== id);
  };
  toasts.value = [...toasts.value, { id, text, action, channelId }];
  setTimeout(dismiss, milliseconds);
  return dismiss;
}

export function closeDialog(): void {
  dialog.value = null;
}
