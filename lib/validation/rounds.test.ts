import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { assignItems, canonicalAssignment, hashAssignment } from "./assignment";
import { changeRound } from "./change-round";
import { closeRound } from "./close-round";
import { createRound } from "./create-round";
import { readDefaultInstructions } from "./default-instructions";
import { listDecidedItems } from "./list-decided-items";
import { listOpenWork } from "./list-open-work";
import { listRounds } from "./list-rounds";
import { openRound } from "./open-round";
import { readRound } from "./read-round";
import { readRoundOptions } from "./read-round-options";
import { readRoundsStation } from "./read-station";
import { decidedItemsQuery } from "./schema";
import { adjudicate } from "./testing/adjudicate";
import { makeDraw, makeLabelling, makeRound } from "./testing/make-round";
import { claim, decide, workThrough } from "./testing/work";
import { verifyAssignment } from "./verify-assignment";

useTestDatabase();

describe("validation rounds", () => {
  let owner: StudyActor;
  let researcher: StudyActor;
  let anna: StudyActor;
  let bert: StudyActor;
  beforeEach(async () => {
    const studyId = await makeStudy();
    owner = await makeMember(studyId, "owner");
    researcher = await makeMember(studyId, "researcher");
    anna = await makeMember(studyId, "clinician");
    bert = await makeMember(studyId, "clinician");
  });
  const texts = { name: "R", instructionsDe: "Lesen.", instructionsEn: "Read." };

  it("start with the shipped instructions, over draws of ready samples and people of the study", async () => {
    const { drawId } = await makeDraw(owner.studyId);
    const drawing = await makeDraw(owner.studyId);
    await database().sample.update({ where: { id: drawing.sampleId }, data: { state: "drawing" } });
    await makeDraw(await makeStudy());
    const options = await readRoundOptions(owner);
    expect(options.draws.map((draw) => draw.id)).toEqual([drawId]);
    expect(options.people).toHaveLength(4);
    expect(options.instructions).toEqual(await readDefaultInstructions());
    expect(options.instructions.de).toContain("So prüfen Sie die Dokumente");
    await expect(
      createRound(owner, { ...texts, drawId: drawing.drawId, memberIds: [], doubleShare: 0 }),
    ).rejects.toMatchObject({ status: 404 });
  });

  it("open with a queue that is shuffled by the seed and a share that two people decide", async () => {
    const strata = [
      { populationSize: 100, sampleSize: 12 },
      { populationSize: 50, sampleSize: 8 },
    ];
    const { roundId, itemIds } = await makeRound(owner, [anna, bert], { strata, doubleShare: 0.25, seed: 42 });
    const round = await database().round.findUniqueOrThrow({ where: { id: roundId } });
    expect(round).toMatchObject({ state: "open", items: 20, wanted: 25, decided: 0 });
    const queue = await database().roundItem.findMany({ where: { roundId }, orderBy: { position: "asc" } });
    const order = queue.map((item) => item.itemId);
    expect([...order].sort()).toEqual([...itemIds].sort());
    expect(order).not.toEqual(itemIds);
    expect(queue.map(({ itemId, wanted }) => ({ itemId, wanted }))).toEqual(assignItems(itemIds, 42, 0.25));
    const drawn = await database().drawItem.findMany({ where: { drawId: round.drawId } });
    for (const item of queue) {
      expect(item.stratumId).toBe(drawn.find((one) => one.itemId === item.itemId)?.stratumId);
    }
  });

  it("choose what is decided twice independently of the place in the queue", () => {
    const ids = Array.from({ length: 4000 }, (_, index) => `item-${index}`);
    const assignment = assignItems(ids, 11, 0.3);
    const doubles = (items: typeof assignment) => items.filter((item) => item.wanted === 2).length;
    expect(doubles(assignment)).toBe(1200);
    expect(doubles(assignment.slice(0, 1000))).toBeGreaterThan(250);
    expect(doubles(assignment.slice(0, 1000))).toBeLessThan(350);
  });

  it("publish the hash of the assignment at opening, salt and seed at closing, and can be verified", async () => {
    const { roundId } = await makeRound(owner, [anna, bert], { doubleShare: 0.5 });
    const open = await readRound(owner, roundId);
    expect(open.assignmentHash).toMatch(/^[0-9a-f]{64}$/);
    expect(open).toMatchObject({ salt: null, seed: null });
    await expect(verifyAssignment(owner, roundId)).rejects.toMatchObject({ code: "round_still_open" });
    const closed = await closeRound(owner, roundId);
    expect(closed.assignmentHash).toBe(open.assignmentHash);
    const verified = await verifyAssignment(owner, roundId);
    expect(verified.matches).toBe(true);
    expect(hashAssignment(String(closed.salt), verified.assignment)).toBe(open.assignmentHash);
    const [first] = await database().roundItem.findMany({ where: { roundId, position: 0 } });
    await database().roundItem.updateMany({
      where: { id: first?.id },
      data: { wanted: { increment: first?.wanted === 1 ? 1 : -1 } },
    });
    expect((await verifyAssignment(owner, roundId)).matches).toBe(false);
  });

  it("give the assignment a form that any program can hash", () => {
    const assignment = [
      { itemId: "a", wanted: 2 },
      { itemId: "b", wanted: 1 },
    ];
    expect(canonicalAssignment(assignment)).toBe("0 a 2\n1 b 1\n");
    // printf '%s' 'salt0 a 2\n1 b 1\n' | sha256sum, with real line feeds
    expect(hashAssignment("salt", canonicalAssignment(assignment))).toBe(
      "daec18f1be8ea5fe6ac220bb984b412ab9380ffd8ace82c04debd52472a6ae43",
    );
  });

  it("need people, two of them for double decisions, and open only once", async () => {
    const nobody = await makeRound(owner, [], { open: false });
    await expect(openRound(owner, nobody.roundId)).rejects.toMatchObject({ code: "round_without_members" });
    const alone = await makeRound(owner, [anna], { open: false, doubleShare: 0.5 });
    await expect(openRound(owner, alone.roundId)).rejects.toMatchObject({ code: "double_needs_two_people" });
    const { roundId } = await makeRound(owner, [anna], { open: false });
    const outcomes = await Promise.allSettled([openRound(owner, roundId), openRound(owner, roundId)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected"]);
    await closeRound(owner, roundId);
    await expect(closeRound(owner, roundId)).rejects.toMatchObject({ code: "round_closed" });
    await expect(openRound(owner, roundId)).rejects.toMatchObject({ code: "round_already_open" });
  });

  it("change as drafts; open ones only gain people of the study, and change their limits", async () => {
    const { roundId } = await makeRound(owner, [anna], { open: false });
    const changed = await changeRound(owner, roundId, { name: "New", memberIds: [bert.personId], doubleShare: 0 });
    expect(changed).toMatchObject({ name: "New", instructionsDe: "Lesen." });
    expect(changed.members.map((member) => member.personId)).toEqual([bert.personId]);
    await openRound(owner, roundId);
    await expect(changeRound(owner, roundId, { name: "Newer" })).rejects.toMatchObject({ code: "round_already_open" });
    await expect(changeRound(owner, roundId, { memberIds: [anna.personId] })).rejects.toMatchObject({ status: 409 });
    const both = [bert.personId, anna.personId];
    expect((await changeRound(owner, roundId, { memberIds: both })).members).toHaveLength(2);
    const stranger = await makeMember(await makeStudy(), "clinician");
    await expect(changeRound(owner, roundId, { memberIds: [...both, stranger.personId] })).rejects.toMatchObject({
      code: "round_member_unknown",
    });
  });

  it("are invisible from other studies", async () => {
    const { roundId } = await makeRound(owner, [anna]);
    const elsewhere = await makeMember(await makeStudy(), "owner");
    for (const attempt of [
      () => readRound(elsewhere, roundId),
      () => openRound(elsewhere, roundId),
      () => closeRound(elsewhere, roundId),
      () => changeRound(elsewhere, roundId, { name: "X" }),
      () => verifyAssignment(elsewhere, roundId),
      () => listDecidedItems(elsewhere, roundId, decidedItemsQuery.parse({})),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ status: 404 });
    }
    expect(await listRounds(elsewhere)).toEqual([]);
  });

  it("leave an audit entry for each step", async () => {
    const { roundId } = await makeRound(owner, [anna]);
    await closeRound(owner, roundId);
    const entries = await database().auditEntry.findMany({ where: { subjectId: roundId }, orderBy: { id: "asc" } });
    expect(entries.map((entry) => entry.action)).toEqual(["rounds.create", "rounds.open", "rounds.close"]);
  });

  it("keep their seed out of the audit log, so that an owner who decides can't work out which items come twice", async () => {
    const { roundId } = await makeRound(owner, [owner, anna], { seed: 4_711 });
    const entries = await database().auditEntry.findMany({ where: { studyId: owner.studyId, subjectId: roundId } });
    expect(JSON.stringify(entries.map(({ detail }) => detail))).not.toMatch(/seed|4711/);
  });

  it("show owners how much each has done, and everyone else only their own", async () => {
    const { roundId } = await makeRound(owner, [anna, researcher]);
    const [item] = (await claim(anna, roundId)).items;
    await decide(anna, roundId, String(item?.id), "medical", { activeMs: 12_000 });
    const counts = async (actor: StudyActor) =>
      (await readRound(actor, roundId)).members.map((member) => member.decided).sort();
    expect(await counts(owner)).toEqual([0, 1]);
    expect(await counts(researcher)).toEqual([0, null]);
    expect(await readRound(owner, roundId)).toMatchObject({ deciding: false, decided: 1, secondsPerDecision: 12 });
    expect(await readRound(researcher, roundId)).toMatchObject({ deciding: true });
  });

  it("tell each person what is open for them and about how long it takes", async () => {
    const { roundId } = await makeRound(owner, [anna, bert]);
    expect(await listOpenWork(anna)).toEqual([
      { roundId, name: "Round", decided: 0, open: 12, secondsLeft: 240, deadline: null },
    ]);
    expect(await listOpenWork(owner)).toEqual([]);
    const [item] = (await claim(anna, roundId)).items;
    await decide(anna, roundId, String(item?.id), "medical", { activeMs: 10_000 });
    expect(await listOpenWork(anna)).toMatchObject([{ decided: 1, open: 11, secondsLeft: 110 }]);
    await workThrough(bert, roundId);
    expect(await listOpenWork(anna)).toEqual([]);
  });

  it("list decided documents after closing, without names, by what became of them", async () => {
    const { roundId, drawId, itemIds } = await makeRound(owner, [anna, bert], { doubleShare: 1 });
    const llm = await makeLabelling(owner.studyId, drawId, new Map(itemIds.map((id) => [id, "medical" as const])));
    const { items } = await claim(anna, roundId, 4);
    await claim(bert, roundId, 4);
    const [agreed, disputed, single, flagged] = items.map((item) => item.id);
    await decide(anna, roundId, String(agreed), "medical");
    await decide(bert, roundId, String(agreed), "medical", { note: "klar" });
    await decide(anna, roundId, String(disputed), "medical");
    await decide(bert, roundId, String(disputed), "non_medical");
    await decide(anna, roundId, String(single), "non_medical");
    await decide(anna, roundId, String(flagged), "unsure", { flags: ["unreadable"] });
    const list = (query: Record<string, unknown>) =>
      listDecidedItems(owner, roundId, decidedItemsQuery.parse({ labelling: llm, ...query }));
    await expect(list({})).rejects.toMatchObject({ code: "round_still_open" });
    await closeRound(owner, roundId);
    const ids = async (filter: string) => (await list({ filter })).items.map((item) => item.id).sort();
    expect(await ids("all")).toEqual([agreed, disputed, single, flagged].sort());
    expect(await ids("disputed")).toEqual([disputed]);
    expect(await ids("unsettled")).toEqual([disputed, flagged].sort());
    expect(await ids("flagged")).toEqual([flagged]);
    expect(await ids("llm_differs")).toEqual([single]);
    const first = await list({ limit: 3 });
    const rest = await list({ limit: 3, after: first.next });
    expect([...first.items, ...rest.items].map((item) => item.id).sort()).toEqual(await ids("all"));
    expect(rest.next).toBeNull();
    expect([...first.items, ...rest.items].find((item) => item.id === agreed)).toMatchObject({
      gold: "medical",
      llm: "medical",
      decisions: [{ label: "medical" }, { label: "medical" }],
    });
    expect(JSON.stringify(first)).not.toContain(anna.personId);

    // Who may still adjudicate a document does not learn what the LLM said of it; who can't, and once it is settled, does.
    const llmOf = async (actor: StudyActor, id: string | undefined) => {
      const query = decidedItemsQuery.parse({ labelling: llm });
      return (await listDecidedItems(actor, roundId, query)).items.find((item) => item.id === id)?.llm;
    };
    expect([await llmOf(owner, disputed), await llmOf(owner, flagged)]).toEqual([null, null]);
    expect(await llmOf(researcher, disputed)).toBe("medical");
    await adjudicate(owner, roundId, String(disputed), "non_medical");
    expect(await llmOf(owner, disputed)).toBe("medical");
  });

  it("are a station of the road", async () => {
    expect(await readRoundsStation(owner)).toEqual({ state: "empty", figure: null, href: "/rounds" });
    const { roundId } = await makeRound(owner, [anna], { open: false });
    expect(await readRoundsStation(owner)).toEqual({ state: "active", figure: null, href: `/rounds/${roundId}` });
    await openRound(owner, roundId);
    await workThrough(anna, roundId);
    expect(await readRoundsStation(owner)).toEqual({
      state: "done",
      figure: { name: "decided", kind: "share", done: 12, total: 12 },
      href: `/rounds/${roundId}`,
    });
  });
});
