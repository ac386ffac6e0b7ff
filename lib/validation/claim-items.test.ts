import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { lapseClaims } from "./lapse-claims";
import { releaseClaims } from "./release-claims";
import { skipItem } from "./skip-item";
import { findViolations } from "./testing/find-violations";
import { makeRound } from "./testing/make-round";
import { claim, decide, letClaimsExpire, workThrough } from "./testing/work";

useTestDatabase();

const texts = (items: { text: string }[]) => items.map((item) => item.text);
const ids = (items: { id: string }[]) => items.map((item) => item.id);

describe("the queue of a round", () => {
  let owner: StudyActor;
  let anna: StudyActor;
  let bert: StudyActor;
  beforeEach(async () => {
    const studyId = await makeStudy();
    owner = await makeMember(studyId, "owner");
    anna = await makeMember(studyId, "clinician");
    bert = await makeMember(studyId, "clinician");
  });
  const stratum = (sampleSize: number) => [{ populationSize: 100, sampleSize }];

  it("hands out each document once in its shuffled order, and nothing but its text", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { strata: stratum(6) });
    const first = await claim(anna, roundId, 4);
    const second = await claim(bert, roundId, 4);
    expect(first.items).toHaveLength(4);
    expect(second.items).toHaveLength(2);
    expect(new Set([...ids(first.items), ...ids(second.items)]).size).toBe(6);
    for (const item of first.items) expect(Object.keys(item).sort()).toEqual(["characters", "id", "text"]);
    const queue = await database().roundItem.findMany({ where: { roundId }, orderBy: { position: "asc" } });
    expect(ids([...first.items, ...second.items])).toEqual(ids(queue));
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("resumes what a person still holds before it hands out more", async () => {
    const { roundId } = await makeRound(owner, [anna], { strata: stratum(6) });
    const before = await claim(anna, roundId, 3);
    const after = await claim(anna, roundId, 4);
    expect(ids(after.items).slice(0, 3)).toEqual(ids(before.items));
    expect(after.items).toHaveLength(4);
    const more = await claim(anna, roundId, 2, ids(after.items));
    expect(more.items).toHaveLength(2);
    expect(ids(after.items)).not.toContain(more.items[0]?.id);
  });

  it("gives a document that two people decide to two different people", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { strata: stratum(3), doubleShare: 1 });
    expect(await workThrough(anna, roundId)).toBe(3);
    expect(await workThrough(bert, roundId)).toBe(3);
    expect(await workThrough(anna, roundId)).toBe(0);
    const items = await database().roundItem.findMany({ where: { roundId } });
    expect(items.every((item) => item.decided === 2)).toBe(true);
  });

  it("gives the last document to one of two and tells the other that nothing is left", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { strata: stratum(1) });
    const answers = await Promise.all([claim(anna, roundId), claim(bert, roundId)]);
    expect(answers.map((answer) => answer.items.length).sort()).toEqual([0, 1]);
  });

  it("lets go of claims after two hours, and gives the documents to others or back", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { strata: stratum(2) });
    const held = await claim(anna, roundId, 2);
    expect((await claim(bert, roundId)).items).toEqual([]);
    await letClaimsExpire(roundId);
    expect(await lapseClaims(null)).toBe(2);
    expect(await findViolations(roundId)).toEqual([]);
    const taken = await claim(bert, roundId);
    expect(ids(held.items)).toContain(taken.items[0]?.id);
    const back = await claim(anna, roundId, 2);
    expect(ids([...taken.items, ...back.items]).sort()).toEqual(ids(held.items).sort());
  });

  it("finds expired claims by itself before it says that nothing is left", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { strata: stratum(1) });
    await claim(anna, roundId);
    await letClaimsExpire(roundId);
    expect((await claim(bert, roundId)).items).toHaveLength(1);
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("releases what a person holds when they leave, but not what another window has renewed since", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { strata: stratum(2) });
    const firstWindow = await claim(anna, roundId, 2);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const secondWindow = await claim(anna, roundId, 2);
    const release = (claimedUntil: string) => releaseClaims(anna, roundId, { personId: anna.personId, claimedUntil });
    await release(firstWindow.claimedUntil);
    expect((await claim(bert, roundId, 2)).items).toEqual([]);
    await release(secondWindow.claimedUntil);
    expect((await claim(bert, roundId, 2)).items).toHaveLength(2);
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("does not hand out again what the browser holds decided, though it was given back or has lapsed", async () => {
    const { roundId } = await makeRound(owner, [anna], { strata: stratum(4) });
    const { items, claimedUntil } = await claim(anna, roundId, 2);
    await releaseClaims(anna, roundId, { personId: anna.personId, claimedUntil });
    const more = await claim(anna, roundId, 8, ids(items));
    expect(more.items).toHaveLength(2);
    for (const id of ids(items)) expect(ids(more.items)).not.toContain(id);
    await letClaimsExpire(roundId);
    expect((await claim(anna, roundId, 8, ids([...items, ...more.items]))).items).toEqual([]);
    for (const id of ids(items)) await decide(anna, roundId, id, "medical");
    expect(ids((await claim(anna, roundId, 8)).items).sort()).toEqual(ids(more.items).sort());
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("brings a skipped document back after all others", async () => {
    const { roundId } = await makeRound(owner, [anna], { strata: stratum(4) });
    const [skipped] = (await claim(anna, roundId)).items;
    await skipItem(anna, roundId, { personId: anna.personId, itemId: String(skipped?.id) });
    const seen: string[] = [];
    for (let turn = 0; turn < 4; turn++) {
      const [item] = (await claim(anna, roundId)).items;
      if (!item) break;
      seen.push(item.id);
      await decide(anna, roundId, item.id, "non_medical");
    }
    expect(seen).toHaveLength(4);
    expect(seen.at(-1)).toBe(skipped?.id);
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("lets others have a skipped document at once", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { strata: stratum(1) });
    const [skipped] = (await claim(anna, roundId)).items;
    await skipItem(anna, roundId, { personId: anna.personId, itemId: String(skipped?.id) });
    expect(texts((await claim(bert, roundId)).items)).toEqual([skipped?.text]);
  });

  it("does not let a person hoard documents", async () => {
    const { roundId } = await makeRound(owner, [anna], { strata: stratum(60) });
    const holding: string[] = [];
    for (let turn = 0; turn < 8; turn++) holding.push(...ids((await claim(anna, roundId, 8, holding)).items));
    expect(holding).toHaveLength(16);
  });

  it("is closed to strangers of the study (404), of the round (403), drafts and closed rounds (409)", async () => {
    const { roundId } = await makeRound(owner, [anna], { open: false });
    await expect(claim(anna, roundId)).rejects.toMatchObject({ status: 409, code: "round_not_open" });
    await expect(claim(bert, roundId)).rejects.toMatchObject({ status: 403, code: "not_in_round" });
    const elsewhere = await makeMember(await makeStudy(), "owner");
    await expect(claim(elsewhere, roundId)).rejects.toMatchObject({ status: 404 });
  });

  it("refuses a window that works for somebody who is no longer signed in", async () => {
    const { roundId } = await makeRound(owner, [anna, bert]);
    const input = { personId: bert.personId, count: 1, holding: [] };
    const { claimItems } = await import("./claim-items");
    await expect(claimItems(anna, roundId, input)).rejects.toMatchObject({ code: "other_person_signed_in" });
  });
});
