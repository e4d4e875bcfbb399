import { signal, useSignal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";
import { isReachable } from "../sync/reachable";
import { Dialog } from "./Dialog";
import { useReturn } from "./useReturn";

const ahead: (() => Promise<unknown>)[] = [];

/** Fetches what is drawn later now, so that nobody waits for it or types before it is there. */
export function fetchAhead(): void {
  for (const load of ahead.splice(0)) void load().catch(() => undefined); // who opens it is told
}

/** A dialog that is fetched when first drawn. In place of one that cannot be, another says so. */
export function lazyDialog<P extends object>(load: () => Promise<{ default: FunctionComponent<P> }>): FunctionComponent<P> {
  const state = signal<"unasked" | "awaited" | "failed" | { Inner: FunctionComponent<P> }>("unasked");
  const take = async (): Promise<void> => {
    const { default: Inner } = await load();
    state.value = { Inner };
  };
  ahead.push(take);
  const ask = (): void => {
    state.value = "awaited";
    take().catch(() => (state.value = "failed"));
  };
  const forget = (): void => {
    if (state.value === "failed") state.value = "unasked";
  };
  return function Lazy(props: P) {
    const now = state.value;
    if (typeof now === "object") return <now.Inner {...props} />;
    if (now === "failed") return <NotLoaded take={take} closed={forget} />;
    if (now === "unasked") queueMicrotask(ask);
    return null;
  };
}

function NotLoaded({ take, closed }: { take: () => Promise<void>; closed: () => void }) {
  const trying = useSignal(false);
  useEffect(() => closed, []);
  useReturn(() => void take().catch(() => undefined));

  const again = async (): Promise<void> => {
    trying.value = true;
    // Some browsers remember that a module failed, and a server of a newer version may no longer have it: where the
    // server answers otherwise, only a fresh page helps. Nothing typed is lost by that.
    await take().catch(async () => {
      if (await isReachable()) location.reload();
    });
    trying.value = false;
  };
  return (
    <Dialog title="This part could not be loaded">
      <p>Check your connection. Everything else works as before.</p>
      <div class="form-buttons">
        <button type="button" class="button is-primary" autofocus onClick={() => void again()}>
          {trying.value ? "Trying…" : "Try again"}
        </button>
      </div>
    </Dialog>
  );
}
