import { signal } from "@preact/signals";
import type { Sample } from "./geometry";

/** The models of libs/contracts/scale.py. */
export interface Pod {
  name: string;
  state: "pending" | "starting" | "ready" | "draining" | "failed";
  started_at: string | null;
  restarts: number;
  node: string | null;
  requests_per_second: number;
  connections: number;
  deliveries_per_second: number;
  cpu_millicores: number | null;
  memory_bytes: number | null;
}

export interface Autoscaler {
  min_replicas: number;
  max_replicas: number;
  current_replicas: number;
  desired_replicas: number;
  targets: { metric: string; current: string | null; target: string }[];
}

export interface ServiceScale {
  name: string;
  pods: Pod[];
  autoscaler: Autoscaler | null;
}

export interface Snapshot {
  at: string;
  source: "kubernetes" | "processes" | "none";
  services: ServiceScale[];
  requests_per_second: number;
  connections: number;
  deliveries_per_second: number;
  queues: Record<string, number>;
  relay_lag_seconds: number;
  error: string | null;
}

const EVERY = 2000;
/** What the charts show, in milliseconds; older snapshots are forgotten. */
export const WINDOW = 6 * 60_000;

export const history = signal<readonly Snapshot[]>([]);
export const problem = signal<string | null>(null);

/** One number of every snapshot that is kept. */
export function samplesOf(number: (snapshot: Snapshot) => number): Sample[] {
  return history.value.map((snapshot) => ({ at: Date.parse(snapshot.at), value: number(snapshot) }));
}

function recent(newest: Snapshot): Snapshot[] {
  return history.value.filter((snapshot) => Date.parse(newest.at) - Date.parse(snapshot.at) <= WINDOW);
}

/** Asks for the newest snapshot again and again, while the page can be seen. */
export function follow(): void {
  void look();
  setInterval(() => {
    if (document.visibilityState === "visible") void look();
  }, EVERY);
}

async function look(): Promise<void> {
  try {
    const response = await fetch("/scale/snapshot", { credentials: "same-origin" });
    if (response.status === 204) {
      problem.value = "No numbers yet. They come as soon as the worker's beat runs.";
      return;
    }
    if (!response.ok) throw new Error(String(response.status));
    const snapshot = (await response.json()) as Snapshot;
    problem.value = snapshot.error;
    if (history.value.at(-1)?.at !== snapshot.at) history.value = [...recent(snapshot), snapshot];
  } catch {
    problem.value = "The numbers cannot be reached at the moment. What is shown is the last that was known.";
  }
}
