import { rm } from "node:fs/promises";
import { database, inTransaction } from "@/lib/platform/database/client";
import type { EndpointGeneration } from "@/lib/platform/database/generated/client";
import { newId } from "@/lib/platform/ids";
import { Problem } from "@/lib/platform/problem";
import { pathOf } from "@/lib/platform/storage/addresses";
import { digestOf } from "@/lib/platform/storage/files";
import { writeParquet } from "@/lib/platform/storage/parquet";
import { startAnalysis } from "./start-analysis";

/**
 * All prompts are answered: the answers become a set as a generate run leaves one, with the same file, and their analysis
 * is asked for. Done twice at once, one of the two makes it. Throws the Problem for which no analysis can be started.
 */
export async function finishGeneration(generation: EndpointGeneration): Promise<void> {
  const { id: generationId } = generation;
  const answers = await database().endpointAnswer.findMany({
    where: { generationId },
    include: { prompt: { select: { key: true, text: true } } },
    orderBy: { prompt: { position: "asc" } },
  });
  const id = newId();
  const address = `store:answer-sets/${id}.parquet`;
  await writeParquet(
    pathOf(address),
    { id: "text", prompt: "text", answer: "text", tokens: "integer", finish: "text" },
    answers.map(({ prompt, text, tokens, finish }) => ({
      ...{ id: prompt.key, prompt: prompt.text },
      ...{ answer: text, tokens, finish },
    })),
  );
  try {
    await keep(generation, answers, { id, address });
  } catch (error) {
    // After any other fault nobody knows whether the rows are there, which need the file.
    if (error instanceof Problem) await rm(pathOf(address), { force: true });
    throw error;
  }
}

type Answers = { promptId: string; text: string; tokens: number | null; finish: string }[];

async function keep(generation: EndpointGeneration, answers: Answers, set: { id: string; address: string }) {
  const { id: generationId, studyId, promptSetId } = generation;
  const { id, address } = set;
  const digest = await digestOf(pathOf(address));
  const promptSet = await database().promptSet.findUniqueOrThrow({ where: { id: promptSetId } });
  await inTransaction(async (transaction) => {
    const { count } = await transaction.endpointGeneration.updateMany({
      where: { id: generationId, state: "running" },
      data: { state: "succeeded", finishedAt: new Date() },
    });
    if (count === 0) return rm(pathOf(address), { force: true });
    await transaction.answerSet.create({
      data: { id, studyId, promptSetId, endpointGenerationId: generationId, address, digest },
    });
    await transaction.answer.createMany({
      data: answers.map(({ promptId, text, tokens, finish }) => ({ answerSetId: id, promptId, text, tokens, finish })),
    });
    const made = { studyId, createdById: generation.createdById, name: `${generation.model} · ${promptSet.name}` };
    await startAnalysis(transaction, made, id, { address, digest });
  });
}
