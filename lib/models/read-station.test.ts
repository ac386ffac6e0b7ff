import { beforeEach, describe, expect, it } from "vitest";
import { makeBackend, makeRun } from "@/lib/compute/testing/runs";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { readMergesStation, readPretrainingStation } from "./read-station";

useTestDatabase();

let researcher: StudyActor;
let backendId: string;

beforeEach(async () => {
  researcher = await makeMember(await makeStudy(), "researcher");
  backendId = await makeBackend("http://127.0.0.1:1");
});

/** A run of that kind which has ended well with this summary, and the checkpoint that it made. */
async function finish(kind: "pretrain" | "merge", summary: object, actor = researcher): Promise<void> {
  const madeByRunId = await makeRun(actor, backendId);
  await database().run.update({ where: { id: madeByRunId }, data: { kind, state: "succeeded", summary } });
  await addCheckpoint(kind, madeByRunId, actor);
}

async function addCheckpoint(kind: "pretrain" | "merge", madeByRunId: string | null, actor = researcher) {
  const address = `file:///models/${crypto.randomUUID()}`;
  const { studyId } = actor;
  await database().checkpoint.create({
    data: { studyId, kind: kind === "merge" ? "merged" : "pretrained", name: "Checkpoint", address, madeByRunId },
  });
}

describe("the pre-training on the road", () => {
  it("shows the newest checkpoint's loss on held-out documents, before and after", async () => {
    await finish("pretrain", { heldOutLossBefore: 9.5, heldOutLossAfter: 9.25 });
    await finish("pretrain", { heldOutLossBefore: 3.5, heldOutLossAfter: 2.75 });
    expect(await readPretrainingStation(researcher)).toEqual({
      state: "done",
      figure: { name: "heldOutLoss", kind: "change", before: 3.5, after: 2.75 },
      href: "/pretraining",
    });
  });

  it("shows no loss of other runs for a checkpoint that no run made", async () => {
    await finish("pretrain", { heldOutLossBefore: 3.5, heldOutLossAfter: 2.75 });
    await addCheckpoint("pretrain", null);
    expect(await readPretrainingStation(researcher)).toMatchObject({
      state: "done",
      figure: { name: "pretrained", kind: "count", count: 1 },
    });
  });

  it("knows nothing of other studies", async () => {
    await finish(
      "pretrain",
      { heldOutLossBefore: 3, heldOutLossAfter: 2 },
      await makeMember(await makeStudy(), "owner"),
    );
    expect(await readPretrainingStation(researcher)).toMatchObject({ state: "empty", figure: null });
  });

  it("is under way before its first checkpoint, and failed when the run has", async () => {
    const id = await makeRun(researcher, backendId);
    await database().run.update({ where: { id }, data: { kind: "pretrain" } });
    expect(await readPretrainingStation(researcher)).toMatchObject({ state: "active", figure: null });
    await database().run.update({ where: { id }, data: { state: "failed" } });
    expect(await readPretrainingStation(researcher)).toMatchObject({ state: "failed", figure: null });
  });
});

describe("the merge on the road", () => {
  it("shows how many tensors the newest merge brought together", async () => {
    await finish("merge", { tensors: 12, meanCosine: 0.9, minCosine: 0.8 });
    await finish("merge", { tensors: 272, meanCosine: 0.9, minCosine: 0.8 });
    expect(await readMergesStation(researcher)).toMatchObject({
      state: "done",
      figure: { name: "mergedTensors", kind: "count", count: 272 },
    });
  });
});
