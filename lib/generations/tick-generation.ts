import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import { connectEndpoint, type EndpointConnection } from "@/lib/labelling/connect-endpoint";
import { inParallel } from "@/lib/labelling/in-parallel";
import { EndpointBusy, EndpointRefused } from "@/lib/labelling/post-chat";
import { Pace } from "@/lib/labelling/rules";
import { database, inTransaction } from "@/lib/platform/database/client";
import { Problem } from "@/lib/platform/problem";
import { askForAnswer, type EndpointAnswer, PromptRefused } from "./ask-for-answer";
import { finishGeneration } from "./finish-generation";
import { promptSeed } from "./prompt-seed";
import { type EndpointParameters, endpointParametersSchema } from "./schema";

const tickMs = 20_000;
/** So many failures in a row, with no success between, and the generation pauses with the reason. */
const failuresUntilPause = 8;

type Work = {
  id: string;
  promptSetId: string;
  seed: number;
  parameters: EndpointParameters;
  connection: EndpointConnection;
};
type AskedPrompt = { id: string; key: string; text: string };

/** What a process remembers of a generation between ticks; losing it costs nothing but a careful start. */
const memory = new Map<string, { pace: Pace; failures: Map<string, number> }>();

/** Asks for 20 s and for the next tick. A prompt is done when its answer is there, so a killed worker loses nothing. */
export const generationTick = defineJob({
  name: "generations.tick",
  payload: z.object({ generationId: z.uuid() }),
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
  const { pace, failures } = memory.get(work.id) ?? {
    pace: new Pace(work.parameters.concurrency),
    failures: new Map(),
  };
  memory.set(work.id, { pace, failures });
  while (performance.now() < until && !signal.aborted) {
    const found = await database().endpointGeneration.findUnique({ where: { id: work.id }, select: { state: true } });
    if (found?.state !== "running") return;
    const prompts = await nextPrompts(work, Math.max(1, Math.floor(pace.limit)) * 2);
    if (prompts.length === 0) return;
    let pauseMs = 0;
    let reason = "";
    await inParallel(
      prompts,
      () => Math.floor(pace.limit),
      async (prompt) => {
        // The endpoint asked for a rest, or the time is over: the rest of this batch comes again.
        if (pauseMs > 0 || performance.now() > until || signal.aborted) return;
        try {
          await answerOne(work, prompt, 1 + (failures.get(prompt.id) ?? 0), signal);
          pace.succeeded();
        } catch (error) {
          if (signal.aborted) return;
          if (!(error instanceof EndpointBusy)) throw error;
          reason = error.reason;
          failures.set(prompt.id, (failures.get(prompt.id) ?? 0) + 1);
          pauseMs = Math.max(pauseMs, pace.failed(error.retryAfterSeconds));
        }
      },
    );
    if (pace.failuresInRow >= failuresUntilPause) {
      pace.failuresInRow = 0;
      return stopWith(work.id, "endpoint_unreachable", reason);
    }
    if (pauseMs > 0)
      await wait(Math.min(pauseMs, Math.max(0, until - performance.now())), undefined, { signal }).catch(() => {});
  }
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

/** Writes one answer with its tallies. A second of the same prompt (two ticks at once) is dropped, and counts nothing. */
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
    if (count === 0) return;
    await transaction.endpointGeneration.update({
      where: { id: generationId },
      data: {
        done: { increment: 1 },
        promptTokens: { increment: promptTokens },
        completionTokens: { increment: answer.tokens },
      },
    });
  });
}

function nextPrompts(work: Work, limit: number): Promise<AskedPrompt[]> {
  return database().$queryRaw`
    select p.id, p.key, p.text from "Prompt" p
    where p."promptSetId" = ${work.promptSetId}::uuid
      and not exists (
        select 1 from "EndpointAnswer" a where a."generationId" = ${work.id}::uuid and a."promptId" = p.id)
    order by p.position limit ${limit}::int`;
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
    memory.delete(id);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    await stopWith(id, "analysis_refused", error.code);
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
