import { beforeEach, describe, expect, it } from "vitest";
import { listLlmLabels } from "@/lib/labelling/read-labelling";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { listOpenAdjudication } from "./adjudication/read-adjudication";
import { changeRound } from "./change-round";
import { closeRound } from "./close-round";
import { createRound } from "./create-round";
import { openRound } from "./open-round";
import { readRound } from "./read-round";
import { readRoundOptions } from "./read-round-options";
import type { DecisionLabel } from "./schema";
import { adjudicate, claimDisputed } from "./testing/adjudicate";
import { findViolations } from "./testing/find-violations";
import { extendDraw, makeDraw, makeLabelling, makeRound } from "./testing/make-round";
import { claim, decide, workThrough } from "./testing/work";
import { verifyAssignment } from "./verify-assignment";

useTestDatabase();

describe("a round over an extended draw", () => {
  let owner: StudyActor;
  let adjudicator: StudyActor;
  let [anna, bert, carla]: StudyActor[] = [];
  let earlier: Awaited<ReturnType<typeof makeRound>>;
  let extended: string;
  const strata = [{ populationSize: 100, sampleSize: 12 }];
  const texts = { name: "Weiter", instructionsDe: "Lesen.", instructionsEn: "Read." };

  beforeEach(async () => {
    const studyId = await makeStudy();
    owner = await makeMember(studyId, "owner");
    adjudicator = await makeMember(studyId, "adjudicator");
    [anna, bert, carla] = await Promise.all([1, 2, 3].map(() => makeMember(studyId, "clinician")));
    earlier = await makeRound(owner, people(), { strata, doubleShare: 0.5 });
    extended = (await extendDraw(earlier.drawId, 8)).drawId;
  });
  const people = () => [anna, bert] as StudyActor[];
  const last = () => carla as StudyActor;

  const labelBy = (turn: number): DecisionLabel =>
    (["medical", "non_medical", "unsure"] as const)[turn % 3] ?? "unsure";

  /** Both decide everything, often not alike; some of what they left open is adjudicated. */
  async function decideEarlier() {
    let turn = 0;
    for (const person of people()) await workThrough(person, earlier.roundId, () => labelBy(turn++));
    const { items } = await claimDisputed(adjudicator, earlier.roundId, 3);
    expect(items.length).toBeGreaterThan(1);
    for (const { id } of items.slice(1)) await adjudicate(adjudicator, earlier.roundId, id, "medical");
    await closeRound(owner, earlier.roundId);
  }

  const goOn = (parts: object = {}) =>
    createRound(owner, {
      ...texts,
      drawId: extended,
      memberIds: [last().personId],
      doubleShare: 0,
      continuesRoundId: earlier.roundId,
      ...parts,
    });

  it("brings along what was decided and adjudicated, and asks about the new documents only", async () => {
    await decideEarlier();
    const options = await readRoundOptions(owner);
    expect(options.draws.find(({ id }) => id === extended)).toMatchObject({
      extension: true,
      continuable: [{ id: earlier.roundId, documents: 12, decided: 18 }],
    });
    const { id: roundId } = await goOn();
    expect(await readRound(owner, roundId)).toMatchObject({ continues: { roundId: earlier.roundId, decisions: 18 } });
    const opened = await openRound(owner, roundId);
    expect(opened).toMatchObject({ items: 20, wanted: 26, decided: 18, continues: { decisions: 18 } });
    expect(await findViolations(roundId)).toEqual([]);
    // What is still contested came along too, and waits for adjudication in one place.
    expect(await listOpenAdjudication(adjudicator)).toMatchObject([{ roundId }]);

    const standOf = async (of: string) => {
      const items = await database().roundItem.findMany({ where: { roundId: of, decided: { gt: 0 } } });
      return new Map(items.map(({ itemId, gold, settled, contested }) => [itemId, { gold, settled, contested }]));
    };
    expect(await standOf(roundId)).toEqual(await standOf(earlier.roundId));
    expect(await database().adjudication.count({ where: { roundId } })).toBe(
      await database().adjudication.count({ where: { roundId: earlier.roundId } }),
    );

    const handed: string[] = [];
    await workThrough(last(), roundId, (id) => {
      handed.push(id);
      return "medical";
    });
    expect(handed).toHaveLength(8);
    expect(await claim(people()[0] as StudyActor, roundId, 4)).toMatchObject({ items: [] });
    expect(await findViolations(roundId)).toEqual([]);
    expect((await readRound(owner, roundId)).decided).toBe(26);
    await closeRound(owner, roundId);
    expect(await verifyAssignment(owner, roundId)).toMatchObject({ matches: true });
    // the earlier round is as it was
    expect(await findViolations(earlier.roundId)).toEqual([]);
    expect((await readRound(owner, earlier.roundId)).decided).toBe(18);
  });

  it("keeps an LLM's label of what came along contested until it is settled in the later round", async () => {
    await decideEarlier();
    const { itemIds, drawId } = earlier;
    const labels = new Map(itemIds.map((id) => [id, "medical" as const]));
    const llm = await makeLabelling(owner.studyId, drawId, labels);
    const keptFromOwner = async () =>
      (await listLlmLabels(owner, llm, {})).labels.filter(({ outcome }) => outcome === null).length;
    const contested = await keptFromOwner();
    expect(contested).toBeGreaterThan(0);
    const { id: roundId } = await goOn();
    expect(await keptFromOwner()).toBe(contested);
    await openRound(owner, roundId);
    expect(await keptFromOwner()).toBe(contested);

    // One place to settle them, so that nobody settles in the other what they have seen a label of since.
    expect(await claimDisputed(owner, earlier.roundId, 12)).toMatchObject({ items: [], progress: { open: 0 } });
    const { items } = await claimDisputed(owner, roundId, 12);
    expect(items).toHaveLength(contested);
    for (const { id } of items) await adjudicate(owner, roundId, id, "medical");
    expect(await keptFromOwner()).toBe(0);
  });

  it("asks again for what the earlier round left undecided, and lets what came along be corrected by nobody else", async () => {
    const [one] = people();
    const { items } = await claim(one as StudyActor, earlier.roundId, 3);
    for (const item of items) await decide(one as StudyActor, earlier.roundId, item.id, "medical");
    await closeRound(owner, earlier.roundId);
    const { id: roundId } = await goOn();
    await openRound(owner, roundId);
    await workThrough(last(), roundId);
    const round = await database().round.findUniqueOrThrow({ where: { id: roundId } });
    expect(round).toMatchObject({ items: 20, wanted: 20, decided: 20, carried: 3 });
    expect(await findViolations(roundId)).toEqual([]);
    const own = await database().roundItem.findFirstOrThrow({
      where: { roundId, decisions: { some: { personId: one?.personId ?? "" } } },
    });
    await expect(decide(last(), roundId, own.id, "unsure")).rejects.toMatchObject({ code: "item_not_claimed" });
  });

  it("may go on from a closed round over the same documents alone", async () => {
    await expect(goOn()).rejects.toMatchObject({ code: "round_not_continuable" });
    await decideEarlier();
    const elsewhere = await makeDraw(owner.studyId);
    await expect(goOn({ drawId: elsewhere.drawId })).rejects.toMatchObject({ code: "round_not_continuable" });
    const foreign = await makeMember(await makeStudy(), "owner");
    const other = await makeDraw(foreign.studyId);
    await expect(
      createRound(foreign, {
        ...texts,
        drawId: other.drawId,
        memberIds: [],
        doubleShare: 0,
        continuesRoundId: earlier.roundId,
      }),
    ).rejects.toMatchObject({ code: "round_not_continuable" });

    const same = await goOn({ drawId: earlier.drawId });
    await expect(openRound(owner, same.id)).rejects.toMatchObject({ code: "round_without_open_items" });
    await changeRound(owner, same.id, { continuesRoundId: null });
    expect(await openRound(owner, same.id)).toMatchObject({ decided: 0, wanted: 12, continues: null });
  });
});
