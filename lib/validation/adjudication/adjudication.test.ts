import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "../close-round";
import { readQuality } from "../quality/read-quality";
import type { DecisionLabel } from "../schema";
import { tallyLabels } from "../tally-labels";
import { adjudicate, claimDisputed } from "../testing/adjudicate";
import { findViolations } from "../testing/find-violations";
import { makeLabelling, makeRound } from "../testing/make-round";
import { claim, decide, workThrough } from "../testing/work";
import { listOpenAdjudication, readAdjudication } from "./read-adjudication";
import { releaseContested, skipContested } from "./release-contested";

useTestDatabase();

let owner: StudyActor;
let people: StudyActor[];
let adjudicator: StudyActor;

beforeEach(async () => {
  const studyId = await makeStudy();
  owner = await makeMember(studyId, "owner");
  people = [await makeMember(studyId, "clinician"), await makeMember(studyId, "clinician")];
  adjudicator = await makeMember(studyId, "adjudicator");
});

const first = () => people[0] as StudyActor;
const second = () => people[1] as StudyActor;

/** A round whose documents two people decided, each pair of labels on one document; its items in the order of the pairs. */
async function decidedRound(pairs: [DecisionLabel, DecisionLabel][], members = people) {
  const round = await makeRound(owner, members, {
    strata: [{ populationSize: 100, sampleSize: pairs.length }],
    doubleShare: 1,
  });
  const items = await database().roundItem.findMany({
    where: { roundId: round.roundId },
    orderBy: { position: "asc" },
  });
  const place = new Map(items.map(({ id }, index) => [id, index]));
  for (const [index, person] of people.entries()) {
    await workThrough(person, round.roundId, (id) => pairs[place.get(id) ?? 0]?.[index] ?? "medical");
  }
  return { ...round, items: items.map(({ id, itemId }) => ({ id, itemId })) };
}

const goldOfAll = async (roundId: string) =>
  (await database().roundItem.findMany({ where: { roundId }, orderBy: { position: "asc" } })).map(({ gold }) => gold);

