import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { changeRound } from "../change-round";
import { createRound } from "../create-round";
import { listOpenWork } from "../list-open-work";
import { openRound } from "../open-round";
import { exportDetails, exportFigures } from "../quality/export-quality";
import { readQuality } from "../quality/read-quality";
import { readRound } from "../read-round";
import { readRoundsStation } from "../read-station";
import type { DecisionLabel } from "../schema";
import { tallyLabels } from "../tally-labels";
import { adjudicate } from "../testing/adjudicate";
import { makeDraw, makeLabelling } from "../testing/make-round";
import { claim, decide, workThrough } from "../testing/work";
import { checkStopRules } from "./check-stop-rules";

useTestDatabase();

let owner: StudyActor;
let clinician: StudyActor;

beforeEach(async () => {
  const studyId = await makeStudy();
  owner = await makeMember(studyId, "owner");
  clinician = await makeMember(studyId, "clinician");
});

const size = 120;

/** A round over documents of which the LLM calls every second one medical. */
async function makeRuledRound(halfWidth: number, state: "running" | "succeeded" = "succeeded") {
  const { drawId, itemIds } = await makeDraw(owner.studyId, [{ populationSize: 10_000, sampleSize: size }]);
  const outcomes = new Map(
    itemIds.map((id, index) => [id, index % 2 ? ("medical" as const) : ("non_medical" as const)]),
  );
  const labellingRunId = await makeLabelling(owner.studyId, drawId, outcomes, state);
  const round = await createRound(owner, {
    drawId,
    name: "Round",
    instructionsDe: "Lesen.",
    instructionsEn: "Read.",
    memberIds: [clinician.personId],
    doubleShare: 0,
    seed: 7,
    stopRule: { halfWidth, labellingRunId },
  });
  await openRound(owner, round.id);
  const queued = await database().roundItem.findMany({ where: { roundId: round.id }, orderBy: { position: "asc" } });
  const asTheLlm = (id: string): DecisionLabel => {
    const itemId = queued.find((one) => one.id === id)?.itemId ?? "";
    return outcomes.get(itemId) === "medical" ? "medical" : "non_medical";
  };
  return { roundId: round.id, labellingRunId, drawId, queued, asTheLlm };
}

const ruleOf = async (roundId: string) => (await readRound(owner, roundId)).stopRule;

