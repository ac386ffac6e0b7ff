import { recordAudit } from "@/lib/audit/record";
import { extendDraw, nextNumber } from "@/lib/corpus/sampling/extend-draw";
import { usableDraw } from "@/lib/corpus/sampling/usable-draw";
import {
  type CreateDraw,
  type ExtensionDesign,
  type SubsampleDesign,
  subsampleDesignSchema,
} from "@/lib/corpus/schema";
import { type Database, database, inTransaction } from "@/lib/platform/database/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { planSecondPhase, type SecondPhaseStratum, writeSecondPhase } from "./second-phase";

type Drawn = { id: string; number: number };

/** A further draw of a sample: a second phase from one of its draws, or more documents by an earlier draw's design. */
export async function createDraw(actor: StudyActor, sampleId: string, input: CreateDraw): Promise<Drawn> {
  if (input.kind === "subsample") return drawSecondPhase(actor, sampleId, input, null);
  const extended = await findExtended(database(), actor, input);
  if (!extended) return extendDraw(actor, sampleId, input);
  return drawSecondPhase(actor, sampleId, { ...extended.design, size: input.size }, extended);
}

type Extended = { id: string; number: number; design: SubsampleDesign; drawn: Map<string, [number, number]> };

/** The second phase that is to grow; null where the draw is one from a corpus. Throws 404, `draw_not_larger`. */
async function findExtended(
  transaction: Database,
  actor: StudyActor,
  { drawId, size }: ExtensionDesign,
): Promise<Extended | null> {
  const draw = await transaction.draw.findFirst({
    where: { id: drawId, ...usableDraw(actor.studyId) },
    include: { strata: true },
  });
  if (!draw) throw notFound();
  if (!draw.parentDrawId) return null;
  if (size <= draw.size) throw unprocessable("draw_not_larger", { size: draw.size });
  return {
    id: draw.id,
    number: draw.number,
    design: subsampleDesignSchema.parse(draw.design),
    drawn: new Map(draw.strata.map((one) => [one.key, [one.sampleSize, one.populationSize]])),
  };
}

/** Throws `strata_changed` where labels that came later have moved documents to other strata. */
async function planDraw(
  transaction: Database,
  actor: StudyActor,
  design: SubsampleDesign,
  extended: Pick<Extended, "drawn"> | null,
) {
  const drawn = extended && new Map([...extended.drawn].map(([key, [sampleSize]]) => [key, sampleSize]));
  const plan = await planSecondPhase(transaction, actor, design, drawn ?? undefined);
  const same = ({ key, populationSize }: SecondPhaseStratum) => extended?.drawn.get(key)?.[1] === populationSize;
  if (extended && !(plan.strata.length === extended.drawn.size && plan.strata.every(same))) {
    throw unprocessable("strata_changed");
  }
  return plan;
}

/** How many a second phase, or its extension, would draw of each stratum; null for what is drawn from a corpus. */
export async function planFromDraw(actor: StudyActor, input: CreateDraw): Promise<SecondPhaseStratum[] | null> {
  if (input.kind === "subsample") return (await planDraw(database(), actor, input, null)).strata;
  const extended = await findExtended(database(), actor, input);
  if (!extended) return null;
  return (await planDraw(database(), actor, { ...extended.design, size: input.size }, extended)).strata;
}

/** At once: the documents are there already. */
function drawSecondPhase(
  actor: StudyActor,
  sampleId: string,
  design: SubsampleDesign,
  extended: Extended | null,
): Promise<Drawn> {
  return inTransaction(async (transaction) => {
    const { parent, strata } = await planDraw(transaction, actor, design, extended);
    if (parent.sampleId !== sampleId) throw notFound();
    const number = await nextNumber(transaction, sampleId);
    const size = strata.reduce((sum, { sampleSize }) => sum + sampleSize, 0);
    const { id } = await transaction.draw.create({
      data: { sampleId, number, parentDrawId: parent.id, extendsDrawId: extended?.id ?? null, design, size },
    });
    await writeSecondPhase(transaction, id, parent, design, strata);
    await recordAudit(transaction, actor, {
      action: extended ? "samples.extend" : "samples.subsample",
      subject: "sample",
      subjectId: sampleId,
      detail: { draw: number, from: parent.number, ...(extended ? { extends: extended.number } : {}), design },
    });
    return { id, number };
  });
}
