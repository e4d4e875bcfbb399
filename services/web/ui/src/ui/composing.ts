/** Whether a key belongs to an input method that is still putting a word together: nothing of ours may be done by it. */
export function isComposing(event: KeyboardEvent): boolean {
  // Safari sends the Enter that ends a composition after it, and tells by nothing else.
  return event.isComposing || event.keyCode === 229; // eslint-disable-line @typescript-eslint/no-deprecated
}

/** Whether a key sends: Enter, which with Shift breaks the line. */
export function sends(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !isComposing(event);
}

/** What was written without what surrounds it. The first line keeps its indentation: four blanks may make it code. */
export function trimmed(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
}
