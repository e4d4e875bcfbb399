import type { InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";

interface Props {
  label: string;
  name: string;
  hint?: string;
  error?: string | undefined;
  type?: "text" | "password";
  autocomplete?: "username" | "name" | "current-password" | "new-password" | "off";
  autocapitalize?: "none";
  spellcheck?: boolean;
  required?: boolean;
  autofocus?: boolean;
  minLength?: number;
  /** The most characters that the server takes. More can be typed, and is told, so that nothing pasted is cut. */
  longest?: number;
  placeholder?: string;
  defaultValue?: string;
  onInput?: InputHTMLAttributes["onInput"];
  onChange?: InputHTMLAttributes["onChange"];
}

/** A labelled text field with its error beside it, in words. */
export function Field({ label, hint, error, longest, ...rest }: Props) {
  const input = rest as InputHTMLAttributes; // whose types tell apart each kind of input
  const id = useId();
  const describes = error !== undefined ? `${id}-error` : hint !== undefined ? `${id}-hint` : undefined;
  return (
    <div class={`field ${error === undefined ? "" : "has-error"}`}>
      <label for={id}>{label}</label>
      <input {...input} id={id} data-longest={longest} aria-invalid={error !== undefined} aria-describedby={describes} />
      {error !== undefined ? (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      ) : (
        hint !== undefined && (
          <p class="field-hint" id={`${id}-hint`}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}
