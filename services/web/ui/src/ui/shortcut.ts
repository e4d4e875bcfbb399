const APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** A shortcut as this keyboard has it. */
export function shortcut(key: string): string {
  return APPLE ? `⌘${key}` : `Ctrl ${key}`;
}
