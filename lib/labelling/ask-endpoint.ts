import { z } from "zod";
import type { EndpointConnection } from "./connect-endpoint";
import { EndpointRefused, excerptOf, parseJson, postChat } from "./post-chat";
import { readUsage, usageSchema } from "./read-usage";
import { medicalProbability, type Outcome, parseAnswer } from "./rules";

export type LabelAnswer = {
  outcome: Outcome;
  probability: number | null;
  rawAnswer: string;
  latencyMs: number;
  /** null: the endpoint does not say */
  promptTokens: number | null;
  completionTokens: number | null;
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
  usage: usageSchema,
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

/** Asks for one label. Throws EndpointBusy, EndpointRefused; a refusal of this very document is an unusable answer. */
export async function askForLabel(
  connection: EndpointConnection,
  message: string,
  options: { temperature: number; maxTokens: number; timeoutSeconds: number; signal?: AbortSignal },
): Promise<LabelAnswer> {
  const server = `${connection.baseUrl} ${connection.model}`;
  const started = performance.now();
  const ask = (plain: boolean) =>
    postChat(connection, options, {
      model: connection.model,
      messages: [{ role: "user", content: message }],
      temperature: options.temperature,
      max_tokens: options.maxTokens,
      ...(plain ? {} : { response_format: labelFormat, logprobs: true, top_logprobs: 5 }),
    });
  // As it was when this request was sent: others may learn of it meanwhile.
  const askedPlain = plainServers.has(server);
  let { status, text } = await ask(askedPlain);
  if (status === 400 && !askedPlain) {
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
    ...readUsage(parsed.data.usage),
  };
}
