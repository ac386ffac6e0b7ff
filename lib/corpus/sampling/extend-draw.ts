import { recordAudit } from "@/lib/audit/record";
import { enqueue } from "@/lib/jobs/enqueue";
import { type Database, database, inTransaction } from "@/lib/platform/database/client";
import { conflict, notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { type ExtensionDesign, sampleDesignSchema } from "../schema";
import { drawSampleJob } from "./draw-sample";
import { type PlannedDraw, planStrata, requireDrawable } from "./strata";
import { usableDraw } from "./usable-draw";

/** The draw from a corpus that is to grow. Throws 404, `draw_not_larger`, `sample_too_large`, `draw_not_extensible`. */
async function drawToExtend(transaction: Database, actor: StudyActor, { drawId, size }: ExtensionDesign) {
  const draw = await transaction.draw.findFirst({
    where: { id: drawId, ...usableDraw(actor.studyId) },
    include: { strata: true, sample: { include: { corpus: true } } },
  });
  if (!draw) throw notFound();
  const design = sampleDesignSchema.safeParse(draw.design);
  if (!design.success || draw.parentDrawId) throw unprocessable("draw_not_extensible");
  if (size <= draw.size) throw unprocessable("draw_not_larger", { size: draw.size });
  const { corpus } = draw.sample;
  if (size > corpus.documents) throw unprocessable("sample_too_large", { size, documents: corpus.documents });
  return { draw, design: { ...design.data, size }, corpus };
}

/**
 * How many of each stratum an extension has: by the same design, none fewer than are drawn already. So every stratum still
 * holds the documents with its smallest permanent random numbers, and probabilities are those of the larger draw (Ohlsson,
 * Coordination of Samples Using Permanent Random Numbers, 1995).
 */
export async function planExtension(actor: StudyActor, input: ExtensionDesign): Promise<PlannedDraw[]> {
  const { draw, design, corpus } = await drawToExtend(database(), actor, input);
  const drawn = new Map(draw.strata.map(({ key, sampleSize }) => [key, sampleSize]));
  const strata = await planStrata(corpus.address, design, undefined, drawn);
  requireDrawable(strata);
  return strata;
}

/** A further, larger draw of the same sample, which the worker draws; one at a time (`sample_busy`). */
export async function extendDraw(
  actor: StudyActor,
  sampleId: string,
  input: ExtensionDesign,
): Promise<{ id: string; number: number }> {
  await planExtension(actor, input);
  return inTransaction(async (transaction) => {
    const { draw, design } = await drawToExtend(transaction, actor, input);
    if (draw.sampleId !== sampleId) throw notFound();
    const moved = await transaction.sample.updateMany({
      where: { id: sampleId, studyId: actor.studyId, state: "ready" },
      data: { state: "extending", startedAt: null, heartbeatAt: null, failureCode: null, failureDetail: null },
    });
    if (moved.count === 0) throw conflict("sample_busy");
    const number = await nextNumber(transaction, sampleId);
    const { id } = await transaction.draw.create({
      data: { sampleId, number, extendsDrawId: draw.id, pending: true, design, size: design.size },
    });
    await recordAudit(transaction, actor, {
      action: "samples.extend",
      subject: "sample",
      subjectId: sampleId,
      detail: { draw: number, extends: draw.number, design },
    });
    await enqueue(transaction, drawSampleJob, { sampleId }, { key: `sample:${sampleId}` });
    return { id, number };
  });
}

/** The number of a sample's next draw; the sample's row is locked until the transaction ends. */
export async function nextNumber(transaction: Database, sampleId: string): Promise<number> {
  await transaction.$queryRaw`select "id" from "Sample" where "id" = ${sampleId}::uuid for update`;
  const { _max } = await transaction.draw.aggregate({ where: { sampleId }, _max: { number: true } });
  return (_max.number ?? 0) + 1;
}
