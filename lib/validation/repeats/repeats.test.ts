import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "../close-round";
import { readQuality } from "../quality/read-quality";
import { readRound } from "../read-round";
import { readWork } from "../read-work";
import { skipItem } from "../skip-item";
import { findViolations } from "../testing/find-violations";
import { makeRound } from "../testing/make-round";
import { claim, decide } from "../testing/work";
import { planRepeat } from "./plan-repeat";

useTestDatabase();

let owner: StudyActor;
let clinician: StudyActor;

beforeEach(async () => {
  const studyId = await makeStudy();
  owner = await makeMember(studyId, "owner");
  clinician = await makeMember(studyId, "clinician");
});

const makeRepeating = (items: number, repeatShare: number) =>
  makeRound(owner, [clinician], { strata: [{ populationSize: 1000, sampleSize: items }], repeatShare });

/** Decides one document after the other, each as long as it comes, and answers their texts in order. */
async function decideAll(roundId: string, labelOf: (text: string, before: number) => "medical" | "non_medical") {
  const texts: string[] = [];
  for (;;) {
    const [item] = (await claim(clinician, roundId, 1)).items;
    if (!item) return texts;
    const before = texts.filter((text) => text === item.text).length;
    await decide(clinician, roundId, item.id, labelOf(item.text, before));
    texts.push(item.text);
  }
}

describe("hidden repeats", () => {
  it("bring a share of the documents to their person once more, not soon, and count for nothing else", async () => {
    const { roundId } = await makeRepeating(60, 0.3);
    const texts = await decideAll(roundId, (_, before) => (before === 0 ? "medical" : "non_medical"));
    const twice = [...new Set(texts)].filter((text) => texts.lastIndexOf(text) !== texts.indexOf(text));
    expect(twice.length).toBeGreaterThan(6);
    expect(twice.length).toBeLessThan(30);
    for (const text of twice) {
      expect(texts.filter((one) => one === text)).toHaveLength(2);
      expect(texts.lastIndexOf(text) - texts.indexOf(text)).toBeGreaterThan(5);
    }
    const round = await readRound(owner, roundId);
    expect(round).toMatchObject({ decided: 60, wanted: 60, members: [{ decided: 60 }] });
    expect(await database().roundItem.count({ where: { roundId, gold: "medical", disputed: false } })).toBe(60);
    expect((await readWork(clinician, roundId)).progress).toMatchObject({ decided: 60 + twice.length, open: 0 });
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("come among new documents in the middle of the work, under an id of their own", async () => {
    const { roundId } = await makeRepeating(80, 0.5);
    const ids = new Set((await database().roundItem.findMany({ where: { roundId } })).map(({ id }) => id));
    let repeats = 0;
    for (let count = 0; count < 50; count += 1) {
      const [item] = (await claim(clinician, roundId, 1)).items;
      if (!ids.has(item?.id ?? "")) repeats += 1;
      await decide(clinician, roundId, item?.id ?? "", "medical");
    }
    expect(repeats).toBeGreaterThan(3);
    const { items } = await claim(clinician, roundId, 1);
    expect(Object.keys(items[0] ?? {}).sort()).toEqual(["characters", "id", "text"]);
  });

  it("show how consistent each person is, with its uncertainty", async () => {
    const { roundId } = await makeRepeating(60, 0.3);
    let odd = 0;
    await decideAll(roundId, (_, before) => (before > 0 && odd++ < 2 ? "non_medical" : "medical"));
    await closeRound(owner, roundId);
    const { consistency } = await readQuality(owner, roundId, { target: "like_these" });
    expect(consistency).toHaveLength(1);
    const [one] = consistency;
    expect(one?.person).toBe(clinician.name);
    expect(one?.repeats).toBe(odd);
    expect(one?.same).toBe(odd - 2);
    expect(one?.share.value).toBeCloseTo((odd - 2) / odd);
    const researcher = await makeMember(owner.studyId, "researcher");
    expect((await readQuality(researcher, roundId, { target: "like_these" })).consistency[0]?.person).toBe("P1");
  });

  it("can be undone, put off, sent twice, and belong to one person", async () => {
    const { roundId } = await makeRepeating(30, 0.5);
    await decideAll(roundId, () => "medical");
    const repeat = await database().repeat.findFirstOrThrow({
      where: { roundId, label: { not: null } },
      orderBy: { dueAtLast: "desc" },
    });
    expect((await claim(clinician, roundId, 1)).items).toEqual([]);
    const idempotencyKey = randomUUID();
    await decide(clinician, roundId, repeat.id, null, { idempotencyKey });
    await decide(clinician, roundId, repeat.id, null, { idempotencyKey });
    expect((await claim(clinician, roundId, 1)).items.map(({ id }) => id)).toEqual([repeat.id]);
    expect((await claim(clinician, roundId, 1, [repeat.id])).items).toEqual([]);
    await skipItem(clinician, roundId, { personId: clinician.personId, itemId: repeat.id });
    expect((await claim(clinician, roundId, 1)).items).toEqual([]);
    const other = await makeMember(owner.studyId, "clinician");
    await database().roundMember.create({ data: { roundId, personId: other.personId } });
    await expect(decide(other, roundId, repeat.id, "medical")).rejects.toMatchObject({ code: "item_not_claimed" });
    expect(await findViolations(roundId)).toEqual([]);
    await closeRound(owner, roundId);
    const [result] = (await decide(clinician, roundId, repeat.id, "unsure")).results;
    expect(result).toMatchObject({ status: "kept", code: "round_closed" });
    expect(await database().lateDecision.findMany({ where: { roundId } })).toMatchObject([
      { repeatId: repeat.id, roundItemId: repeat.roundItemId, label: "unsure" },
    ]);
    expect(await database().repeat.findUniqueOrThrow({ where: { id: repeat.id } })).toMatchObject({ label: null });
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("are drawn as often as asked, by seed, person and document", () => {
    const round = { seed: 5, repeatShare: 0.05 };
    const ids = Array.from({ length: 20_000 }, () => randomUUID());
    const planned = ids.filter((id) => planRepeat(round, clinician.personId, id));
    expect(planned.length / ids.length).toBeGreaterThan(0.043);
    expect(planned.length / ids.length).toBeLessThan(0.057);
    expect(ids.filter((id) => planRepeat(round, clinician.personId, id))).toEqual(planned);
    expect(planRepeat({ seed: 5, repeatShare: 0 }, clinician.personId, ids[0] ?? "")).toBeNull();
  });
});