describe("a stop rule", () => {
  it("hands out no more once F1 is known well enough, takes what is still on its way, and says why", async () => {
    const { roundId, labellingRunId, asTheLlm } = await makeRuledRound(0.2);
    const [late] = (await claim(clinician, roundId, 1)).items;
    await checkStopRules();
    expect(await ruleOf(roundId)).toMatchObject({ interval: { lower: 0, upper: 1, documents: 0 } });
    expect((await readRound(owner, roundId)).stoppedAt).toBeNull();

    await workThrough(clinician, roundId, asTheLlm);
    await checkStopRules();
    const { stoppedAt, stopRule } = await readRound(owner, roundId);
    expect(stoppedAt).not.toBeNull();
    expect(stopRule?.interval?.documents).toBe(size);
    expect(stopRule?.interval?.upper).toBe(1);
    expect(stopRule?.interval?.lower).toBeGreaterThan(0.6);
    expect(await database().auditEntry.count({ where: { action: "rounds.stop", subjectId: roundId } })).toBe(1);

    await tallyLabels(roundId, labellingRunId);
    const { labelQuality } = await readQuality(owner, roundId, { target: "like_these" });
    expect(labelQuality?.stopRule).toEqual({ ...stopRule?.interval, halfWidth: 0.2 });
    const { figure } = await readRoundsStation(owner);
    const { documents: _, ...interval } = stopRule?.interval ?? { documents: 0 };
    expect(figure).toMatchObject({ name: "f1", interval });
    for (const read of [exportFigures, exportDetails]) {
      const csv = await read(owner, roundId, { target: "like_these" });
      expect(csv).toContain(`f1_when_stopped,,,${stopRule?.interval?.lower},1,0.95,${size},`);
    }

    await decide(clinician, roundId, late?.id ?? "", null);
    expect((await claim(clinician, roundId, 4)).items.map(({ id }) => id)).toEqual([late?.id]);
    await decide(clinician, roundId, late?.id ?? "", "medical");
    expect((await claim(clinician, roundId, 4)).items).toEqual([]);
    expect(await listOpenWork(clinician)).toEqual([]);
  });

  it("goes by the first documents of the queue, not by those that are decided first", async () => {
    const { roundId, queued, asTheLlm } = await makeRuledRound(0.2);
    const [first] = (await claim(clinician, roundId, 1)).items;
    expect(first?.id).toBe(queued[0]?.id);
    await workThrough(clinician, roundId, (id) => (id === first?.id ? "unsure" : asTheLlm(id)));
    await checkStopRules();
    expect(await ruleOf(roundId)).toMatchObject({ interval: { documents: 0 } });
    await adjudicate(await makeMember(owner.studyId, "adjudicator"), roundId, first?.id ?? "", "unsure");
    await checkStopRules();
    expect(await ruleOf(roundId)).toMatchObject({ interval: { documents: size } });
  });

  it("waits while the LLM is still labelling, and keeps the interval from those who decide", async () => {
    const { roundId, labellingRunId, asTheLlm } = await makeRuledRound(0.2, "running");
    await workThrough(clinician, roundId, asTheLlm);
    await checkStopRules();
    expect(await ruleOf(roundId)).toMatchObject({ interval: null });
    await database().labellingRun.update({ where: { id: labellingRunId }, data: { state: "succeeded" } });
    await checkStopRules();
    expect((await ruleOf(roundId))?.interval).not.toBeNull();
    const deciding = await makeMember(owner.studyId, "researcher");
    await database().roundMember.create({ data: { roundId, personId: deciding.personId } });
    expect((await readRound(deciding, roundId)).stopRule?.interval).toBeNull();
  });

  it("can be narrowed or removed while people decide, whereupon they go on, but not turned to other labels", async () => {
    const { roundId, drawId, labellingRunId, asTheLlm } = await makeRuledRound(0.45);
    for (let batch = 0; batch < 8; batch += 1) {
      const { items } = await claim(clinician, roundId, 8);
      for (const { id } of items) await decide(clinician, roundId, id, asTheLlm(id));
    }
    await checkStopRules();
    expect((await claim(clinician, roundId, 1)).items).toEqual([]);
    await changeRound(owner, roundId, { stopRule: { halfWidth: 0.02, labellingRunId } });
    expect((await claim(clinician, roundId, 1)).items).toHaveLength(1);
    const other = await makeLabelling(owner.studyId, drawId, new Map());
    await expect(
      changeRound(owner, roundId, { stopRule: { halfWidth: 0.02, labellingRunId: other } }),
    ).rejects.toMatchObject({ status: 409, code: "stop_rule_of_other_labels" });
    await changeRound(owner, roundId, { stopRule: null });
    expect(await ruleOf(roundId)).toBeNull();
  });

  it("that cannot be looked at keeps no other from being looked at", async () => {
    const broken = await makeRuledRound(0.2);
    await database().stratum.updateMany({ where: { drawId: broken.drawId }, data: { populationSize: 0 } });
    const { roundId } = await makeRuledRound(0.2);
    await checkStopRules();
    expect((await ruleOf(roundId))?.interval).toMatchObject({ lower: 0, upper: 1 });
    expect((await ruleOf(broken.roundId))?.interval).toBeNull();
  });

  it("is refused for labels of another draw", async () => {
    const { roundId, drawId } = await makeRuledRound(0.2);
    const { drawId: elsewhere } = await makeDraw(owner.studyId);
    const labellingRunId = await makeLabelling(owner.studyId, elsewhere, new Map());
    const input = { drawId, name: "R", instructionsDe: "L", instructionsEn: "R", memberIds: [], doubleShare: 0 };
    await expect(createRound(owner, { ...input, stopRule: { halfWidth: 0.1, labellingRunId } })).rejects.toMatchObject({
      status: 422,
      code: "labelling_not_of_round",
    });
    expect((await readRound(owner, roundId)).stopRule?.halfWidth).toBe(0.2);
  });

  it("is refused for a convenience sample, and ends none that has one: nobody knows F1 of its corpus", async () => {
    const { roundId, drawId, labellingRunId, asTheLlm } = await makeRuledRound(0.2);
    await database().draw.update({ where: { id: drawId }, data: { design: { kind: "convenience", size } } });
    const input = { drawId, name: "R", instructionsDe: "L", instructionsEn: "R", memberIds: [], doubleShare: 0 };
    const refused = { status: 422, code: "stop_rule_of_convenience" };
    await expect(createRound(owner, { ...input, stopRule: { halfWidth: 0.1, labellingRunId } })).rejects.toMatchObject(
      refused,
    );
    await expect(changeRound(owner, roundId, { stopRule: { halfWidth: 0.3, labellingRunId } })).rejects.toMatchObject(
      refused,
    );
    await workThrough(clinician, roundId, asTheLlm);
    await checkStopRules();
    expect((await readRound(owner, roundId)).stoppedAt).toBeNull();
    expect((await ruleOf(roundId))?.interval).toBeNull();
    await changeRound(owner, roundId, { stopRule: null, quota: 5 });
  });
});

describe("a quota", () => {
  it("bounds what one person decides, whatever they hold or take back, and can be lifted", async () => {
    const { roundId } = await makeRuledRound(0.005);
    await changeRound(owner, roundId, { quota: 5 });
    expect(await listOpenWork(clinician)).toMatchObject([{ open: 5 }]);
    const { items } = await claim(clinician, roundId, 3);
    expect(
      (
        await claim(
          clinician,
          roundId,
          8,
          items.map(({ id }) => id),
        )
      ).items,
    ).toHaveLength(2);
    expect(await workThrough(clinician, roundId)).toBe(5);
    await decide(clinician, roundId, items[0]?.id ?? "", null);
    expect((await claim(clinician, roundId, 8)).items).toHaveLength(1);
    await decide(clinician, roundId, items[0]?.id ?? "", "medical");
    await changeRound(owner, roundId, { quota: null });
    expect((await claim(clinician, roundId, 2)).items).toHaveLength(2);
  });
});
