import { useSignal, type Signal } from "@preact/signals";
import { Problem, wordsOf } from "../sync/problem";

export interface Form {
  busy: Signal<boolean>;
  /** What is wrong with the form as a whole. */
  problem: Signal<string | null>;
  /** What is wrong with single fields, by name. */
  fields: Signal<Readonly<Record<string, string>>>;
  submit: (event: SubmitEvent, send: (values: Record<string, string>) => Promise<void>) => void;
}

/** The life of a form: one submit at a time, errors in words at their fields, nothing cleared on an error. */
export function useForm(): Form {
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const fields = useSignal<Readonly<Record<string, string>>>({});

  const run = async (form: HTMLFormElement, send: (values: Record<string, string>) => Promise<void>): Promise<void> => {
    busy.value = true;
    problem.value = null;
    fields.value = {};
    const values: Record<string, string> = {};
    for (const [name, value] of new FormData(form)) if (typeof value === "string") values[name] = value;
    try {
      await send(values);
    } catch (error) {
      const known = error instanceof Problem ? Object.entries(error.fields).filter(([name]) => name in values) : [];
      fields.value = Object.fromEntries(known);
      if (known.length === 0) problem.value = wordsOf(error);
      const first = known[0]?.[0];
      if (first !== undefined) form.querySelector<HTMLElement>(`[name="${CSS.escape(first)}"]`)?.focus();
    } finally {
      busy.value = false;
    }
  };

  return {
    busy,
    problem,
    fields,
    submit(event, send) {
      event.preventDefault();
      if (!busy.value) void run(event.currentTarget as HTMLFormElement, send);
    },
  };
}
