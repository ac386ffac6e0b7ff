import { createHash } from "node:crypto";
import type { Actor } from "@/lib/auth/actor";
import { database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import type { StudyActor } from "@/lib/studies/actor";
import { createRound } from "../create-round";
import { openRound } from "../open-round";

type StratumPlan = { key?: string; populationSize: number; sampleSize: number };

/** A ready sample with one draw, its items and strata. Texts are "Dokument 0", … */
export async function makeDraw(studyId: string, strata: StratumPlan[] = [{ populationSize: 1000, sampleSize: 12 }]) {
  const corpus = await database().corpus.create({
    data: { studyId, name: "Corpus", state: "ready", address: "store:corpora/test" },
  });
  const sample = await database().sample.create({
    data: { studyId, corpusId: corpus.id, name: "Sample", state: "ready", seed: 1 },
  });
  const size = strata.reduce((sum, stratum) => sum + stratum.sampleSize, 0);
  const draw = await database().draw.create({ data: { sampleId: sample.id, number: 1, design: {}, size } });
  const itemIds: string[] = [];
  for (const [index, plan] of strata.entries()) {
    const stratum = await database().stratum.create({
      data: { drawId: draw.id, key: plan.key ?? `stratum ${index}`, ...sizes(plan) },
    });
    const rows = Array.from({ length: plan.sampleSize }, (_, row) => {
      const documentId = `document-${index}-${row}`;
      const text = `Dokument ${itemIds.length + row}`;
      return {
        id: newId(),
        sampleId: sample.id,
        documentId,
        text,
        textHash: createHash("sha256").update(text).digest("hex"),
        characters: text.length,
        originFile: "part-0.parquet",
        originRow: row,
        permanentRandom: (row + 0.5) / plan.sampleSize,
        duplicateGroup: documentId,
      };
    });
    await database().item.createMany({ data: rows });
    await database().drawItem.createMany({
      data: rows.map((row, position) => ({
        drawId: draw.id,
        itemId: row.id,
        stratumId: stratum.id,
        position: itemIds.length + position,
        inclusionProbability: plan.sampleSize / plan.populationSize,
      })),
    });
    itemIds.push(...rows.map((row) => row.id));
  }
  return { sampleId: sample.id, drawId: draw.id, itemIds };
}

/** A further draw with the items of the first and `more` in each stratum, as a drawn extension has them. */
export async function extendDraw(drawId: string, more: number) {
  const first = await database().draw.findUniqueOrThrow({
    where: { id: drawId },
    include: { strata: { include: { items: { orderBy: { position: "asc" }, include: { item: true } } } } },
  });
  const { sampleId, number, design, strata } = first;
  const size = first.size + more * strata.length;
  const draw = await database().draw.create({
    data: { sampleId, number: number + 1, extendsDrawId: drawId, design: design ?? {}, size },
  });
  const itemIds: string[] = [];
  for (const { key, populationSize, items } of strata) {
    const sampleSize = items.length + more;
    const stratum = await database().stratum.create({ data: { drawId: draw.id, key, populationSize, sampleSize } });
    const { id: _, ...like } = items[0]?.item ?? raise(`stratum ${key} is empty`);
    const added = Array.from({ length: more }, (_, row) => {
      const [documentId, text] = [`more-${number}-${key}-${row}`, `Weiteres ${number} ${key} ${row}`];
      const names = { documentId, text, characters: text.length, duplicateGroup: documentId };
      return { ...like, ...names, id: newId(), attributes: {}, originRow: 1000 * number + row, permanentRandom: 0.99 };
    });
    await database().item.createMany({ data: added });
    const all = [...items.map(({ itemId }) => itemId), ...added.map(({ id }) => id)];
    await database().drawItem.createMany({
      data: all.map((itemId, row) => ({
        ...{ drawId: draw.id, itemId, stratumId: stratum.id, position: itemIds.length + row },
        inclusionProbability: sampleSize / populationSize,
      })),
    });
    itemIds.push(...all);
  }
  return { sampleId, drawId: draw.id, itemIds };
}

const raise = (message: string): never => {
  throw new Error(message);
};

const sizes = ({ populationSize, sampleSize }: StratumPlan) => ({ populationSize, sampleSize });

export async function makeRound(
  owner: StudyActor,
  members: Actor[],
  options: { strata?: StratumPlan[]; doubleShare?: number; repeatShare?: number; seed?: number; open?: boolean } = {},
) {
  const draw = await makeDraw(owner.studyId, options.strata);
  const round = await createRound(owner, {
    drawId: draw.drawId,
    name: "Round",
    instructionsDe: "Lesen.",
    instructionsEn: "Read.",
    memberIds: members.map((member) => member.personId),
    doubleShare: options.doubleShare ?? 0,
    repeatShare: options.repeatShare ?? 0,
    seed: options.seed ?? 7,
  });
  if (options.open ?? true) await openRound(owner, round.id);
  return { roundId: round.id, ...draw };
}

type Outcome = "medical" | "non_medical" | "unusable";

/** A labelling run of the draw, ended unless told otherwise. */
export async function makeLabelling(
  studyId: string,
  drawId: string,
  outcomes: Map<string, Outcome>,
  state: "running" | "succeeded" = "succeeded",
): Promise<string> {
  const endpoint = await database().llmEndpoint.create({
    data: { name: "Test", baseUrl: "http://127.0.0.1:1/v1", model: "test" },
  });
  const versions = await database().labellingPrompt.count({ where: { studyId } });
  const prompt = await database().labellingPrompt.create({
    data: { studyId, version: versions + 1, language: "de", text: "{{document}}" },
  });
  const run = await database().labellingRun.create({
    data: {
      studyId,
      drawId,
      endpointId: endpoint.id,
      promptId: prompt.id,
      model: "test",
      parameters: {},
      state,
      total: outcomes.size,
    },
  });
  await addLabels(run.id, outcomes);
  return run.id;
}

/** Labels and the run's own counts in one transaction, as labelling does it. */
export async function addLabels(labellingRunId: string, outcomes: Map<string, Outcome>): Promise<void> {
  const count = (outcome: Outcome) => [...outcomes.values()].filter((one) => one === outcome).length;
  await database().$transaction([
    database().llmLabel.createMany({
      data: [...outcomes].map(([itemId, outcome]) => ({
        labellingRunId,
        itemId,
        outcome,
        rawAnswer: outcome,
        latencyMs: 1,
      })),
    }),
    database().labellingRun.update({
      where: { id: labellingRunId },
      data: {
        medical: { increment: count("medical") },
        nonMedical: { increment: count("non_medical") },
        unusable: { increment: count("unusable") },
      },
    }),
  ]);
}
