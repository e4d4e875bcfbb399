/**
 * The colours of the icon in the browser's tab: accent, on-accent and danger as they are by day, since it stands
 * among other pages' icons, where no style sheet of ours counts. A test compares them with the tokens.
 */
export const TAB_COLOURS = { accent: "#3652c9", "on-accent": "#ffffff", danger: "#b3261e" } as const;

/** The mark as an image, with a count of what is unread. Without one it is the server's favicon.svg. */
export function iconOf(unread: number): string {
  const { accent, "on-accent": ink, danger } = TAB_COLOURS;
  const count = unread > 9 ? "9+" : String(unread);
  const badge =
    unread === 0
      ? ""
      : `<circle cx="22" cy="10" r="10" fill="${danger}"/><text x="22" y="15" font-family="sans-serif" font-weight="700" font-size="${count.length > 1 ? 12 : 15}" text-anchor="middle" fill="${ink}">${count}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${accent}"/><path d="M10 25V8M10 8.500h12.500l-3 4.250 3 4.250H10" fill="none" stroke="${ink}" stroke-width="2.500" stroke-linejoin="round" stroke-linecap="round"/>${badge}</svg>`;
}
