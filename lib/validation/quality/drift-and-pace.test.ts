import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "../close-round";
import { tallyLabelsJob } from "../jobs";
import { changeShowPace } from "../pace/show-pace";
import type { DecisionLabel } from "../schema";
import { adjudicate } from "../testing/adjudicate";
import { makeLabelling, makeRound } from "../testing/make-round";
import { claim, decide, workThrough } from "../testing/work";
import { exportDetails, readCompleteQuality } from "./export-quality";
import { readDrift } from "./read-drift";
import { readPace } from "./read-pace";
import { qualityQuery } from "./schema";

useTestDatabase();

let owner: StudyActor;
let anna: StudyActor;
let bert: StudyActor;
const query = qualityQuery.parse({});

beforeEach(async () => {
  const studyId = await makeStudy();
  owner = await makeMember(studyId, "owner");
  anna = await makeMember(studyId, "clinician");
  bert = await makeMember(studyId, "clinician");
});

const makeOf = (items: number, people: StudyActor[], doubleShare = 0) =>
  makeRound(owner, people, { strata: [{ populationSize: 1000, sampleSize: items }], doubleShare });

/** One decision after the other, a minute apart, each taking as long as it says. */
async function decideInOrder(
  person: StudyActor,
  roundId: string,
  labels: DecisionLabel[],
  secondsOf: (index: number) => number = () => 5,
) {
  const start = Date.now() - 86_400_000;
  for (const [index, label] of labels.entries()) {
    const [item] = (await claim(person, roundId, 1)).items;
    await decide(person, roundId, item?.id ?? "", label, {
      decidedAt: new Date(start + index * 60_000).toISOString(),
      activeMs: secondsOf(index) * 1000,
    });
  }
}

const repeated = (label: DecisionLabel, times: number) => Array.from({ length: times }, () => label);

