import { signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { closeDialog, toast } from "../state/screen";

const ahead: (() => Promise<unknown>)[] = [];

/** Fetches what is drawn later now, so that nobody waits for it or types before it is there. */
export function fetchAhead(): void {
  for (const load of ahead.splice(0)) void load().catch(() => undefined);
}

/** A component that is fetched when first drawn. */
export function lazy<P extends object>(load: () => Promise<{ default: FunctionComponent<P> }>): FunctionComponent<P> {
  ahead.push(load);
  const loaded = signal<{ Inner: FunctionComponent<P> } | null>(null);
  let asked = false;
  return function Lazy(props: P) {
    const Inner = loaded.value?.Inner;
    if (Inner) return <Inner {...props} />;
    if (!asked) {
      asked = true;
      load().then(
        (module) => (loaded.value = { Inner: module.default }),
        () => {
          asked = false;
          closeDialog();
          toast("This part could not be loaded. Check your connection and try again.");
        },
      );
    }
    return null;
  };
}
