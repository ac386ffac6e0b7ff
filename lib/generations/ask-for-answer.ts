import { z } from "zod";
import type { EndpointConnection } from "@/lib/labelling/connect-endpoint";
import { EndpointRefused, excerptOf, parseJson, postChat } from "@/lib/labelling/post-chat";
import { readUsage, usageSchema } from "@/lib/labelling/read-usage";
import type { EndpointParameters } from "./schema";

export type EndpointAnswer = {
  text: string;
  /** null: the endpoint does not say */
  tokens: number | null;
  promptTokens: number | null;
  finish: string;
  latencyMs: number;
};

/** The endpoint won't answer this prompt as it is asked; its own words say why. */
export class PromptRefused extends Error {
  constructor(readonly detail: string) {
    super(detail);
  }
}

const completionSchema = z.object({
  choices: z
    .array(z.object({ message: z.object({ content: z.string().nullish() }), finish_reason: z.string().nullish() }))
    .min(1),
  usage: usageSchema,
});

/** PostgreSQL's text has no place for U+0000. */
const storable = (text: string) => text.replaceAll("\u0000", "");

// Servers that know the longest answer by its newer name only, from the first refusal on.
const newerServers = new Set<string>();

/**
 * Has one prompt answered; the sampling is that of `parameters`, the seed this prompt's own. `finish` is the endpoint's
 * word: "stop", or "length" for an answer that was cut. Throws EndpointBusy, EndpointRefused, PromptRefused.
 */
export async function askForAnswer(
  connection: EndpointConnection,
  prompt: string,
  seed: number,
  parameters: EndpointParameters,
  signal?: AbortSignal,
): Promise<EndpointAnswer> {
  const server = `${connection.baseUrl} ${connection.model}`;
  const { systemPrompt, maxNewTokens, temperature, topP, timeoutSeconds } = parameters;
  const started = performance.now();
  const ask = (byNewerName: boolean) =>
    postChat(
      connection,
      { timeoutSeconds, signal },
      {
        model: connection.model,
        messages: [
          ...(systemPrompt === null ? [] : [{ role: "system", content: systemPrompt }]),
          { role: "user", content: prompt },
        ],
        ...{ temperature, top_p: topP, seed, stream: false },
        [byNewerName ? "max_completion_tokens" : "max_tokens"]: maxNewTokens,
      },
    );
  // As it was when this request was sent: others may learn of it meanwhile.
  const newer = newerServers.has(server);
  let { status, text } = await ask(newer);
  if (status === 400 && text.includes("max_completion_tokens") && !newer) {
    newerServers.add(server);
    ({ status, text } = await ask(true));
  }
  const json = parseJson(text);
  const said = `HTTP ${status}: ${excerptOf(text)}`;
  if (status !== 200 && json === null && status !== 413) throw new EndpointRefused("not_openai", said);
  if (status !== 200) throw new PromptRefused(said);
  const parsed = completionSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new EndpointRefused("not_openai", `${issue?.path.join(".") || "JSON"}: ${excerptOf(text)}`);
  }
  const { choices, usage } = parsed.data;
  const { promptTokens, completionTokens } = readUsage(usage);
  return {
    text: storable(choices[0]?.message.content ?? "").trim(),
    tokens: completionTokens,
    promptTokens,
    finish: storable(choices[0]?.finish_reason ?? "stop").slice(0, 40),
    latencyMs: Math.round(performance.now() - started),
  };
}
