import { useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { me } from "../state/store";
import { wordsOf } from "../sync/problem";
import { findUsers } from "../sync/users";
import type { User } from "../types";
import { useReturn } from "./useReturn";

const PAUSE = 120;

export interface People {
  found: ReadonlySignal<readonly User[]>;
  /** Why nobody could be looked for, in words. */
  problem: ReadonlySignal<string | null>;
}

/** People whose name begins with what is typed, without oneself and those who left. */
export function usePeople(query: string): People {
  const found = useSignal<readonly User[]>([]);
  const problem = useSignal<string | null>(null);
  const turn = useSignal(0);
  useReturn(() => {
    if (problem.value !== null) turn.value += 1;
  });
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      findUsers(query).then(
        (people) => {
          if (!current) return;
          found.value = people.filter((user) => user.id !== me.peek()?.id && user.deactivated_at === null);
          problem.value = null;
        },
        (error: unknown) => {
          if (!current) return;
          found.value = []; // they answer another question
          problem.value = wordsOf(error);
        },
      );
    }, PAUSE);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query, turn.value]);
  return { found, problem };
}
