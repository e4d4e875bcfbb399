import { closeDialog, drawerOpen, editing, route, type Route } from "../state/screen";

/** The route of a path, as the server serves the same shell for all of them. */
export function parse(path: string, search: string): Route {
  const channel = /^\/c\/(\d+)(?:\/m\/(\d+))?\/?$/.exec(path);
  if (channel) return { page: "channel", channelId: Number(channel[1]), messageId: channel[2] ? Number(channel[2]) : null };
  if (path === "/sign-in") return { page: "sign-in" };
  if (path === "/sign-up") return { page: "sign-up", invite: new URLSearchParams(search).get("invite") };
  return { page: "home" };
}

const LAST = "flack.last";
let wanted: string | null = null;

export function navigate(path: string, replace = false): void {
  if (path !== location.pathname + location.search) history[replace ? "replaceState" : "pushState"](null, "", path);
  arrive();
}

/** Remembers where somebody wanted to go before signing in. */
export function rememberPath(path: string): void {
  wanted = path;
}

export function pathAfterSignIn(): string {
  const path = wanted ?? asked() ?? "/";
  wanted = null;
  return path;
}

/** Where somebody was when the server led them to the form: a path of this site. */
function asked(): string | null {
  const path = new URLSearchParams(location.search).get("next");
  return path !== null && /^\/(?![/\\])\S*$/.test(path) ? path : null;
}

/** The channel that was open last in this browser. */
export function lastChannel(): number | null {
  const id = Number(sessionStorage.getItem(LAST) ?? localStorage.getItem(LAST));
  return id > 0 ? id : null;
}

export function listenToHistory(): void {
  window.addEventListener("popstate", arrive);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (!link || link.origin !== location.origin || link.download !== "") return;
    if (!/^\/(c\/|sign-|$)/.test(link.pathname)) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
  arrive();
}

function arrive(): void {
  const next = parse(location.pathname, location.search);
  route.value = next;
  drawerOpen.value = false;
  editing.value = null;
  closeDialog();
  if (next.page !== "channel") return;
  try {
    sessionStorage.setItem(LAST, String(next.channelId));
    localStorage.setItem(LAST, String(next.channelId));
  } catch {
    // Where nothing can be stored, the first channel opens next time.
  }
}
