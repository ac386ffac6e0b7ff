import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "../close-round";
import { changeShowPace, readShowPace } from "../pace/show-pace";
import { makeRound } from "../testing/make-round";
import { claim, decide, workThrough } from "../testing/work";
import { listOwnRecords, readOwnRecord } from "./read-own-records";

useTestDatabase();

let owner: StudyActor;
let clinician: StudyActor;

beforeEach(async () => {
  const studyId = await makeStudy();
  owner = await makeMember(studyId, "owner");
  clinician = await makeMember(studyId, "clinician");
});

const makeRepeating = (people: StudyActor[], items = 30) =>
  makeRound(owner, people, { strata: [{ populationSize: 1000, sampleSize: items }], repeatShare: 0.5 });

describe("a person's own record", () => {
  it("comes once nothing is left for them, and tells how often they decided the same", async () => {
    const { roundId } = await makeRepeating([clinician]);
    const seen = new Set<string>();
    let odd = 0;
    for (;;) {
      const [item] = (await claim(clinician, roundId, 1)).items;
      if (!item) break;
      expect(await readOwnRecord(clinician, roundId)).toBeNull();
      const differently = seen.has(item.text) && odd++ === 0;
      seen.add(item.text);
      await decide(clinician, roundId, item.id, differently ? "unsure" : "medical");
    }
    const record = await readOwnRecord(clinician, roundId);
    const repeats = await database().repeat.count({ where: { roundId, label: { not: null } } });
    expect(repeats).toBeGreaterThan(2);
    expect(record).toMatchObject({ decided: 30, consistency: { repeats, same: repeats - 1 }, pace: null });
    expect(record?.consistency?.share.value).toBeCloseTo((repeats - 1) / repeats);
    expect(await listOwnRecords(clinician)).toEqual([record]);
  });

  it("stays hidden while something is left, until the round is closed", async () => {
    const { roundId } = await makeRepeating([clinician], 60);
    for (let count = 0; count < 50; count += 1) {
      const [item] = (await claim(clinician, roundId, 1)).items;
      await decide(clinician, roundId, item?.id ?? "", "medical");
    }
    expect(await database().repeat.count({ where: { roundId, label: { not: null } } })).toBeGreaterThan(0);
    expect(await listOwnRecords(clinician)).toEqual([]);
    await closeRound(owner, roundId);
    expect((await listOwnRecords(clinician))[0]?.consistency).not.toBeNull();
  });

  it("is nobody else's: each person sees their own, and who decided nothing sees none", async () => {
    const other = await makeMember(owner.studyId, "clinician");
    const { roundId } = await makeRepeating([clinician, other]);
    await workThrough(clinician, roundId);
    await closeRound(owner, roundId);
    expect(await readOwnRecord(other, roundId)).toBeNull();
    expect(await listOwnRecords(owner)).toEqual([]);
    await expect(readOwnRecord(owner, roundId)).rejects.toMatchObject({ code: "not_in_round" });
    const elsewhere = await makeMember(await makeStudy(), "owner");
    await expect(readOwnRecord(elsewhere, roundId)).rejects.toMatchObject({ status: 404 });
    expect(await listOwnRecords({ ...clinician, studyId: elsewhere.studyId })).toEqual([]);
  });

  it("holds the pace only while the study shows it: median and quartiles of active seconds", async () => {
    const { roundId } = await makeRound(owner, [clinician], { strata: [{ populationSize: 100, sampleSize: 5 }] });
    for (const seconds of [2, 4, 6, 8, 100]) {
      const [item] = (await claim(clinician, roundId, 1)).items;
      await decide(clinician, roundId, item?.id ?? "", "medical", { activeMs: seconds * 1000 });
    }
    expect((await readOwnRecord(clinician, roundId))?.pace).toBeNull();
    expect(await readShowPace(owner)).toEqual({ showPace: false });
    await changeShowPace(owner, { showPace: true });
    await changeShowPace(owner, { showPace: true });
    expect((await readOwnRecord(clinician, roundId))?.pace).toEqual({
      n: 5,
      lowerQuartile: 4,
      median: 6,
      upperQuartile: 8,
    });
    expect(await database().auditEntry.count({ where: { action: "studies.showPace" } })).toBe(1);
    await changeShowPace(owner, { showPace: false });
    expect((await readOwnRecord(clinician, roundId))?.pace).toBeNull();
  });
});
