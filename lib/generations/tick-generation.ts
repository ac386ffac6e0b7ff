import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import { askAtPace, forgetPace } from "@/lib/labelling/ask-at-pace";
import { connectEndpoint, type EndpointConnection } from "@/lib/labelling/connect-endpoint";
import { EndpointRefused } from "@/lib/labelling/post-chat";
import { roomFor } from "@/lib/labelling/spending";
import { database, inTransaction } from "@/lib/platform/database/client";
import { Problem } from "@/lib/platform/problem";
import { askForAnswer, type EndpointAnswer, PromptRefused } from "./ask-for-answer";
import { finishGeneration } from "./finish-generation";
import { promptSeed } from "./prompt-seed";
import { type EndpointParameters, endpointParametersSchema } from "./schema";

const tickMs = 20_000;

type Work = {
  id: string;
  promptSetId: string;
  seed: number;
  parameters: EndpointParameters;
  connection: EndpointConnection;
};
type AskedPrompt = { id: string; key: string; text: string };

/** Asks for 20 s and for the next tick. A prompt is done when its answer is there, so a killed worker loses nothing. */
export const generationTick = defineJob({
  name: "generations.tick",
  payload: z.object({ generationId: z.uuid() }),
  // Two at once would ask for the same again, and pay for it twice.
  oneAtATime: true,
  async run({ generationId }, { signal }) {
    await database().endpointGeneration.updateMany({
      where: { id: generationId, state: "queued" },
      data: { state: "running", startedAt: new Date() },
    });
    const generation = await database().endpointGeneration.findFirst({
      where: { id: generationId, state: "running" },
      include: { endpoint: true },
    });
    if (!generation) return;
    const { id, promptSetId, seed, model } = generation;
    const way = await connectEndpoint({ ...generation.endpoint, model });
    if ("waiting" in way) return waitFor(id, way.waiting);
    if (generation.failureCode) await setReason(id, null);
    const parameters = endpointParametersSchema.parse(generation.parameters);
    const started = performance.now();
    try {
      await answerFor({ id, promptSetId, seed, parameters, connection: way.connection }, started + tickMs, signal);
    } catch (error) {
      if (error instanceof EndpointRefused) await stopWith(id, error.code, error.detail);
      else if (error instanceof PromptRefused) await stopWith(id, "prompt_refused", error.detail);
      else throw error;
    } finally {
      await database().endpointGeneration.update({
        where: { id },
        data: { activeMs: { increment: Math.round(performance.now() - started) } },
      });
    }
    await finishOrGoOn(id);
  },
});

async function answerFor(work: Work, until: number, signal: AbortSignal): Promise<void> {
  const unreachable = await askAtPace({
    id: work.id,
    concurrency: work.parameters.concurrency,
    until,
    signal,
    room: () => roomOf(work.id),
    next: promptsInOrder(work),
    ask: (prompt, requests) => answerOne(work, prompt, requests, signal),
  });
  if (unreachable !== null) await stopWith(work.id, "endpoint_unreachable", unreachable);
}

/** For how many more prompts it may ask: none once it runs no more, or its budget is spent, which pauses it. */
async function roomOf(id: string): Promise<number> {
  const generation = await database().endpointGeneration.findUniqueOrThrow({ where: { id } });
  if (generation.state !== "running") return 0;
  const room = roomFor(generation);
  if (typeof room === "number") return room;
  await stopWith(id, room, "");
  return 0;
}

async function answerOne(work: Work, prompt: AskedPrompt, requests: number, signal: AbortSignal): Promise<void> {
  const seed = promptSeed(work.seed, prompt.key);
  try {
    const answer = await askForAnswer(work.connection, prompt.text, seed, work.parameters, signal);
    await writeAnswer(work.id, prompt.id, answer, { seed, requests });
  } catch (error) {
    // Which prompt it was, for whoever mends it.
    if (error instanceof PromptRefused) throw new PromptRefused(`${prompt.key}: ${error.detail}`);
    throw error;
  }
}

/**
 * Writes one answer with its tallies. A second of the same prompt (a worker that was taken for dead) is dropped; the tokens that it took
 * are spent all the same.
 */
async function writeAnswer(
  generationId: string,
  promptId: string,
  { promptTokens, ...answer }: EndpointAnswer,
  asked: { seed: number; requests: number },
): Promise<void> {
  await inTransaction(async (transaction) => {
    const { count } = await transaction.endpointAnswer.createMany({
      data: [{ generationId, promptId, promptTokens, ...answer, ...asked }],
      skipDuplicates: true,
    });
    await transaction.endpointGeneration.update({
      where: { id: generationId },
      data: {
        done: { increment: count },
        uncounted: { increment: promptTokens === null ? count : 0 },
        promptTokens: { increment: promptTokens ?? 0 },
        completionTokens: { increment: answer.tokens ?? 0 },
      },
    });
  });
}

/** Those without an answer, each once. */
function promptsInOrder(work: Work): (limit: number) => Promise<AskedPrompt[]> {
  let after = -1;
  return async (limit) => {
    const prompts = await database().$queryRaw<(AskedPrompt & { position: number })[]>`
      select p.id, p.key, p.text, p.position from "Prompt" p
      where p."promptSetId" = ${work.promptSetId}::uuid and p.position > ${after}::int
        and not exists (
          select 1 from "EndpointAnswer" a where a."generationId" = ${work.id}::uuid and a."promptId" = p.id)
      order by p.position limit ${limit}::int`;
    after = prompts.at(-1)?.position ?? after;
    return prompts;
  };
}

const setReason = (id: string, failureCode: string | null) =>
  database().endpointGeneration.updateMany({
    where: { id, state: "running" },
    data: { failureCode, failureDetail: null },
  });

async function waitFor(id: string, reason: string): Promise<void> {
  await setReason(id, reason);
  await enqueue(database(), generationTick, { generationId: id }, { key: `generation:${id}`, delaySeconds: 2 });
}

/** Nothing is lost: whoever mends the reason resumes it where it stands. */
async function stopWith(id: string, failureCode: string, failureDetail: string): Promise<void> {
  await database().endpointGeneration.updateMany({
    where: { id, state: "running" },
    data: { state: "paused", failureCode, failureDetail },
  });
}

async function finishOrGoOn(id: string): Promise<void> {
  const generation = await database().endpointGeneration.findUniqueOrThrow({ where: { id } });
  if (generation.state !== "running") return;
  if (generation.done < generation.total) {
    await enqueue(database(), generationTick, { generationId: id }, { key: `generation:${id}` });
    return;
  }
  try {
    await finishGeneration(generation);
    forgetPace(id);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const code = error.code === "analysis_needs_backend" ? error.code : "analysis_refused";
    await stopWith(id, code, error.code);
  }
}

/** Wakes generations whose tick was lost with a killed worker; a tick that waits in the queue already is kept. */
export const sweepGenerations = defineJob({
  name: "generations.sweep",
  payload: z.object({}),
  everySeconds: 60,
  run: async () => {
    const open = await database().endpointGeneration.findMany({
      where: { state: { in: ["queued", "running"] } },
      select: { id: true },
    });
    for (const { id } of open) {
      await enqueue(database(), generationTick, { generationId: id }, { key: `generation:${id}` });
    }
  },
});
