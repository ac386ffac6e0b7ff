import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import { database } from "@/lib/platform/database/client";
import { askAtPace, forgetPace } from "./ask-at-pace";
import { askForLabel } from "./ask-endpoint";
import { connectEndpoint, type EndpointConnection } from "./connect-endpoint";
import { EndpointRefused } from "./post-chat";
import { renderPrompt } from "./rules";
import { type LabellingParameters, labellingParametersSchema } from "./schema";
import { labellingSpent, roomFor } from "./spending";
import { writeLabel } from "./write-label";

const tickMs = 20_000;
/** So many failures of one document while others succeed, and its answer counts as unusable. */
const failuresOfOneItem = 5;

type Work = {
  id: string;
  drawId: string;
  prompt: string;
  parameters: LabellingParameters;
  connection: EndpointConnection;
};

/** Labels for 20 s and asks for the next tick. An item is done when its label is there, so a killed worker loses nothing. */
export const labellingTick = defineJob({
  name: "labelling.tick",
  payload: z.object({ labellingRunId: z.uuid() }),
  // Two at once would ask for the same again, and pay for it twice.
  oneAtATime: true,
  async run({ labellingRunId }, { signal }) {
    await database().labellingRun.updateMany({
      where: { id: labellingRunId, state: "queued" },
      data: { state: "running", startedAt: new Date() },
    });
    const run = await database().labellingRun.findFirst({
      where: { id: labellingRunId, state: "running" },
      include: { endpoint: true, prompt: true },
    });
    if (!run) return;
    const way = await connectEndpoint({ ...run.endpoint, model: run.model });
    if ("waiting" in way) return waitFor(run.id, way.waiting);
    if (run.failureCode) await setReason(run.id, null);
    const parameters = labellingParametersSchema.parse(run.parameters);
    const work = { id: run.id, drawId: run.drawId, prompt: run.prompt.text, parameters, connection: way.connection };
    const started = performance.now();
    try {
      await labelFor(work, started + tickMs, signal);
    } catch (error) {
      if (!(error instanceof EndpointRefused)) throw error;
      await stopWith(run.id, error.code, error.detail);
    } finally {
      await database().labellingRun.update({
        where: { id: run.id },
        data: { activeMs: { increment: Math.round(performance.now() - started) } },
      });
    }
    await finishOrGoOn(run.id);
  },
});

async function labelFor(work: Work, until: number, signal: AbortSignal): Promise<void> {
  const unreachable = await askAtPace({
    id: work.id,
    concurrency: work.parameters.concurrency,
    until,
    signal,
    room: () => roomOf(work.id),
    next: itemsInOrder(work),
    ask: async (item, requests) => {
      const message = renderPrompt(work.prompt, item.text, work.parameters.maxCharacters);
      const answer = await askForLabel(work.connection, message, { ...work.parameters, signal });
      await writeLabel(work, item.id, answer, requests);
    },
    onBusy: (item, failures, reason) => giveUpOn(work, item.id, failures, reason),
  });
  if (unreachable !== null) await stopWith(work.id, "endpoint_unreachable", "");
}

/** For how many more documents it may ask: none once it runs no more, or its budget is spent, which pauses it. */
async function roomOf(id: string): Promise<number> {
  const run = await database().labellingRun.findUniqueOrThrow({ where: { id } });
  if (run.state !== "running") return 0;
  const room = roomFor(labellingSpent(run));
  if (typeof room === "number") return room;
  await stopWith(id, room, "");
  return 0;
}

/** Where the endpoint was busy for one item again and again while it labelled others. */
async function giveUpOn(work: Work, itemId: string, failures: number, reason: string): Promise<boolean> {
  if (failures < failuresOfOneItem) return false;
  const others = await database().labellingRun.findUnique({ where: { id: work.id } });
  if (!others || others.medical + others.nonMedical + others.unusable === 0) return false;
  const answer = {
    outcome: "unusable" as const,
    probability: null,
    latencyMs: 0,
    promptTokens: 0,
    completionTokens: 0,
  };
  await writeLabel(work, itemId, { ...answer, rawAnswer: `no answer: ${reason}` }, failures);
  return true;
}

/** Those without a label, each once: where the last ones ended it goes on, instead of passing all labelled ones again. */
function itemsInOrder(work: Work): (limit: number) => Promise<{ id: string; text: string }[]> {
  let after = -1;
  return async (limit) => {
    const items = await database().$queryRaw<{ id: string; text: string; position: number }[]>`
      select i.id, left(i.text, ${work.parameters.maxCharacters}::int) as text, d.position
      from "DrawItem" d join "Item" i on i.id = d."itemId"
      where d."drawId" = ${work.drawId}::uuid and d.position > ${after}::int
        and not exists (select 1 from "LlmLabel" l where l."labellingRunId" = ${work.id}::uuid and l."itemId" = d."itemId")
      order by d.position limit ${limit}::int`;
    after = items.at(-1)?.position ?? after;
    return items;
  };
}

const setReason = (id: string, failureCode: string | null) =>
  database().labellingRun.updateMany({ where: { id, state: "running" }, data: { failureCode, failureDetail: null } });

async function waitFor(id: string, reason: string): Promise<void> {
  await setReason(id, reason);
  await enqueue(database(), labellingTick, { labellingRunId: id }, { key: `labelling:${id}`, delaySeconds: 2 });
}

/** Nothing is lost: whoever mends the reason resumes the run where it stands. */
async function stopWith(id: string, failureCode: string, failureDetail: string): Promise<void> {
  await database().labellingRun.updateMany({
    where: { id, state: "running" },
    data: { state: "paused", failureCode, failureDetail },
  });
}

async function finishOrGoOn(id: string): Promise<void> {
  const run = await database().labellingRun.findUniqueOrThrow({ where: { id } });
  if (run.state !== "running") return;
  if (run.medical + run.nonMedical + run.unusable < run.total) {
    await enqueue(database(), labellingTick, { labellingRunId: id }, { key: `labelling:${id}` });
    return;
  }
  await database().labellingRun.updateMany({
    where: { id, state: "running" },
    data: { state: "succeeded", finishedAt: new Date() },
  });
  forgetPace(id);
}
