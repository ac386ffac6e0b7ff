import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "../close-round";
import { createRound } from "../create-round";
import { writeDataCard } from "../export/data-card";
import { readExportHead } from "../export/read-head";
import { readExportRows } from "../export/read-rows";
import { openRound } from "../open-round";
import { readQuality } from "../quality/read-quality";
import { readRound } from "../read-round";
import { readWork } from "../read-work";
import { findViolations } from "../testing/find-violations";
import { makeRound } from "../testing/make-round";
import { claim, decide, workThrough } from "../testing/work";
import { answerTraining, readOwnTraining } from "./answer-training";
import { changeTraining } from "./change-training";
import { listCandidates } from "./list-candidates";
import { readTraining } from "./read-training";
import { candidatesQuery, changeTrainingSchema, type TrainingEntry } from "./schema";

useTestDatabase();

let owner: StudyActor;
let clinician: StudyActor;

beforeEach(async () => {
  const studyId = await makeStudy();
  owner = await makeMember(studyId, "owner");
  clinician = await makeMember(studyId, "clinician");
});

const lessons: TrainingEntry[] = [
  { text: "Der Patient klagt über Brustschmerz.", label: "medical", explanation: "Ein Arztbericht." },
  { text: "Rezept für Apfelkuchen.", label: "non_medical", explanation: "" },
];

async function train(roundId: string, items: TrainingEntry[] = lessons) {
  const { version } = await readTraining(owner, roundId);
  return changeTraining(owner, roundId, { version, items });
}

const answer = (actor: StudyActor, roundId: string, itemId: string, label: "medical" | "non_medical" | "unsure") =>
  answerTraining(actor, roundId, { personId: actor.personId, itemId, label });

async function answerNext(actor: StudyActor, roundId: string, label: "medical" | "non_medical" | "unsure") {
  const { item } = await readOwnTraining(actor, roundId);
  return answer(actor, roundId, item?.id ?? "", label);
}

