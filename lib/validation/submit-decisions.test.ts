import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "./close-round";
import { mostLate } from "./keep-late";
import { lapseClaims } from "./lapse-claims";
import { readRound } from "./read-round";
import { submitDecisions } from "./submit-decisions";
import { findViolations } from "./testing/find-violations";
import { makeRound } from "./testing/make-round";
import { claim, decide, decisionOn, letClaimsExpire, submit } from "./testing/work";

useTestDatabase();

describe("decisions", () => {
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
  const firstItem = async (person: StudyActor, roundId: string) => {
    const [item] = (await claim(person, roundId)).items;
    if (!item) throw new Error("nothing to claim");
    return item.id;
  };
  const readItem = (id: string) => database().roundItem.findUniqueOrThrow({ where: { id } });
  const readTallies = (roundId: string) =>
    Promise.all([
      database().agreementTally.findMany({ where: { roundId }, orderBy: { pattern: "asc" } }),
      database().roundMember.findMany({ where: { roundId }, orderBy: { personId: "asc" } }),
      database().roundItem.findMany({ where: { roundId }, orderBy: { id: "asc" } }),
    ]);
  const readRow = (roundId: string) => database().round.findUniqueOrThrow({ where: { id: roundId } });

  it("settle a document alone, and by agreement of two; unsure and conflicting ones settle nothing", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { strata: stratum(4), doubleShare: 1 });
    const { items } = await claim(anna, roundId, 4);
    await claim(bert, roundId, 4);
    const pairs = [
      ["medical", "medical", "medical", false],
      ["non_medical", "medical", null, true],
      ["unsure", "unsure", null, false],
      ["medical", "unsure", null, true],
    ] as const;
    for (const [index, [first, second, gold, disputed]] of pairs.entries()) {
      const id = String(items[index]?.id);
      await decide(anna, roundId, id, first);
      expect(await readItem(id)).toMatchObject({
        gold: first === "unsure" ? null : first,
        disputed: false,
        decided: 1,
      });
      await decide(bert, roundId, id, second);
      expect(await readItem(id)).toMatchObject({ gold, disputed, decided: 2, claimed: 0 });
    }
    expect(await readRow(roundId)).toMatchObject({ decided: 8 });
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("that arrive twice are kept once and answered alike, also at the same moment", async () => {
    const { roundId } = await makeRound(owner, [anna], { strata: stratum(2) });
    const decision = decisionOn(await firstItem(anna, roundId), "medical", { flags: ["other"], note: "n" });
    const answers = await Promise.all(Array.from({ length: 6 }, () => submit(anna, roundId, decision)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.results).toEqual([{ idempotencyKey: decision.idempotencyKey, status: "kept" }]);
    expect(await database().decision.count({ where: { roundId } })).toBe(1);
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("are withdrawn and corrected by appended rows", async () => {
    const { roundId } = await makeRound(owner, [anna], { strata: stratum(1) });
    const id = await firstItem(anna, roundId);
    await decide(anna, roundId, id, "medical");
    await decide(anna, roundId, id, null);
    expect(await readItem(id)).toMatchObject({ decided: 0, claimed: 1, gold: null });
    expect((await claim(anna, roundId)).items.map((item) => item.id)).toEqual([id]);
    await decide(anna, roundId, id, "non_medical");
    await decide(anna, roundId, id, "unsure", { flags: ["unreadable"] });
    expect(await readItem(id)).toMatchObject({ decided: 1, claimed: 0, gold: null, flagged: true });
    const rows = await database().decision.findMany({ where: { roundItemId: id }, orderBy: { id: "asc" } });
    expect(rows.map((row) => row.label)).toEqual(["medical", null, "non_medical", "unsure"]);
    expect(rows.map((row) => row.correctsId)).toEqual([null, rows[0]?.id, rows[1]?.id, rows[2]?.id]);
    expect(await findViolations(roundId)).toEqual([]);
    const withdrawn = await decide(anna, roundId, id, null).then(() => decide(anna, roundId, id, null).catch((e) => e));
    expect(withdrawn).toMatchObject({ status: 409, code: "nothing_to_withdraw" });
  });

  it("can never be changed or deleted by a statement", async () => {
    const { roundId } = await makeRound(owner, [anna], { strata: stratum(1) });
    await decide(anna, roundId, await firstItem(anna, roundId), "medical");
    await expect(database().decision.updateMany({ data: { label: "unsure" } })).rejects.toThrow();
    await expect(database().decision.deleteMany({})).rejects.toThrow();
  });

  it("that come after their claim lapsed count while the document still wants one, else stay as surplus", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { strata: stratum(2) });
    const [first, second] = (await claim(anna, roundId, 2)).items.map((item) => item.id);
    await letClaimsExpire(roundId);
    await lapseClaims(roundId);
    const taken = await firstItem(bert, roundId);
    expect(taken).toBe(first);
    await decide(bert, roundId, taken, "medical");
    const late = await submit(
      anna,
      roundId,
      decisionOn(String(first), "non_medical"),
      decisionOn(String(second), "medical"),
    );
    // The answers are alike: which one was surplus would tell of somebody else.
    expect(late.results.map((result) => result.status)).toEqual(["kept", "kept"]);
    expect(await readItem(String(first))).toMatchObject({ decided: 1, gold: "medical", disputed: false });
    expect(await readItem(String(second))).toMatchObject({ decided: 1, gold: "medical" });
    const surplus = await database().decision.findMany({ where: { roundId, surplus: true } });
    expect(surplus.map((row) => [row.personId, row.label])).toEqual([[anna.personId, "non_medical"]]);
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("that were surplus can be withdrawn and corrected without counting", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { strata: stratum(1) });
    const id = await firstItem(anna, roundId);
    await letClaimsExpire(roundId);
    await decide(bert, roundId, await firstItem(bert, roundId), "medical");
    await decide(anna, roundId, id, "non_medical");
    await decide(anna, roundId, id, "medical");
    await decide(anna, roundId, id, null);
    expect(await readItem(id)).toMatchObject({ decided: 1, gold: "medical" });
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("on documents that the person never had are refused, each for itself", async () => {
    const { roundId, itemIds } = await makeRound(owner, [anna], { strata: stratum(3) });
    const own = decisionOn(await firstItem(anna, roundId), "medical");
    const unclaimed = await database().roundItem.findFirstOrThrow({ where: { roundId, claimed: 0 } });
    const strange = [decisionOn(unclaimed.id, "medical"), decisionOn(String(itemIds[0]), "medical")];
    const { results } = await submit(anna, roundId, ...strange, own);
    expect(results.map((result) => result.code ?? result.status)).toEqual([
      "item_not_claimed",
      "item_not_claimed",
      "kept",
    ]);
    await expect(submit(anna, roundId, ...strange)).rejects.toMatchObject({ status: 409, code: "item_not_claimed" });
  });

  it("with a key that was used on another document are refused", async () => {
    const { roundId } = await makeRound(owner, [anna], { strata: stratum(2) });
    const [first, second] = (await claim(anna, roundId, 2)).items;
    const decision = decisionOn(String(first?.id), "medical");
    const { results } = await submit(anna, roundId, decision, { ...decision, itemId: String(second?.id) });
    expect(results[1]).toMatchObject({ status: "refused", code: "idempotency_key_reused" });
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("that arrive after the round was closed are kept once each, say so, and count for nothing", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { strata: stratum(4) });
    const [first, second, third] = (await claim(anna, roundId, 3)).items.map((item) => item.id);
    const before = decisionOn(String(first), "medical");
    await submit(anna, roundId, before);
    await closeRound(owner, roundId);
    const [tallies, row] = [await readTallies(roundId), await readRow(roundId)];

    const late = decisionOn(String(second), "medical", {
      flags: ["other"],
      note: "Zug",
      activeMs: 7000,
      highlighted: true,
    });
    const others = [
      decisionOn(String(first), "non_medical"),
      decisionOn(String(first), null),
      decisionOn(String(third), "unsure"),
      decisionOn(String(third), null),
    ];
    const { results } = await submit(anna, roundId, before, late, late, ...others);
    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ["kept", undefined],
      ...Array.from({ length: 6 }, () => ["kept", "round_closed"]),
    ]);
    // Sent again after a lost reply, and all of it late: answered alike.
    expect((await submit(anna, roundId, late)).results).toEqual([results[1]]);

    const kept = await database().lateDecision.findMany({ where: { roundId }, orderBy: { id: "asc" } });
    expect(kept.map(({ roundItemId, label }) => [roundItemId, label])).toEqual([
      [second, "medical"],
      [first, "non_medical"],
      [first, null],
      [third, "unsure"],
      [third, null],
    ]);
    expect(kept[0]).toMatchObject({
      personId: anna.personId,
      flags: ["other"],
      note: "Zug",
      activeMs: 7000,
      highlighted: true,
    });
    expect(kept[0]?.decidedAt.toISOString()).toBe(late.decidedAt);
    expect(await readTallies(roundId)).toEqual(tallies);
    expect(await readRow(roundId)).toEqual(row);
    expect(await database().decision.count({ where: { roundId } })).toBe(1);
    expect(await database().claim.count({ where: { roundId, state: "open" } })).toBe(0);
    expect(await findViolations(roundId)).toEqual([]);
    expect(await readRound(owner, roundId)).toMatchObject({ late: 5, decided: 1 });
    await expect(database().lateDecision.updateMany({ data: { label: "unsure" } })).rejects.toThrow();
    await expect(database().lateDecision.deleteMany({})).rejects.toThrow();
  });

  it("that arrive late are refused of strangers, on documents that were never given, and under a key of another", async () => {
    const { roundId } = await makeRound(owner, [anna], { strata: stratum(3) });
    const [first, second] = (await claim(anna, roundId, 2)).items.map((item) => item.id);
    const unclaimed = await database().roundItem.findFirstOrThrow({ where: { roundId, claimed: 0 } });
    await closeRound(owner, roundId);
    const late = decisionOn(String(first), "medical");
    const { results } = await submit(
      anna,
      roundId,
      late,
      { ...late, itemId: String(second) },
      decisionOn(unclaimed.id, "medical"),
    );
    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ["kept", "round_closed"],
      ["refused", "idempotency_key_reused"],
      ["refused", "item_not_claimed"],
    ]);
    await expect(decide(bert, roundId, String(second), "medical")).rejects.toMatchObject({ code: "not_in_round" });
    expect(await database().lateDecision.count({ where: { roundId } })).toBe(1);
  });

  it("that arrive late withdraw only what stands, and are bounded for each document", async () => {
    const { roundId } = await makeRound(owner, [anna], { strata: stratum(2) });
    const [first, second] = (await claim(anna, roundId, 2)).items.map((item) => String(item.id));
    await closeRound(owner, roundId);
    const nothing = { status: 409, code: "nothing_to_withdraw" };
    await expect(decide(anna, roundId, String(first), null)).rejects.toMatchObject(nothing);
    const answer = decisionOn(String(first), "medical");
    await submit(anna, roundId, answer);
    await decide(anna, roundId, String(first), null);
    await expect(decide(anna, roundId, String(first), null)).rejects.toMatchObject(nothing);
    const more = Array.from({ length: mostLate - 2 }, () => decisionOn(String(first), "unsure"));
    await submit(anna, roundId, ...more);

    const full = { status: 409, code: "too_many_late" };
    await expect(decide(anna, roundId, String(first), "medical")).rejects.toMatchObject(full);
    expect((await submit(anna, roundId, answer)).results).toMatchObject([{ status: "kept", code: "round_closed" }]);
    await decide(anna, roundId, String(second), "medical");
    expect(await database().lateDecision.count({ where: { roundId } })).toBe(mostLate + 1);
  });

  it("and the closing of a round do not overlap", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { strata: stratum(8) });
    const { items } = await claim(anna, roundId, 8);
    const work = items.map(async (item) => {
      const { results } = await decide(anna, roundId, item.id, "medical");
      return results[0]?.code === undefined;
    });
    const [, ...inTime] = await Promise.all([closeRound(owner, roundId), ...work]);
    const { decided } = await readRow(roundId);
    expect(decided).toBe(inTime.filter(Boolean).length);
    expect(await database().lateDecision.count({ where: { roundId } })).toBe(8 - decided);
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("are for the round's own people: strangers get 404, other members of the study 403", async () => {
    const { roundId } = await makeRound(owner, [anna], { strata: stratum(2) });
    const id = await firstItem(anna, roundId);
    await expect(decide(bert, roundId, id, "medical")).rejects.toMatchObject({ status: 403, code: "not_in_round" });
    const elsewhere = await makeMember(await makeStudy(), "clinician");
    await expect(decide(elsewhere, roundId, id, "medical")).rejects.toMatchObject({ status: 404 });
    const forBert = { personId: bert.personId, decisions: [decisionOn(id, "medical")] };
    await expect(submitDecisions(anna, roundId, forBert)).rejects.toMatchObject({ code: "other_person_signed_in" });
  });
});
