import { effect } from "@preact/signals";
import { titleOf } from "../state/channel_names";
import { focused, now, route } from "../state/screen";
import { chat, installation, preferences, totalUnread } from "../state/store";
import { storage } from "../store/storage";
import { iconOf } from "./tabIcon";

const THEME = "flack.theme";
const MINUTE = 60_000;

/** Keeps the page around the app: title, icon, theme, focus and the clock. */
export function keepPage(): void {
  effect(() => {
    const here = route.value;
    const state = chat.value;
    const channel = here.page === "channel" ? state?.channels[here.channelId] : undefined;
    const name = state && channel ? titleOf(state, channel) : here.page === "sign-up" ? "Create account" : state ? "" : "Sign in";
    const unread = totalUnread.value;
    const title = [name, installation.value.name].filter(Boolean).join(" · ");
    document.title = unread > 0 ? `(${unread > 99 ? "99+" : unread}) ${title}` : title;
    showIcon(unread);
  });
  effect(() => {
    const theme = preferences.value?.theme ?? storage.get(THEME) ?? "auto";
    document.documentElement.dataset["theme"] = theme;
    if (preferences.value) storage.set(THEME, theme);
  });
  const look = (): void => {
    focused.value = document.visibilityState === "visible" && document.hasFocus();
  };
  for (const name of ["focus", "blur"]) window.addEventListener(name, look);
  document.addEventListener("visibilitychange", look);
  look();
  setInterval(() => {
    now.value = Date.now();
  }, MINUTE / 2);
}

/** Draws the tab's icon with the unread count; the base of the icon is the mark. */
function showIcon(unread: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]') ?? document.head.appendChild(document.createElement("link"));
  link.rel = "icon";
  link.type = "image/svg+xml";
  link.href = `data:image/svg+xml,${encodeURIComponent(iconOf(unread))}`;
}
