import { chat } from "../state/store";
import { Problem, problemOf, Unreachable } from "./problem";

interface TokenAnswer {
  access_token: string;
  expires_in: number;
  user_id: number;
}

/** Seconds before its end at which an access token is replaced. */
const EARLY = 60;

let current: { token: string; until: number } | null = null;
let underWay: Promise<string> | null = null;
let ended = (): void => undefined;
let replaced = (): void => undefined;

/** A valid access token. Callers at the same time share one request. */
export function accessToken(force = false): Promise<string> {
  if (!force && current && Date.now() < current.until) return Promise.resolve(current.token);
  underWay ??= refresh().finally(() => {
    underWay = null;
  });
  return underWay;
}

/** Milliseconds until the token should be replaced. */
export function tokenLifetime(): number {
  return current ? Math.max(0, current.until - Date.now()) : 0;
}

export function onSessionEnd(callback: () => void): void {
  ended = callback;
}

/** Called when somebody else has signed in, in another tab of this browser. */
export function onOtherPerson(callback: () => void): void {
  replaced = callback;
}

export function forgetToken(): void {
  current = null;
}

async function refresh(): Promise<string> {
  const answer = await pageRequest("/session/token", "POST").catch((error: unknown) => {
    if (error instanceof Problem && error.status === 401) {
      current = null;
      ended();
    }
    throw error;
  });
  const { access_token, expires_in, user_id } = (await answer.json()) as TokenAnswer;
  const here = chat.peek()?.me.id ?? user_id;
  if (here !== user_id) {
    current = null;
    replaced();
    throw new Unreachable(); // what is on its way waits: nothing of the one may be sent as the other's
  }
  current = { token: access_token, until: Date.now() + Math.max(5, expires_in - EARLY) * 1000 };
  return access_token;
}

/** A request to the page's own server, where the cookie counts. */
export async function pageRequest(path: string, method: "POST" | "DELETE", body?: unknown): Promise<Response> {
  const response = await fetch(path, {
    method,
    credentials: "same-origin",
    headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Unreachable();
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}