describe("training documents", () => {
  it("come before the round's documents, tell what is right only after the answer, and count for nothing", async () => {
    const { roundId } = await makeRound(owner, [clinician], { strata: [{ populationSize: 100, sampleSize: 3 }] });
    await train(roundId);
    const { training } = await readWork(clinician, roundId);
    expect(training).toEqual({ total: 2, answered: 0, right: 0, item: expect.anything() });
    expect(Object.keys(training?.item ?? {}).sort()).toEqual(["characters", "id", "text"]);
    await expect(claim(clinician, roundId)).rejects.toMatchObject({ status: 409, code: "training_first" });

    const first = await answerNext(clinician, roundId, "medical");
    expect(first).toMatchObject({ label: "medical", right: "medical", explanation: "Ein Arztbericht." });
    expect(first.next).toMatchObject({ total: 2, answered: 1, right: 1, item: { text: "Rezept für Apfelkuchen." } });
    await expect(claim(clinician, roundId)).rejects.toMatchObject({ code: "training_first" });
    const second = await answerNext(clinician, roundId, "unsure");
    expect(second).toMatchObject({
      label: "unsure",
      right: "non_medical",
      next: { answered: 2, right: 1, item: null },
    });

    expect((await readWork(clinician, roundId)).training).toBeNull();
    expect(await readRound(owner, roundId)).toMatchObject({ decided: 0, wanted: 3, members: [{ decided: 0 }] });
    expect(await workThrough(clinician, roundId)).toBe(3);
    await closeRound(owner, roundId);
    expect((await readQuality(owner, roundId, { target: "like_these" })).round).toMatchObject({
      documents: 3,
      decided: 3,
    });
    expect(await findViolations(roundId)).toEqual([]);
  });

  it("keep the first answer, whatever is sent again, also twice at once", async () => {
    const { roundId } = await makeRound(owner, [clinician]);
    await train(roundId);
    const { item } = await readOwnTraining(clinician, roundId);
    const itemId = item?.id ?? "";
    const both = await Promise.all(
      (["medical", "non_medical"] as const).map((label) => answer(clinician, roundId, itemId, label)),
    );
    expect(new Set(both.map(({ label }) => label)).size).toBe(1);
    expect(await answer(clinician, roundId, itemId, "unsure")).toMatchObject({ label: both[0]?.label });
    await expect(database().$executeRaw`update "TrainingAnswer" set "label" = 'unsure'`).rejects.toThrow(/append only/);
  });

  it("stay as they were for who has begun, and change for all others", async () => {
    const late = await makeMember(owner.studyId, "clinician");
    const { roundId } = await makeRound(owner, [clinician, late]);
    const { items } = await train(roundId);
    await answerNext(clinician, roundId, "medical");
    const [first, second] = items;
    await train(roundId, [
      { text: "Neu.", label: "non_medical", explanation: "" },
      { id: first?.id ?? "", label: "medical", explanation: "Anders erklärt." },
    ]);
    const own = await readOwnTraining(clinician, roundId);
    expect(own).toMatchObject({ total: 2, answered: 1, right: 1, item: { id: second?.id } });
    expect(await readOwnTraining(late, roundId)).toMatchObject({ total: 2, answered: 0, item: { text: "Neu." } });
    await expect(answer(late, roundId, second?.id ?? "", "medical")).rejects.toMatchObject({
      code: "training_changed",
    });
    await answerNext(clinician, roundId, "non_medical");
    expect((await readOwnTraining(clinician, roundId)).item).toBeNull();

    const { people } = await readTraining(owner, roundId);
    expect(people).toMatchObject([{ personId: clinician.personId, total: 2, answered: 2, right: 2 }]);
    const researcher = await makeMember(owner.studyId, "researcher");
    expect((await readTraining(researcher, roundId)).people).toBeNull();
  });

  it("are not asked of who decided before there were any", async () => {
    const { roundId } = await makeRound(owner, [clinician]);
    const [item] = (await claim(clinician, roundId, 1)).items;
    await decide(clinician, roundId, item?.id ?? "", "medical");
    await train(roundId);
    expect((await readWork(clinician, roundId)).training).toBeNull();
    expect((await claim(clinician, roundId, 1)).items).toHaveLength(1);
    // Nobody else's either: what they could see of them is nothing.
    expect(await readOwnTraining(clinician, roundId)).toMatchObject({ total: 0, item: null });
  });

  it("are asked of who has only decided in the round that this one goes on from", async () => {
    const earlier = await makeRound(owner, [clinician], { strata: [{ populationSize: 100, sampleSize: 6 }] });
    for (const { id } of (await claim(clinician, earlier.roundId, 2)).items) {
      await decide(clinician, earlier.roundId, id, "medical");
    }
    await closeRound(owner, earlier.roundId);
    const { id: roundId } = await createRound(owner, {
      ...{ drawId: earlier.drawId, name: "Weiter", instructionsDe: "Lesen.", instructionsEn: "Read." },
      ...{ memberIds: [clinician.personId], doubleShare: 0, continuesRoundId: earlier.roundId },
    });
    await openRound(owner, roundId);
    await train(roundId);
    expect((await readWork(clinician, roundId)).training).toMatchObject({ total: 2, answered: 0 });
    await answerNext(clinician, roundId, "medical");
    await answerNext(clinician, roundId, "non_medical");
    expect(await workThrough(clinician, roundId)).toBe(4);
  });

  it("are not asked of who began while there were none, whatever comes and goes", async () => {
    const { roundId } = await makeRound(owner, [clinician]);
    await train(roundId);
    await train(roundId, []);
    const [item] = (await claim(clinician, roundId, 1)).items;
    await decide(clinician, roundId, item?.id ?? "", "medical");
    await decide(clinician, roundId, item?.id ?? "", null);
    await train(roundId);
    expect((await readWork(clinician, roundId)).training).toBeNull();
  });

  it("are told in the data card, and neither they nor the answers are in the rows", async () => {
    const { roundId } = await makeRound(owner, [clinician], { strata: [{ populationSize: 100, sampleSize: 3 }] });
    await train(roundId);
    for (const label of ["medical", "unsure"] as const) await answerNext(clinician, roundId, label);
    await workThrough(clinician, roundId);
    await closeRound(owner, roundId);
    const head = await readExportHead(owner, roundId);
    expect(await writeDataCard(owner, head, "de")).toContain("Übung: 2 Dokumente kamen");
    const rows = [];
    for await (const batch of readExportRows(owner, head, null)) rows.push(...batch);
    expect(rows).toHaveLength(3);
    expect(rows.flatMap((row) => row.decisions)).toHaveLength(3);
  });

  it("refuse other people, other rounds, other studies, and what is not open", async () => {
    const { roundId } = await makeRound(owner, [clinician], { open: false });
    const { items } = await train(roundId);
    const itemId = items[0]?.id ?? "";
    await expect(answer(clinician, roundId, itemId, "medical")).rejects.toMatchObject({ code: "round_not_open" });
    await openRound(owner, roundId);
    const outsider = await makeMember(owner.studyId, "clinician");
    await expect(answer(outsider, roundId, itemId, "medical")).rejects.toMatchObject({ code: "not_in_round" });
    await expect(
      answerTraining(clinician, roundId, { personId: outsider.personId, itemId, label: "medical" }),
    ).rejects.toMatchObject({ code: "other_person_signed_in" });
    const elsewhere = await makeMember(await makeStudy(), "owner");
    for (const attempt of [
      () => readTraining(elsewhere, roundId),
      () => readOwnTraining(elsewhere, roundId),
      () => answer(elsewhere, roundId, itemId, "medical"),
      () => changeTraining(elsewhere, roundId, { version: 1, items: [] }),
      () => listCandidates(elsewhere, roundId, candidatesQuery.parse({})),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ status: 404 });
    }
    const other = await makeRound(owner, [clinician]);
    const { items: others } = await train(other.roundId);
    await expect(answer(clinician, roundId, others[0]?.id ?? "", "medical")).rejects.toMatchObject({
      code: "training_changed",
    });
    await closeRound(owner, roundId);
    await expect(answer(clinician, roundId, itemId, "medical")).rejects.toMatchObject({ code: "round_closed" });
    await expect(train(roundId, [])).rejects.toMatchObject({ code: "round_closed" });
  });

  it("are not changed by somebody who has not seen what another wrote, and each change is in the audit log", async () => {
    const { roundId } = await makeRound(owner, [clinician]);
    const both = await Promise.allSettled(
      [lessons, []].map((items) => changeTraining(owner, roundId, { version: 0, items })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await database().auditEntry.count({ where: { action: "rounds.changeTraining", subjectId: roundId } })).toBe(
      1,
    );
  });
});

