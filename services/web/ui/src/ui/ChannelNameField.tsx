import { useSignal } from "@preact/signals";
import { channelNameFrom } from "../state/channel_names";
import { Field } from "./Field";

interface Props {
  error: string | undefined;
  /** The name that the channel has. */
  before?: string;
  autofocus?: boolean;
}

/** The field for a channel's name: says what the name will be while it is typed, and takes it when it has been. */
export function ChannelNameField({ error, before = "", autofocus = false }: Props) {
  const typed = useSignal(before);
  const name = channelNameFrom(typed.value);
  const differs = typed.value !== before && name !== "" && name !== typed.value;
  return (
    <Field
      label="Name"
      name="name"
      required
      longest={80}
      autofocus={autofocus}
      autocomplete="off"
      placeholder="release-planning"
      defaultValue={before}
      hint={differs ? `It will be called ${name}` : "Small letters, with hyphens for spaces."}
      error={error}
      onInput={(event) => (typed.value = event.currentTarget.value)}
      onChange={(event) => {
        // The hint stays as it is: were it shorter now, the button that is being pressed would move away.
        if (event.currentTarget.value !== before) event.currentTarget.value = channelNameFrom(event.currentTarget.value);
      }}
    />
  );
}
