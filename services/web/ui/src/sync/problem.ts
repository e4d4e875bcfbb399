/** An answer that is not a success, as problem+json tells it. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly fields: Readonly<Record<string, string>>,
    readonly retryAfter: number | null,
  ) {
    super(detail);
  }
}

/** No answer at all: offline, or the server cannot be reached. */
export class Unreachable extends Error {
  constructor() {
    super("Flack cannot be reached. Check your connection.");
  }
}

interface Body {
  title?: string;
  detail?: string;
  code?: string;
  errors?: { field: string; message: string }[];
}

export async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as Body;
  const fields: Record<string, string> = {};
  for (const error of body.errors ?? []) fields[error.field.split(".").at(-1) ?? error.field] ??= error.message;
  const retryAfter = Number(response.headers.get("Retry-After") ?? NaN);
  return new Problem(
    response.status,
    body.code ?? "",
    body.detail ?? body.title ?? wordsFor(response.status),
    fields,
    Number.isFinite(retryAfter) ? retryAfter : null,
  );
}

function wordsFor(status: number): string {
  if (status === 429) return "That was too much at once. Try again in a moment.";
  if (status >= 500) return "Flack has a problem at the moment. Try again soon.";
  return "That did not work.";
}

/** What to tell the person about an error of any kind. */
export function wordsOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : "That did not work.";
}
