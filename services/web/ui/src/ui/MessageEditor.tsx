import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { editing } from "../state/screen";
import { readEdit, writeEdit } from "../store/drafts";
import type { Message } from "../types";
import { deleteMessage } from "../sync/deletions";
import { editMessage } from "../sync/messages";
import { wordsOf } from "../sync/problem";
import { isComposing, sends, trimmed } from "./composing";
import { fitHeight } from "./fitHeight";
import { focusComposer } from "./focus";

/** Edits a message where it stands. Enter saves, Esc cancels; an error, a reload or another channel keeps what was typed. */
export function MessageEditor({ message }: { message: Message }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = useSignal(readEdit(message.user_id, message.id) ?? message.source);
  const saving = useSignal(false);
  const problem = useSignal<string | null>(null);

  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    fitHeight(box);
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }, []);

  const close = (): void => {
    writeEdit(message.user_id, message.id, null);
    if (editing.peek() !== message.id) return; // another one was begun meanwhile
    editing.value = null;
    focusComposer();
  };
  const save = async (): Promise<void> => {
    if (saving.value) return;
    const source = trimmed(text.value);
    if (source === trimmed(message.source)) {
      close();
      return;
    }
    if (source === "") {
      close();
      deleteMessage(message);
      return;
    }
    saving.value = true;
    try {
      await editMessage(message, source);
      close();
    } catch (error) {
      problem.value = `Not saved. ${wordsOf(error)}`;
    } finally {
      saving.value = false;
    }
  };

  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <textarea
        ref={field}
        class="editor-field"
        aria-label="Edit message"
        rows={1}
        dir="auto"
        readOnly={saving.value}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          writeEdit(message.user_id, message.id, text.value);
          fitHeight(event.currentTarget);
        }}
        onKeyDown={(event) => {
          if (isComposing(event)) return;
          if (event.key === "Escape") {
            event.stopPropagation();
            if (!saving.value) close();
          } else if (sends(event)) {
            event.preventDefault();
            void save();
          }
        }}
      />
      {problem.value !== null && (
        <p class="field-error" role="alert">
          {problem.value}
        </p>
      )}
      <div class="editor-buttons">
        <button type="submit" class="button is-primary is-small" aria-disabled={saving.value}>
          {saving.value ? "Saving…" : "Save changes"}
        </button>
        <button type="button" class="button is-small" disabled={saving.value} onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
