/** Puts the focus where typing goes on. */
export function focusComposer(): void {
  document.querySelector<HTMLTextAreaElement>("#composer")?.focus({ preventScroll: true });
}
