import { neighbour } from "../state/channel_names";
import { closeDialog, dialog, drawerOpen, editing, panelOpen, route } from "../state/screen";
import { chat } from "../state/store";
import { undoDeletion } from "../sync/deletions";
import { isComposing } from "./composing";
import { focusComposer, writeIntoComposer } from "./focus";
import { navigate } from "./router";

/** The shortcuts that work everywhere. */
export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (!chat.value || isComposing(event)) return;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      dialog.value = dialog.value?.name === "jump" ? null : { name: "jump" };
    } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown") && !dialog.value) {
      event.preventDefault();
      const here = route.value.page === "channel" ? route.value.channelId : null;
      const next = neighbour(chat.value, here, event.key === "ArrowDown" ? 1 : -1);
      if (next !== null) navigate(`/c/${next}`);
    } else if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z" && !isTyping(event.target) && undoDeletion()) {
      event.preventDefault();
    } else if (event.key === "?" && dialog.value?.name === "help") {
      event.preventDefault();
      closeDialog();
      queueMicrotask(() => writeIntoComposer("?"));
    } else if (event.key === "?" && !dialog.value && !isTyping(event.target)) {
      event.preventDefault();
      dialog.value = { name: "help" };
    } else if (event.key === "Escape" && !dialog.value) {
      escape();
    }
  });
}

function escape(): void {
  if (drawerOpen.value) drawerOpen.value = false;
  else if (editing.value !== null) editing.value = null;
  else if (panelOpen.value) panelOpen.value = false;
  focusComposer();
}

/** Whether a key belongs to a text; an empty message field gives `?` away. */
function isTyping(target: EventTarget | null): boolean {
  const field = target instanceof HTMLElement ? target.closest<HTMLInputElement | HTMLTextAreaElement>("input, textarea") : null;
  return field !== null && !(field.id === "composer" && field.value === "");
}
