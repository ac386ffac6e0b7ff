import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { changeRound } from "../change-round";
import { closeRound } from "../close-round";
import { createRound } from "../create-round";
import { openRound } from "../open-round";
import { readRoundOptions } from "../read-round-options";
import type { DecisionLabel } from "../schema";
import { checkStopRules } from "../stop-rule/check-stop-rules";
import { makeDraw, makeLabelling, makeRound } from "../testing/make-round";
import { claim, decide, decisionOn, submit, workThrough } from "../testing/work";
import { planRound } from "./plan-round";
import { roundPlanSchema } from "./schema";

useTestDatabase();

let owner: StudyActor;
let clinician: StudyActor;

beforeEach(async () => {
  const studyId = await makeStudy();
  owner = await makeMember(studyId, "owner");
  clinician = await makeMember(studyId, "clinician");
});

const size = 240;

/** An open round over two strata; the LLM calls every third document medical. People agree with it unless told otherwise. */
async function makePlannedRound(stopHalfWidth: number | null = null) {
  const { drawId, itemIds } = await makeDraw(owner.studyId, [
    { populationSize: 5_000, sampleSize: size / 2 },
    { populationSize: 5_000, sampleSize: size / 2 },
  ]);
  const outcomes = new Map(
    itemIds.map((id, index) => [id, index % 3 ? ("non_medical" as const) : ("medical" as const)]),
  );
  const labellingRunId = await makeLabelling(owner.studyId, drawId, outcomes);
  const round = await createRound(owner, {
    drawId,
    name: "Round",
    instructionsDe: "Lesen.",
    instructionsEn: "Read.",
    memberIds: [clinician.personId],
    doubleShare: 0,
    seed: 7,
    stopRule: stopHalfWidth === null ? null : { halfWidth: stopHalfWidth, labellingRunId },
  });
  await openRound(owner, round.id);
  const queued = await database().roundItem.findMany({ where: { roundId: round.id } });
  const itemOf = new Map(queued.map(({ id, itemId }) => [id, itemId]));
  const asTheLlm = (id: string): DecisionLabel =>
    outcomes.get(itemOf.get(id) ?? "") === "medical" ? "medical" : "non_medical";
  /** Decides on so many, each in four seconds. */
  const work = async (count: number, labelOf = asTheLlm) => {
    for (let done = 0; done < count; done += 8) {
      const { items } = await claim(clinician, round.id, Math.min(8, count - done));
      await submit(clinician, round.id, ...items.map(({ id }) => decisionOn(id, labelOf(id))));
    }
  };
  return { roundId: round.id, asTheLlm, work };
}

