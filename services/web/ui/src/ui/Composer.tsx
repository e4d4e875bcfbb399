import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { titleOf } from "../state/channel_names";
import { connection, editing, showReconnecting } from "../state/screen";
import { chat, me } from "../state/store";
import { followDraft, readDraft, writeDraft } from "../store/drafts";
import type { ChannelState } from "../types";
import { hasPending, lastOwn, sendMessage } from "../sync/messages";
import { goTo } from "../sync/history";
import { typed } from "../sync/typing";
import { isComposing, sends, trimmed } from "./composing";
import { fitHeight } from "./fitHeight";
import { IconButton } from "./IconButton";
import { TypingLine } from "./TypingLine";

/** The longest message the server takes, in characters; said before it is sent. */
const LONGEST = 40_000;

/** Where messages are written. What is typed is a draft at once, kept by channel. */
export function Composer({ channel }: { channel: ChannelState }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const userId = me.value?.id ?? 0;
  const text = useSignal(readDraft(userId, channel.id));
  const tooLong = text.value.length > LONGEST;

  useEffect(() => {
    const box = field.current;
    if (!box) return;
    fitHeight(box);
    if (matchMedia("(hover: hover)").matches) box.focus({ preventScroll: true });
    box.setSelectionRange(box.value.length, box.value.length);
  }, []);

  const show = (value: string): void => {
    text.value = value;
    if (!field.current) return;
    field.current.value = value;
    fitHeight(field.current);
  };
  const change = (value: string): void => {
    writeDraft(userId, channel.id, value);
    show(value);
  };
  useEffect(() => followDraft(userId, channel.id, show), []);
  const send = (): void => {
    const source = trimmed(text.value);
    if (source === "" || tooLong) return;
    sendMessage(channel.id, source);
    change("");
    field.current?.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    if (sends(event)) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && !event.altKey && text.value === "" && !hasPending(channel.id)) {
      const message = lastOwn(channel.id);
      if (!message) return;
      event.preventDefault();
      editing.value = message.id;
      if (!document.querySelector(`[data-message="${message.id}"]`)) void goTo(channel.id, message.position, true);
    }
  };

  const title = chat.value ? titleOf(chat.value, channel) : "";
  const placeholder = channel.kind === "direct" ? `Message ${title}` : `Message #${title}`;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer-box">
        <textarea
          ref={field}
          id="composer"
          dir="auto"
          enterkeyhint="send"
          class="composer-field"
          rows={1}
          placeholder={placeholder}
          aria-label={placeholder}
          aria-describedby="composer-hint"
          value={text.value}
          onInput={(event) => {
            change(event.currentTarget.value);
            if (event.currentTarget.value !== "") typed(channel.id);
          }}
          onKeyDown={onKeyDown}
        />
        <IconButton icon="send" label="Send message" class="composer-send" type="submit" disabled={text.value.trim() === "" || tooLong} />
      </div>
      <div class="composer-foot">
        <TypingLine channelId={channel.id} />
        {tooLong ? (
          <span class="field-error" role="alert">
            {`${(text.value.length - LONGEST).toLocaleString()} characters too long`}
          </span>
        ) : (
          <span class="composer-hint" id="composer-hint">
            {connection.value === "offline" && showReconnecting.value
              ? "You are offline. Messages are sent when you are back."
              : text.value !== "" && "Enter to send, Shift+Enter for a new line"}
          </span>
        )}
      </div>
    </form>
  );
}
