import { describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { labelledDraws } from "./labelled-draws";
import { findUntalliedLabels } from "./tally-labels";
import { extendDraw, makeDraw, makeLabelling, makeRound } from "./testing/make-round";

useTestDatabase();

describe("labels of a draw's documents", () => {
  it("come from all draws of its line of extensions, and of its first phase's later ones, but of no other", async () => {
    const studyId = await makeStudy();
    const owner = await makeMember(studyId, "owner");
    const clinician = await makeMember(studyId, "clinician");
    const { drawId: first, sampleId, itemIds, roundId } = await makeRound(owner, [clinician]);
    const second = (await extendDraw(first, 3)).drawId;
    const third = (await extendDraw(second, 3)).drawId;
    const fourth = (await extendDraw(third, 3)).drawId;
    const { id: phase } = await database().draw.create({
      data: { sampleId, number: 9, parentDrawId: second, design: {}, size: 5 },
    });
    await makeDraw(studyId);
    const line = [first, second, third, fourth].sort();
    for (const one of line) expect((await labelledDraws(one)).sort()).toEqual(line);
    expect((await labelledDraws(phase)).sort()).toEqual([phase, second, third, fourth].sort());

    const run = await makeLabelling(studyId, fourth, new Map(itemIds.map((id) => [id, "medical"])));
    expect(await findUntalliedLabels()).toEqual([{ roundId, labellingRunId: run }]);
  });
});