describe("adjudication", () => {
  it("is asked for what people left open or flagged, with what they said, and for nothing else", async () => {
    const { roundId, items } = await decidedRound([
      ["medical", "medical"],
      ["medical", "non_medical"],
      ["unsure", "unsure"],
      ["non_medical", "non_medical"],
    ]);
    const flaggedItem = items[3]?.id ?? "";
    await decide(first(), roundId, flaggedItem, "non_medical", { flags: ["personal_data"], note: "ein Name" });
    const { items: handed, progress } = await claimDisputed(adjudicator, roundId, 4);
    expect(handed.map(({ id }) => id)).toEqual([items[1]?.id, items[2]?.id, flaggedItem]);
    expect(progress).toEqual({ decided: 0, open: 3 });
    expect(handed[0]?.decisions).toEqual([
      { label: "medical", flags: [], note: "" },
      { label: "non_medical", flags: [], note: "" },
    ]);
    expect(handed[2]?.decisions).toContainEqual({ label: "non_medical", flags: ["personal_data"], note: "ein Name" });
    expect(Object.keys(handed[0] ?? {}).sort()).toEqual(["characters", "decisions", "id", "text"]);
  });

  it("waits until all decisions are there, or the round is closed", async () => {
    const { roundId } = await makeRound(owner, people, {
      strata: [{ populationSize: 100, sampleSize: 1 }],
      doubleShare: 1,
    });
    await workThrough(first(), roundId, () => "unsure");
    expect((await claimDisputed(adjudicator, roundId)).items).toEqual([]);
    await closeRound(owner, roundId);
    expect((await claimDisputed(adjudicator, roundId)).items).toHaveLength(1);
  });

  it("settles the gold label and every tally, before and after the round is closed, and can be taken back", async () => {
    const { roundId, drawId, items } = await decidedRound([
      ["medical", "non_medical"],
      ["unsure", "medical"],
      ["medical", "medical"],
    ]);
    const labels = new Map(items.map(({ itemId }) => [itemId, "medical" as const]));
    const labelling = await makeLabelling(owner.studyId, drawId, labels);
    await tallyLabels(roundId, labelling);
    await claimDisputed(adjudicator, roundId, 4);
    await adjudicate(adjudicator, roundId, items[0]?.id ?? "", "non_medical");
    expect(await goldOfAll(roundId)).toEqual(["non_medical", null, "medical"]);
    await closeRound(owner, roundId);
    await adjudicate(adjudicator, roundId, items[1]?.id ?? "", "unsure");
    expect(await findViolations(roundId)).toEqual([]);
    const quality = await readQuality(owner, roundId, { target: "like_these" });
    expect(quality.gold).toEqual({ adjudicated: 1, agreed: 1, single: 0, unsettled: 1 });
    expect(quality.contested).toBe(0);
    expect(quality.labelQuality?.confusion[0]).toMatchObject({ medical: 1, non_medical: 1, unsettled: 1 });

    await adjudicate(adjudicator, roundId, items[0]?.id ?? "", null);
    expect(await goldOfAll(roundId)).toEqual([null, null, "medical"]);
    expect((await claimDisputed(adjudicator, roundId)).items.map(({ id }) => id)).toEqual([items[0]?.id]);
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("overrules what people agreed on where somebody flagged it, and outlasts their corrections", async () => {
    const { roundId, items } = await decidedRound([["medical", "medical"]]);
    const item = items[0]?.id ?? "";
    await decide(first(), roundId, item, "medical", { flags: ["other"] });
    await adjudicate(adjudicator, roundId, item, "non_medical");
    await decide(second(), roundId, item, "unsure");
    expect(await goldOfAll(roundId)).toEqual(["non_medical"]);
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("is done by nobody to whom the document was given in the round", async () => {
    const inRound = await makeMember(owner.studyId, "adjudicator");
    const { roundId, items } = await decidedRound([["medical", "non_medical"]], [...people, inRound]);
    const item = items[0]?.id ?? "";
    expect((await claimDisputed(inRound, roundId)).items).toHaveLength(1);
    // Taken back by its first judge, the document goes to the adjudicator as one to decide on.
    await decide(first(), roundId, item, null);
    await database().claim.updateMany({ where: { roundItemId: item, state: "open" }, data: { lapsesAt: new Date(0) } });
    expect((await claim(inRound, roundId)).items.map(({ id }) => id)).toEqual([item]);
    expect(await adjudicate(inRound, roundId, item, "medical")).toMatchObject({ status: "refused", code: "own_item" });
    expect(await goldOfAll(roundId)).toEqual(["non_medical"]);
  });

  it("hands one document to one person at a time, and what was skipped or given back to others", async () => {
    const other = await makeMember(owner.studyId, "adjudicator");
    const { roundId, items } = await decidedRound([
      ["medical", "non_medical"],
      ["medical", "non_medical"],
    ]);
    const answers = await Promise.all([claimDisputed(adjudicator, roundId), claimDisputed(other, roundId)]);
    const handed = answers.flatMap((answer) => answer.items.map(({ id }) => id));
    expect(new Set(handed).size).toBe(handed.length);
    const [mine, theirs] = answers;
    await releaseContested(other, roundId, { personId: other.personId, claimedUntil: theirs?.claimedUntil ?? "" });
    const held = mine?.items[0]?.id ?? "";
    const rest = items.map(({ id }) => id).find((id) => id !== held);
    await skipContested(adjudicator, roundId, { personId: adjudicator.personId, itemId: held });
    expect((await claimDisputed(adjudicator, roundId, 2)).items.map(({ id }) => id)).toEqual([rest, held]);
  });

  it("keeps each decision once, and the second person's as surplus", async () => {
    const other = await makeMember(owner.studyId, "adjudicator");
    const { roundId, items } = await decidedRound([["medical", "non_medical"]]);
    const item = items[0]?.id ?? "";
    const idempotencyKey = randomUUID();
    await adjudicate(adjudicator, roundId, item, "medical", { idempotencyKey });
    await adjudicate(adjudicator, roundId, item, "medical", { idempotencyKey });
    await adjudicate(other, roundId, item, "non_medical");
    const kept = await database().adjudication.findMany({ where: { roundId }, orderBy: { id: "asc" } });
    expect(kept.map(({ label, surplus }) => ({ label, surplus }))).toEqual([
      { label: "medical", surplus: false },
      { label: "non_medical", surplus: true },
    ]);
    expect(await goldOfAll(roundId)).toEqual(["medical"]);
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("takes nothing on documents that nobody contests, of other rounds, or of other studies", async () => {
    const { roundId, items } = await decidedRound([["medical", "medical"]]);
    const refused = { status: "refused", code: "item_not_claimed" };
    expect(await adjudicate(adjudicator, roundId, items[0]?.id ?? "", "medical")).toMatchObject(refused);
    expect(await adjudicate(adjudicator, roundId, randomUUID(), "medical")).toMatchObject(refused);
    const stranger = await makeMember(await makeStudy(), "adjudicator");
    await expect(claimDisputed(stranger, roundId)).rejects.toMatchObject({ status: 404 });
    await expect(adjudicate(stranger, roundId, items[0]?.id ?? "", "medical")).rejects.toMatchObject({ status: 404 });
    await expect(readAdjudication(stranger, roundId)).rejects.toMatchObject({ status: 404 });
  });

  it("stands on the study home of those who may adjudicate", async () => {
    const { roundId } = await decidedRound([["medical", "non_medical"]]);
    expect(await listOpenAdjudication(adjudicator)).toEqual([{ roundId, name: "Round", open: 1 }]);
    expect(await listOpenAdjudication(first())).toEqual([]);
    expect(await listOpenAdjudication(await makeMember(await makeStudy(), "adjudicator"))).toEqual([]);
  });
});
