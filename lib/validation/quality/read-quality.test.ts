import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "../close-round";
import { tallyLabelsJob } from "../jobs";
import { readRoundsStation } from "../read-station";
import type { DecisionLabel } from "../schema";
import { findUntalliedLabels } from "../tally-labels";
import { findViolations } from "../testing/find-violations";
import { addLabels, makeLabelling, makeRound } from "../testing/make-round";
import { claim, decide, workThrough } from "../testing/work";
import { compareLabellings } from "./compare-labellings";
import { exportConfusion, exportFigures } from "./export-quality";
import { readQuality } from "./read-quality";
import { measures, qualityQuery } from "./schema";

useTestDatabase();

const runJob = () => tallyLabelsJob.run({}, { signal: new AbortController().signal });

describe("label quality", () => {
  let owner: StudyActor;
  let researcher: StudyActor;
  let anna: StudyActor;
  let bert: StudyActor;
  beforeEach(async () => {
    const studyId = await makeStudy();
    owner = await makeMember(studyId, "owner");
    researcher = await makeMember(studyId, "researcher");
    anna = await makeMember(studyId, "clinician");
    bert = await makeMember(studyId, "clinician");
  });

  const read = (actor: StudyActor, roundId: string, query: Record<string, unknown> = {}) =>
    readQuality(actor, roundId, qualityQuery.parse(query));

  /** Two strata, the smaller one enriched with what the LLM calls medical; labels and truth by index. */
  async function judged(options: { truth: (index: number) => DecisionLabel; doubleShare?: number; seed?: number }) {
    const strata = [
      { key: "short", populationSize: 900, sampleSize: 60 },
      { key: "long", populationSize: 100, sampleSize: 40 },
    ];
    const round = await makeRound(owner, [anna, bert], { strata, doubleShare: options.doubleShare ?? 0 });
    const indexOf = new Map(round.itemIds.map((id, index) => [id, index]));
    const rows = await database().roundItem.findMany({ where: { roundId: round.roundId } });
    const byRoundItem = new Map(rows.map((row) => [row.id, indexOf.get(row.itemId) ?? -1]));
    const labelOf = (id: string) => options.truth(byRoundItem.get(id) ?? -1);
    return { ...round, labelOf };
  }
  /** medical: 0–9 of 60 in "short", 60–79 of 40 in "long"; one label in eight is wrong. */
  const truth = (index: number): DecisionLabel =>
    index < 10 || (index >= 60 && index < 80) ? "medical" : "non_medical";
  const llm = (index: number) => {
    const medical = (truth(index) === "medical") !== (index % 8 === 0);
    return index % 25 === 24 ? ("unusable" as const) : medical ? ("medical" as const) : ("non_medical" as const);
  };

  it("comes from tallies that decisions and labels keep, whichever came first", async () => {
    const { roundId, drawId, itemIds, labelOf } = await judged({ truth });
    const outcomes = new Map(itemIds.map((id, index) => [id, llm(index)]));
    const early = await makeLabelling(owner.studyId, drawId, outcomes);
    await runJob();
    const { items } = await claim(anna, roundId, 8);
    for (const item of items) await decide(anna, roundId, item.id, labelOf(item.id));
    const late = await makeLabelling(owner.studyId, drawId, new Map([...outcomes].slice(0, 50)));
    expect(await findUntalliedLabels()).toEqual([{ roundId, labellingRunId: late }]);
    await runJob();
    await workThrough(bert, roundId, labelOf);
    await addLabels(late, new Map([...outcomes].slice(50)));
    await decide(anna, roundId, String(items[0]?.id), "unsure");
    await decide(anna, roundId, String(items[0]?.id), labelOf(String(items[0]?.id)));
    await runJob();
    expect(await findUntalliedLabels()).toEqual([]);
    expect(await findViolations(roundId)).toEqual([]);
    await closeRound(owner, roundId);
    const [first, second] = await Promise.all([early, late].map((labelling) => read(owner, roundId, { labelling })));
    expect(first?.labelQuality?.compared).toBe(100);
    expect(second?.labelQuality?.confusion).toEqual(first?.labelQuality?.confusion);
    expect(second?.labelQuality?.figures).toEqual(first?.labelQuality?.figures);
  });

  it("weights strata by their size in the corpus, and counts unusable answers as negative but shows them apart", async () => {
    const { roundId, drawId, itemIds, labelOf } = await judged({ truth });
    await makeLabelling(owner.studyId, drawId, new Map(itemIds.map((id, index) => [id, llm(index)])));
    await runJob();
    await workThrough(anna, roundId, labelOf);
    await closeRound(owner, roundId);
    const { labelQuality } = await read(owner, roundId);
    const weight = (index: number) => (index < 60 ? 0.9 / 60 : 0.1 / 40);
    const share = (matches: (index: number) => boolean) =>
      itemIds.reduce((sum, _, index) => sum + (matches(index) ? weight(index) : 0), 0);
    const positive = (index: number) => llm(index) === "medical";
    const medical = (index: number) => truth(index) === "medical";
    const both = share((index) => positive(index) && medical(index));
    const { precision, recall, f1, prevalence } = labelQuality?.figures ?? {};
    expect(precision?.estimate?.value).toBeCloseTo(both / share(positive), 10);
    expect(recall?.estimate?.value).toBeCloseTo(both / share(medical), 10);
    expect(f1?.estimate?.value).toBeCloseTo((2 * both) / (share(positive) + share(medical)), 10);
    expect(prevalence?.estimate?.value).toBeCloseTo(share(medical), 10);
    expect(f1?.estimate?.n).toBe(100);
    expect(f1?.unsettled).toBeNull();
    const unusable = labelQuality?.confusion.find((row) => row.outcome === "unusable");
    expect(unusable).toMatchObject({ medical: 1, non_medical: 3, unsettled: 0 });
    const shares = labelQuality?.confusion.flatMap((row) => [row.medicalShare ?? 0, row.nonMedicalShare ?? 0]);
    expect(shares?.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 10);
  });

  it("gives bounds alone, and says why, where nothing of a stratum could be settled", async () => {
    const { roundId, drawId, itemIds, labelOf } = await judged({
      truth: (index) => (index < 60 ? truth(index) : "unsure"),
    });
    const labellingRunId = await makeLabelling(
      owner.studyId,
      drawId,
      new Map(itemIds.map((id, index) => [id, llm(index)])),
    );
    await runJob();
    await workThrough(anna, roundId, labelOf);
    await workThrough(bert, roundId, labelOf);
    await closeRound(owner, roundId);
    const { labelQuality } = await read(owner, roundId);
    expect(labelQuality?.problem).toEqual({ code: "stratum_unsettled", strata: ["long"] });
    for (const measure of measures) {
      const { estimate, unsettled } = labelQuality?.figures[measure] ?? {};
      expect(estimate).toBeNull();
      expect(unsettled?.values.upper).toBeGreaterThan(unsettled?.values.lower ?? 1);
      expect(unsettled?.limits.lower).toBeLessThan(unsettled?.values.lower ?? 0);
    }
    // The stratum is a tenth of the corpus: so far apart is what it may hold.
    const { values } = labelQuality?.figures.accuracy.unsettled ?? { values: { lower: 0, upper: 0 } };
    expect(values.upper - values.lower).toBeCloseTo(0.1, 10);
    const csv = await exportFigures(owner, roundId, qualityQuery.parse({ labelling: labellingRunId }));
    const { lower, upper } = labelQuality?.figures.f1.unsettled?.limits ?? {};
    expect(csv).toContain(`f1,,,,,,,,like_these,${lower},${upper},stratum_unsettled long,`);
  });

  it("says what it speaks of: the corpus itself has narrower limits than documents like these", async () => {
    const { roundId, drawId, itemIds, labelOf } = await judged({ truth });
    await makeLabelling(owner.studyId, drawId, new Map(itemIds.map((id, index) => [id, llm(index)])));
    await runJob();
    await workThrough(anna, roundId, labelOf);
    await closeRound(owner, roundId);
    const general = await read(owner, roundId);
    const corpus = await read(owner, roundId, { target: "this_corpus" });
    const error = (quality: typeof general) => quality.labelQuality?.figures.f1.estimate?.standardError ?? 0;
    expect(error(corpus)).toBeLessThan(error(general));
    expect(corpus.labelQuality?.target).toBe("this_corpus");
  });

  it("gives bounds both ways for what people could not settle", async () => {
    const { roundId, drawId, itemIds, labelOf } = await judged({
      truth: (index) => (index % 20 === 3 ? "unsure" : truth(index)),
    });
    await makeLabelling(owner.studyId, drawId, new Map(itemIds.map((id, index) => [id, llm(index)])));
    await runJob();
    await workThrough(anna, roundId, labelOf);
    await closeRound(owner, roundId);
    const { labelQuality } = await read(owner, roundId);
    const f1 = labelQuality?.figures.f1;
    expect(labelQuality?.confusion.reduce((sum, row) => sum + row.unsettled, 0)).toBe(5);
    expect(f1?.estimate?.n).toBe(95);
    expect(f1?.unsettled?.values.lower).toBeLessThan(f1?.estimate?.value ?? 0);
    expect(f1?.unsettled?.values.upper).toBeGreaterThan(f1?.estimate?.value ?? 1);
  });

  it("tells in words why there is no figure", async () => {
    const { roundId, drawId, itemIds } = await judged({ truth });
    await makeLabelling(owner.studyId, drawId, new Map(itemIds.map((id, index) => [id, llm(index)])));
    await runJob();
    const empty = await read(owner, roundId);
    expect(empty.labelQuality?.problem).toEqual({ code: "stratum_without_items", strata: [expect.any(String)] });
    expect(empty.labelQuality?.figures.f1.estimate).toBeNull();
    expect(empty.agreement.figures.alpha.problem?.code).toBe("empty_input");
  });

  it("does not withhold all figures for a stratum of a single document, since there is no second to judge", async () => {
    const strata = [
      { key: "source:forum", populationSize: 900, sampleSize: 60 },
      { key: "source:rare", populationSize: 1, sampleSize: 1 },
    ];
    const { roundId, drawId, itemIds } = await makeRound(owner, [anna], { strata });
    const outcomes = itemIds.map((id, index) => [id, index % 3 === 0 ? "medical" : "non_medical"] as const);
    await makeLabelling(owner.studyId, drawId, new Map(outcomes));
    await makeLabelling(owner.studyId, drawId, new Map(outcomes.map(([id], index) => [id, llm(index)])));
    await runJob();
    let turn = 0;
    await workThrough(anna, roundId, () => (turn++ % 3 === 0 ? "medical" : "non_medical"));
    await closeRound(owner, roundId);
    for (const target of ["like_these", "this_corpus"]) {
      const { labelQuality, labellings } = await read(owner, roundId, { target });
      expect(labelQuality?.problem).toBeNull();
      expect(labelQuality?.figures.f1.estimate?.n).toBe(61);
      const [first, second] = labellings.map(({ id }) => id);
      const query = { target: "like_these" as const, labelling: first, second: second ?? "" };
      const comparison = await compareLabellings(owner, roundId, query);
      expect(comparison?.problem).toBeNull();
      expect(comparison?.measures.f1.difference).not.toBeNull();
    }
  });

  it("has no precision where the LLM called nothing medical, but everything else", async () => {
    const { roundId, drawId, itemIds, labelOf } = await judged({ truth });
    await makeLabelling(owner.studyId, drawId, new Map(itemIds.map((id) => [id, "non_medical" as const])));
    await runJob();
    await workThrough(anna, roundId, labelOf);
    await closeRound(owner, roundId);
    const { labelQuality } = await read(owner, roundId);
    expect(labelQuality?.problem).toBeNull();
    expect(labelQuality?.figures.precision.estimate).toBeNull();
    expect(labelQuality?.figures.recall.estimate?.value).toBe(0);
  });

  it("is hidden from those who decide in the open round, wherever it would show", async () => {
    const { roundId, drawId, itemIds, labelOf } = await judged({ truth });
    await makeLabelling(owner.studyId, drawId, new Map(itemIds.map((id, index) => [id, llm(index)])));
    await database().roundMember.create({ data: { roundId, personId: researcher.personId } });
    await runJob();
    await workThrough(anna, roundId, labelOf);
    const hidden = { status: 403, code: "quality_hidden_while_deciding" };
    await expect(read(researcher, roundId)).rejects.toMatchObject(hidden);
    await expect(exportFigures(researcher, roundId, qualityQuery.parse({}))).rejects.toMatchObject(hidden);
    expect((await readRoundsStation(researcher)).figure).toMatchObject({ name: "decided" });
    expect((await readRoundsStation(anna)).figure).toMatchObject({ name: "decided" });
    expect((await readRoundsStation(owner)).figure).toMatchObject({ name: "f1", n: 100 });
    await closeRound(owner, roundId);
    expect((await read(researcher, roundId)).labelQuality?.compared).toBe(100);
  });

  it("shows how people agree, also where there are no LLM labels", async () => {
    const { roundId, labelOf } = await judged({ truth, doubleShare: 0.5 });
    let turn = 0;
    await workThrough(anna, roundId, labelOf);
    const differs = (id: string) => labelOf(id) === "non_medical" && turn++ % 10 === 0;
    await workThrough(bert, roundId, (id) => (differs(id) ? "medical" : labelOf(id)));
    await closeRound(owner, roundId);
    const { labelQuality, labellings, agreement } = await read(owner, roundId);
    expect(labelQuality).toBeNull();
    expect(labellings).toEqual([]);
    expect(agreement).toMatchObject({ single: 50, double: 50 });
    const doubles = await database().roundItem.findMany({ where: { roundId, wanted: 2 } });
    const disputed = doubles.filter((item) => item.disputed).length;
    expect(disputed).toBeGreaterThan(0);
    expect(agreement.figures.observed.estimate?.value).toBeCloseTo(1 - disputed / 50, 10);
    const medical = doubles.filter((item) => item.gold === "medical").length;
    expect(agreement.figures.medical.estimate?.value).toBeCloseTo((2 * medical) / (2 * medical + disputed), 10);
    expect(agreement.pairs).toMatchObject([{ items: 50 }]);
    expect(agreement.pairs[0]?.estimate?.value).toBeGreaterThan(0.5);
    for (const name of ["alpha", "ac1"] as const) expect(agreement.figures[name].estimate?.value).toBeGreaterThan(0.5);
  });

  it("names people of a pair to owners only", async () => {
    const { roundId, labelOf } = await judged({ truth, doubleShare: 0.3 });
    await workThrough(anna, roundId, labelOf);
    await workThrough(bert, roundId, labelOf);
    await closeRound(owner, roundId);
    const pair = async (actor: StudyActor) => {
      const [first] = (await read(actor, roundId)).agreement.pairs;
      return [first?.first, first?.second].sort();
    };
    expect(await pair(owner)).toEqual(["clinician", "clinician"]);
    expect(await pair(researcher)).toEqual(["P1", "P2"]);
  });

  it("waits for a labelling run that is under way, and refuses one of another sample", async () => {
    const { roundId, drawId, itemIds } = await judged({ truth });
    const running = await makeLabelling(owner.studyId, drawId, new Map([[String(itemIds[0]), "medical"]]), "running");
    expect(await findUntalliedLabels()).toEqual([]);
    const quality = await read(owner, roundId);
    expect(quality.labellings).toMatchObject([{ id: running, state: "running" }]);
    expect(quality.labelQuality).toBeNull();
    const other = await makeRound(owner, [anna]);
    await expect(read(owner, other.roundId, { labelling: running })).rejects.toMatchObject({
      code: "labelling_not_of_round",
    });
  });

  it("exports its figures and its confusion matrix", async () => {
    const { roundId, drawId, itemIds, labelOf } = await judged({ truth });
    await makeLabelling(owner.studyId, drawId, new Map(itemIds.map((id, index) => [id, llm(index)])));
    await runJob();
    await workThrough(anna, roundId, labelOf);
    await closeRound(owner, roundId);
    const figures = (await exportFigures(owner, roundId, qualityQuery.parse({}))).trim().split("\r\n");
    expect(figures[0]).toMatch(/^figure,value,standard_error,lower,upper,level,n,method,speaks_of/);
    expect(figures.find((line) => line.startsWith("f1,0."))).toContain("like_these");
    expect(figures.find((line) => line.startsWith("agreement_alpha"))).toContain("too_few_observations");
    const confusion = (await exportConfusion(owner, roundId, qualityQuery.parse({}))).trim().split("\r\n");
    expect(confusion).toHaveLength(10);
    expect(confusion[0]).toBe("llm,people,documents,share_of_corpus");
  });
});
