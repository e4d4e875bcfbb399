/** Whether a key belongs to an input method that is still putting a word together: nothing of ours may be done by it. */
export function isComposing(event: KeyboardEvent): boolean {
  // Safari sends the Enter that ends a composition after it, and tells by nothing else.
  return event.isComposing || event.keyCode === 229; // eslint-disable-line @typescript-eslint/no-deprecated
}

/** Whether Enter sends. Keyboards on a screen have no Shift+Enter to break a line with: there it breaks. */
export function sends(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !onScreenKeyboard();
}

/** Whether people type on the screen itself, as far as can be told. */
export function onScreenKeyboard(): boolean {
  return matchMedia("(hover: none) and (pointer: coarse)").matches;
}

/** What was written without what surrounds it. The first line keeps its indentation: four blanks may make it code. */
export function trimmed(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
}
