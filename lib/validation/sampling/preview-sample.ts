import { planSample } from "@/lib/corpus/sampling/create-sample";
import { planExtension } from "@/lib/corpus/sampling/extend-draw";
import type { SamplePlan, SamplePreview, StratumView } from "@/lib/corpus/schema";
import type { StudyActor } from "@/lib/studies/actor";
import { planFromDraw } from "./create-draw";
import { planPrecision, type StratumToPlan } from "./plan-precision";

/** How many a design would draw of each stratum, and what precision and work that means. Nothing is drawn. */
export async function previewSample(
  actor: StudyActor,
  input: SamplePreview,
): Promise<{ strata: StratumView[]; plan: SamplePlan | null }> {
  const strata = await plannedStrata(actor, input);
  return {
    strata: strata.map(({ key, populationSize, sampleSize }) => ({ key, populationSize, sampleSize })),
    plan: input.plan ? await planPrecision(actor, strata, input.plan) : null,
  };
}

async function plannedStrata(actor: StudyActor, input: SamplePreview): Promise<(StratumToPlan & { key: string })[]> {
  if ("corpusId" in input) return planSample(actor, input);
  const { design } = input;
  const fromDraw = await planFromDraw(actor, design);
  if (fromDraw) return fromDraw;
  return design.kind === "extension" ? planExtension(actor, design) : [];
}