describe("the plan of an open round", () => {
  it("goes from the assumptions to what people settled on, and takes their pace", async () => {
    const { roundId, work } = await makePlannedRound();
    const before = roundPlanSchema.parse(await planRound(owner, roundId));
    expect(before).toMatchObject({
      documents: size,
      settled: 0,
      rest: { decisions: size, personHours: (size * 20) / 3600 },
      secondsPerDecision: 20,
      pace: "assumed",
      stopRule: null,
    });
    await work(120);
    const after = await planRound(owner, roundId);
    expect(after).toMatchObject({
      settled: 120,
      rest: { decisions: 120, personHours: (120 * 4) / 3600 },
      secondsPerDecision: 4,
      pace: "round",
    });
    // Better labels than assumed: narrower intervals.
    for (const measure of ["f1", "precision", "recall"] as const) {
      const [assumed, known] = [before.precision?.halfWidths[measure] ?? 0, after.precision?.halfWidths[measure] ?? 1];
      expect(known).toBeGreaterThan(0);
      expect(known).toBeLessThan(assumed);
    }
    expect(await planRound(owner, roundId)).toEqual(after);
  });

  it("expects wider intervals where people and the LLM disagree", async () => {
    const [agreed, disagreed] = [await makePlannedRound(), await makePlannedRound()];
    await agreed.work(96);
    let turn = 0;
    await disagreed.work(96, () => (turn++ % 3 ? "non_medical" : "medical"));
    const f1Of = async (roundId: string) => (await planRound(owner, roundId)).precision?.halfWidths.f1 ?? 0;
    expect(await f1Of(disagreed.roundId)).toBeGreaterThan(await f1Of(agreed.roundId));
  });

  it("tells after how many documents the stop rule will end the round, and is about right", async () => {
    const { roundId, asTheLlm, work } = await makePlannedRound(0.15);
    await work(64);
    const { stopRule } = await planRound(owner, roundId);
    expect(stopRule?.atEnd).toBeLessThan(0.15);
    const reached = stopRule?.reached;
    expect(reached?.documents).toBeGreaterThan(64);
    expect(reached?.documents).toBeLessThan(size);
    expect(reached?.decisions).toBe((reached?.documents ?? 0) - 64);

    let stoppedAt: number | null = null;
    for (let documents = 72; documents <= size && stoppedAt === null; documents += 8) {
      await work(8, asTheLlm);
      await checkStopRules();
      const round = await database().round.findUniqueOrThrow({ where: { id: roundId } });
      if (round.stoppedAt) stoppedAt = round.stopDocuments;
    }
    expect(stoppedAt).not.toBeNull();
    expect(Math.abs(Math.log((reached?.documents ?? 1) / (stoppedAt ?? 1)))).toBeLessThan(Math.log(1.5));
    expect(await planRound(owner, roundId)).toMatchObject({ stopRule: null, rest: { decisions: 0, personHours: 0 } });
  });

  it("says so where the documents will not do for the rule", async () => {
    const { roundId, work } = await makePlannedRound(0.01);
    await work(40);
    const { stopRule } = await planRound(owner, roundId);
    expect(stopRule?.reached).toBeNull();
    expect(stopRule?.atEnd).toBeGreaterThan(0.01);
  });

  it("tells of the work alone where there are no labels", async () => {
    const { roundId } = await makeRound(owner, [clinician], { repeatShare: 0.5 });
    expect(await planRound(owner, roundId)).toMatchObject({ precision: null, stopRule: null, rest: { decisions: 18 } });
  });

  it("is kept from those who decide, from other studies, and from rounds that are not open", async () => {
    const { roundId, work } = await makePlannedRound();
    await work(8);
    const other = await makeMember(await makeStudy(), "owner");
    await expect(planRound(other, roundId)).rejects.toMatchObject({ status: 404 });
    const deciding: StudyActor = { ...clinician, role: "researcher" };
    await expect(planRound(deciding, roundId)).rejects.toMatchObject({ code: "quality_hidden_while_deciding" });
    await changeRound(owner, roundId, { memberIds: [clinician.personId, owner.personId] });
    await expect(planRound(owner, roundId)).rejects.toMatchObject({ status: 403 });
    await closeRound(owner, roundId);
    await expect(planRound(owner, roundId)).rejects.toMatchObject({ code: "round_closed" });
    const draft = await makeRound(owner, [clinician], { open: false });
    await expect(planRound(owner, draft.roundId)).rejects.toMatchObject({ code: "round_not_open" });
  });
});

describe("the pace that a new round is planned with", () => {
  it("is assumed until twenty decisions are measured in the study, hidden repeats among them", async () => {
    expect((await readRoundOptions(owner)).pace).toEqual({ secondsPerDecision: 20, measured: false });
    const { roundId } = await makeRound(owner, [clinician], {
      strata: [{ populationSize: 100, sampleSize: 24 }],
      repeatShare: 0.5,
    });
    await workThrough(clinician, roundId);
    const member = await database().roundMember.findFirstOrThrow({ where: { roundId } });
    expect(member.repeated).toBeGreaterThan(0);
    expect((await readRoundOptions(owner)).pace).toEqual({ secondsPerDecision: 4, measured: true });
  });

  it("is that of people, not of simulated ones", async () => {
    const { roundId } = await makeRound(owner, [clinician], { strata: [{ populationSize: 100, sampleSize: 24 }] });
    await database().person.update({ where: { id: clinician.personId }, data: { simulated: true } });
    const [first] = (await claim(clinician, roundId, 1)).items;
    await decide(clinician, roundId, first?.id ?? "", "medical");
    await workThrough(clinician, roundId);
    expect((await readRoundOptions(owner)).pace.measured).toBe(false);
  });
});
