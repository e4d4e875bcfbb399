import { closeDialog } from "../state/screen";
import { createChannel } from "../sync/channels";
import { ChannelNameField } from "./ChannelNameField";
import { Dialog } from "./Dialog";
import { Field } from "./Field";
import { FormProblem } from "./FormProblem";
import { useForm } from "./useForm";

export default function CreateChannelDialog() {
  const { busy, problem, fields, sends } = useForm();
  const send = async ({ name = "", topic = "", kind }: Record<string, string>): Promise<void> => {
    await createChannel(name, kind === "private" ? "private" : "public", topic.trim());
    closeDialog();
  };
  return (
    <Dialog title="Create channel">
      <form class="form" {...sends(send)}>
        <FormProblem text={problem.value} />
        <ChannelNameField autofocus error={fields.value["name"]} />
        <Field label="Topic" name="topic" longest={250} autocomplete="off" hint="What it is for. May stay empty." error={fields.value["topic"]} />
        <fieldset class="choices">
          <legend>Who can see it</legend>
          <label class="choice">
            <input type="radio" name="kind" value="public" checked />
            <span>
              <strong>Everybody</strong>
              <small>Anyone here can find it and join.</small>
            </span>
          </label>
          <label class="choice">
            <input type="radio" name="kind" value="private" />
            <span>
              <strong>Only members</strong>
              <small>People are added by name.</small>
            </span>
          </label>
        </fieldset>
        <div class="form-buttons">
          <button type="button" class="button" onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" class="button is-primary" aria-disabled={busy.value}>
            {busy.value ? "Creating…" : "Create channel"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
