import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { errorFromDisagreement } from "@/lib/stats";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "../close-round";
import { tallyLabelsJob } from "../jobs";
import type { DecisionLabel } from "../schema";
import { skipItem } from "../skip-item";
import { findViolations } from "../testing/find-violations";
import { makeLabelling, makeRound } from "../testing/make-round";
import { claim, decide, workThrough } from "../testing/work";
import { compareLabellings } from "./compare-labellings";
import { exportDetails, exportFigures, readCompleteQuality } from "./export-quality";
import { listDisputed } from "./list-disputed";
import { readParts } from "./read-parts";
import { readQuality } from "./read-quality";
import { qualityQuery } from "./schema";

useTestDatabase();

const runJob = () => tallyLabelsJob.run({}, { signal: new AbortController().signal });
const strata = [
  { key: "short", populationSize: 900, sampleSize: 60 },
  { key: "long", populationSize: 100, sampleSize: 40 },
];
/** Medical: 0–9 of the 60 short documents, 60–79 of the 40 long ones; one LLM label in eight is wrong. */
const isMedical = (index: number) => index < 10 || (index >= 60 && index < 80);
const truth = (index: number): DecisionLabel => (isMedical(index) ? "medical" : "non_medical");
const saysMedical = (index: number) => isMedical(index) !== (index % 8 === 0);
const llm = (index: number) => (saysMedical(index) ? ("medical" as const) : ("non_medical" as const));

