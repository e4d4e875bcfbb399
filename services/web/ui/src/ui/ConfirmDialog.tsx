import type { ComponentChildren } from "preact";
import { closeDialog } from "../state/screen";
import { Dialog } from "./Dialog";
import { FormProblem } from "./FormProblem";
import { useForm } from "./useForm";

interface Props {
  title: string;
  body: ComponentChildren;
  action: string;
  run: () => Promise<void>;
}

export default function ConfirmDialog({ title, body, action, run }: Props) {
  const { busy, problem, sends } = useForm();
  return (
    <Dialog title={title}>
      <form class="form" {...sends(async () => run().then(closeDialog))}>
        <FormProblem text={problem.value} />
        <p>{body}</p>
        <div class="form-buttons">
          <button type="button" class="button" autofocus onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" class="button is-danger" aria-disabled={busy.value}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
