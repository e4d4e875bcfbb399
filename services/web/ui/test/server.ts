import { vi } from "vitest";

interface Asked {
  method: string;
  path: string;
  body: unknown;
}

/** What is answered to a request for a path of api v2: JSON, or an error's status as a bare number. */
type Answers = (asked: Asked) => unknown;

/** Stands in for the network: api v2 answers as told, the page's own server gives a token. Lists what api was asked. */
export function serve(answers: Answers): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (url: string, options: RequestInit = {}): Promise<Response> => {
    if (url === "/session/token") return json({ access_token: "token", expires_in: 900, user_id: 1 });
    const body: unknown = typeof options.body === "string" ? JSON.parse(options.body) : null;
    const request = { method: options.method ?? "GET", path: url.replace("/api/v2", ""), body };
    asked.push(request);
    const answer = await answers(request);
    return typeof answer === "number" ? json({ detail: "That did not work." }, answer) : json(answer ?? {});
  });
  return asked;
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}
