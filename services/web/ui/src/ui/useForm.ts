import { useSignal, type Signal } from "@preact/signals";
import { without } from "../state/model";
import { Problem, wordsOf } from "../sync/problem";

export interface Form {
  busy: Signal<boolean>;
  /** What is wrong with the form as a whole. */
  problem: Signal<string | null>;
  /** What is wrong with single fields, by name. */
  fields: Signal<Readonly<Record<string, string>>>;
  /** The properties of a form that sends its values so. */
  sends: (send: Send) => { noValidate: true; onSubmit: (event: SubmitEvent) => void; onInput: (event: Event) => void };
}

type Send = (values: Record<string, string>) => Promise<void>;

/** The life of a form: one submit at a time, errors in words at their fields, nothing cleared on an error. */
export function useForm(): Form {
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const fields = useSignal<Readonly<Record<string, string>>>({});

  const complain = (form: HTMLFormElement, about: [string, string][]): void => {
    fields.value = Object.fromEntries(about);
    const [first] = about;
    if (first) form.querySelector<HTMLElement>(`[name="${CSS.escape(first[0])}"]`)?.focus();
  };

  const run = async (form: HTMLFormElement, send: Send): Promise<void> => {
    problem.value = null;
    const wrong = [...form.querySelectorAll("input")].map((input): [string, string | null] => [input.name, complaintAbout(input)]);
    const told = wrong.filter((item): item is [string, string] => item[1] !== null);
    complain(form, told);
    if (told.length > 0) return;
    busy.value = true;
    const values: Record<string, string> = {};
    for (const [name, value] of new FormData(form)) if (typeof value === "string") values[name] = value;
    try {
      await send(values);
    } catch (error) {
      const known = error instanceof Problem ? Object.entries(error.fields).filter(([name]) => name in values) : [];
      complain(form, known);
      if (known.length === 0) problem.value = wordsOf(error);
    } finally {
      busy.value = false;
    }
  };

  return {
    busy,
    problem,
    fields,
    sends: (send) => ({
      noValidate: true, // the browser would say what is wrong in a bubble, and in its own language
      onSubmit(event) {
        event.preventDefault();
        if (!busy.value) void run(event.currentTarget as HTMLFormElement, send);
      },
      onInput(event) {
        const { name } = event.target as HTMLInputElement;
        if (name in fields.value) fields.value = without(fields.value, name); // it was said of what stood there before
      },
    }),
  };
}

/** What is wrong with what stands in a field, in words, as far as can be said before it is sent. */
export function complaintAbout({ type, value, required, minLength, dataset }: HTMLInputElement): string | null {
  const written = Array.from(type === "password" ? value : value.trim()).length;
  const longest = Number(dataset["longest"] ?? Infinity);
  if (required && written === 0) return "This cannot be empty.";
  if (written < minLength) return `This takes at least ${minLength} characters.`;
  if (written > longest) return `This takes at most ${longest} characters.`;
  return null;
}
