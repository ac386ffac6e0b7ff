import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import type { RunFacts } from "./demand";
import { readModelFacts } from "./model-facts";

/** What a run uses, by the kind and id of its lineage. */
export type Use = { kind: string; targetId: string };

/** Reads what is known of what a run uses; only of the study's own and of the installation's base checkpoints. */
export async function readFacts(transaction: Database, studyId: string, uses: readonly Use[]): Promise<RunFacts> {
  const idsOf = (kind: string) => uses.filter((use) => use.kind === kind).map(({ targetId }) => targetId);
  const first = (kind: string) => idsOf(kind)[0] ?? null;
  const own = (id: string | null) => ({ id: id ?? "00000000-0000-0000-0000-000000000000", studyId });
  const corpus = first("corpus") && (await transaction.corpus.findFirst({ where: own(first("corpus")) }));
  const labelSet = first("label-set") && (await transaction.labelSet.findFirst({ where: own(first("label-set")) }));
  const questions =
    first("question-set") && (await transaction.questionSet.findFirst({ where: own(first("question-set")) }));
  const prompts = first("prompt-set")
    ? await transaction.prompt.count({ where: { promptSet: own(first("prompt-set")) } })
    : null;
  const classifier =
    first("classifier") && (await transaction.classifier.findFirst({ where: own(first("classifier")) }));
  return {
    model: classifier
      ? await readModelFacts(classifier.modelAddress)
      : await readModel(transaction, studyId, idsOf("checkpoint")),
    maxTokens: classifier ? await readMaxTokens(classifier.onnxAddress) : null,
    documents: corpus ? corpus.documents : labelSet ? labelSet.documents : null,
    characters: corpus ? Number(corpus.characters) : null,
    corpusBytes: corpus ? Number(corpus.bytes) : null,
    questions: questions ? questions.questions : null,
    prompts,
  };
}

async function readModel(transaction: Database, studyId: string, checkpointIds: string[]) {
  const checkpoints = await transaction.checkpoint.findMany({
    where: { id: { in: checkpointIds }, OR: [{ studyId }, { studyId: null }] },
  });
  const facts = await Promise.all(checkpoints.map(({ address }) => readModelFacts(address)));
  // Of a merge's two, which have one architecture, either.
  return facts.find((each) => each !== null) ?? null;
}

async function readMaxTokens(onnxAddress: string): Promise<number | null> {
  try {
    const description = JSON.parse(await readFile(path.join(pathOf(onnxAddress), "classifier.json"), "utf8"));
    return z.object({ maxTokens: z.number().int().min(1) }).parse(description).maxTokens;
  } catch {
    return null;
  }
}
