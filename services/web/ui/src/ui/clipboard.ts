/** Copies text. Over plain HTTP there is no `navigator.clipboard`; there the old way is taken. Rejects where both are refused. */
export async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr-only";
  const before = document.activeElement;
  (before?.closest("dialog") ?? document.body).append(field); // beside an open dialog nothing can be selected
  field.select();
  const copied = document.execCommand("copy"); // eslint-disable-line @typescript-eslint/no-deprecated -- nothing replaces it here
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!copied) throw new Error("The browser did not allow copying.");
}
