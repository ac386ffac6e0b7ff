import { recordAudit } from "@/lib/audit/record";
import { enqueue } from "@/lib/jobs/enqueue";
import { type Database, database, inTransaction } from "@/lib/platform/database/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { CreateSample, SampleDesign } from "../schema";
import { drawSampleJob } from "./draw-sample";
import { type PlannedDraw, planStrata, requireDrawable } from "./strata";

/** Throws `corpus_not_ready`, `corpus_empty`, `sample_too_large`. */
async function readyCorpus(transaction: Database, actor: StudyActor, corpusId: string, design: SampleDesign) {
  const corpus = await transaction.corpus.findFirst({ where: { id: corpusId, studyId: actor.studyId } });
  if (!corpus) throw notFound();
  if (corpus.state !== "ready") throw unprocessable("corpus_not_ready");
  if (corpus.documents === 0) throw unprocessable("corpus_empty");
  if (design.size > corpus.documents) {
    throw unprocessable("sample_too_large", { size: design.size, documents: corpus.documents });
  }
  return corpus;
}

/**
 * How many a design would draw of each stratum, before anything is drawn, with what is known of the strata. Throws
 * `too_many_strata`, `sample_too_small`, `corpus_without_scores`.
 */
export async function planSample(
  actor: StudyActor,
  input: { corpusId: string; design: SampleDesign },
): Promise<PlannedDraw[]> {
  const corpus = await readyCorpus(database(), actor, input.corpusId, input.design);
  const strata = await planStrata(corpus.address, input.design);
  requireDrawable(strata);
  return strata;
}

/** Freezes the design and has it drawn. */
export async function createSample(actor: StudyActor, input: CreateSample): Promise<{ id: string }> {
  await planSample(actor, input);
  return inTransaction(async (transaction) => {
    const corpus = await readyCorpus(transaction, actor, input.corpusId, input.design);
    const sample = await transaction.sample.create({
      data: {
        studyId: actor.studyId,
        corpusId: corpus.id,
        name: input.name,
        seed: input.seed,
        createdById: actor.personId,
        draws: { create: { number: 1, design: input.design, size: input.design.size } },
      },
    });
    await recordAudit(transaction, actor, {
      action: "samples.draw",
      subject: "sample",
      subjectId: sample.id,
      detail: { name: input.name, design: input.design, seed: input.seed },
    });
    await enqueue(transaction, drawSampleJob, { sampleId: sample.id }, { key: `sample:${sample.id}` });
    return { id: sample.id };
  });
}
