import { beforeEach, describe, expect, it } from "vitest";
import { permanentRandom } from "@/lib/corpus/sampling/permanent-random";
import { listSampleItems, readSample } from "@/lib/corpus/sampling/read-samples";
import { createDrawSchema, planOptionsSchema, samplePreviewSchema, subsampleDesignSchema } from "@/lib/corpus/schema";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { type FirstSample, f1AnytimeInterval, ppiMean, stratifiedClassification } from "@/lib/stats";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { createRound } from "../create-round";
import { tallyLabelsJob } from "../jobs";
import { openRound } from "../open-round";
import { readQuality } from "../quality/read-quality";
import { qualityQuery } from "../quality/schema";
import { readRound } from "../read-round";
import type { DecisionLabel } from "../schema";
import { checkStopRules } from "../stop-rule/check-stop-rules";
import { addLabels, makeDraw, makeLabelling } from "../testing/make-round";
import { workThrough } from "../testing/work";
import { createDraw, planFromDraw } from "./create-draw";
import { previewSample } from "./preview-sample";

useTestDatabase();

type Outcome = "medical" | "non_medical" | "unusable";

describe("a subsample of a labelled draw", () => {
  let owner: StudyActor;
  let clinician: StudyActor;
  let sampleId: string;
  let drawId: string;
  let itemIds: string[];
  let labellingRunId: string;
  const sizes = [
    { key: "source:clinic", populationSize: 1_000, sampleSize: 100 },
    { key: "source:forum", populationSize: 30_000, sampleSize: 300 },
  ];
  /** Of the clinic's 40 %, of the forum's 5 %; some answers are unusable. */
  const outcomeOf = (index: number): Outcome => {
    if (index % 50 === 49) return "unusable";
    return (index < 100 ? index % 5 < 2 : index % 20 === 0) ? "medical" : "non_medical";
  };

  beforeEach(async () => {
    const studyId = await makeStudy();
    owner = await makeMember(studyId, "owner");
    clinician = await makeMember(studyId, "clinician");
    ({ sampleId, drawId, itemIds } = await makeDraw(studyId, sizes));
    await database().draw.update({ where: { id: drawId }, data: { design: { kind: "simple", size: 400 } } });
    labellingRunId = await makeLabelling(studyId, drawId, new Map(itemIds.map((id, index) => [id, outcomeOf(index)])));
  });

  const design = (parts: object = {}) =>
    subsampleDesignSchema.parse({
      kind: "subsample",
      drawId,
      seed: 5,
      size: 90,
      by: ["llm"],
      labellingRunId,
      allocation: "equal",
      ...parts,
    });
  const drawn = async (id: string) =>
    database().drawItem.findMany({
      where: { drawId: id },
      include: { item: true, stratum: { include: { phaseOneStratum: true } } },
      orderBy: { position: "asc" },
    });

  it("takes the smallest random numbers of its seed in each stratum, which lie within those of the first phase", async () => {
    const { id, number } = await createDraw(owner, sampleId, design());
    expect(number).toBe(2);
    const items = await drawn(id);
    expect(items).toHaveLength(90);
    expect(items.map(({ position }) => position)).toEqual(items.map((_, index) => index));
    const indexOf = new Map(itemIds.map((itemId, index) => [itemId, index]));
    const keyOf = (index: number) => `${index < 100 ? "source:clinic" : "source:forum"}|llm:${outcomeOf(index)}`;
    const strata = await database().stratum.findMany({ where: { drawId: id } });
    expect(strata).toHaveLength(6);
    const all = await database().item.findMany({ where: { sampleId } });
    for (const stratum of strata) {
      const members = all.filter((item) => keyOf(indexOf.get(item.id) ?? -1) === stratum.key);
      expect(stratum.populationSize).toBe(members.length);
      const smallest = members
        .map(({ documentId }) => ({ documentId, random: permanentRandom(5, documentId) }))
        .sort((a, b) => a.random - b.random)
        .slice(0, stratum.sampleSize);
      const own = items.filter((item) => item.stratumId === stratum.id);
      expect(new Set(own.map(({ item }) => item.documentId))).toEqual(
        new Set(smallest.map(({ documentId }) => documentId)),
      );
      for (const { inclusionProbability, stratum: of } of own) {
        expect(of.phaseOneStratum?.key).toBe(stratum.key.split("|")[0]);
        const first = stratum.key.startsWith("source:clinic") ? 0.1 : 0.01;
        expect(inclusionProbability).toBeCloseTo((first * stratum.sampleSize) / stratum.populationSize, 12);
      }
    }
    const view = await readSample(owner, sampleId, 2);
    expect(view).toMatchObject({ draw: 2, size: 90, drawn: 90, design: { kind: "subsample", seed: 5 } });
    expect(view.draws.map((draw) => [draw.number, draw.parent])).toEqual([
      [1, null],
      [2, 1],
    ]);
    expect((await listSampleItems(owner, sampleId, -1, 2)).items[0]?.stratum).toContain("|llm:");
  });

  it("is the same again for the same seed, and another for another", async () => {
    const of = async (seed: number) => {
      const { id } = await createDraw(owner, sampleId, design({ seed }));
      return (await drawn(id)).map(({ itemId }) => itemId);
    };
    const first = await of(5);
    expect(await of(5)).toEqual(first);
    expect(await of(6)).not.toEqual(first);
  });

  it("shares out for F1 from the labels, with more where the LLM said medical than their share", async () => {
    const proportional = await planFromDraw(owner, design({ allocation: "proportional" }));
    const forF1 = await planFromDraw(owner, design({ allocation: "f1" }));
    const medical = (strata: typeof forF1) =>
      strata?.filter(({ key }) => key.endsWith("llm:medical")).reduce((sum, { sampleSize }) => sum + sampleSize, 0) ??
      0;
    expect(medical(forF1)).toBeGreaterThan(1.2 * medical(proportional));
    expect(forF1?.reduce((sum, { sampleSize }) => sum + sampleSize, 0)).toBe(90);
    expect(forF1?.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(31_000, 6);
  });

  it("cuts by how probable the LLM held medical, where it said so", async () => {
    const medical = itemIds.filter((_, index) => outcomeOf(index) === "medical");
    const run = await makeLabelling(owner.studyId, drawId, new Map());
    await database().llmLabel.createMany({
      data: itemIds.map((itemId, index) => {
        const outcome = outcomeOf(index);
        const probability = outcome !== "medical" ? null : medical.indexOf(itemId) < 20 ? 0.55 : 0.98;
        return { labellingRunId: run, itemId, outcome, probability, rawAnswer: outcome, latencyMs: 1 };
      }),
    });
    const strata = await planFromDraw(
      owner,
      design({ by: ["confidence"], confidenceEdges: [0.5, 0.9], size: 60, labellingRunId: run }),
    );
    const sizeOf = (key: string) => strata?.find((one) => one.key === key)?.populationSize;
    expect(sizeOf("source:clinic|confidence:0.5-0.9")).toBe(20);
    expect(sizeOf("source:clinic|confidence:0.9-1")).toBe(
      medical.filter((id) => itemIds.indexOf(id) < 100).length - 20,
    );
    expect(sizeOf("source:forum|confidence:0.9-1")).toBe(medical.filter((id) => itemIds.indexOf(id) >= 100).length);
    expect((sizeOf("source:clinic|confidence:–") ?? 0) + (sizeOf("source:forum|confidence:–") ?? 0)).toBe(
      itemIds.length - medical.length,
    );
  });

  it("grows by the same design, keeps what it has, and refuses when labels have moved documents since", async () => {
    const labelled = itemIds.slice(0, 200).map((id, index) => [id, outcomeOf(index)] as const);
    const run = await makeLabelling(owner.studyId, drawId, new Map(labelled));
    const first = await createDraw(owner, sampleId, design({ allocation: "f1", labellingRunId: run }));
    const second = await createDraw(owner, sampleId, { kind: "extension", drawId: first.id, size: 150 });
    const [before, after] = [await drawn(first.id), await drawn(second.id)];
    const has = new Set(after.map(({ itemId }) => itemId));
    expect(after).toHaveLength(150);
    expect(before.every(({ itemId }) => has.has(itemId))).toBe(true);
    for (const { inclusionProbability, stratum } of after) {
      const phase = stratum.phaseOneStratum;
      const expected =
        ((phase?.sampleSize ?? 0) / (phase?.populationSize ?? 1)) * (stratum.sampleSize / stratum.populationSize);
      expect(inclusionProbability).toBeCloseTo(expected, 12);
    }
    await addLabels(run, new Map(itemIds.slice(200, 210).map((id) => [id, "medical"] as const)));
    await expect(
      createDraw(owner, sampleId, { kind: "extension", drawId: second.id, size: 200 }),
    ).rejects.toMatchObject({ code: "strata_changed" });
  });

  it("numbers draws that two people make at once, and tells of each in the audit log", async () => {
    const made = await Promise.all([1, 2, 3].map((seed) => createDraw(owner, sampleId, design({ seed }))));
    expect(made.map(({ number }) => number).sort()).toEqual([2, 3, 4]);
    const entries = await database().auditEntry.findMany({
      where: { subjectId: sampleId, action: "samples.subsample" },
    });
    expect(entries).toHaveLength(3);
  });

  it("refuses what cannot be", async () => {
    const refusal = (parts: object) => createDraw(owner, sampleId, design(parts));
    await expect(refusal({ size: 401 })).rejects.toMatchObject({ code: "draw_too_large" });
    await expect(refusal({ size: 9 })).rejects.toMatchObject({ code: "sample_too_small" });
    await expect(refusal({ labellingRunId: null })).rejects.toMatchObject({ code: "labels_needed" });
    const running = await makeLabelling(owner.studyId, drawId, new Map(), "running");
    await expect(refusal({ labellingRunId: running })).rejects.toMatchObject({ code: "labelling_not_ended" });
    const { id } = await createDraw(owner, sampleId, design());
    await expect(refusal({ drawId: id })).rejects.toMatchObject({ code: "draw_is_second_phase" });
    const stranger = await makeMember(await makeStudy(), "owner");
    await expect(createDraw(stranger, sampleId, design())).rejects.toMatchObject({ status: 404 });
    const elsewhere = await makeDraw(stranger.studyId);
    const foreign = await makeLabelling(stranger.studyId, elsewhere.drawId, new Map());
    await expect(refusal({ labellingRunId: foreign })).rejects.toMatchObject({ status: 404 });
    await expect(createDraw(owner, elsewhere.sampleId, design())).rejects.toMatchObject({ status: 404 });
    for (const wrong of [
      { size: 0 },
      { seed: -1 },
      { by: ["llm", "llm"] },
      { confidenceEdges: [1] },
      { by: ["'; drop"] },
    ]) {
      expect(createDrawSchema.safeParse({ ...design(), ...wrong }).success).toBe(false);
    }
  });

  it("is planned with the precision and the work that it means", async () => {
    const plan = planOptionsSchema.parse({ doubleShare: 0.5, minutesPerLabel: 2 });
    const body = samplePreviewSchema.parse({ design: design({ allocation: "f1" }), plan });
    const { strata, plan: found } = await previewSample(owner, body);
    expect(strata).toHaveLength(6);
    expect(found).toMatchObject({
      method: "simulated",
      decisions: 135,
      minutesPerLabel: 2,
      pace: "given",
      personHours: 4.5,
    });
    expect(found?.assumptions.prevalenceFollows).toBe(true);
    const widths = found?.curve.map(({ f1 }) => f1) ?? [];
    expect(widths.length).toBeGreaterThan(2);
    expect(widths[0]).toBeGreaterThan(widths.at(-1) ?? 1);
    expect(found?.anytimeF1).toBeGreaterThan(found?.halfWidths.f1 ?? 1);
    // computed, so the same again
    expect(await previewSample(owner, body)).toEqual({ strata, plan: found });
    const assumed = await previewSample(owner, { ...body, plan: planOptionsSchema.parse({}) });
    expect(assumed.plan?.pace).toBe("assumed");
  });

  describe("and a round over it", () => {
    const truth = (index: number): DecisionLabel =>
      (outcomeOf(index) === "medical") !== (index % 9 === 0) ? "medical" : "non_medical";

    async function decidedRound(parts: object = {}, stopRule?: { halfWidth: number; labellingRunId: string }) {
      const draw = await createDraw(owner, sampleId, design({ allocation: "f1", size: 120, ...parts }));
      const round = await createRound(owner, {
        drawId: draw.id,
        name: "Round",
        instructionsDe: "Lesen.",
        instructionsEn: "Read.",
        memberIds: [clinician.personId],
        doubleShare: 0,
        seed: 1,
        stopRule,
      });
      await openRound(owner, round.id);
      const rows = await database().roundItem.findMany({ where: { roundId: round.id } });
      const indexOf = new Map(itemIds.map((id, index) => [id, index]));
      const labels = new Map(rows.map((row) => [row.id, truth(indexOf.get(row.itemId) ?? -1)]));
      await workThrough(clinician, round.id, (id) => labels.get(id) ?? "unsure");
      await tallyLabelsJob.run({}, { signal: new AbortController().signal });
      return { roundId: round.id, drawId: draw.id };
    }

    it("has a stop rule whose interval holds the uncertainty of both phases", async () => {
      const { roundId, drawId: second } = await decidedRound({}, { halfWidth: 0.001, labellingRunId });
      await checkStopRules();
      const found = (await readRound(owner, roundId)).stopRule?.interval;
      const items = (await drawn(second)).map(({ itemId, stratum }) => {
        const index = itemIds.indexOf(itemId);
        const predicted = outcomeOf(index) === "medical" ? "medical" : "non_medical";
        return { stratum: stratum.id, truth: truth(index), predicted };
      });
      const strata = (
        await database().stratum.findMany({ where: { drawId: second }, include: { phaseOneStratum: true } })
      ).map(({ id, populationSize, phaseOneStratum }) => {
        if (!phaseOneStratum) throw new Error("a second phase lies in a first one");
        const weight = (populationSize * phaseOneStratum.populationSize) / phaseOneStratum.sampleSize;
        return { id, weight, phaseOne: phaseOneStratum.id, first: phaseOneStratum };
      });
      const first = new Map(strata.map(({ first: one }) => [one.id, { ...one, size: one.sampleSize }]));
      const interval = (phaseOne?: FirstSample) => f1AnytimeInterval(items, strata, { positive: "medical", phaseOne });
      expect(found?.lower).toBeCloseTo(interval({ strata: [...first.values()] }).lower, 10);
      expect(found?.upper).toBeCloseTo(interval({ strata: [...first.values()] }).upper, 10);
      expect(found?.lower).toBeLessThan(interval().lower);
    });

    it("takes all LLM labels of the first phase for the prediction-powered prevalence", async () => {
      const { roundId, drawId: second } = await decidedRound({ by: [], labellingRunId: null, allocation: "equal" });
      const { labelQuality } = await readQuality(owner, roundId, qualityQuery.parse({ target: "this_corpus" }));
      const powered = labelQuality?.predictionPowered;
      expect(powered).toMatchObject({ labelled: 120, unlabelled: 280, problem: null });
      const judged = new Set((await drawn(second)).map(({ itemId }) => itemIds.indexOf(itemId)));
      const strata = [
        { id: "clinic", weight: 1_000, from: 0, to: 100 },
        { id: "forum", weight: 30_000, from: 100, to: 400 },
      ];
      const called = (index: number) => (outcomeOf(index) === "medical" ? 1 : 0);
      const indices = ({ from, to }: { from: number; to: number }) =>
        Array.from({ length: to - from }, (_, at) => from + at);
      const expected = ppiMean(
        strata.flatMap((stratum) =>
          indices(stratum)
            .filter((index) => judged.has(index))
            .map((index) => ({
              stratum: stratum.id,
              truth: truth(index) === "medical" ? 1 : 0,
              prediction: called(index),
            })),
        ),
        strata.map((stratum) => {
          const rest = indices(stratum).filter((index) => !judged.has(index));
          const mean = rest.reduce((sum, index) => sum + called(index), 0) / rest.length;
          const variance = (mean * (1 - mean) * rest.length) / (rest.length - 1);
          return { stratum: stratum.id, count: rest.length, mean, variance };
        }),
        {
          strata: strata.map(({ id, weight }) => ({ id, weight, phaseOne: id })),
          phaseOne: {
            strata: strata.map(({ id, weight, from, to }) => ({ id, size: to - from, populationSize: weight })),
          },
        },
      );
      expect(powered?.estimate?.lambda).toBeCloseTo(expected.lambda, 10);
      expect(powered?.estimate?.value).toBeCloseTo(expected.value, 10);
      expect(powered?.estimate?.standardError).toBeCloseTo(expected.standardError, 10);
      expect(powered?.estimate?.standardError).toBeLessThan(
        labelQuality?.figures.prevalence.estimate?.standardError ?? 0,
      );
    });

    it("takes only the labels on its own documents where later ones have moved documents to other strata", async () => {
      const early = await makeLabelling(
        owner.studyId,
        drawId,
        new Map(itemIds.slice(0, 200).map((id) => [id, "medical"])),
      );
      const { roundId } = await decidedRound({ labellingRunId: early });
      await addLabels(early, new Map(itemIds.slice(200).map((id) => [id, "non_medical"])));
      await tallyLabelsJob.run({}, { signal: new AbortController().signal });
      const query = qualityQuery.parse({ target: "this_corpus", labelling: early });
      const { labelQuality } = await readQuality(owner, roundId, query);
      expect(labelQuality?.predictionPowered).toMatchObject({
        unlabelled: 0,
        problem: { code: "all_labelled" },
      });
    });

    it("has the first phase's labels, and figures of the corpus with the uncertainty of both phases", async () => {
      const { roundId, drawId: second } = await decidedRound();
      const read = (target: string) => readQuality(owner, roundId, qualityQuery.parse({ target }));
      const corpus = (await read("this_corpus")).labelQuality;
      expect(corpus).toMatchObject({ twoPhases: true, compared: 120, unlabelled: 0, problem: null });
      expect(corpus?.labellingRunId).toBe(labellingRunId);
      // the same from the items and their probabilities
      const items = await drawn(second);
      const indexOf = new Map(itemIds.map((id, index) => [id, index]));
      const total = (matches: (index: number) => boolean) =>
        items.reduce((sum, { itemId, inclusionProbability }) => {
          return matches(indexOf.get(itemId) ?? -1) ? sum + 1 / (inclusionProbability ?? 1) : sum;
        }, 0);
      const called = (index: number) => outcomeOf(index) === "medical";
      const medical = (index: number) => truth(index) === "medical";
      const both = total((index) => called(index) && medical(index));
      expect(corpus?.figures.precision.estimate?.value).toBeCloseTo(both / total(called), 10);
      expect(corpus?.figures.recall.estimate?.value).toBeCloseTo(both / total(medical), 10);
      expect(corpus?.figures.prevalence.estimate?.value).toBeCloseTo(total(medical) / 31_000, 10);
      expect(corpus?.strata.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);

      const sample = (await read("drawn_sample")).labelQuality;
      const like = (await read("like_these")).labelQuality;
      const error = (quality: typeof corpus) => quality?.figures.prevalence.estimate?.standardError ?? 0;
      expect(error(like)).toBeGreaterThan(error(corpus));
      const judgedItems = items.map(({ itemId, stratum }) => {
        const index = indexOf.get(itemId) ?? -1;
        return { stratum: stratum.key, truth: truth(index), predicted: called(index) ? "medical" : "non_medical" };
      });
      const secondPhaseOnly = stratifiedClassification({
        strata: corpus?.strata.map(({ key, weight, populationSize }) => ({ id: key, weight, populationSize })) ?? [],
        items: judgedItems,
        positive: "medical",
      });
      expect(error(corpus)).toBeGreaterThan(1.1 * secondPhaseOnly.prevalence.standardError);
      const drawnMedical = stratifiedClassification({
        strata:
          sample?.strata.map(({ key, populationSize }) => ({ id: key, weight: populationSize, populationSize })) ?? [],
        items: judgedItems,
        positive: "medical",
      });
      expect(sample?.figures.prevalence.estimate?.interval.lower).toBeCloseTo(
        drawnMedical.prevalence.interval.lower,
        10,
      );
    });

    it("lets a later draw learn from it, with a seed of its own, and not while the asking person decides in it", async () => {
      const { roundId } = await decidedRound();
      const later = (parts: object, actor = owner) =>
        planFromDraw(actor, design({ priorRoundId: roundId, allocation: "f1", ...parts }));
      await expect(later({ seed: 5 })).rejects.toMatchObject({ code: "seed_of_prior_round" });
      await expect(later({ seed: 6 }, clinician)).rejects.toMatchObject({ code: "quality_hidden_while_deciding" });
      const strata = await later({ seed: 6 });
      const judged = strata?.reduce((sum, { judged: one }) => {
        return sum + (one ? one.truePositive + one.falsePositive + one.falseNegative + one.trueNegative : 0);
      }, 0);
      expect(judged).toBe(120);
      const without = await planFromDraw(owner, design({ allocation: "f1", seed: 6 }));
      expect(strata?.map(({ sampleSize }) => sampleSize)).not.toEqual(without?.map(({ sampleSize }) => sampleSize));
    });

    it("refuses figures of the drawn sample where there was one phase", async () => {
      const plain = await createRound(owner, {
        drawId,
        name: "Plain",
        instructionsDe: "Lesen.",
        instructionsEn: "Read.",
        memberIds: [clinician.personId],
        doubleShare: 0,
        seed: 1,
      });
      await openRound(owner, plain.id);
      await tallyLabelsJob.run({}, { signal: new AbortController().signal });
      await addLabels(labellingRunId, new Map());
      await expect(readQuality(owner, plain.id, qualityQuery.parse({ target: "drawn_sample" }))).rejects.toMatchObject({
        code: "target_needs_two_phases",
      });
    });
  });
});
