import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "../close-round";
import { changeShowPace, readShowPace } from "../pace/show-pace";
import { readPace } from "../quality/read-pace";
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

  it("holds nobody else's pace, and is the only place where those who decide find any", async () => {
    const other = await makeMember(owner.studyId, "clinician");
    const { roundId } = await makeRound(owner, [clinician, other], {
      strata: [{ populationSize: 100, sampleSize: 6 }],
    });
    await changeShowPace(owner, { showPace: true });
    for (const [person, seconds] of [
      [clinician, [2, 4, 6]],
      [other, [17, 19, 21]],
    ] as const) {
      for (const second of seconds) {
        const [item] = (await claim(person, roundId, 1)).items;
        await decide(person, roundId, item?.id ?? "", "medical", { activeMs: second * 1000 });
      }
    }
    expect((await readOwnRecord(clinician, roundId))?.pace).toMatchObject({ n: 3, median: 4 });
    expect((await readOwnRecord(other, roundId))?.pace).toMatchObject({ n: 3, median: 19 });
    const seen = [await listOwnRecords(clinician), await readOwnRecord(clinician, roundId)];
    for (const value of [17, 19, 21]) expect(JSON.stringify(seen)).not.toMatch(new RegExp(`[:,]${value}[,}]`));
    await expect(readPace(clinician, roundId)).rejects.toMatchObject({ code: "quality_hidden_while_deciding" });
    await closeRound(owner, roundId);
    expect(await readPace(clinician, roundId)).toEqual({ shown: "owners", people: [] });
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
    expect(await database().auditEntry.count({ where: { action: "studies.showPace", studyId: owner.studyId } })).toBe(
      1,
    );
    await changeShowPace(owner, { showPace: false });
    expect((await readOwnRecord(clinician, roundId))?.pace).toBeNull();
  });
});