describe("documents to train on", () => {
  it("are settled in a closed round of the study, and none that the round itself decides on", async () => {
    const earlier = await makeRound(owner, [clinician], { strata: [{ populationSize: 100, sampleSize: 6 }] });
    await workThrough(clinician, earlier.roundId);
    const { roundId, itemIds } = await makeRound(owner, [clinician], {
      strata: [{ populationSize: 100, sampleSize: 4 }],
    });
    const list = (query: Record<string, unknown>) => listCandidates(owner, roundId, candidatesQuery.parse(query));
    await expect(list({ from: earlier.roundId })).rejects.toMatchObject({ code: "round_still_open" });
    await closeRound(owner, earlier.roundId);
    expect((await readTraining(owner, roundId)).rounds).toEqual([{ id: earlier.roundId, name: "Round" }]);

    // Both samples begin with the same four texts; only the other two can be learned without harm.
    const inOrder = await list({ from: earlier.roundId });
    const items = [...inOrder.items].sort((a, b) => (a.text < b.text ? -1 : 1));
    expect(items.map(({ text, gold }) => [text, gold])).toEqual([
      ["Dokument 4", "medical"],
      ["Dokument 5", "medical"],
    ]);
    expect((await list({ from: earlier.roundId, search: "ment 5" })).items).toHaveLength(1);
    expect((await list({ from: earlier.roundId, search: "%" })).items).toHaveLength(0);
    expect((await list({ from: earlier.roundId, label: "non_medical" })).items).toHaveLength(0);
    const page = await list({ from: earlier.roundId, limit: 1 });
    const next = await list({ from: earlier.roundId, limit: 1, after: page.next });
    expect([...page.items, ...next.items]).toEqual(inOrder.items);
    expect(next.next).toBeNull();
    expect((await list({})).items).toEqual([]);

    const chosen = items.map(({ itemId }) => ({ itemId, label: "medical" as const, explanation: "" }));
    expect((await train(roundId, chosen)).items.map(({ text, itemId }) => [text, itemId])).toEqual([
      ["Dokument 4", chosen[0]?.itemId],
      ["Dokument 5", chosen[1]?.itemId],
    ]);
    const wrong = (items: TrainingEntry[]) => expect(train(roundId, items)).rejects;
    const lesson = { label: "medical" as const, explanation: "" };
    await wrong([{ itemId: itemIds[0] ?? "", ...lesson }]).toMatchObject({ code: "training_item_in_round" });
    await wrong([{ itemId: earlier.itemIds[0] ?? "", ...lesson }]).toMatchObject({ code: "training_item_in_round" });
    await wrong([{ text: "Dokument 2", ...lesson }]).toMatchObject({ code: "training_text_in_round" });
    await wrong([chosen[0], chosen[0]] as TrainingEntry[]).toMatchObject({ code: "training_item_twice" });
    const foreign = await makeRound(await makeMember(await makeStudy(), "owner"), [], {
      strata: [{ populationSize: 100, sampleSize: 9 }],
      open: false,
    });
    await wrong([{ itemId: foreign.itemIds[8] ?? "", ...lesson }]).toMatchObject({ code: "training_item_in_round" });
  });

  it("teach nothing once they are erased", async () => {
    const earlier = await makeRound(owner, [clinician], { strata: [{ populationSize: 100, sampleSize: 6 }] });
    const { roundId } = await makeRound(owner, [clinician], { strata: [{ populationSize: 100, sampleSize: 4 }] });
    const itemId = earlier.itemIds[5] ?? "";
    await train(roundId, [{ itemId, label: "medical", explanation: "" }]);
    expect((await readOwnTraining(clinician, roundId)).total).toBe(1);
    await database().item.update({ where: { id: itemId }, data: { text: "", erasedAt: new Date() } });
    expect((await readWork(clinician, roundId)).training).toBeNull();
    expect((await claim(clinician, roundId)).items).toHaveLength(1);
  });

  it("have bounds", () => {
    const parse = (items: unknown) => changeTrainingSchema.safeParse({ version: 0, items }).success;
    const text = { text: "Text", label: "medical" };
    expect(parse(Array.from({ length: 30 }, () => text))).toBe(true);
    for (const wrong of [
      Array.from({ length: 31 }, () => text),
      [{ ...text, text: " " }],
      [{ ...text, text: "x".repeat(20_001) }],
      [{ ...text, label: "unsure" }],
      [{ ...text, explanation: "x".repeat(2001) }],
      [{ ...text, itemId: "11111111-1111-4111-8111-111111111111" }],
      [{ label: "medical" }],
      "all",
    ]) {
      expect(parse(wrong)).toBe(false);
    }
  });
});
