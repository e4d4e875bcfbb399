import type { Task } from "../types";
import { api, request } from "./api";
import { newKey } from "./keys";

const EVERY = 700;
const LONGEST = 15 * 60_000;

/** Has all of one's own data exported, tells how far it is (0 to 1), and gives the file. */
export async function exportOwnData(progress: (share: number) => void): Promise<Blob> {
  const response = await request("/exports", {
    method: "POST",
    body: {},
    headers: { Prefer: "respond-async", "Idempotency-Key": newKey() },
  });
  const task = (await response.json()) as Task;
  const path = `/tasks/${task.id}`;
  for (const end = Date.now() + LONGEST; Date.now() < end; ) {
    const { state, progress: done, total, error } = await api<Task>(path);
    if (state === "failed" || state === "cancelled") throw new Error(error ?? "The export did not finish. Try again.");
    if (state === "done") {
      progress(1);
      return (await request(`${path}/download`)).blob();
    }
    progress(total ? Math.min(1, done / total) : 0);
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
  throw new Error("The export takes too long. Try again later.");
}

/** Gives a file to the browser to save. */
export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