describe("drift", () => {
  it("shows the share of medical decisions from the first tenth to the last, and its trend", async () => {
    const { roundId } = await makeOf(100, [anna]);
    const labels = Array.from({ length: 10 }, (_, part) => [
      ...repeated("medical", part),
      ...repeated("non_medical", 9 - part),
      ...repeated("unsure", 1),
    ]).flat();
    await decideInOrder(anna, roundId, labels);
    const drift = await readDrift(owner, roundId, query);
    expect(drift).toMatchObject({ decisions: 100, parts: 10 });
    const { shares, trend } = drift.measures.medical;
    expect(shares.map((share) => share?.value)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    expect(shares[0]).toMatchObject({ n: 10, interval: { lower: 0 } });
    expect(shares[0]?.interval.upper).toBeGreaterThan(0.2);
    expect(trend?.change).toBeCloseTo(0.9);
    expect(trend?.pValue).toBeLessThan(0.001);
    // Nothing to compare with: no LLM label, no document that two decided.
    expect(drift.measures.llm).toMatchObject({ trend: null, shares: repeated("unsure", 10).map(() => null) });
    expect(drift.measures.gold.trend).toBeNull();
  });

  it("compares with the LLM, and with gold where it is more than the decision itself", async () => {
    const { roundId, drawId, itemIds } = await makeOf(40, [anna, bert], 1);
    await makeLabelling(owner.studyId, drawId, new Map(itemIds.map((id) => [id, "medical" as const])));
    await decideInOrder(anna, roundId, [...repeated("medical", 20), ...repeated("non_medical", 20)]);
    await tallyLabelsJob.run({}, { signal: new AbortController().signal });
    const before = await readDrift(owner, roundId, query);
    expect(before.measures.llm.shares.map((share) => share?.value)).toEqual([1, 1, 0, 0]);
    expect(before.measures.llm.trend?.change).toBeLessThan(-0.9);
    expect(before.measures.gold.shares).toEqual([null, null, null, null]);

    await workThrough(bert, roundId);
    await closeRound(owner, roundId);
    const disputed = await database().roundItem.findMany({ where: { roundId, disputed: true } });
    expect(disputed).toHaveLength(20);
    // Flagged, and all agree: it waits for adjudication too, but has gold.
    const agreed = await database().roundItem.findFirstOrThrow({ where: { roundId, disputed: false } });
    await database().roundItem.update({ where: { id: agreed.id }, data: { flagged: true, contested: true } });
    const gold = async () => {
      const { shares } = (await readDrift(owner, roundId, query)).measures.gold;
      const n = shares.reduce((sum, share) => sum + (share?.n ?? 0), 0);
      return [n, shares.reduce((sum, share) => sum + Math.round((share?.value ?? 0) * (share?.n ?? 0)), 0)];
    };
    // Without the documents on which people differ, all would be the same as gold.
    for (const { id } of disputed) {
      expect(await gold()).toEqual([0, 0]);
      await adjudicate(owner, roundId, id, "medical");
    }
    // Twenty documents on which both agree, and twenty that were settled against one of them.
    expect(await gold()).toEqual([80, 60]);
  });

  it("forgets what was withdrawn or corrected, and needs twenty decisions", async () => {
    const { roundId } = await makeOf(30, [anna]);
    await decideInOrder(anna, roundId, repeated("medical", 19));
    expect(await readDrift(owner, roundId, query)).toMatchObject({ decisions: 0, parts: 0 });
    await decideInOrder(anna, roundId, repeated("medical", 2));
    const [one] = await database().decision.findMany({ where: { roundId }, take: 1 });
    await decide(anna, roundId, one?.roundItemId ?? "", null);
    const drift = await readDrift(owner, roundId, query);
    expect(drift).toMatchObject({ decisions: 20, parts: 2 });
    expect(drift.measures.medical).toMatchObject({
      trend: null,
      shares: [
        { value: 1, n: 10 },
        { value: 1, n: 10 },
      ],
    });
  });

  it("is in the exports, one figure a line, and stays hidden from those who decide", async () => {
    const { roundId } = await makeOf(40, [anna, owner]);
    await decideInOrder(anna, roundId, [...repeated("medical", 10), ...repeated("non_medical", 10)]);
    await expect(readDrift(owner, roundId, query)).rejects.toMatchObject({ code: "quality_hidden_while_deciding" });
    await expect(readPace(owner, roundId)).rejects.toMatchObject({ code: "quality_hidden_while_deciding" });
    await closeRound(owner, roundId);
    const csv = await exportDetails(owner, roundId, query);
    expect(csv).toContain("drift medical part 1 of 2,1,");
    expect(csv).toMatch(/drift medical change,-1,/);
    expect((await readCompleteQuality(owner, roundId, query)).drift.parts).toBe(2);
    const elsewhere = await makeMember(await makeStudy(), "owner");
    await expect(readDrift(elsewhere, roundId, query)).rejects.toMatchObject({ status: 404 });
    await expect(readPace(elsewhere, roundId)).rejects.toMatchObject({ status: 404 });
  });
});

describe("pace", () => {
  it("is shown to owners of a study that turned it on, per person and over the course of their decisions", async () => {
    const { roundId } = await makeOf(40, [anna, bert]);
    await decideInOrder(anna, roundId, repeated("medical", 20), (index) => 20 - index);
    await decideInOrder(bert, roundId, repeated("medical", 3), () => 7);
    expect(await readPace(owner, roundId)).toEqual({ shown: "off", people: [] });
    await changeShowPace(owner, { showPace: true });
    const researcher = await makeMember(owner.studyId, "researcher");
    expect(await readPace(researcher, roundId)).toEqual({ shown: "owners", people: [] });
    const { shown, people } = await readPace(owner, roundId);
    expect(shown).toBe("shown");
    expect(people).toMatchObject([
      { pace: { n: 20, median: 10.5, lowerQuartile: 5.75, upperQuartile: 15.25 } },
      { pace: { n: 3, median: 7 }, parts: [{ n: 3, median: 7 }] },
    ]);
    expect(people[0]?.parts.map(({ n, median }) => [n, median])).toEqual([
      [5, 18],
      [5, 13],
      [5, 8],
      [5, 3],
    ]);
    // What leaves the studio as files tells nothing of single people's pace.
    await closeRound(owner, roundId);
    expect(JSON.stringify(await readCompleteQuality(owner, roundId, query))).not.toContain("median");
  });
});
