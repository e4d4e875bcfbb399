import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { me } from "../state/store";
import { wordsOf } from "../sync/problem";
import { findUsers } from "../sync/users";
import type { User } from "../types";
import { useReturn } from "./useReturn";

const PAUSE = 120;

export interface People {
  /** Who was found by what is typed now; nobody while that is still being looked for. */
  found: readonly User[];
  looking: boolean;
  /** Who was found last: stands there until the answer comes, so that a list does not collapse at each letter. */
  shown: readonly User[];
  /** Why nobody could be looked for, in words. */
  problem: string | null;
  /** Does something with those found: now, or as soon as they are known. Typing on takes it back. */
  whenFound: (act: Act) => void;
}

type Act = (found: readonly User[]) => void;

/** An answer and what was asked: it says nothing of what was typed since. */
interface Answer {
  query: string;
  found: readonly User[];
  problem: string | null;
}

/** People whose name begins with what is typed, without oneself and those who left. */
export function usePeople(query: string): People {
  const answer = useSignal<Answer | null>(null);
  const turn = useSignal(0);
  const waiting = useRef<Act | null>(null);
  const current = answer.value?.query === query ? answer.value : null;
  useReturn(() => {
    if (answer.value !== null && answer.value.problem !== null) turn.value += 1;
  });
  useEffect(() => {
    let asked = true;
    const timer = setTimeout(() => {
      findUsers(query).then(
        (people) => {
          if (!asked) return;
          const found = people.filter((user) => user.id !== me.peek()?.id && user.deactivated_at === null);
          answer.value = { query, found, problem: null };
          waiting.current?.(found);
          waiting.current = null;
        },
        (error: unknown) => {
          if (!asked) return;
          answer.value = { query, found: [], problem: wordsOf(error) };
          waiting.current = null;
        },
      );
    }, PAUSE);
    return () => {
      asked = false;
      clearTimeout(timer);
    };
  }, [query, turn.value]);
  useEffect(
    () => () => {
      waiting.current = null;
    },
    [query],
  );
  return {
    found: current?.found ?? NOBODY,
    looking: current === null,
    shown: answer.value?.found ?? NOBODY,
    problem: current?.problem ?? null,
    whenFound: (act) => {
      if (current === null) waiting.current = act;
      else act(current.found);
    },
  };
}

const NOBODY: readonly User[] = [];
