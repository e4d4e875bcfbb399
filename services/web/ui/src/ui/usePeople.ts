import { useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { me } from "../state/store";
import type { User } from "../types";
import { findUsers } from "../sync/users";

const PAUSE = 120;

/** People whose name begins with what is typed, without oneself and those who left. */
export function usePeople(query: string): ReadonlySignal<readonly User[]> {
  const found = useSignal<readonly User[]>([]);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      findUsers(query).then(
        (people) => {
          if (current) found.value = people.filter((user) => user.id !== me.peek()?.id && user.deactivated_at === null);
        },
        () => undefined, // what was found before stays; the next letter asks again
      );
    }, PAUSE);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query]);
  return found;
}
