import { useSignal } from "@preact/signals";
import { editing } from "../state/screen";
import { me, users } from "../state/store";
import { nameOf } from "../state/users";
import type { Message } from "../types";
import { Avatar } from "./Avatar";
import { MessageActions } from "./MessageActions";
import { MessageBody } from "./MessageBody";
import { MessageEditor } from "./MessageEditor";
import { PreviewCard } from "./PreviewCard";
import { Time } from "./Time";
import { fullTime } from "./times";

interface Props {
  rowKey: string;
  message: Message;
  first: boolean;
  marked: boolean;
  going: boolean;
}

/** One message. Its actions are there while it is pointed at or holds the focus. */
export function MessageRow({ rowKey, message, first, marked, going }: Props) {
  const active = useSignal(false);
  const author = nameOf(users.value[message.user_id]);
  const deleted = going || message.deleted_at !== null;
  const edited = editing.value === message.id;
  return (
    <div
      class={`message ${first ? "is-first" : ""} ${marked ? "is-marked" : ""} ${edited ? "is-edited" : ""}`}
      data-key={rowKey}
      data-message={message.id}
      role="article"
      aria-label={`${author}, ${fullTime(Date.parse(message.created_at))}`}
      tabIndex={-1}
      onPointerEnter={() => (active.value = true)}
      onPointerLeave={(event) => (active.value = event.currentTarget.contains(document.activeElement))}
      onFocusIn={() => (active.value = true)}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) active.value = false;
      }}
    >
      <div class="message-gutter">{first ? <Avatar userId={message.user_id} /> : active.value && <Time at={message.created_at} clock />}</div>
      <div class="message-main">
        {first && (
          <div class="message-head">
            <span class="message-author">{author}</span>
            <Time at={message.created_at} />
          </div>
        )}
        {deleted ? (
          <p class="message-deleted">This message was deleted.</p>
        ) : edited ? (
          <MessageEditor message={message} />
        ) : (
          <>
            <MessageBody html={message.html} edited={message.edited_at} />
            {message.previews.map((preview) => (
              <PreviewCard key={preview.url} preview={preview} />
            ))}
          </>
        )}
      </div>
      {active.value && !deleted && !edited && <MessageActions message={message} own={message.user_id === me.value?.id} />}
    </div>
  );
}
