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

const FOCUSABLE = ":is(input, textarea, button):enabled, a[href]:not(.skip), [tabindex]";
/** Where a text field that takes the focus brings up a keyboard on the screen, only people choose one. */
const NOT_TYPED = ":not(input, textarea)";

/**
 * Never lets the focus get lost: where what holds it goes from the page, the nearest of what stood around it that is
 * still there takes it, or the first thing in that.
 */
export function keepFocus(): void {
  let holder: HTMLElement | null = null;
  let around: HTMLElement[] = [];
  document.addEventListener("focusin", ({ target }) => {
    holder = target as HTMLElement;
    around = ancestorsOf(holder);
  });
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    // Somebody who clicks beside it gives it up; an element that is being removed is told the same.
    queueMicrotask(() => {
      if (relatedTarget === null && target === holder && holder?.isConnected) holder = null;
    });
  });
  new MutationObserver(() => {
    if (!holder || holder.isConnected || document.activeElement !== document.body) return;
    const wanted = matchMedia("(hover: hover)").matches ? "*" : NOT_TYPED;
    for (const element of around.filter((other) => other.isConnected)) {
      const within = [element, ...element.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((other) => other.matches(wanted) && takesFocus(other));
      const next = within.find((other) => other.id === "composer") ?? within[0];
      next?.focus({ preventScroll: true });
      if (next) return;
    }
  }).observe(document.body, { childList: true, subtree: true });
}

function takesFocus(element: HTMLElement): boolean {
  return element.matches(FOCUSABLE) && element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true });
}

function ancestorsOf(element: HTMLElement): HTMLElement[] {
  return element.parentElement ? [element.parentElement, ...ancestorsOf(element.parentElement)] : [];
}
