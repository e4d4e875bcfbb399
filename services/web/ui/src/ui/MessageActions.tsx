import { editing, toast } from "../state/screen";
import type { Message } from "../types";
import { deleteMessage } from "../sync/deletions";
import { manages } from "../state/rights";
import { channels, me } from "../state/store";
import { copyText } from "./clipboard";
import { IconButton } from "./IconButton";

export function MessageActions({ message, own }: { message: Message; own: boolean }) {
  const channel = channels.value[message.channel_id];
  const mayDelete = own || (channel !== undefined && manages(channel, me.value));
  const live = channel?.archived_at === null;
  return (
    <div class="actions" role="toolbar" aria-label="Message actions">
      <IconButton icon="copy" label="Copy text" onClick={() => void copy(message.source, "Text copied")} />
      <IconButton icon="link" label="Copy link" onClick={() => void copy(linkTo(message), "Link copied")} />
      {own && live && <IconButton icon="edit" label="Edit message" onClick={() => (editing.value = message.id)} />}
      {mayDelete && live && (
        <IconButton
          icon="trash"
          label="Delete message"
          class="is-danger"
          onClick={(event) => {
            event.currentTarget.closest<HTMLElement>("[data-message]")?.focus();
            deleteMessage(message);
          }}
        />
      )}
    </div>
  );
}

function linkTo(message: Message): string {
  return `${location.origin}/c/${message.channel_id}/m/${message.id}`;
}

async function copy(text: string, done: string): Promise<void> {
  try {
    await copyText(text);
    toast(done, null, 2000);
  } catch {
    toast("The browser did not allow copying.");
  }
}