describe("label quality in depth", () => {
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

  const query = (values: Record<string, unknown> = {}) => qualityQuery.parse(values);

  async function labelled(options: { doubleShare?: number; sources?: (index: number) => string | null } = {}) {
    const round = await makeRound(owner, [anna, bert], { strata, doubleShare: options.doubleShare ?? 0 });
    const indexOf = new Map(round.itemIds.map((id, index) => [id, index]));
    if (options.sources) {
      for (const [index, id] of round.itemIds.entries()) {
        await database().item.update({ where: { id }, data: { source: options.sources(index) } });
      }
    }
    const rows = await database().roundItem.findMany({ where: { roundId: round.roundId } });
    const index = new Map(rows.map((row) => [row.id, indexOf.get(row.itemId) ?? -1]));
    const labelling = await makeLabelling(
      owner.studyId,
      round.drawId,
      new Map(round.itemIds.map((id, at) => [id, llm(at)])),
    );
    await runJob();
    return { ...round, labelling, indexOfRoundItem: (id: string) => index.get(id) ?? -1 };
  }

  const indices = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

  it("estimates prevalence from all LLM labels too: λ · predictions + corrections, by stratum (PPI++)", async () => {
    const { roundId, labelling, indexOfRoundItem } = await labelled();
    // Always the same documents, right and wrong labels among them: a few other halves leave nothing to estimate λ from.
    const decided = indices(0, 100).filter((at) => at % 16 < 8);
    for (let done = 0; done < decided.length; ) {
      for (const { id } of (await claim(anna, roundId, 5)).items) {
        const at = indexOfRoundItem(id);
        if (decided.includes(at)) {
          await decide(anna, roundId, id, truth(at));
          done += 1;
        } else await skipItem(anna, roundId, { personId: anna.personId, itemId: id });
      }
    }
    expect(await findViolations(roundId)).toEqual([]);
    const { labelQuality } = await readQuality(owner, roundId, query());
    const powered = labelQuality?.predictionPowered;
    expect(powered).toMatchObject({ labelled: 52, unlabelled: 48, problem: null });
    const lambda = powered?.estimate?.lambda ?? Number.NaN;
    expect(lambda).toBeGreaterThan(0);
    const mean = (of: (index: number) => number, at: number[]) => at.reduce((sum, one) => sum + of(one), 0) / at.length;
    const part = (from: number, to: number) => {
      const own = decided.filter((at) => at >= from && at < to);
      const rest = indices(from, to).filter((at) => !decided.includes(at));
      return (
        lambda * mean((at) => Number(saysMedical(at)), rest) +
        mean((at) => Number(isMedical(at)) - lambda * Number(saysMedical(at)), own)
      );
    };
    expect(powered?.estimate?.value).toBeCloseTo(0.9 * part(0, 60) + 0.1 * part(60, 100), 10);
    expect(powered?.estimate?.n).toBe(52);
    const total = await database().predictionTally.aggregate({
      where: { roundId, labellingRunId: labelling },
      _sum: { count: true },
    });
    expect(total._sum.count).toBe(100);
  });

  it("estimates it also where a stratum is a single document, which people have judged", async () => {
    const sources = [
      { key: "source:forum", populationSize: 900, sampleSize: 90 },
      { key: "source:rare", populationSize: 1, sampleSize: 1 },
    ];
    const { roundId, drawId, itemIds } = await makeRound(owner, [anna], { strata: sources });
    await makeLabelling(
      owner.studyId,
      drawId,
      new Map(itemIds.map((id, at) => [id, at % 4 ? "non_medical" : "medical"])),
    );
    await runJob();
    const { items } = await claim(anna, roundId, 8);
    for (const item of items) await decide(anna, roundId, item.id, "medical");
    const rare = await database().roundItem.findFirstOrThrow({ where: { roundId, itemId: itemIds.at(-1) } });
    const held = { roundId, roundItemId: rare.id, personId: anna.personId, lapsesAt: new Date() };
    await database().claim.createMany({ data: [{ ...held, state: "lapsed" }], skipDuplicates: true });
    await decide(anna, roundId, rare.id, "medical");
    await closeRound(owner, roundId);
    const { labelQuality } = await readQuality(owner, roundId, { target: "like_these" });
    expect(labelQuality?.predictionPowered.problem).toBeNull();
    expect(labelQuality?.predictionPowered.estimate?.standardError).toBeGreaterThan(0);
  });

  it("says so when no LLM label is left that could help", async () => {
    const { roundId, indexOfRoundItem } = await labelled();
    await workThrough(anna, roundId, (id) => truth(indexOfRoundItem(id)));
    const { labelQuality } = await readQuality(owner, roundId, query());
    expect(labelQuality?.predictionPowered).toMatchObject({
      estimate: null,
      labelled: 100,
      unlabelled: 0,
      problem: { code: "all_labelled" },
    });
  });

  it("tells how many documents drawn simply at random would be as good", async () => {
    const { roundId, indexOfRoundItem } = await labelled();
    await workThrough(anna, roundId, (id) => truth(indexOfRoundItem(id)));
    const { labelQuality } = await readQuality(owner, roundId, query());
    const variance = (0.9 ** 2 * ((10 / 60) * (50 / 60))) / 59 + (0.1 ** 2 * 0.25) / 39;
    const prevalence = 0.9 * (10 / 60) + 0.1 * 0.5;
    const population = prevalence * (1 - prevalence) + variance;
    expect(labelQuality?.figures.prevalence.effectiveSize).toBeCloseTo(population / variance, 6);
  });

  it("shows each stratum by itself and each source across the strata", async () => {
    const sources = (index: number) => (index % 3 === 0 ? "forum" : index % 3 === 1 ? "clinic" : null);
    const { roundId, indexOfRoundItem } = await labelled({ sources });
    await workThrough(anna, roundId, (id) => (indexOfRoundItem(id) === 5 ? "unsure" : truth(indexOfRoundItem(id))));
    await closeRound(owner, roundId);
    const parts = await readParts(owner, roundId, query());
    const count = (belongs: (index: number) => boolean, called: boolean, medical: boolean) =>
      indices(0, 100).filter((at) => at !== 5 && belongs(at) && saysMedical(at) === called && isMedical(at) === medical)
        .length;
    const cells = (belongs: (index: number) => boolean) => ({
      truePositive: count(belongs, true, true),
      falsePositive: count(belongs, true, false),
      falseNegative: count(belongs, false, true),
      trueNegative: count(belongs, false, false),
    });
    expect(parts?.strata.map(({ key }) => key)).toEqual(["long", "short"]);
    const short = parts?.strata[1];
    const expected = cells((at) => at < 60);
    expect(short).toMatchObject({ ...expected, unsettled: 1, problem: null });
    expect(short?.figures.precision?.value).toBeCloseTo(
      expected.truePositive / (expected.truePositive + expected.falsePositive),
      10,
    );
    expect(parts?.sources.map(({ kind, key }) => `${kind} ${key}`)).toEqual(["source forum", "source clinic", "none "]);
    const forum = parts?.sources[0];
    expect(forum).toMatchObject(cells((at) => sources(at) === "forum"));
    const weight = (at: number) => (at < 60 ? 0.9 / 59 : 0.1 / 40);
    const share = (belongs: (at: number) => boolean) =>
      indices(0, 100).reduce((sum, at) => (at !== 5 && at % 3 === 0 && belongs(at) ? sum + weight(at) : sum), 0);
    const both = share((at) => saysMedical(at) && isMedical(at));
    expect(forum?.figures.f1?.value).toBeCloseTo((2 * both) / (share(saysMedical) + share(isMedical)), 10);
    expect(forum?.figures.f1?.n).toBe(34);
    expect(parts?.sources.reduce((sum, part) => sum + part.unsettled, 0)).toBe(1);
  });

  it("pools the rarer of many sources, and shows none where documents name none", async () => {
    const { roundId, indexOfRoundItem } = await labelled({ sources: (index) => `source ${index % 12}` });
    await workThrough(anna, roundId, (id) => truth(indexOfRoundItem(id)));
    const parts = await readParts(owner, roundId, query());
    expect(parts?.sources).toHaveLength(9);
    expect(parts?.sources.at(-1)).toMatchObject({ kind: "others", sources: 4, key: "" });
    const settled = (parts?.sources ?? []).reduce(
      (sum, part) => sum + part.truePositive + part.falsePositive + part.falseNegative + part.trueNegative,
      0,
    );
    expect(settled).toBe(100);
    const bare = await labelled();
    await workThrough(anna, bare.roundId, (id) => truth(bare.indexOfRoundItem(id)));
    expect((await readParts(owner, bare.roundId, query()))?.sources).toEqual([]);
  });

  it("compares two labelling runs on the same documents", async () => {
    const { roundId, drawId, itemIds, labelling, indexOfRoundItem } = await labelled();
    const better = (index: number) => isMedical(index) !== (index % 16 === 0);
    const labels = new Map(itemIds.map((id, at) => [id, better(at) ? ("medical" as const) : ("non_medical" as const)]));
    const second = await makeLabelling(owner.studyId, drawId, labels);
    await runJob();
    await workThrough(anna, roundId, (id) => truth(indexOfRoundItem(id)));
    const compared = await compareLabellings(owner, roundId, { ...query({ labelling }), second });
    const differing = indices(0, 100).filter((at) => better(at) !== saysMedical(at)).length;
    expect(compared).toMatchObject({ documents: 100, firstRight: 0, secondRight: differing, problem: null });
    const weight = (at: number) => (at < 60 ? 0.9 / 60 : 0.1 / 40);
    const share = (belongs: (at: number) => boolean) =>
      indices(0, 100).reduce((sum, at) => (belongs(at) ? sum + weight(at) : sum), 0);
    const f1 = (says: (at: number) => boolean) =>
      (2 * share((at) => says(at) && isMedical(at))) / (share(says) + share(isMedical));
    const { first, second: other, difference } = compared?.measures.f1 ?? {};
    expect(first?.value).toBeCloseTo(f1(saysMedical), 10);
    expect(other?.value).toBeCloseTo(f1(better), 10);
    expect(difference?.value).toBeCloseTo(f1(better) - f1(saysMedical), 10);
    expect(difference?.n).toBe(100);
    const separate = (first?.standardError ?? 0) ** 2 + (other?.standardError ?? 0) ** 2;
    expect((difference?.standardError ?? 1) ** 2).toBeLessThan(separate);
    const turned = await compareLabellings(owner, roundId, { ...query({ labelling: second }), second: labelling });
    expect(turned?.measures.f1.difference?.value).toBeCloseTo(-(difference?.value ?? 0), 10);
  });

  it("compares no run with itself, with one of another sample, or with one that is under way", async () => {
    const { roundId, drawId, itemIds, labelling } = await labelled();
    const other = await labelled();
    const ask = (second: string) => compareLabellings(owner, roundId, { ...query({ labelling }), second });
    await expect(ask(labelling)).rejects.toMatchObject({ status: 422, code: "labellings_are_the_same" });
    await expect(ask(other.labelling)).rejects.toMatchObject({ status: 422, code: "labelling_not_of_round" });
    const running = await makeLabelling(owner.studyId, drawId, new Map([[String(itemIds[0]), "medical"]]), "running");
    expect(await ask(running)).toBeNull();
  });

  it("shows what errors of people would do: as often as two disagree, or as chosen", async () => {
    const { roundId, indexOfRoundItem } = await labelled({ doubleShare: 1 });
    const turned = (at: number) => at % 10 === 4;
    await workThrough(anna, roundId, (id) => truth(indexOfRoundItem(id)));
    await workThrough(bert, roundId, (id) => {
      const at = indexOfRoundItem(id);
      return isMedical(at) === turned(at) ? "non_medical" : "medical";
    });
    await closeRound(owner, roundId);
    const { labelQuality } = await readQuality(owner, roundId, query());
    const errors = labelQuality?.labelErrors;
    expect(errors).toMatchObject({ basis: "agreement", documents: 100 });
    const error = errorFromDisagreement(0.1);
    expect(errors?.personError).toBeCloseTo(error, 12);
    // Everything settled was agreed on by two, so a label is wrong only where both erred.
    expect(errors?.labelError).toBeCloseTo(error ** 2 / (error ** 2 + (1 - error) ** 2), 12);
    expect(errors?.interval?.lower).toBeLessThan(error);
    expect(errors?.interval?.upper).toBeGreaterThan(error);
    expect(errors?.figures.f1?.observed).toBeCloseTo(labelQuality?.figures.f1.estimate?.value ?? 0, 10);
    const chosen = (await readQuality(owner, roundId, query({ error: "0" }))).labelQuality?.labelErrors;
    expect(chosen).toMatchObject({ basis: "chosen", personError: 0, labelError: 0 });
    expect(chosen?.figures.f1?.atRandom).toBeCloseTo(chosen?.figures.f1?.observed ?? 0, 12);
    const lots = (await readQuality(owner, roundId, query({ error: 0.49 }))).labelQuality?.labelErrors;
    expect(lots?.figures.f1?.bounds).toEqual({ lower: 0, upper: expect.closeTo(1, 10) });
    expect(() => query({ error: 0.6 })).toThrow();
  });

  it("assumes two in a hundred where too few documents were decided twice", async () => {
    const { roundId, indexOfRoundItem } = await labelled();
    await workThrough(anna, roundId, (id) => truth(indexOfRoundItem(id)));
    const { labelQuality } = await readQuality(owner, roundId, query());
    expect(labelQuality?.labelErrors).toMatchObject({ basis: "assumed", personError: 0.02, labelError: 0.02 });
  });

  it("lists the most disputed documents of a closed round: differing decisions, then flags, then notes", async () => {
    const { roundId, indexOfRoundItem } = await labelled({ doubleShare: 1 });
    const marks = new Map<number, { flags?: ("unreadable" | "other")[]; note?: string }>([
      [1, { flags: ["unreadable", "other"] }],
      [2, { note: "Ein Grenzfall" }],
      [3, { flags: ["other"] }],
    ]);
    for (const person of [anna, bert]) {
      for (;;) {
        const { items } = await claim(person, roundId, 8);
        if (items.length === 0) break;
        for (const item of items) {
          const at = indexOfRoundItem(item.id);
          const differs = person === bert && at === 50;
          const more = person === anna ? (marks.get(at) ?? {}) : {};
          await decide(person, roundId, item.id, differs ? "medical" : truth(at), more);
        }
      }
    }
    await expect(listDisputed(owner, roundId)).rejects.toMatchObject({ status: 409, code: "round_still_open" });
    await closeRound(owner, roundId);
    const { documents } = await listDisputed(researcher, roundId);
    const positions = await database().roundItem.findMany({ where: { roundId } });
    const at = documents.map(({ position }) =>
      indexOfRoundItem(positions.find((one) => one.position === position)?.id ?? ""),
    );
    expect(at).toEqual([50, 1, 3, 2]);
    expect(documents[0]).toMatchObject({ decisions: 2, differing: 1, flags: 0, notes: 0, gold: "unsettled" });
    expect(documents[1]).toMatchObject({ differing: 0, flags: 2, gold: "medical" });
    expect(documents[3]).toMatchObject({ flags: 0, notes: 1 });
    expect(JSON.stringify(documents)).not.toContain(anna.personId);
  });

  it("stays hidden from those who decide in the open round, and from other studies", async () => {
    const { roundId, drawId, itemIds, labelling } = await labelled();
    const second = await makeLabelling(owner.studyId, drawId, new Map(itemIds.map((id) => [id, "medical" as const])));
    await runJob();
    const reads = (actor: StudyActor) => [
      () => readParts(actor, roundId, query()),
      () => compareLabellings(actor, roundId, { ...query({ labelling }), second }),
      () => listDisputed(actor, roundId),
      () => readCompleteQuality(actor, roundId, query()),
      () => exportDetails(actor, roundId, query()),
    ];
    for (const read of reads(anna)) {
      await expect(read()).rejects.toMatchObject({ status: 403, code: "quality_hidden_while_deciding" });
    }
    const stranger = await makeMember(await makeStudy(), "owner");
    for (const read of reads(stranger)) await expect(read()).rejects.toMatchObject({ status: 404 });
  });

  it("exports every figure, with effective sizes, parts, the comparison and errors of people", async () => {
    const { roundId, drawId, itemIds, indexOfRoundItem } = await labelled({ sources: () => "=forum" });
    const second = await makeLabelling(owner.studyId, drawId, new Map(itemIds.map((id) => [id, "medical" as const])));
    await runJob();
    await workThrough(anna, roundId, (id) => truth(indexOfRoundItem(id)));
    await closeRound(owner, roundId);
    const linesOf = (csv: string) => csv.trim().split("\r\n");
    const figures = linesOf(await exportFigures(owner, roundId, query()));
    const columns = (figures[0] ?? "").split(",").length;
    expect(figures[0]).toMatch(/effective_n,n_with_llm_label_only$/);
    const f1 = figures
      .find((line) => line.startsWith("f1,"))
      ?.replaceAll(/"[^"]*"/g, "quoted")
      .split(",");
    expect(f1).toHaveLength(columns);
    expect(Number(f1?.[columns - 2])).toBeGreaterThan(1);
    const details = linesOf(await exportDetails(owner, roundId, query()));
    expect(details[0]).toBe(figures[0]);
    for (const name of ["prevalence_prediction_powered", "f1_if_people_err", "f1 stratum short", "f1 source =forum"]) {
      const line = details.find((one) => one.startsWith(`${name},`));
      expect(line?.replaceAll(/"[^"]*"/g, "quoted").split(",")).toHaveLength(columns);
    }
    const complete = await readCompleteQuality(owner, roundId, query());
    expect(complete.comparison).toBeNull();
    const [first] = complete.quality.labellings.filter((run) => run.id !== second);
    const both = await readCompleteQuality(owner, roundId, query({ labelling: first?.id, second }));
    expect(both.comparison?.documents).toBe(100);
    expect(both.disputed).toEqual([]);
    expect(both.parts?.strata).toHaveLength(2);
  });
});
