import { Icon } from "./Icon";

/** What went wrong with a form as a whole. */
export function FormProblem({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <p class="form-problem" role="alert">
      <Icon name="warning" /> {text}
    </p>
  );
}
