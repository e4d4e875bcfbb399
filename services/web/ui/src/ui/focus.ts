/** Puts the focus where typing goes on. */
export function focusComposer(): void {
  document.querySelector<HTMLTextAreaElement>("#composer")?.focus({ preventScroll: true });
}

/** Writes into the empty message field as if it had been typed there. */
export function writeIntoComposer(text: string): void {
  const field = document.querySelector<HTMLTextAreaElement>("#composer");
  if (!field) return;
  field.focus({ preventScroll: true });
  field.value += text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
