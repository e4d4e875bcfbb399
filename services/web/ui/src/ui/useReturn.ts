import { untracked, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { returns } from "../state/screen";

/** Calls back each time the connection has come back while this is on screen: what failed is asked for again by itself. */
export function useReturn(callback: () => void): void {
  const seen = useRef(returns.peek());
  const latest = useRef(callback);
  latest.current = callback;
  useSignalEffect(() => {
    if (returns.value === seen.current) return;
    seen.current = returns.value;
    untracked(latest.current);
  });
}
