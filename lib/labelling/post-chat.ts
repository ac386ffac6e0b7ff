import type { EndpointConnection } from "./connect-endpoint";

/** A fault that may pass: 429, 5xx, a time-out, no connection. */
export class EndpointBusy extends Error {
  constructor(
    readonly reason: string,
    readonly retryAfterSeconds: number | null,
  ) {
    super(reason);
  }
}

/** A fault that stays until somebody mends it: wrong key, unknown model, not such a server. */
export class EndpointRefused extends Error {
  constructor(
    readonly code: "key_refused" | "model_unknown" | "not_openai",
    readonly detail: string,
  ) {
    super(code);
  }
}

/** No server can fill the memory with an answer: far more than any that is asked for takes. */
const largestBodyBytes = 4 * 1024 * 1024;

/**
 * One request for a chat completion. Gives the body with status 200, and with 400, 413 and 422, which are about what was
 * asked. Throws EndpointBusy, EndpointRefused, and the signal's reason.
 */
export async function postChat(
  connection: EndpointConnection,
  options: { timeoutSeconds: number; signal?: AbortSignal },
  body: unknown,
): Promise<{ status: number; text: string }> {
  const timeout = AbortSignal.timeout(options.timeoutSeconds * 1000);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${connection.baseUrl.replace(/\/$/, "")}/chat/completions`, {
      method: "POST",
      redirect: "error",
      headers: {
        "content-type": "application/json",
        ...(connection.key ? { authorization: `Bearer ${connection.key}` } : {}),
      },
      body: JSON.stringify(body),
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
    text = await readText(response);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof EndpointRefused) throw error;
    throw new EndpointBusy(timeout.aborted ? "time-out" : `no connection (${describe(error)})`, null);
  }
  const { status } = response;
  if (status === 401 || status === 403) throw new EndpointRefused("key_refused", `HTTP ${status}`);
  if (status === 404) throw new EndpointRefused("model_unknown", excerptOf(text));
  if (status === 408 || status === 429 || status >= 500) {
    const after = Number(response.headers.get("retry-after"));
    throw new EndpointBusy(`HTTP ${status}`, Number.isFinite(after) && after > 0 ? after : null);
  }
  if (status >= 300 && ![400, 413, 422].includes(status)) throw new EndpointRefused("not_openai", `HTTP ${status}`);
  return { status, text };
}

/** Throws EndpointRefused where there is more than any such answer has. */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > largestBodyBytes) throw new EndpointRefused("not_openai", `> ${largestBodyBytes / 1024 / 1024} MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The beginning of an answer that is none, as words: of a web page what it says. */
export function excerptOf(text: string): string {
  const words = text
    .slice(0, 20_000)
    .replace(/<(script|style)\b[\s\S]*?<\/\1>|<[^>]*>/gi, " ")
    .replaceAll("\u0000", "")
    .replace(/\s+/g, " ")
    .trim();
  return `${/^\s*</.test(text) ? "HTML: " : ""}${words.slice(0, 200) || "–"}`;
}

function describe(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
  return cause?.code ?? (error instanceof Error ? error.message : String(error));
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
