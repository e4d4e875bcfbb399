import { newKey } from "./keys";
import { Problem, problemOf, Unreachable } from "./problem";
import { accessToken } from "./session";

export interface Options {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  headers?: Record<string, string>;
  /** Sent even while the page goes away. */
  keepalive?: boolean;
}

/** A request to api v2 with the access token; a token refused is replaced once. */
export async function request(path: string, options: Options = {}): Promise<Response> {
  const response = await once(path, options, await accessToken());
  if (response.status !== 401) return checked(response);
  return checked(await once(path, options, await accessToken(true)));
}

export async function api<T>(path: string, options: Options = {}): Promise<T> {
  const response = await request(path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A POST that may be repeated without doing its work twice. */
export function post<T>(path: string, body: unknown = {}, key: string = newKey()): Promise<T> {
  return api<T>(path, { method: "POST", body, headers: { "Idempotency-Key": key } });
}

async function once(path: string, options: Options, token: string): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", Authorization: `Bearer ${token}`, ...options.headers };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(`/api/v2${path}`, {
      method: options.method ?? "GET",
      headers,
      credentials: "omit",
      keepalive: options.keepalive ?? false,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
  } catch {
    throw new Unreachable();
  }
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  // api says in JSON what it does not find: another 404 is an ingress that has just started and knows no route yet.
  const json = response.headers.get("Content-Type")?.includes("json") ?? false;
  if (response.status === 404 && !json) throw new Unreachable();
  throw await problemOf(response);
}

export function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Problem && (error.status >= 500 || error.status === 429 || error.status === 408));
}
