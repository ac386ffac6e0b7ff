import { z } from "zod";
import type { EndpointConnection } from "./connect-endpoint";
import { medicalProbability, type Outcome, parseAnswer } from "./rules";

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

export type LabelAnswer = {
  outcome: Outcome;
  probability: number | null;
  rawAnswer: string;
  latencyMs: number;
  promptTokens: number;
  completionTokens: number;
};

const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish() }),
        logprobs: z
          .object({
            content: z
              .array(
                z.object({
                  token: z.string(),
                  logprob: z.number(),
                  top_logprobs: z.array(z.object({ token: z.string(), logprob: z.number() })).nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number().nullish(), completion_tokens: z.number().nullish() }).nullish(),
});

const labelFormat = {
  type: "json_schema",
  json_schema: {
    name: "label",
    strict: true,
    schema: {
      type: "object",
      properties: { label: { type: "string", enum: ["medical", "non-medical"] } },
      required: ["label"],
      additionalProperties: false,
    },
  },
};

// Servers that refuse structured output or log-probabilities are asked without, from the first refusal on.
const plainServers = new Set<string>();

/** Raw answers are kept, but no server can fill the database with one. */
const longestAnswer = 10_000;
/** Nor the memory: far more than one label with its log-probabilities takes. */
const largestBodyBytes = 4 * 1024 * 1024;

/** Asks for one label. Throws EndpointBusy, EndpointRefused; a refusal of this very document is an unusable answer. */
export async function askForLabel(
  connection: EndpointConnection,
  message: string,
  options: { temperature: number; maxTokens: number; timeoutSeconds: number; signal?: AbortSignal },
): Promise<LabelAnswer> {
  const server = `${connection.baseUrl} ${connection.model}`;
  const started = performance.now();
  const ask = (plain: boolean) =>
    post(connection, options, {
      model: connection.model,
      messages: [{ role: "user", content: message }],
      temperature: options.temperature,
      max_tokens: options.maxTokens,
      ...(plain ? {} : { response_format: labelFormat, logprobs: true, top_logprobs: 5 }),
    });
  let { status, text } = await ask(plainServers.has(server));
  if (status === 400 && !plainServers.has(server)) {
    const again = await ask(true);
    if (again.status === 200) plainServers.add(server);
    ({ status, text } = again);
  }
  const latencyMs = Math.round(performance.now() - started);
  const empty = { probability: null, latencyMs, promptTokens: 0, completionTokens: 0 };
  const json = parseJson(text);
  // A web page in answer to every document is no server of ours; 413 comes from what stands before it, as a page or not.
  if ((status === 400 || status === 422) && json === null) {
    throw new EndpointRefused("not_openai", `HTTP ${status}: ${excerptOf(text)}`);
  }
  // 400, 413 and 422 are about this document (too long, say): it has no usable answer, and the run goes on.
  if (status === 400 || status === 413 || status === 422) {
    const rawAnswer = `HTTP ${status}: ${text.replaceAll("\u0000", "")}`.slice(0, longestAnswer);
    return { ...empty, outcome: "unusable", rawAnswer };
  }
  const parsed = completionSchema.safeParse(json);
  if (!parsed.success) throw new EndpointRefused("not_openai", excerptOf(text));
  const choice = parsed.data.choices[0];
  const rawAnswer = (choice?.message.content ?? "").replaceAll("\u0000", "").slice(0, longestAnswer);
  return {
    outcome: parseAnswer(rawAnswer),
    probability: medicalProbability(
      choice?.logprobs?.content?.map((entry) => ({ ...entry, top_logprobs: entry.top_logprobs ?? undefined })),
    ),
    rawAnswer,
    latencyMs,
    promptTokens: parsed.data.usage?.prompt_tokens ?? 0,
    completionTokens: parsed.data.usage?.completion_tokens ?? 0,
  };
}

async function post(
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
function excerptOf(text: string): string {
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
